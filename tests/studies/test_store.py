"""Finished map studies: made once and whole, of the right fold, and recorded."""

import csv
import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.maps import dense, rivals
from pixels_to_sentiment.networks import factory
from pixels_to_sentiment.records import provenance, runs
from pixels_to_sentiment.records.store import Store
from pixels_to_sentiment.studies import evidence, measures, store
from pixels_to_sentiment.studies.records import Study
from pixels_to_sentiment.training import loop
from pixels_to_sentiment.training.recipes import Recipe
from toy_runs import names_in
from toy_studies import (
    CROP,
    FILES,
    FITTED,
    MAPPED_RUN,
    SIDE,
    blocks,
    small,
    trained,
    written,
)

pytestmark = pytest.mark.usefixtures("isolated")


@pytest.fixture(scope="module")
def pictures():
    return blocks()


@pytest.fixture
def root(tmp_path):
    return tmp_path / "runs"


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    """Let networks be small ones: of a run by its seed, and of a start by theirs."""
    monkeypatch.setattr(runs.Record, "restore", lambda record: small(10 + record.run.seed))
    monkeypatch.setattr(factory, "create", lambda name, *, start, seed=0: small(seed))


@pytest.fixture
def spied(monkeypatch):
    """Note what `measures.measure` is called with, call by call."""
    calls = []
    measure = measures.measure

    def spy(*given, **options):
        calls.append((given, options))
        return measure(*given, **options)

    monkeypatch.setattr(measures, "measure", spy)
    return calls


def perform(study, pictures, root, **options):
    return next(store.perform([study], pictures, root, device="cpu", **options))


def study_of(run, other=None, **changes):
    given = {"run": run.key, "other": other.key if other else "", "limit": 2}
    return Study(agreement="five", fold=1, **given | changes)


# Made once, whole


def test_a_study_is_made_once(pictures, root, spied):
    """Asking again opens the folder; nothing else lies beside it."""
    assert store.find(FITTED, pictures, root) is None
    first = perform(FITTED, pictures, root)
    assert perform(FITTED, pictures, root) == first == store.find(FITTED, pictures, root)
    assert len(spied) == 1
    assert names_in(root) == [FITTED.key("made-up")] == [first.key]
    assert names_in(first.folder) == FILES
    assert (first.study, first.data) == (FITTED, {"source": "stand-in", "fingerprint": "made-up"})
    assert (first.run, first.other) == (None, None)
    assert store.finished(root) == [first]
    assert Store(root).records() == []


def test_a_run_maps_the_test_pictures_of_its_fold(pictures, root, spied):
    """By its own network, beside that of the other seed; the record says by which runs."""
    one, other = trained(root), trained(root, seed=1)
    made = perform(study_of(one, other), pictures, root)
    assert (made.run, made.other) == (one.run, other.run)
    names, values = made.maps()
    listed = folds.split("five", 1)[1]["image"].head(2)
    assert list(names) == list(listed)
    large = dense.enlarged(pictures, listed)
    maps = dense.log_odds(small(10), large)
    np.testing.assert_allclose(values, maps, rtol=6e-3)
    ((_, options),) = spied
    assert torch.equal(dense.log_odds(options["other"], large), dense.log_odds(small(11), large))
    assert options["untaught"] is None


def test_maps_are_kept_to_three_digits_and_measures_to_four_places(pictures, root, spied):
    """Half a unit in the last of them is all that is lost."""
    made = perform(FITTED, pictures, root)
    (given, options) = spied[0]
    maps, at, table = measures.measure(*given, **options | {"progress": lambda step: None})
    kept = made.maps()[1]
    assert kept.shape == tuple(maps.shape)
    np.testing.assert_allclose(kept, maps, rtol=5.1e-3)
    np.testing.assert_allclose(made.at, at, atol=5.1e-7)
    with (made.folder / "log_odds.csv").open() as file:
        texts = [value for row in list(csv.reader(file))[1:] for value in row[1:]]
    exact = maps.flatten().tolist()
    assert all(t == f"{v:.3g}" for t, v in zip(texts, exact, strict=True))
    for name, column in made.measures().drop(columns=["fold", "key"]).items():
        if column.dtype == float:
            np.testing.assert_allclose(column, table[name], atol=5.1e-5)
        else:
            assert column.equals(table[name])


