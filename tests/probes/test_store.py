"""Finished probes: made once and whole, of the right fold, and recorded."""

import os
import shutil
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.networks import factory
from pixels_to_sentiment.probes import features, linear, store
from pixels_to_sentiment.probes.records import Probe, ProbeRecord
from pixels_to_sentiment.records import provenance
from pixels_to_sentiment.records.store import Store
from pixels_to_sentiment.training.recipes import Recipe
from toy_probes import FILES, PROBE, written
from toy_runs import RUN, change, copy_of, made_up_pictures, names_in

pytestmark = pytest.mark.usefixtures("isolated")


@pytest.fixture(scope="module")
def pictures():
    return made_up_pictures()


@pytest.fixture
def root(tmp_path):
    return tmp_path / "runs"


def perform(probe, pictures, root, **options):
    return next(store.perform([probe], pictures, root, device="cpu", **options))


# Made once, whole


def test_a_probe_is_made_once(pictures, root, monkeypatch):
    """Asking again opens the folder; nothing else lies beside it."""
    calls = []
    grams = features.grams
    monkeypatch.setattr(features, "grams", lambda *a: calls.append(1) or grams(*a))
    assert store.find(PROBE, pictures, root) is None
    first = perform(PROBE, pictures, root)
    assert perform(PROBE, pictures, root) == first == store.find(PROBE, pictures, root)
    assert calls == [1]
    assert names_in(root) == [PROBE.key("made-up")] == [first.key]
    assert names_in(first.folder) == FILES
    assert (first.probe, first.data) == (PROBE, {"source": "stand-in", "fingerprint": "made-up"})
    assert store.finished(root) == [first]
    assert Store(root).records() == []


def test_a_table_is_that_of_the_features(pictures, root):
    """Layer by layer, of the pictures of the published lists in their order."""
    found = perform(PROBE, pictures, root).table()
    network = factory.create("timm/test_efficientnet", start="random", seed=0)
    train, test = PROBE.lists()
    rows = [pictures.rows(part["image"]) for part in (train, test)]
    tapped = dict(features.tap(network, pictures.tensor(), PROBE.layers))
    assert found["layer"].unique().tolist() == list(PROBE.layers)
    for layer, x in tapped.items():
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
    root = copy_of(finished, tmp_path).parent
    probe = Probe.of_run(finished, grid=(("svm", 0, 0),), limit=4)
    made = perform(probe, pictures, root)
    assert made.run == RUN
    untrained = perform(replace(PROBE, grid=(("svm", 0, 0),)), pictures, root)
    costs = [
        one.table().set_index(["layer", "classifier"])["relative"] for one in (made, untrained)
    ]
    assert (costs[0] != costs[1]).all()
    assert [one.key for one in Store(root).records()] == [finished.key]


def test_folds_of_an_untrained_network_share_its_features(pictures, root, monkeypatch):
    """All pictures of a subset pass through the network once."""
    calls, lists = [], PROBE.lists()
    monkeypatch.setattr(Probe, "lists", lambda probe: lists)
    grams = features.grams
    monkeypatch.setattr(features, "grams", lambda *a: calls.append(1) or grams(*a))
    probes = [replace(PROBE, fold=fold) for fold in (1, 2)]
    made = list(store.perform(probes, pictures, root, device="cpu"))
    assert [one.probe.fold for one in made] == [1, 2]
    assert calls == [1]


def test_provenance_is_kept(pictures, root):
    """Commit, machine, versions of torch and of the solvers, date and duration."""
    details = perform(PROBE, pictures, root).provenance()
    assert (details["commit"], details["device"]) == (provenance.commit()[0], "cpu")
    assert {"torch", "scikit-learn", "scipy"} <= details["versions"].keys()
    assert 0 < details["seconds"] < 60


def test_progress_is_told(pictures, root):
    """Each layer when it is done."""
    told = []
    perform(PROBE, pictures, root, progress=lambda probe, layer: told.append((probe, layer)))
    assert told == [(PROBE, layer) for layer in PROBE.layers]


