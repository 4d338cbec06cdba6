"""Runs: their keys, that they are made once and whole, survive a kill, and can be recorded."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from dataclasses import asdict, fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import save_file

from pixels_to_sentiment import folds, networks, prediction, provenance, runs, training
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.pictures import Pictures
from pixels_to_sentiment.runs import Record, Run, Store
from pixels_to_sentiment.training import Recipe

TESTS = Path(__file__).parent
LIMIT = 4
RUN = Run(
    network="timm/test_efficientnet",
    start="random",
    weights=None,
    agreement="five",
    fold=1,
    recipe=Recipe("tiny", iterations=2, batch_size=4),
    limit=LIMIT,
)
FILES = ["curve.csv", "predictions.csv", "provenance.json", "run.json", "weights.safetensors"]


def made_up_pictures():
    """Noise under the real names of the pictures that `RUN` uses."""
    names = pd.concat([part.head(LIMIT)["image"] for part in folds.split("five", 1)]).to_numpy()
    shape = (len(names), 256, 256, 3)
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    return Pictures(names, pixels, "stand-in", "made-up", pd.DataFrame({"image": names}))


def in_another_process(root, progress):
    """Make `RUN` in a process of its own, calling `progress` (source text) every iteration."""
    code = (
        "import os, signal, sys, time\n"
        "from pathlib import Path\n"
        "import torch\n"
        "import test_runs\n"
        f"torch.set_num_threads({torch.get_num_threads()})\n"
        "store = test_runs.Store(Path(sys.argv[1]))\n"
        f"progress = lambda done: {progress}\n"
        "store.get(test_runs.RUN, test_runs.made_up_pictures(), device='cpu', progress=progress)\n"
    )
    command = [sys.executable, "-c", code, str(root)]
    return subprocess.run(command, cwd=TESTS, capture_output=True, text=True)


@pytest.fixture(scope="module")
def pictures():
    return made_up_pictures()


@pytest.fixture(scope="module")
def finished(pictures, tmp_path_factory):
    """`RUN`, finished, in a store of its own; tests leave it as it is."""
    return Store(tmp_path_factory.mktemp("finished")).get(RUN, pictures, device="cpu")


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


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


# Keys

OTHER = {
    "network": "squeezenet1_1",
    "start": "imagenet",
    "weights": "file.safetensors",
    "agreement": "four",
    "fold": 2,
    "recipe": Recipe("tiny", iterations=3, batch_size=4),
    "seed": 1,
    "precision": "bf16",
    "limit": None,
}


def test_the_key_depends_on_every_field_of_a_run():
    """No field may be left out of what decides whether a run is done already."""
    assert OTHER.keys() == {field.name for field in fields(Run)}
    keys = [replace(RUN, **{name: value}).key("data") for name, value in OTHER.items()]
    assert len({RUN.key("data"), *keys}) == len(OTHER) + 1
    assert all(re.fullmatch("[0-9a-f]{16}", key) for key in keys)


@pytest.mark.parametrize("name", [field.name for field in fields(Recipe)])
def test_the_key_depends_on_every_value_of_the_recipe(name):
    """Two recipes of the same name and different values are different runs."""
    value = getattr(RUN.recipe, name)
    if isinstance(value, bool):
        other = not value
    elif isinstance(value, tuple):
        other = (*value, "conv1")
    else:
        other = value + ("x" if isinstance(value, str) else 1)
    recipe = replace(RUN.recipe, **{name: other})
    assert replace(RUN, recipe=recipe).key("data") != RUN.key("data")


def test_the_key_depends_on_data_and_code(monkeypatch):
    """Other pictures or other training code make another run."""
    before = RUN.key("data")
    assert RUN.key("other data") != before
    monkeypatch.setattr(runs, "code_fingerprint", lambda: "changed")
    assert RUN.key("data") != before


def test_the_key_does_not_depend_on_the_order_of_the_fields(monkeypatch):
    """Moving a field in the dataclass leaves finished runs valid."""

    def reverse(content):
        return {
            name: reverse(value) if isinstance(value, dict) else value
            for name, value in reversed(content.items())
        }

    before = RUN.key("data")
    monkeypatch.setattr(runs, "asdict", lambda run: reverse(asdict(run)))
    assert list(runs.asdict(RUN)) == list(reversed(asdict(RUN)))
    assert RUN.key("data") == before


@pytest.fixture
def copied_code(tmp_path, monkeypatch):
    """Copy the fingerprinted modules; the fingerprint then reads the copies."""
    for name in runs._CODE:
        shutil.copy(Path(runs.__file__).parent / f"{name}.py", tmp_path)
    monkeypatch.setattr(runs, "__file__", str(tmp_path / "runs.py"))
    return tmp_path


def uncached_fingerprint():
    return runs.code_fingerprint.__wrapped__()


def test_the_code_fingerprint_ignores_comments_docstrings_and_layout(copied_code):
    """Better prose in a module must not cost anybody a night of training."""
    assert uncached_fingerprint() == runs.code_fingerprint()
    for path in copied_code.glob("*.py"):
        text = path.read_text()
        reworded = re.sub(r'^( *""")(?=\w)', r"\1Other words: ", text, flags=re.MULTILINE)
        assert reworded.count("Other words: ") > 1
        path.write_text("# A remark.\n" + reworded.replace("\n\n", "\n\n\n# Another.\n\n"))
    assert uncached_fingerprint() == runs.code_fingerprint()


