"""Probes: what their keys depend on, and what a finished one says."""

import os
import re
from dataclasses import asdict, fields, replace
from pathlib import Path

import numpy as np
import pytest

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.networks import factory
from pixels_to_sentiment.probes import features, linear, records
from pixels_to_sentiment.probes.records import Probe, ProbeRecord
from pixels_to_sentiment.records import runs
from toy_probes import FILES, PROBE, written
from toy_runs import RUN, change

pytestmark = pytest.mark.usefixtures("isolated")

# Keys

OTHER = {
    "network": "0123456789abcdef",
    "agreement": "four",
    "fold": 2,
    "layers": ("penultimate", "logits"),
    "grid": (("svm", -1, 1),),
    "weights": "file.safetensors",
    "seed": 1,
    "limit": None,
}


def test_the_key_depends_on_every_field_of_a_probe():
    """No field may be left out of what decides whether a probe is done already."""
    assert OTHER.keys() == {field.name for field in fields(Probe)}
    keys = [replace(PROBE, **{name: value}).key("data") for name, value in OTHER.items()]
    assert len({PROBE.key("data"), *keys}) == len(OTHER) + 1
    assert all(re.fullmatch("[0-9a-f]{16}", key) for key in keys)


def test_the_key_depends_on_data_and_code(monkeypatch):
    """Other pictures or other code make another probe."""
    before = PROBE.key("data")
    assert PROBE.key("other data") != before
    monkeypatch.setattr(records, "code_fingerprint", lambda: "changed")
    assert PROBE.key("data") != before


@pytest.mark.parametrize("name", ["probes/linear", "probes/features", "prediction", "networks"])
def test_the_code_fingerprint_sees_statements_and_no_prose(name, tmp_path, monkeypatch):
    """A changed statement makes new probes; a changed comment or docstring does not."""
    before = records.code_fingerprint()
    for module in records._CODE:
        path = tmp_path / f"{module}.py"
        path.parent.mkdir(exist_ok=True, parents=True)
        text = (Path(runs.__file__).parents[1] / f"{module}.py").read_text()
        path.write_text("# A remark.\n" + re.sub(r'^"""', '"""Other words: ', text))
    monkeypatch.setattr(runs, "__file__", str(tmp_path / "records" / "runs.py"))
    assert records.code_fingerprint.__wrapped__() == before
    path = tmp_path / f"{name}.py"
    path.write_text(path.read_text() + "\n_ADDED = 1\n")
    assert records.code_fingerprint.__wrapped__() != before


# What a probe is of


def test_a_probe_of_a_run_is_on_its_fold(finished):
    """Subset, fold and network are the run's; all its layers, both classifiers, the whole grid."""
    probe = Probe.of_run(finished)
    assert (probe.network, probe.agreement, probe.fold) == (finished.key, "five", 1)
    assert not probe.frozen
    assert probe.layers == ("logits", "penultimate")
    assert probe.grid == linear.GRID
    few = Probe.of_run(finished, ["logits"], limit=4, grid=PROBE.grid)
    assert few == replace(probe, layers=("logits",), limit=4, grid=PROBE.grid)


def test_a_probe_of_a_start_names_its_weights(monkeypatch):
    """Network, start and file; a start from random weights has none."""
    monkeypatch.setattr(factory, "weights_asset", lambda name, start: f"{name}.{start}")
    probe = Probe.untrained("caffenet", "imagenet", "four", 2, seed=3)
    assert (probe.network, probe.weights) == ("caffenet:imagenet", "caffenet.imagenet")
    assert (probe.agreement, probe.fold, probe.seed, probe.frozen) == ("four", 2, 3, True)
    assert probe.layers == tuple(features.LAYERS["caffenet"])
    monkeypatch.undo()
    assert Probe.untrained("caffenet", "random", "five", 1).weights is None
    with pytest.raises(UserError, match="no start 'else'"):
        Probe.untrained("caffenet", "else", "five", 1)


def test_pictures_are_the_published_lists_up_to_the_limit():
    """In their order; without a limit all of them."""
    for limit in (4, None):
        train, test = replace(PROBE, fold=3, limit=limit).lists()
        published = folds.split("five", 3)
        assert train.equals(published[0].head(limit))
        assert test.equals(published[1].head(limit))


