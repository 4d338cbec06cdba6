"""Probes that are made: of the features of the right network and pictures."""

from dataclasses import asdict, replace

import numpy as np
import pandas as pd
import pytest

from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.networks import factory
from pixels_to_sentiment.probes import features, linear, store
from pixels_to_sentiment.probes.records import Probe
from pixels_to_sentiment.probes.store import Probes
from pixels_to_sentiment.records.runs import Record
from toy_probes import FILES, PROBE
from toy_runs import RUN, change, copy_of, made_up_pictures, names_in

pytestmark = pytest.mark.usefixtures("isolated", "quick")


@pytest.fixture(scope="module")
def pictures():
    return made_up_pictures()


@pytest.fixture
def made(tmp_path):
    """Probes in a folder of their own."""
    return Probes(tmp_path / "runs")


def test_a_table_is_that_of_the_features(pictures, made):
    """Layer by layer, of the pictures of the published lists in their order; each is told."""
    told = []
    record = made.get(PROBE, pictures, device="cpu", progress=lambda *step: told.append(step))
    assert names_in(record.folder) == FILES
    assert told == [(PROBE, layer) for layer in PROBE.layers]
    assert store.recorded() == []
    found = record.table()
    network = factory.create("timm/test_efficientnet", start="random", seed=0)
    train, test = PROBE.lists()
    rows = [pictures.rows(part["image"]) for part in (train, test)]
    assert found["layer"].unique().tolist() == list(PROBE.layers)
    for layer in PROBE.layers:
        (x,) = features.tap(network, pictures.tensor(), layer)
        here = found[found["layer"] == layer].reset_index(drop=True)
        assert (here["features"] == x.shape[1]).all()
        labels, parts = train["label"].to_numpy(), np.arange(4)
        expected = linear.probe(linear.gram(x), *rows, labels, parts, PROBE.grid)
        assert here["predicted"].to_list() == expected["predicted"].to_list()
        np.testing.assert_allclose(here["inner"], expected["inner"], atol=1e-6)
        assert here["cost"].to_list() == expected["cost"].to_list()
        np.testing.assert_allclose(here["relative"], expected["relative"], rtol=1e-5)


def test_the_network_of_a_run_is_probed(pictures, finished, tmp_path):
    """As it was trained, and the record says by which run."""
    made = Probes(copy_of(finished, tmp_path).parent)
    probe = Probe.of_run(finished, grid=(("svm", 0, 0),), layers=("logits",), limit=4)
    one = made.get(probe, pictures)
    assert one.run == RUN
    untrained = made.get(replace(probe, network=PROBE.network), pictures)
    costs = [each.table()["relative"].item() for each in (one, untrained)]
    assert costs[0] != costs[1]


def test_folds_of_an_untrained_network_share_its_features(pictures, made, monkeypatch):
    """All pictures of a subset pass through the network once; another network's do again."""
    calls, lists = [], PROBE.lists()
    monkeypatch.setattr(Probe, "lists", lambda probe: lists)
    grams = features.grams
    monkeypatch.setattr(features, "grams", lambda *a: calls.append(1) or grams(*a))
    few = replace(PROBE, layers=("logits",), grid=(("svm", 0, 0),))
    probes = [replace(few, fold=fold) for fold in (1, 2)]
    assert [one.probe.fold for one in made.perform(probes, pictures)] == [1, 2]
    assert calls == [1]
    made.get(replace(few, seed=1), pictures)
    assert calls == [1, 1]
    with pytest.raises(UserError, match=r"is to start from other\.pth"):
        made.get(replace(few, seed=1, weights="other.pth"), pictures)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"layers": ("logits", "fc9")}, "no layer 'fc9' to tap"),
        ({"limit": 3}, "limit is 3: give a number from 4 up"),
    ],
)
def test_what_there_is_not_is_named(pictures, made, changes, message):
    """Before anything is left behind."""
    with pytest.raises(UserError, match=message):
        made.get(replace(PROBE, **changes), pictures)
    assert not made.root.exists() or names_in(made.root) == []


def test_of_two_folds_one_is_quartered_with_both_labels_beside_each(pictures, made, monkeypatch):
    """A training list that is a single fold has none to be held out; the rare label comes last."""
    train, test = PROBE.lists()
    single = pd.concat([train, test]).assign(fold=2, label=[0] * 6 + [1] * 2)
    monkeypatch.setattr(Probe, "lists", lambda probe: (single, test))
    record = made.get(replace(PROBE, layers=("logits",), limit=None), pictures)
    assert record.table()["inner"].between(0, 1).all()


def test_a_probe_without_twins_trains_without_them(pictures, finished, tmp_path, monkeypatch):
    """As the run behind it did: copies of test pictures are left out of the training list."""
    folder = copy_of(finished, tmp_path)
    run = replace(RUN, recipe=replace(RUN.recipe, twins=False))
    change(folder / "run.json", run=asdict(run))
    trained_run = Record.open(folder)
    folder.rename(folder.with_name(trained_run.key))
    twins = np.array([False, True, False, False])
    monkeypatch.setattr(type(pictures), "copies", lambda self, some, others: twins, raising=False)
    trained = []
    probe_layer = linear.probe

    def spy(products, train, test, labels, *rest, **options):
        trained.append(len(train))
        return probe_layer(products, train, test, labels, *rest, **options)

    monkeypatch.setattr(linear, "probe", spy)
    Probes(folder.parent).get(Probe.of_run(trained_run, layers=("logits",), limit=4), pictures)
    assert trained == [3]
