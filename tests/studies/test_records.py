"""Map studies: what their keys depend on, and what a finished one says."""

import json
import os
import re
from dataclasses import asdict, fields, replace
from pathlib import Path

import numpy as np
import pytest

from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.records import provenance, runs
from pixels_to_sentiment.studies import records
from pixels_to_sentiment.studies.records import Study, StudyRecord
from toy_runs import change
from toy_studies import FILES, FITTED, MAPPED_RUN, measured, written

pytestmark = pytest.mark.usefixtures("isolated")

OTHER = {
    "run": "0123456789abcdef",
    "agreement": "four",
    "fold": 2,
    "other": "fedcba9876543210",
    "labels": True,
    "seed": 1,
    "limit": None,
}


def test_the_key_depends_on_every_field_of_a_study():
    """No field may be left out of what decides whether a study is done already."""
    assert OTHER.keys() == {field.name for field in fields(Study)}
    keys = [replace(FITTED, **{name: value}).key("data") for name, value in OTHER.items()]
    assert len({FITTED.key("data"), *keys}) == len(OTHER) + 1
    assert all(re.fullmatch("[0-9a-f]{16}", key) for key in keys)


def test_the_key_depends_on_data_and_code(monkeypatch):
    """Other pictures or other code make another study."""
    before = FITTED.key("data")
    assert FITTED.key("other data") != before
    monkeypatch.setattr(records, "code_fingerprint", lambda: "changed")
    assert FITTED.key("data") != before


@pytest.mark.parametrize("name", ["maps/dense", "networks/surgery", "studies/measures"])
def test_the_code_fingerprint_sees_statements_and_no_prose(name, tmp_path, monkeypatch):
    """A changed statement makes new studies; a changed comment or docstring does not."""
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


def test_a_network_that_was_not_fine_tuned_is_told_by_its_name():
    """A key of a run has no colon."""
    assert FITTED.fitted
    assert not replace(FITTED, run="0123456789abcdef").fitted


@pytest.fixture
def record(tmp_path):
    return StudyRecord.open(written(tmp_path / "key", FITTED))


def test_a_record_says_what_was_mapped(record):
    """The study comes back equal from JSON, with data and code."""
    assert (record.study, record.run, record.other) == (FITTED, None, None)
    assert (record.key, record.code) == ("key", "c")
    assert record.data["fingerprint"] == "made-up"
    assert record.provenance() == {"seconds": 1.5}


def test_the_runs_behind_a_study_come_back_equal(tmp_path):
    """Recipes with their tuples, too."""
    other = replace(MAPPED_RUN, seed=1)
    study = replace(FITTED, run="a", other="b")
    opened = StudyRecord.open(written(tmp_path / "key", study, run=MAPPED_RUN, other=other))
    assert (opened.run, opened.other) == (MAPPED_RUN, other)
    assert asdict(opened.run) == asdict(MAPPED_RUN)


def test_maps_come_back_as_they_were(tmp_path):
    """Picture by picture and place by place, also where they are not square."""
    maps = np.random.default_rng(0).normal(0, 3, (4, 3, 12)).round(3)
    opened = StudyRecord.open(written(tmp_path / "key", FITTED, maps=maps))
    names, found = opened.maps()
    np.testing.assert_allclose(found, maps)
    assert found.dtype == float
    assert list(names) == list(opened.measures()["image"].unique())


def test_grad_cam_maps_come_back_and_older_studies_have_none(tmp_path):
    """A study recorded before they were kept is opened as it is."""
    maps = np.random.default_rng(0).normal(0, 3, (4, 3, 12)).round(3)
    folder = written(tmp_path / "key", FITTED, maps=maps)
    opened = StudyRecord.open(folder)
    np.testing.assert_allclose(opened.grad_cam()[1], np.abs(maps))
    assert list(opened.grad_cam()[0]) == list(opened.maps()[0])
    assert opened.grad_cam_at == opened.at
    content = json.loads((folder / "maps.json").read_text())
    del content["grad_cam_at"]
    (folder / "maps.json").write_text(json.dumps(content))
    (folder / "grad_cam.csv").unlink()
    older = StudyRecord.open(folder)
    assert (older.grad_cam(), older.grad_cam_at) == (None, ())
    np.testing.assert_allclose(older.maps()[1], maps)


def test_measures_come_back_with_fold_and_key(tmp_path):
    """So that the tables of several studies can be put together."""
    table = measured(["a.jpg", "b.jpg"], [0, 1])
    study = replace(FITTED, fold=3)
    found = StudyRecord.open(written(tmp_path / "key", study, table)).measures()
    assert (set(found["fold"]), set(found["key"])) == ({3}, {"key"})
    assert found.drop(columns=["fold", "key"]).equals(table)


@pytest.mark.parametrize("what", ["maps", "grad_cam", "measures"])
def test_what_is_opened_is_noted_for_the_page(record, what, monkeypatch):
    """The line below a table or figure names the studies that it shows."""
    noted = []
    monkeypatch.setattr(provenance, "opened", noted.append)
    getattr(record, what)()
    assert noted == ["key"]


DAMAGE = {
    "maps.json cut short": lambda folder: os.truncate(folder / "maps.json", 100),
    "not an object": lambda folder: (folder / "maps.json").write_text("[]"),
    "unknown field": lambda folder: change(folder / "maps.json", maps={"colour": 1}),
    "run cut short": lambda folder: change(folder / "maps.json", run={"recipe": None}),
    "not text": lambda folder: (folder / "maps.json").write_bytes(b"\xff\xfe"),
    "no maps": lambda folder: (folder / "log_odds.csv").unlink(),
    "no Grad-CAM": lambda folder: (folder / "grad_cam.csv").unlink(),
    "no measures": lambda folder: (folder / "measures.csv").unlink(),
    "no provenance": lambda folder: (folder / "provenance.json").unlink(),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_folder_is_named(record, damage):
    """Opening it says which folder to delete."""
    assert sorted(path.name for path in record.folder.iterdir()) == FILES
    DAMAGE[damage](record.folder)
    with pytest.raises(UserError, match=rf"{record.folder} is not .*delete it and run again\.$"):
        StudyRecord.open(record.folder)


def test_maps_that_are_not_there_are_not_to_be_deleted(tmp_path):
    """A mistyped key gets another sentence than a damaged folder."""
    with pytest.raises(UserError, match=rf"no finished maps 'abc' in {tmp_path}\.$"):
        StudyRecord.open(tmp_path / "abc")


def test_studies_and_runs_are_told_apart(record, finished):
    """Neither is opened as the other, as they lie side by side."""
    with pytest.raises(UserError, match="not the folder of finished maps"):
        StudyRecord.open(finished.folder)
    with pytest.raises(UserError, match="not the folder of a finished run"):
        runs.Record.open(record.folder)
