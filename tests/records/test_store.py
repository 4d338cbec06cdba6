"""Stores: work is done once and whole, survives a kill, and is recorded; and training runs."""

import errno
import json
import multiprocessing
import os
import shutil
import signal
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

import toy_work
from pixels_to_sentiment import provenance
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.data import pictures as data_pictures
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.files import assets
from pixels_to_sentiment.networks import declared, factory
from pixels_to_sentiment.records.runs import Record
from pixels_to_sentiment.records.store import Runs, record, started
from pixels_to_sentiment.studies.records import Study
from pixels_to_sentiment.training import loop
from toy_runs import FILES, LIMIT, RUN, change, copy_of, made_up_pictures, names_in
from toy_work import Task, TaskRecord, Tasks

pytestmark = pytest.mark.usefixtures("isolated", "quick")
TASK = Task()


@pytest.fixture(scope="module")
def pictures():
    return made_up_pictures()


@pytest.fixture
def store(tmp_path):
    return Tasks(tmp_path / "runs")


# Made once, whole


def test_provenance_is_kept(store, pictures, monkeypatch):
    """The commit is the one at the start."""
    answers = [("before", False)]
    monkeypatch.setattr(provenance, "commit", lambda: answers[-1])
    made = store.get(
        TASK, pictures, device="cpu", progress=lambda *_: answers.append(("after", True))
    )
    details = made.provenance()
    assert (details["commit"], details["dirty"], details["device"]) == (*answers[0], "cpu")


def test_killed_work_is_done_again(store, pictures):
    """After kill -9 the same command sweeps what was left."""

    def kill(*_):
        os.kill(os.getpid(), signal.SIGKILL)

    given = {"args": (TASK, pictures), "kwargs": {"progress": kill, "device": "cpu"}}
    killed = multiprocessing.get_context("fork").Process(target=store.get, **given)
    killed.start()
    killed.join(60)
    assert killed.exitcode == -signal.SIGKILL
    assert len(names_in(store.root)) == 1
    assert TaskRecord.recorded(store.root) == []
    assert names_in(store.get(TASK, pictures).folder) == toy_work.FILES
    assert names_in(store.root) == [TASK.key("made-up")]


# Of the networks of training runs


def test_a_run_is_of_the_same_fold_and_pictures(finished, pictures, tmp_path):
    """On another fold it has seen the test pictures; nothing is computed before that is known."""
    folder = copy_of(finished, tmp_path)
    store = Tasks(folder.parent)
    for changes in ({"fold": 2}, {"agreement": "four"}):
        with pytest.raises(UserError, match=r"fold 1, and has seen test pictures of fold"):
            store.get(Task(run=folder.name, **changes), pictures)
    change(folder / "run.json", data={"source": "photographs", "fingerprint": "others"})
    with pytest.raises(UserError, match="give it that name again"):
        store.get(Task(run=folder.name), pictures)
    key = Record.open(folder).key
    folder.rename(folder.with_name(key))
    with pytest.raises(UserError, match=r"other pictures \(photographs\) than .* \(stand-in\)"):
        store.get(Task(run=key), pictures)
    assert names_in(folder.parent) == [key]


# Recording


@pytest.fixture
def recordable(pictures, tmp_path, monkeypatch):
    """Give a function that makes records of the photographs."""
    monkeypatch.setattr(data_pictures, "PUBLISHED", "made-up")

    def make(code="c", source="photographs", **changes):
        made = Tasks(tmp_path / "made" / code).get(replace(TASK, **changes), pictures)
        data = {"source": source, "fingerprint": "made-up"}
        change(made.folder / "task.json", data=data, code=code)
        key = TaskRecord.open(made.folder).key
        return TaskRecord.open(made.folder.rename(made.folder.with_name(key)))

    return make


def test_recording_copies_everything_but_what_is_large(recordable):
    """Once: a second time nothing is added."""
    first, other = recordable(fold=2), recordable()
    assert record([first]) == [first.home / first.key]
    assert record([first, other]) == [other.home / other.key]
    assert names_in(first.folder) == toy_work.FILES
    assert first.contents(["large.bin"]) == replace(first, folder=first.home / first.key).contents()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"limit": 4}, "it was made from a few pictures; record"),
        ({}, "by their fingerprint its pictures are not the article's"),
    ],
)
def test_only_the_full_protocol_is_recorded(recordable, tmp_path, monkeypatch, changes, reason):
    """One that is not refuses them all, before anything is copied."""
    good, results = recordable(), tmp_path / "results"
    bad = recordable(**{"fold": 2} | changes)
    if not changes:
        data = {"source": "photographs", "fingerprint": "others"}
        change(bad.folder / "task.json", data=data)
        bad = TaskRecord.open(bad.folder)
    with pytest.raises(UserError, match=f"Task {bad.key} cannot be recorded: {reason}"):
        record([good, bad], results)
    assert not results.exists()