def test_a_folder_gets_its_name_when_it_is_whole(pictures, root, monkeypatch):
    """Nobody who looks meanwhile sees a part of a probe."""
    seen, rename = [], os.replace

    def look(partial, folder):
        seen.append((names_in(partial), folder.exists(), store.finished(root)))
        rename(partial, folder)

    monkeypatch.setattr(os, "replace", look)
    perform(PROBE, pictures, root)
    assert seen == [(FILES, False, [])]


@pytest.mark.parametrize(
    ("module", "name", "fault"),
    [
        (features, "grams", RuntimeError),
        (linear, "probe", KeyboardInterrupt),
        (provenance, "versions", OSError),
    ],
)
def test_an_interrupted_probe_leaves_nothing(pictures, root, monkeypatch, module, name, fault):
    """Wherever it stops; and the next one is made from the start."""

    def stop(*_, **__):
        assert len(names_in(root)) == 1
        raise fault

    with monkeypatch.context() as patch:
        patch.setattr(module, name, stop)
        with pytest.raises(fault):
            perform(PROBE, pictures, root)
    assert names_in(root) == []
    assert perform(PROBE, pictures, root).probe == PROBE


def test_another_process_may_have_made_the_same_probe(pictures, root):
    """Its folder is as good."""
    other = written(root / PROBE.key("made-up"), PROBE, ["0101"])
    shutil.move(other, root.parent / "apart")

    def overtake(probe, layer):
        if not other.exists():
            shutil.copytree(root.parent / "apart", other)

    made = perform(PROBE, pictures, root, progress=overtake)
    assert made.table()["predicted"].to_list() == ["0101"]
    assert names_in(root) == [made.key]


# Refused before anything is computed


def test_a_run_is_probed_on_its_own_fold_only(pictures, finished, tmp_path):
    """On any other it has seen the test pictures while it was trained."""
    root = copy_of(finished, tmp_path).parent
    for changes in ({"fold": 2}, {"agreement": "four"}):
        probe = replace(Probe.of_run(finished, limit=4), **changes)
        with pytest.raises(UserError, match="has seen test pictures"):
            perform(probe, pictures, root)
    assert names_in(root) == [finished.key]


def test_a_run_is_probed_on_the_pictures_it_was_trained_on(pictures, finished, tmp_path):
    """One trained on the stand-in tells nothing about the photographs."""
    root = copy_of(finished, tmp_path).parent
    others = replace(pictures, source="photographs", fingerprint="others")
    with pytest.raises(UserError, match=r"other pictures \(stand-in\) than .* \(photographs\)"):
        perform(Probe.of_run(finished, limit=4), others, root)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"network": "0123456789abcdef"}, "no finished run '0123456789abcdef'"),
        ({"layers": ("logits", "conv1")}, "no layer 'conv1' to tap"),
        ({"grid": (("tree", 0, 1),)}, r"no classifier 'tree': choose from \['svm', 'softmax'\]"),
        ({"limit": 3}, "limit is 3: give a number from 4 up"),
    ],
)
def test_what_cannot_be_probed_is_named(pictures, root, changes, message):
    """In one sentence, and nothing is left behind."""
    with pytest.raises(UserError, match=message):
        perform(replace(PROBE, **changes), pictures, root)
    assert not root.exists() or names_in(root) == []


# Recording


@pytest.fixture
def recordable(root):
    """Give a function that makes records which say that they are of the full protocol."""

    def make(key, run=None, source="photographs", **changes):
        probe = replace(PROBE, **{"limit": None} | changes)
        count = len(probe.lists()[1])
        data = {"source": source, "fingerprint": "made-up"}
        run = asdict(run) if run else None
        return ProbeRecord.open(written(root / key, probe, ["0" * count], run=run, data=data))

    return make