def test_the_grad_cam_maps_that_were_measured_are_kept(pictures, root):
    """Of the centre crop, for the class of each picture, with their places in the whole picture."""
    made = perform(FITTED, pictures, root)
    names, values = made.grad_cam()
    table = made.measures().query("map == 'map'")
    assert list(names) == list(table["image"])
    network = small(0)
    squares = torch.from_numpy(pictures.pixels[pictures.rows(table["image"])])
    train = folds.split("five", 1)[0]
    taught = torch.from_numpy(pictures.pixels[pictures.rows(train["image"])])
    evidence.fit_head(network, taught, train["label"].to_numpy())
    margin = (SIDE - CROP) // 2
    crops = squares[:, margin : margin + CROP, margin : margin + CROP]
    expected = rivals.grad_cam(network, crops, torch.tensor(table["class"].to_numpy()))
    np.testing.assert_allclose(values, expected, rtol=6e-3, atol=1e-6)
    # Windows of 8 pixels side by side, from the margin on.
    middles = (margin + 4 + 8 * np.arange(CROP // 8)) / SIDE
    np.testing.assert_allclose(made.grad_cam_at, middles, atol=1e-6)


def test_a_network_that_was_not_trained_gets_a_head_of_the_training_pictures(
    pictures, root, monkeypatch
):
    """Of the whole training list, and none of the pictures that are mapped."""
    fitted = []
    fit_head = evidence.fit_head

    def spy(network, pixels, labels):
        fitted.append((pixels, labels))
        fit_head(network, pixels, labels)

    monkeypatch.setattr(evidence, "fit_head", spy)
    made = perform(FITTED, pictures, root)
    train = folds.split("five", 1)[0]
    ((pixels, labels),) = fitted
    assert list(labels) == list(train["label"])
    np.testing.assert_array_equal(pixels, pictures.pixels[pictures.rows(train["image"])])
    assert not set(made.maps()[0]) & set(train["image"])


def test_shuffled_labels_are_taught_as_the_run_was(pictures, root, spied, monkeypatch):
    """The same pictures, recipe and seed; the labels are the same in another order."""
    calls = []
    train = loop.train

    def spy(network, pixels, labels, recipe, **options):
        calls.append((pixels, labels, recipe, options))
        return train(network, pixels, labels, recipe, **options)

    monkeypatch.setattr(loop, "train", spy)
    one = trained(root, seed=5, limit=40)
    made = perform(study_of(one, labels=True), pictures, root)
    taught = folds.split("five", 1)[0].head(40)
    ((pixels, labels, recipe, options),) = calls
    np.testing.assert_array_equal(pixels, pictures.pixels[pictures.rows(taught["image"])])
    assert sorted(labels) == sorted(taught["label"])
    assert list(labels) != list(taught["label"])
    assert recipe == MAPPED_RUN.recipe
    assert options == {"seed": 5, "precision": "fp32"}
    untaught = spied[0][1]["untaught"]
    assert not untaught.training
    assert made.measures().query("map == 'map'")["labels"].notna().all()


def test_provenance_is_kept_and_progress_told(pictures, root):
    """Commit, machine, date and duration; each step with its study."""
    told = []
    made = perform(FITTED, pictures, root, progress=lambda study, step: told.append((study, step)))
    details = made.provenance()
    assert (details["commit"], details["device"]) == (provenance.commit()[0], "cpu")
    assert 0 < details["seconds"] < 60
    assert {study for study, _ in told} == {FITTED}
    assert {"maps", "window", *measures.MAPS} <= {step for _, step in told}


def test_a_folder_gets_its_name_when_it_is_whole(pictures, root, monkeypatch):
    """Until then nobody finds it."""
    rename, seen = os.replace, []

    def look(partial, folder):
        seen.append((names_in(partial), folder.exists(), store.finished(root)))
        rename(partial, folder)

    monkeypatch.setattr(os, "replace", look)
    perform(FITTED, pictures, root)
    assert seen == [(FILES, False, [])]


@pytest.mark.parametrize(
    ("module", "name", "fault"),
    [
        (evidence, "fit_head", KeyboardInterrupt),
        (measures, "measure", RuntimeError),
        (provenance, "versions", OSError),
    ],
)
def test_an_interrupted_study_leaves_nothing(pictures, root, monkeypatch, module, name, fault):
    """Wherever it stops; and the next one is made from the start."""

    def stop(*_, **__):
        assert len(names_in(root)) == 1
        raise fault

    with monkeypatch.context() as patch:
        patch.setattr(module, name, stop)
        with pytest.raises(fault):
            perform(FITTED, pictures, root)
    assert names_in(root) == []
    assert perform(FITTED, pictures, root).study == FITTED


# Refused before anything is computed


def refused(study, pictures, root, spied, message):
    before = names_in(root)
    with pytest.raises(UserError, match=message):
        perform(study, pictures, root)
    assert spied == []
    assert names_in(root) == before


@pytest.mark.parametrize("which", ["run", "other"])
@pytest.mark.parametrize("changes", [{"fold": 2}, {"agreement": "four"}])
def test_a_run_maps_its_own_fold_only(pictures, root, spied, changes, which):
    """On any other it has seen the pictures while it was trained; nor may its partner."""
    own, foreign = trained(root), trained(root, **changes)
    study = study_of(foreign) if which == "run" else study_of(own, foreign)
    refused(study, pictures, root, spied, "has seen test pictures of fold 1 of five")


def test_a_run_maps_the_pictures_it_was_trained_on(pictures, root, spied):
    """One trained on the stand-in tells nothing about the photographs."""
    photographed = trained(root, data={"source": "photographs", "fingerprint": "others"})
    message = r"other pictures \(photographs\) than those to map \(stand-in\)"
    refused(study_of(photographed), pictures, root, spied, message)


@pytest.mark.parametrize("changes", [{"start": "imagenet"}, {"precision": "bf16"}, {"limit": None}])
def test_the_partner_differs_in_its_seed_alone(pictures, root, spied, changes):
    """Otherwise the agreement would not be that of seeds."""
    one, other = trained(root), trained(root, seed=1, **changes)
    refused(study_of(one, other), pictures, root, spied, "differs from .* in more than its seed")


def test_a_network_that_was_not_trained_has_neither_partner_nor_labels(pictures, root, spied):
    """There is no training to repeat."""
    other = trained(root, seed=1)
    partner = replace(FITTED, other=other.key)
    refused(partner, pictures, root, spied, "in more than its seed")
    refused(replace(FITTED, labels=True), pictures, root, spied, "no labels can be shuffled")


def test_a_run_without_weights_is_named(pictures, root, monkeypatch):
    """As those of recorded results are; and nothing is left behind."""
    monkeypatch.undo()
    one = trained(root)
    with pytest.raises(UserError, match=f"{one.folder} holds no weights"):
        perform(study_of(one), pictures, root)
    assert names_in(root) == [one.key]


def test_a_run_that_is_not_there_is_named(pictures, root):
    study = replace(FITTED, run="0123456789abcdef")
    with pytest.raises(UserError, match="no finished run '0123456789abcdef'"):
        perform(study, pictures, root)
    assert not root.exists()


# Recording

WHOLE = replace(MAPPED_RUN, limit=None)


@pytest.fixture
def recordable(root):
    """Give a function that makes records which say that they are of the full protocol."""

    def make(key, behind=(None, None), source="photographs", **changes):
        study = replace(FITTED, **{"limit": None} | changes)
        run, other = behind
        made = written(root / key, study, run=run, other=other, source=source)
        return store.StudyRecord.open(made)

    return make


def test_recording_copies_the_whole_folder(recordable, tmp_path):
    """Once: a second time nothing is added, and what is recorded can be opened."""
    records = [recordable("b", fold=2), recordable("a", source="stand-in")]
    results = tmp_path / "results"
    assert store.record(records, results) == [results / "b", results / "a"]
    for one in records:
        for name in FILES:
            assert (results / one.key / name).read_bytes() == (one.folder / name).read_bytes()
    assert store.record([*records, recordable("c", fold=3)], results) == [results / "c"]
    assert names_in(results) == ["a", "b", "c"]
    opened = store.recorded(results)
    assert [one.key for one in opened] == ["a", "b", "c"]
    assert opened[1].measures().equals(records[0].measures())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"limit": 4}, "they are of a few pictures"),
        ({"behind": (MAPPED_RUN, None)}, "they are of a few pictures"),
        (
            {"behind": (replace(WHOLE, recipe=Recipe("paper-shortened")), None)},
            "their run was shortened",
        ),
        ({"behind": (WHOLE, None), "source": "stand-in"}, "their run was trained on the stand-in"),
    ],
)
def test_only_the_full_protocol_is_recorded(recordable, tmp_path, changes, reason):
    """One study that is not refuses them all, before anything is copied."""
    records, results = [recordable("a"), recordable("b", **changes)], tmp_path / "results"
    with pytest.raises(UserError, match=rf"Maps b cannot be recorded: {reason}\."):
        store.record(records, results)
    assert not results.exists()