def test_a_damaged_file_is_named_before_anything_is_copied(recordable, tmp_path):
    """What was opened may have been damaged since."""
    one = recordable()
    (one.folder / "provenance.json").write_text("{}")
    with pytest.raises(UserError, match=r"provenance\.json is damaged .KeyError: 'commit'"):
        record([recordable(fold=2), one], tmp_path / "results")
    assert not (tmp_path / "results").exists()


def test_work_is_recorded_under_one_key(recordable, tmp_path):
    """With two, of other code or data, a score would count the same fold and seed twice."""
    results = tmp_path / "results"
    first, again, other = recordable(), recordable(code="newer"), recordable(fold=2)
    record([first], results)
    there = results / first.key
    sentence = rf"Task {again.key} cannot .* {there} is .* delete that folder"
    with pytest.raises(UserError, match=sentence):
        record([other, again], results)
    assert names_in(results) == [first.key]
    shutil.rmtree(there)
    one = recordable(code="newest")
    sentence = f"Task {one.key} cannot be recorded: {again.folder} is the same"
    with pytest.raises(UserError, match=sentence):
        record([again, one], results)
    assert record([other, again], results) == [results / other.key, results / again.key]


def test_only_what_was_made_again_is_recorded_as_that(recordable, tmp_path, monkeypatch):
    """Not a copy of the record, which would agree with it to the last digit."""
    made = recordable()
    for name in ("results", "again"):
        monkeypatch.setenv("PIXELS_TO_SENTIMENT_RESULTS", str(tmp_path / "book" / name))
        if name == "results":
            record([made])
    with pytest.raises(UserError, match=f"Task {made.key} cannot be recorded as made again"):
        record([made])
    provenance_file = made.folder / "provenance.json"
    told = json.loads(provenance_file.read_text())
    provenance_file.write_text(json.dumps(told | {"seconds": told["seconds"] + 1}))
    assert record([made]) == [tmp_path / "book" / "again" / made.key]


# Training runs


def test_the_same_run_gives_the_same_bytes(tmp_path, pictures, finished):
    """On the CPU: predictions, weights and curve, whatever was drawn from the generators before.

    All are as readable as the user wants, also the weights, which others would delete otherwise.
    """
    torch.rand(7)
    before = os.umask(0o027)
    try:
        made = Runs(tmp_path).get(RUN, pictures, device="cpu")
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o777 for path in made.folder.iterdir()} == {0o640}
    assert made.folder.stat().st_mode & 0o777 == 0o750
    assert names_in(made.folder) == FILES
    for name in ("predictions.csv", "weights.safetensors", "run.json"):
        assert (made.folder / name).read_bytes() == (finished.folder / name).read_bytes()
    curves = [one.curve().drop(columns="seconds") for one in (made, finished)]
    assert curves[0].equals(curves[1])


@pytest.mark.parametrize(("module", "name"), [(factory, "create"), (loop, "train")])
def test_the_seed_is_of_the_fillers_and_of_the_training(
    tmp_path, pictures, finished, monkeypatch, module, name
):
    """Another seed gives another result, even where one of the two keeps to seed 0."""
    function = getattr(module, name)
    monkeypatch.setattr(module, name, lambda *a, **k: function(*a, **k | {"seed": 0}))
    other = Runs(tmp_path).get(replace(RUN, seed=1), pictures, device="cpu")
    assert not other.predictions().equals(finished.predictions())