# What a record says


@pytest.fixture
def labels():
    return PROBE.lists()[1]["label"].to_numpy()


@pytest.fixture
def record(tmp_path, labels):
    """Make a record that predicts all negative, all right, and one wrong."""
    wrong = np.array([1 - labels[0], *labels[1:]])
    predicted = ["".join(map(str, row)) for row in (0 * labels, labels, wrong)]
    return ProbeRecord.open(written(tmp_path / "key", PROBE, predicted))


def test_a_record_says_what_was_probed(record):
    """The probe comes back equal from JSON, tuples too, with data and code."""
    assert (record.probe, record.run, record.key, record.code) == (PROBE, None, "key", "c")
    assert record.data["fingerprint"] == "made-up"
    assert record.provenance() == {"seconds": 1.5}


def test_predictions_keep_their_leading_zeros(record, labels):
    """As text, a character a test picture."""
    assert record.table()["predicted"][0] == "0000"
    assert record.table()["predicted"][1] == "".join(map(str, labels))


def test_accuracies_follow_from_the_predictions(record, labels):
    """By the labels of the published test list."""
    table = record.accuracies()
    assert table["accuracy"].to_list() == [np.mean(labels == 0), 1, 0.75]
    row = table.iloc[0]
    names = ["timm/test_efficientnet", "random", "frozen", "fp32", "five"]
    assert row[records.CONFIGURATION].to_list() == names
    assert (row["fold"], row["seed"], row["key"], row["pictures"]) == (1, 0, "key", 4)
    assert table["cost"].to_list() == [1, 2, 4]
    assert "predicted" not in table


def test_a_record_of_a_run_names_its_configuration(tmp_path):
    """Network, start, recipe, precision and seed are the run's."""
    run = replace(RUN, seed=7, precision="bf16")
    probe = replace(PROBE, network="abc")
    opened = ProbeRecord.open(written(tmp_path / "key", probe, ["0101"], run=asdict(run)))
    assert opened.run == run
    row = opened.accuracies().iloc[0]
    names = [run.network, run.start, "tiny", "bf16", "five"]
    assert row[records.CONFIGURATION].to_list() == names
    assert row["seed"] == 7


DAMAGE = {
    "probe.json cut short": lambda folder: os.truncate(folder / "probe.json", 100),
    "not an object": lambda folder: (folder / "probe.json").write_text("[]"),
    "unknown field": lambda folder: change(folder / "probe.json", probe={"colour": 1}),
    "run cut short": lambda folder: change(folder / "probe.json", run={"recipe": None}),
    "not text": lambda folder: (folder / "probe.json").write_bytes(b"\xff\xfe"),
    "no table": lambda folder: (folder / "layers.csv").unlink(),
    "no provenance": lambda folder: (folder / "provenance.json").unlink(),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_folder_is_named(record, damage):
    """Opening it says which folder to delete."""
    assert sorted(path.name for path in record.folder.iterdir()) == FILES
    DAMAGE[damage](record.folder)
    with pytest.raises(UserError, match=rf"{record.folder} is not .*delete it and run again\.$"):
        ProbeRecord.open(record.folder)


@pytest.mark.parametrize("predicted", ["101", "01012", "010x", ""])
def test_a_table_that_does_not_predict_each_picture_is_named(tmp_path, predicted):
    """Such as one from which somebody's spreadsheet took the zeros."""
    opened = ProbeRecord.open(written(tmp_path / "key", PROBE, ["0000", predicted]))
    with pytest.raises(UserError, match=rf"layers\.csv .*delete {tmp_path / 'key'} and run"):
        opened.accuracies()


def test_a_probe_that_is_not_there_is_not_to_be_deleted(tmp_path):
    """A mistyped key gets another sentence than a damaged folder."""
    with pytest.raises(UserError, match=rf"no finished probe 'abc' in {tmp_path}\.$"):
        ProbeRecord.open(tmp_path / "abc")


def test_probes_and_runs_are_told_apart(record, finished):
    """Neither is opened as the other, as they lie side by side."""
    with pytest.raises(UserError, match="not the folder of a finished probe"):
        ProbeRecord.open(finished.folder)
    with pytest.raises(UserError, match="not the folder of a finished run"):
        runs.Record.open(record.folder)