@pytest.mark.parametrize("behind", [(None, None), (WHOLE, None), (WHOLE, replace(WHOLE, seed=1))])
def test_a_study_is_recorded_under_one_key(recordable, tmp_path, behind):
    """Also where the training runs behind it have new keys, since other code trained them."""
    results = tmp_path / "results"

    def made(key, which, **changes):
        keys = zip(("run", "other"), behind, strict=True)
        names = {name: f"{which}-{name}" for name, run in keys if run}
        return recordable(key, behind, **names, **changes)

    store.record([made("a", "old")], results)
    again, further = made("b", "new"), made("c", "new", fold=2)
    with pytest.raises(
        UserError, match=rf"Maps b cannot .* {results / 'a'} holds .* delete that folder"
    ):
        store.record([further, again], results)
    assert names_in(results) == ["a"]
    shutil.rmtree(results / "a")
    assert store.record([further, again], results) == [results / "c", results / "b"]


@pytest.mark.parametrize(
    "changes",
    [{"source": "stand-in"}, {"seed": 1}, {"behind": (WHOLE, None)}, {"agreement": "four"}],
)
def test_another_study_has_a_place_of_its_own(recordable, tmp_path, changes):
    """Other pictures, another seed, another network or subset are not the same study."""
    results = tmp_path / "results"
    store.record([recordable("a"), recordable("b", **changes)], results)
    assert names_in(results) == ["a", "b"]


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


def test_places_are_where_the_environment_says(recordable, pictures, root, tmp_path):
    """Without a folder given, finding, recording and reading agree on them."""
    assert store.recorded() == store.finished() == []
    recordable("a")
    (made,) = store.finished()
    assert store.find(FITTED, pictures) is None
    assert store.record([made]) == [tmp_path / "results" / "a"]
    assert [one.key for one in store.recorded()] == ["a"]
