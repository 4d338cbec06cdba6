"""The store: runs are made once and whole, survive a kill, and can be recorded."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.networks import factory
from pixels_to_sentiment.records import provenance
from pixels_to_sentiment.records.runs import Record
from pixels_to_sentiment.records.store import Store, pick_device, record, recorded
from pixels_to_sentiment.training import loop
from pixels_to_sentiment.training.recipes import Recipe
from toy_runs import FILES, LIMIT, RUN, change, copy_of, made_up_pictures, names_in

TESTS = Path(__file__).parents[1]


def in_another_process(root, progress):
    """Make `RUN` in a process of its own, calling `progress` (source text) every iteration."""
    code = (
        "import os, signal, sys, time\n"
        "from pathlib import Path\n"
        "import torch\n"
        "from pixels_to_sentiment.records.store import Store\n"
        "import toy_runs\n"
        f"torch.set_num_threads({torch.get_num_threads()})\n"
        "store = Store(Path(sys.argv[1]))\n"
        f"progress = lambda done: {progress}\n"
        "store.get(toy_runs.RUN, toy_runs.made_up_pictures(), device='cpu', progress=progress)\n"
    )
    command = [sys.executable, "-c", code, str(root)]
    return subprocess.run(command, cwd=TESTS, capture_output=True, text=True)


@pytest.fixture(scope="module")
def pictures():
    return made_up_pictures()


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "runs")


def same_result(one, other):
    """Whether two records say the same, byte for byte but for the seconds of the curve."""
    identical = all(
        (one.folder / name).read_bytes() == (other.folder / name).read_bytes()
        for name in ("predictions.csv", "weights.safetensors", "run.json")
    )
    curves = (record.curve().drop(columns="seconds") for record in (one, other))
    return identical and next(curves).equals(next(curves))


# Made once, whole, and the same every time


def test_a_run_is_made_once(store, pictures, monkeypatch):
    """Asking again opens the folder; nothing else lies in the store."""
    calls = []
    train = loop.train
    monkeypatch.setattr(loop, "train", lambda *a, **k: calls.append(1) or train(*a, **k))
    assert store.find(RUN, pictures) is None
    first = store.get(RUN, pictures, device="cpu")
    assert store.get(RUN, pictures, device="cpu") == first == store.find(RUN, pictures)
    assert calls == [1]
    assert names_in(store.root) == [RUN.key("made-up")] == [first.key]
    assert names_in(first.folder) == FILES


def test_the_same_run_gives_the_same_bytes(store, pictures, finished):
    """On the CPU: predictions, weights and curve, whatever was drawn from the generators before."""
    torch.rand(7)
    assert same_result(store.get(RUN, pictures, device="cpu"), finished)


@pytest.mark.parametrize(("module", "name"), [(factory, "create"), (loop, "train")])
def test_the_seed_is_of_the_fillers_and_of_the_training(
    store, pictures, finished, monkeypatch, module, name
):
    """Another seed gives another result, even where one of the two keeps to seed 0."""
    function = getattr(module, name)
    monkeypatch.setattr(module, name, lambda *a, **k: function(*a, **k | {"seed": 0}))
    other = store.get(replace(RUN, seed=1), pictures, device="cpu")
    assert not other.predictions().equals(finished.predictions())


def test_a_folder_gets_its_name_when_it_is_whole(store, pictures, monkeypatch):
    """Nobody who looks into the store meanwhile sees a part of a run."""
    seen = []

    def look(partial, folder):
        seen.append((names_in(partial), folder.exists(), store.find(RUN, pictures)))
        rename(partial, folder)

    rename = os.replace
    monkeypatch.setattr(os, "replace", look)
    store.get(RUN, pictures, device="cpu")
    assert seen == [(FILES, False, None)]


def test_predictions_are_of_the_published_test_list_in_order(finished):
    """The first pictures of the published list, its labels, and two probabilities each."""
    published = folds.lists()["five_agrees/test1/test.txt"].decode().splitlines()[:LIMIT]
    table = finished.predictions()
    assert list(table) == ["image", "label", "centre", "oversampled"]
    assert [f"{row.image} {row.label}" for row in table.itertuples()] == published
    assert table[["centre", "oversampled"]].stack().between(0, 1).all()
    assert (table["centre"] != table["oversampled"]).any()


def test_the_curve_is_watched_on_the_test_pictures(finished):
    """At the last iteration, loss and accuracy follow from the recorded centre predictions."""
    table, last = finished.predictions(), finished.curve().iloc[-1]
    given = table["centre"].where(table["label"] == 1, 1 - table["centre"])
    assert last["iteration"] == RUN.recipe.iterations
    assert last["test_loss"] == pytest.approx(-np.log(given).mean(), rel=1e-4)
    assert last["test_accuracy"] == ((table["centre"] > 0.5) == table["label"]).mean()


def test_provenance_is_kept(finished):
    """Commit, machine, versions, date and duration lie beside the numbers."""
    details = finished.provenance()
    assert (details["commit"], details["device"]) == (provenance.commit()[0], "cpu")
    assert details["versions"]["torch"] == provenance.versions()["torch"]
    assert details["hardware"]["cores"] == provenance.hardware()["cores"]
    assert pd.Timestamp(details["began"]).tzinfo is not None
    assert 0 < details["seconds"] < 60


def test_the_commit_is_the_one_at_the_start(store, pictures, monkeypatch):
    """A commit made while the run goes on is not that of the code that runs."""
    answers = [("before", False)]
    monkeypatch.setattr(provenance, "commit", lambda: answers[-1])
    record = store.get(
        RUN, pictures, device="cpu", progress=lambda done: answers.append(("after", True))
    )
    assert len(answers) > 1
    assert (record.provenance()["commit"], record.provenance()["dirty"]) == answers[0]


# Interrupted


@pytest.mark.parametrize(
    ("module", "name", "fault"),
    [
        (loop, "train", RuntimeError),
        (loop, "train", KeyboardInterrupt),
        (provenance, "versions", OSError),
    ],
)
def test_an_interrupted_run_leaves_nothing(store, pictures, monkeypatch, module, name, fault):
    """Neither a folder nor a half-made one, whether it stops in training or when writing."""

    def stop(*_, **__):
        assert len(names_in(store.root)) == 1
        raise fault

    monkeypatch.setattr(module, name, stop)
    with pytest.raises(fault):
        store.get(RUN, pictures, device="cpu")
    assert names_in(store.root) == []


def test_a_killed_run_is_made_again(store, pictures, finished):
    """After kill -9 the same command gives the same result, and sweeps what was left."""
    killed = in_another_process(store.root, "os.kill(os.getpid(), signal.SIGKILL)")
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    left = names_in(store.root)
    assert len(left) == 1
    assert left[0].startswith(".partial-")
    assert store.records() == []
    again = store.get(RUN, pictures, device="cpu")
    assert names_in(store.root) == [finished.key]
    assert same_result(again, finished)


def test_two_processes_may_make_the_same_run(store, pictures, finished):
    """The second to finish finds the folder there; neither disturbs the other."""
    ends = []

    def overtake(done):
        if not ends:
            ends.append(in_another_process(store.root, "None"))
            ours = f".partial-{socket.gethostname()}-{os.getpid()}-{finished.key}"
            assert names_in(store.root) == [ours, finished.key]

    record = store.get(RUN, pictures, device="cpu", progress=overtake)
    assert ends[0].returncode == 0, ends[0].stderr
    assert names_in(store.root) == [finished.key]
    assert same_result(record, finished)


def test_only_leftovers_of_dead_processes_of_this_machine_are_swept(store, pictures):
    """A store may be shared with other machines and with processes that are still at work."""
    dead = subprocess.Popen(["true"])
    dead.wait()
    host, alive = socket.gethostname(), os.getppid()
    kept = [
        f".partial-{host}-{alive}-{'a' * 16}",
        f".partial-{host}-2-{dead.pid}-{'a' * 16}",
        f".partial-elsewhere-{dead.pid}-{'a' * 16}",
        ".partial-",
    ]
    for name in [*kept, f".partial-{host}-{dead.pid}-{'a' * 16}"]:
        (store.root / name).mkdir(parents=True)
    record = store.get(RUN, pictures, device="cpu")
    assert names_in(store.root) == sorted([*kept, record.key])


# Opening


def test_a_damaged_folder_is_not_run_over(finished, tmp_path, pictures):
    """Asking its store for the run says which folder to delete."""
    folder = copy_of(finished, tmp_path)
    (folder / "curve.csv").unlink()
    with pytest.raises(UserError, match=str(folder)):
        Store(folder.parent).get(RUN, pictures, device="cpu")


def test_records_are_the_whole_folders_in_the_order_of_keys(finished, tmp_path):
    """What is half-made, and what is no run, is passed over; no store has no records."""
    for name in ("b", "a", ".partial-host-1-c"):
        shutil.copytree(finished.folder, tmp_path / name)
    (tmp_path / "d").mkdir()
    (tmp_path / "README.md").touch()
    assert [record.folder.name for record in Store(tmp_path).records()] == ["a", "b"]
    assert Store(tmp_path / "nowhere").records() == []


def test_a_store_lies_where_the_environment_says(tmp_path, monkeypatch):
    """Notebook and command agree on the place."""
    monkeypatch.setenv("PIXELS_TO_SENTIMENT_RUNS", str(tmp_path))
    assert Store().root == tmp_path


# Recording


@pytest.fixture
def recordable(finished, tmp_path):
    """Give a function that makes records which say that they are of the full protocol."""

    def make(key, source="photographs", **changes):
        folder = Path(shutil.copytree(finished.folder, tmp_path / "runs" / key))
        run = replace(RUN, **{"limit": None} | changes)
        data = {"source": source, "fingerprint": "made-up"}
        change(folder / "run.json", key=key, run=asdict(run), data=data)
        return Record.open(folder)

    return make


def test_recording_copies_everything_but_the_weights(recordable, tmp_path):
    """Once: a second time nothing is added, and what is recorded can be opened."""
    records, results = [recordable("b", seed=2), recordable("a")], tmp_path / "results"
    assert record(records, results) == [results / "b", results / "a"]
    for one in records:
        assert names_in(results / one.key) == FILES[:-1]
        for name in FILES[:-1]:
            copied = (results / one.key / name).read_bytes()
            assert copied == (one.folder / name).read_bytes()
    assert record([*records, recordable("c", fold=2)], results) == [results / "c"]
    assert names_in(results) == ["a", "b", "c"]
    opened = recorded(results)
    assert [one.key for one in opened] == ["a", "b", "c"]
    assert opened[1].run == records[0].run
    assert opened[1].predictions().equals(records[0].predictions())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"limit": 4}, "a few pictures"),
        ({"source": "stand-in"}, "the stand-in"),
        ({"recipe": Recipe("paper-shortened", iterations=2)}, "a shortened recipe"),
    ],
)
def test_only_the_full_protocol_is_recorded(recordable, tmp_path, changes, reason):
    """One run that is not refuses them all, before anything is copied."""
    records, results = [recordable("a"), recordable("b", **changes)], tmp_path / "results"
    with pytest.raises(UserError, match=f"Run b cannot be recorded: .* {reason};"):
        record(records, results)
    assert not results.exists()


def test_a_run_is_recorded_under_one_key(recordable, tmp_path):
    """With two, of other code or data, a score would count the same fold and seed twice."""
    results = tmp_path / "results"
    record([recordable("a")], results)
    again, other = recordable("b"), recordable("c", seed=1)
    with pytest.raises(
        UserError, match=rf"Run b cannot .* {results / 'a'} is .* delete that folder"
    ):
        record([other, again], results)
    assert names_in(results) == ["a"]
    shutil.rmtree(results / "a")
    assert record([other, again], results) == [results / "c", results / "b"]


def test_two_keys_of_a_run_are_not_recorded_at_once(recordable, tmp_path):
    """Neither is copied, as nobody has said which of them counts."""
    one, other = recordable("a"), recordable("b")
    with pytest.raises(UserError, match=f"Run b cannot be recorded: {one.folder} is the same run"):
        record([one, other], tmp_path / "results")
    assert not (tmp_path / "results").exists()


def test_recording_that_fails_leaves_nothing_half_copied(recordable, tmp_path, monkeypatch):
    """The results are committed: a partial folder must not stay among them."""
    results = tmp_path / "results"

    def fill_the_disk(source, target, **_):
        Path(target).mkdir(parents=True, exist_ok=True)
        raise OSError("No space left on device")

    one = recordable("a")
    monkeypatch.setattr(shutil, "copytree", fill_the_disk)
    with pytest.raises(OSError, match="No space"):
        record([one], results)
    assert names_in(results) == []


def test_results_lie_where_the_environment_says(recordable, tmp_path, monkeypatch):
    """Without a folder given, recording and reading agree on the place; empty is no fault."""
    monkeypatch.setenv("PIXELS_TO_SENTIMENT_RESULTS", str(tmp_path / "results"))
    assert recorded() == []
    assert record([recordable("a")]) == [tmp_path / "results" / "a"]
    assert [one.key for one in recorded()] == ["a"]


# Devices


@pytest.mark.parametrize(("gpu", "chosen"), [(True, "cuda"), (False, "cpu")])
def test_auto_takes_the_gpu_if_there_is_one(monkeypatch, gpu, chosen):
    """And a device named outright is taken as it is, where the machine has it."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpu)
    assert pick_device("auto") == chosen
    assert pick_device(chosen) == chosen
    assert pick_device("cpu") == "cpu"


