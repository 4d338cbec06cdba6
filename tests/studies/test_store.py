"""Map studies that are made: of the right pictures, network and partner, and as they are kept."""

import csv
from dataclasses import replace

import numpy as np
import pytest
import torch

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.networks import factory
from pixels_to_sentiment.records import runs
from pixels_to_sentiment.studies import measures, store
from pixels_to_sentiment.studies.records import Study
from pixels_to_sentiment.studies.store import Studies
from pixels_to_sentiment.training import heads, loop
from toy_runs import names_in
from toy_studies import FILES, FITTED, MAPPED_RUN, blocks, measured, small, trained


@pytest.fixture(scope="module")
def pictures():
    return blocks()


@pytest.fixture
def made(tmp_path):
    """Studies in a folder of their own."""
    return Studies(tmp_path / "runs")


@pytest.fixture(scope="module", autouse=True)
def _small():
    """Let networks be small ones: of a run by its seed, and of a start by theirs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs.Record, "restore", lambda record: small(10 + record.run.seed))
        patch.setattr(factory, "create", lambda name, *, start, seed=0: small(seed))
        yield


@pytest.fixture(scope="module")
def fitted(pictures, tmp_path_factory):
    """`FITTED` made, its steps as they were told, and what its parts were called with."""
    calls, told = {"fit": [], "measure": []}, []

    def spied(module, name):
        function = getattr(module, name)

        def spy(*given, **options):
            found = function(*given, **options)
            calls[name].append((given, found))
            return found

        return spy

    with pytest.MonkeyPatch.context() as patch:
        for module, name in ((heads, "fit"), (measures, "measure")):
            patch.setattr(module, name, spied(module, name))
        record = Studies(tmp_path_factory.mktemp("fitted")).get(
            FITTED, pictures, device="cpu", progress=lambda *step: told.append(step)
        )
    return record, calls, told


@pytest.fixture
def spied(monkeypatch):
    """Note what `measures.measure` is called with; it answers with made-up maps and measures."""
    calls = []

    def spy(network, pictures, table, **options):
        calls.append(options | {"network": network})
        maps, at = torch.arange(4.0).expand(len(table), 4).view(-1, 2, 2), np.array([0.25, 0.75])
        found = measured(table["image"].to_list(), table["label"].to_list())
        return maps, at, maps, at, found

    monkeypatch.setattr(measures, "measure", spy)
    return calls


def study_of(run, other=None, **changes):
    given = {"run": run.key, "other": other.key if other else "", "limit": 2}
    return Study(agreement="five", fold=1, **given | changes)


def test_a_study_is_kept_with_its_steps_told(fitted, isolated):
    """Each with its study; it is not recorded by that."""
    record, _, told = fitted
    assert names_in(record.folder) == FILES
    assert (record.study, record.run, record.other) == (FITTED, None, None)
    assert {study for study, _ in told} == {FITTED}
    assert {"maps", "window", *measures.MAPS} <= {step for _, step in told}
    assert store.recorded() == []


def test_a_run_maps_the_test_pictures_of_its_fold(pictures, made, spied):
    """By its own network, beside that of the other seed; the record says by which runs."""
    one, other = trained(made.root), trained(made.root, seed=1)
    record = made.get(study_of(one, other), pictures, device="cpu")
    assert (record.run, record.other) == (one.run, other.run)
    names, values = record.maps()
    assert list(names) == list(folds.split("five", 1)[1]["image"].head(2))
    np.testing.assert_array_equal(values, [[[0, 1], [2, 3]]] * 2)
    (options,) = spied
    for name, seed in (("network", 10), ("other", 11)):
        state = options[name].state_dict()
        assert all(torch.equal(state[key], v) for key, v in small(seed).state_dict().items())
    assert options["untaught"] is None


def test_maps_are_kept_to_three_digits_and_measures_to_four_places(fitted):
    """Half a unit in the last of them is all that is lost."""
    record, calls, _ = fitted
    ((_, (maps, at, cam, cam_at, table)),) = calls["measure"]
    for kept, kept_at, exact, exact_at in (
        (record.maps()[1], record.at, maps, at),
        (record.grad_cam()[1], record.grad_cam_at, cam, cam_at),
    ):
        np.testing.assert_allclose(kept, exact, rtol=5.1e-3, atol=1e-9)
        np.testing.assert_allclose(kept_at, exact_at, atol=5.1e-7)
    with (record.folder / "log_odds.csv").open() as file:
        texts = [value for row in list(csv.reader(file))[1:] for value in row[1:]]
    exact = maps.flatten().tolist()
    assert all(t == f"{v:.3g}" for t, v in zip(texts, exact, strict=True))
    for name, column in record.measures().drop(columns=["fold", "key"]).items():
        if column.dtype == float:
            np.testing.assert_allclose(column, table[name], atol=5.1e-5)
        else:
            assert column.equals(table[name])


def test_a_network_that_was_not_trained_gets_a_head_of_the_training_pictures(pictures, fitted):
    """Of the whole training list, and none of the pictures that are mapped."""
    record, calls, _ = fitted
    train = folds.split("five", 1)[0]
    (((_, pixels, labels), _),) = calls["fit"]
    assert list(labels) == list(train["label"])
    np.testing.assert_array_equal(pixels, pictures.pixels[pictures.rows(train["image"])])
    assert not set(record.maps()[0]) & set(train["image"])


def test_shuffled_labels_are_taught_as_the_run_was(pictures, made, spied, monkeypatch):
    """The same pictures, recipe and seed; the labels are the same in another order."""
    calls = []
    train = loop.train

    def spy(network, pixels, labels, recipe, **options):
        calls.append((pixels, labels, recipe, options))
        return train(network, pixels, labels, recipe, **options)

    monkeypatch.setattr(loop, "train", spy)
    one = trained(made.root, seed=5, limit=40)
    made.get(study_of(one, labels=True), pictures, device="cpu")
    taught = folds.split("five", 1)[0].head(40)
    ((pixels, labels, recipe, options),) = calls
    np.testing.assert_array_equal(pixels, pictures.pixels[pictures.rows(taught["image"])])
    assert sorted(labels) == sorted(taught["label"])
    assert list(labels) != list(taught["label"])
    assert recipe == MAPPED_RUN.recipe
    assert options == {"seed": 5, "precision": "fp32"}
    assert not spied[0]["untaught"].training


# Refused before anything is computed


@pytest.fixture
def refused(pictures, made, spied):
    def refuse(study, message):
        before = names_in(made.root)
        with pytest.raises(UserError, match=message):
            made.get(study, pictures)
        assert spied == []
        assert names_in(made.root) == before

    return refuse


@pytest.mark.parametrize("which", ["run", "other"])
def test_a_run_maps_its_own_fold_only(made, refused, which):
    """On any other it has seen the pictures while it was trained; nor may its partner."""
    own, foreign = trained(made.root), trained(made.root, fold=2)
    study = study_of(foreign) if which == "run" else study_of(own, foreign)
    refused(study, "has seen test pictures of fold 1 of five")


@pytest.mark.parametrize("changes", [{"start": "imagenet"}, {"precision": "bf16"}, {"limit": None}])
def test_the_partner_differs_in_its_seed_alone(made, refused, changes):
    """Otherwise the agreement would not be that of seeds."""
    one, other = trained(made.root), trained(made.root, seed=1, **changes)
    refused(study_of(one, other), "differs from .* in more than its seed")


def test_a_network_that_was_not_trained_has_neither_partner_nor_labels(made, refused):
    """There is no training to repeat."""
    other = trained(made.root, seed=1)
    partner = replace(FITTED, other=other.key)
    refused(partner, "in more than its seed")
    refused(replace(FITTED, labels=True), "no labels can be shuffled")