@pytest.mark.parametrize("name", ["caffenet", "networks", "pictures", "prediction", "training"])
def test_the_code_fingerprint_sees_a_changed_statement(copied_code, name):
    """A change in any module that decides the result makes new runs."""
    path = copied_code / f"{name}.py"
    path.write_text(path.read_text() + "\n_ADDED = 1\n")
    assert uncached_fingerprint() != runs.code_fingerprint()


# Made once, whole, and the same every time


def test_a_run_is_made_once(store, pictures, monkeypatch):
    """Asking again opens the folder; nothing else lies in the store."""
    calls = []
    train = training.train
    monkeypatch.setattr(training, "train", lambda *a, **k: calls.append(1) or train(*a, **k))
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


@pytest.mark.parametrize(("module", "name"), [(networks, "create"), (training, "train")])
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


def test_a_record_says_what_was_run(finished):
    """The run, with its recipe's tuples, comes back equal from JSON, with data and code."""
    assert finished.run == RUN
    assert finished.data == {"source": "stand-in", "fingerprint": "made-up"}
    assert finished.code == runs.code_fingerprint()
    assert finished.key == finished.run.key("made-up") == finished.folder.name


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


# Interrupted


@pytest.mark.parametrize(
    ("module", "name", "fault"),
    [
        (training, "train", RuntimeError),
        (training, "train", KeyboardInterrupt),
        (provenance, "commit", OSError),
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


def copy_of(record, root):
    return Path(shutil.copytree(record.folder, root / "runs" / record.key))


def change(path, **fields):
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


DAMAGE = {
    "no run.json": lambda folder: (folder / "run.json").unlink(),
    "run.json cut short": lambda folder: os.truncate(folder / "run.json", 100),
    "not an object": lambda folder: (folder / "run.json").write_text("[]"),
    "no key": lambda folder: (folder / "run.json").write_text('{"run": {"recipe": {}}}'),
    "no recipe": lambda folder: change(folder / "run.json", run={"recipe": None}),
    "unknown field": lambda folder: change(folder / "run.json", run={"recipe": {"colour": 1}}),
    "not text": lambda folder: (folder / "run.json").write_bytes(b"\xff\xfe"),
    "no predictions": lambda folder: (folder / "predictions.csv").unlink(),
    "no curve": lambda folder: (folder / "curve.csv").unlink(),
    "no provenance": lambda folder: (folder / "provenance.json").unlink(),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_folder_is_named(finished, tmp_path, pictures, damage):
    """Opening it, or asking its store for the run, says which folder to delete."""
    folder = copy_of(finished, tmp_path)
    assert Record.open(folder).run == RUN
    DAMAGE[damage](folder)
    with pytest.raises(UserError, match=rf"{folder} is not .*delete it and run again\.$"):
        Record.open(folder)
    with pytest.raises(UserError, match=str(folder)):
        Store(folder.parent).get(RUN, pictures, device="cpu")


def test_a_run_that_is_not_there_is_not_to_be_deleted(tmp_path):
    """A mistyped key gets another sentence than a damaged folder."""
    with pytest.raises(UserError, match=rf"no finished run 'abc' in {tmp_path}\.$"):
        Record.open(tmp_path / "abc")


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


# Restoring


def test_a_restored_network_predicts_as_recorded(finished, pictures):
    """Weights, normalisation statistics and input convention come back."""
    pixels = pictures.tensor()[pictures.rows(finished.predictions()["image"])]
    restored, fresh = finished.restore(), networks.create(RUN.network, start="random")
    assert not restored.training
    table = finished.predictions()
    for network, equal in ((restored, True), (fresh, False)):
        views = prediction.centre_and_oversampled(network, pixels)
        close = [
            np.allclose(view, table[name], rtol=1e-12, atol=0)
            for view, name in zip(views, ("centre", "oversampled"), strict=True)
        ]
        assert close == [equal, equal]


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("squeezenet1_1", "random"),
        ("squeezenet1_0", "imagenet-caffe"),
        ("mobilenet_v2", "imagenet"),
    ],
)
def test_restoring_needs_no_starting_weights(finished, tmp_path, monkeypatch, name, start):
    """The start's convention comes from its declaration, all parameters from the run's file."""
    monkeypatch.setattr(networks, "weights_file", lambda names: pytest.fail("asked for weights"))
    body = networks.create(name, start="random", seed=5).body
    save_file(
        {key: value.contiguous() for key, value in body.state_dict().items()},
        tmp_path / runs.WEIGHTS,
    )
    run = replace(RUN, network=name, start=start)
    restored = replace(finished, folder=tmp_path, run=run).restore()
    for key, value in body.state_dict().items():
        assert torch.equal(restored.body.state_dict()[key], value)
    declared = networks.find_start(name, start)
    assert restored.convention == (declared.convention if declared else networks.TORCHVISION)
    assert restored.frozen_norms == (name == "mobilenet_v2")


def test_what_cannot_be_restored_is_named(finished, tmp_path):
    """No weights (as in recorded results), cut short, or those of another network."""
    folder = copy_of(finished, tmp_path)
    path = folder / runs.WEIGHTS
    save_file({"conv1.weight": torch.zeros(1)}, path)
    with pytest.raises(UserError, match=str(path)):
        Record.open(folder).restore()
    os.truncate(path, 20)
    with pytest.raises(UserError, match=str(path)):
        Record.open(folder).restore()
    path.unlink()
    with pytest.raises(UserError, match=f"{folder} holds no weights"):
        Record.open(folder).restore()


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
    records, results = [recordable("b"), recordable("a")], tmp_path / "results"
    assert runs.record(records, results) == [results / "b", results / "a"]
    for record in records:
        assert names_in(results / record.key) == FILES[:-1]
        for name in FILES[:-1]:
            copied = (results / record.key / name).read_bytes()
            assert copied == (record.folder / name).read_bytes()
    assert runs.record([*records, recordable("c")], results) == [results / "c"]
    assert names_in(results) == ["a", "b", "c"]
    opened = runs.recorded(results)
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
        runs.record(records, results)
    assert not results.exists()


def test_recording_that_fails_leaves_nothing_half_copied(recordable, tmp_path, monkeypatch):
    """The results are committed: a partial folder must not stay among them."""
    results = tmp_path / "results"

    def fill_the_disk(source, target, **_):
        Path(target).mkdir(parents=True)
        raise OSError("No space left on device")

    record = recordable("a")
    monkeypatch.setattr(runs.shutil, "copytree", fill_the_disk)
    with pytest.raises(OSError, match="No space"):
        runs.record([record], results)
    assert names_in(results) == []


def test_results_lie_where_the_environment_says(recordable, tmp_path, monkeypatch):
    """Without a folder given, recording and reading agree on the place; empty is no fault."""
    monkeypatch.setenv("PIXELS_TO_SENTIMENT_RESULTS", str(tmp_path / "results"))
    assert runs.recorded() == []
    assert runs.record([recordable("a")]) == [tmp_path / "results" / "a"]
    assert [record.key for record in runs.recorded()] == ["a"]


# Devices


@pytest.mark.parametrize(("gpu", "chosen"), [(True, "cuda"), (False, "cpu")])
def test_auto_takes_the_gpu_if_there_is_one(monkeypatch, gpu, chosen):
    """And a device named outright is taken as it is, where the machine has it."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpu)
    assert runs.pick_device("auto") == chosen
    assert runs.pick_device(chosen) == chosen
    assert runs.pick_device("cpu") == "cpu"


@pytest.mark.parametrize("device", ["cuda", "cuda:1", "gpu", "CPU", "", "cuda:x"])
def test_a_device_that_is_not_there_is_named(monkeypatch, device):
    """A GPU on a machine without one, and words that are no device."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(UserError, match=f"device {device!r}: "):
        runs.pick_device(device)