@pytest.mark.parametrize("work", [RUN, Study("squeezenet1_1:imagenet", "five", 1)])
def test_work_starts_from_no_other_weights_than_those_it_names(monkeypatch, work):
    """What another file at hand gives would lie under the key of the first.

    A study of maps names none, and is of the first of its start.
    """
    first, *_, last = declared.find_start("squeezenet1_1", "imagenet").assets
    work = replace(work, weights=first) if work is RUN else work
    asked, at_hand = [], [last]
    monkeypatch.setattr(assets, "fetch", asked.append)
    monkeypatch.setattr(factory, "weights_asset", lambda network, start: at_hand[0])
    monkeypatch.setattr(factory, "create", lambda name, start, seed: (name, start, seed))
    said = rf"seed 0\) is to start from {first}, but would start from {last} here: take"
    with pytest.raises(UserError, match=said):
        started(work, "squeezenet1_1", "imagenet")
    at_hand[0] = first
    assert started(work, "squeezenet1_1", "imagenet") == ("squeezenet1_1", "imagenet", 0)
    assert asked == [first, first]


def test_predictions_are_of_the_published_test_list_in_order(finished):
    """The first pictures of the published list, its labels, and two probabilities each.

    The curve's last loss and accuracy on the test pictures follow from those of the centre crop.
    """
    published = folds.lists()["five_agrees/test1/test.txt"].decode().splitlines()[:LIMIT]
    table, last = finished.predictions(), finished.curve().iloc[-1]
    assert list(table) == ["image", "label", "centre", "oversampled"]
    assert [f"{row.image} {row.label}" for row in table.itertuples()] == published
    assert (table["centre"] != table["oversampled"]).any()
    right = (table["oversampled"] > 0.5) == (table["label"] == 1)
    assert finished.scores()["oversampled"] == right.mean()
    given = table["centre"].where(table["label"] == 1, 1 - table["centre"])
    assert last["iteration"] == RUN.recipe.iterations
    assert last["test_loss"] == pytest.approx(-np.log(given).mean(), rel=1e-4)
    assert last["test_accuracy"] == ((table["centre"] > 0.5) == table["label"]).mean()


def test_without_twins_no_training_picture_is_in_the_test_fold_too(tmp_path, monkeypatch):
    """Of two byte-identical pictures the one of the training list is left out."""
    loaded = made_up_pictures()
    train, test = (part.head(LIMIT)["image"].to_list() for part in folds.split("five", 1))
    digests = {name: name for name in loaded.names} | {train[1]: "same", test[0]: "same"}
    files = pd.DataFrame({"image": list(digests), "sha256": list(digests.values())})
    seen, real = [], loop.train

    def watched(network, pixels, labels, recipe, **options):
        seen.append((pixels.numpy().copy(), len(labels)))
        return real(network, pixels, labels, recipe, **options)

    monkeypatch.setattr(loop, "train", watched)
    run = replace(RUN, recipe=replace(RUN.recipe, twins=False))
    Runs(tmp_path).get(run, replace(loaded, files=files), device="cpu")
    ((pixels, labels),) = seen
    rows = np.delete(loaded.rows(pd.Series(train)), 1)
    assert labels == len(rows)
    np.testing.assert_array_equal(pixels, loaded.pixels[rows])


# Room


def test_a_training_takes_its_room_before_it_begins(tmp_path, pictures, monkeypatch):
    """Not less than for the weights that it leaves; where it is not free, nothing is trained."""
    seen = []
    real = loop.train

    def watched(*arguments, **options):
        (weights,) = tmp_path.glob("runs/.*/*/*.safetensors")
        seen.append(weights.stat())
        return real(*arguments, **options)

    monkeypatch.setattr(loop, "train", watched)
    made = Runs(tmp_path / "runs").get(RUN, pictures, device="cpu")
    left = (made.folder / "weights.safetensors").stat()
    assert left.st_size <= seen[0].st_size < left.st_size + 2**16
    assert seen[0].st_ino == left.st_ino

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    other = tmp_path / "other"
    with pytest.raises(UserError, match=f"^{other} cannot be written .No space left on device.: "):
        Runs(other).get(RUN, pictures, device="cpu")
    assert len(seen) == 1
    assert names_in(other) == []


@pytest.mark.parametrize("place", ["file/below", "link"])
def test_a_place_that_is_no_folder_is_named(tmp_path, pictures, place):
    """Once, and not for each work that was to be put there."""
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("nowhere")
    told = []
    several = Tasks(tmp_path / place).perform([TASK, TASK], pictures, failed=told.append)
    with pytest.raises(UserError, match=rf"^{tmp_path}/\S+ cannot be written .*NT_RUNS\.$"):
        list(several)
    assert told == []