def test_recording_copies_the_whole_folder(recordable, tmp_path):
    """Once: a second time nothing is added, and what is recorded can be opened."""
    records, results = [recordable("b", fold=2), recordable("a")], tmp_path / "results"
    assert store.record(records, results) == [results / "b", results / "a"]
    for one in records:
        for name in FILES:
            assert (results / one.key / name).read_bytes() == (one.folder / name).read_bytes()
    assert store.record([*records, recordable("c", fold=3)], results) == [results / "c"]
    assert names_in(results) == ["a", "b", "c"]
    opened = store.recorded(results)
    assert [one.key for one in opened] == ["a", "b", "c"]
    assert opened[1].table().equals(records[0].table())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"limit": 4}, "from a few pictures"),
        ({"run": RUN}, "from a few pictures"),
        ({"source": "stand-in"}, "from the stand-in"),
        (
            {"run": replace(RUN, limit=None, recipe=Recipe("paper-shortened"))},
            "of a run with a shortened recipe",
        ),
    ],
)
def test_only_the_full_protocol_is_recorded(recordable, tmp_path, changes, reason):
    """One probe that is not refuses them all, before anything is copied."""
    records, results = [recordable("a"), recordable("b", **changes)], tmp_path / "results"
    with pytest.raises(UserError, match=f"Probe b cannot be recorded: it was made {reason};"):
        store.record(records, results)
    assert not results.exists()


@pytest.mark.parametrize("run", [None, replace(RUN, limit=None)])
def test_a_probe_is_recorded_under_one_key(recordable, tmp_path, run):
    """Also where the training run behind it has a new key, since other code trained it."""
    results = tmp_path / "results"
    names = {} if run is None else {"network": "old-key"}
    store.record([recordable("a", run=run, **names)], results)
    names = {} if run is None else {"network": "new-key"}
    again, other = recordable("b", run=run, **names), recordable("c", run=run, fold=2, **names)
    with pytest.raises(
        UserError, match=rf"Probe b cannot .* {results / 'a'} is .* delete that folder"
    ):
        store.record([other, again], results)
    assert names_in(results) == ["a"]
    shutil.rmtree(results / "a")
    assert store.record([other, again], results) == [results / "c", results / "b"]


def test_recording_that_fails_leaves_nothing_half_copied(recordable, tmp_path, monkeypatch):
    """The results are committed: a partial folder must not stay among them."""
    results = tmp_path / "results"

    def fill_the_disk(source, target, **_):
        Path(target).mkdir(parents=True, exist_ok=True)
        raise OSError("No space left on device")

    one = recordable("a")
    monkeypatch.setattr(shutil, "copytree", fill_the_disk)
    with pytest.raises(OSError, match="No space"):
        store.record([one], results)
    assert names_in(results) == []


def test_places_are_where_the_environment_says(recordable, pictures, tmp_path, monkeypatch):
    """Without a folder given, making, finding, recording and reading agree on them."""
    monkeypatch.setenv("PIXELS_TO_SENTIMENT_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("PIXELS_TO_SENTIMENT_RESULTS", str(tmp_path / "results"))
    assert store.recorded() == store.finished() == []
    recordable("a")
    (made,) = store.finished()
    assert store.find(PROBE, pictures) is None
    assert store.record([made]) == [tmp_path / "results" / "a"]
    assert [one.key for one in store.recorded()] == ["a"]


def test_a_probe_without_twins_trains_without_them(pictures, finished, tmp_path, monkeypatch):
    """As the run behind it did: copies of test pictures are left out of the training list."""
    folder = copy_of(finished, tmp_path)
    run = replace(RUN, recipe=replace(RUN.recipe, twins=False))
    change(folder / "run.json", run=asdict(run))
    twins = np.array([False, True, False, False])
    monkeypatch.setattr(type(pictures), "copies", lambda self, some, others: twins, raising=False)
    trained = []
    probe_layer = linear.probe

    def spy(products, train, test, labels, *rest, **options):
        trained.append(len(train))
        return probe_layer(products, train, test, labels, *rest, **options)

    monkeypatch.setattr(linear, "probe", spy)
    perform(Probe.of_run(finished, ["logits"], limit=4), pictures, folder.parent)
    assert trained == [3]