@pytest.mark.parametrize("device", ["cuda", "cuda:1", "gpu", "CPU", "", "cuda:x"])
def test_a_device_that_is_not_there_is_named(monkeypatch, device):
    """A GPU on a machine without one, and words that are no device."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(UserError, match=f"device {device!r}: "):
        pick_device(device)


def test_without_twins_no_training_picture_is_in_the_test_fold_too(store, monkeypatch):
    """Of two byte-identical pictures the one of the training list is left out."""
    loaded = made_up_pictures()
    train, test = (part.head(LIMIT)["image"].to_list() for part in folds.split("five", 1))
    digests = {name: name for name in loaded.names} | {train[1]: "same", test[0]: "same"}
    files = pd.DataFrame({"image": list(digests), "sha256": list(digests.values())})
    loaded = replace(loaded, files=files)
    seen = []
    real = loop.train

    def watched(network, pixels, labels, recipe, **options):
        seen.append((pixels.numpy().copy(), len(labels)))
        return real(network, pixels, labels, recipe, **options)

    monkeypatch.setattr(loop, "train", watched)
    for twins in (True, False):
        store.get(replace(RUN, recipe=replace(RUN.recipe, twins=twins)), loaded, device="cpu")
    rows = loaded.rows(pd.Series(train))
    kept = [rows, np.delete(rows, 1)]
    for (pixels, labels), expected in zip(seen, kept, strict=True):
        assert labels == len(expected)
        np.testing.assert_array_equal(pixels, loaded.pixels[expected])
