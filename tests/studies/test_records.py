"""Finished map studies: what one says."""

import json

import numpy as np
import pytest

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.studies.records import StudyRecord
from toy_studies import FITTED, measured, written


def test_maps_come_back_as_they_were_and_older_studies_have_no_grad_cam(tmp_path):
    """Picture by picture and place by place, also where they are not square."""
    maps = np.random.default_rng(0).normal(0, 3, (4, 3, 12)).round(3)
    folder = written(tmp_path / "key", FITTED, maps=maps)
    opened = StudyRecord.open(folder)
    for (names, found), expected in (
        (opened.maps(), maps),
        (opened.grad_cam(), np.abs(maps)),
    ):
        np.testing.assert_allclose(found, expected)
        assert found.dtype == float
        assert list(names) == list(opened.measures()["image"].unique())
    assert opened.grad_cam_at == opened.at != ()
    (folder / "grad_cam.csv").unlink()
    with pytest.raises(UserError, match=r"grad_cam\.csv cannot be read .*delete .* and run again"):
        StudyRecord.open(folder)
    content = json.loads((folder / "maps.json").read_text())
    del content["grad_cam_at"]
    (folder / "maps.json").write_text(json.dumps(content))
    older = StudyRecord.open(folder)
    assert (older.grad_cam(), older.grad_cam_at) == (None, ())
    np.testing.assert_allclose(older.maps()[1], maps)


def test_measures_come_back_with_fold_and_key(tmp_path):
    """So that the tables of several studies can be put together."""
    listed = folds.split("five", 1)[1].head(4)
    table = measured(listed["image"].to_list(), listed["label"].to_list())
    opened = StudyRecord.open(written(tmp_path / "key", FITTED, table))
    found = opened.measures()
    assert (set(found["fold"]), set(found["key"])) == ({1}, {opened.key})
    assert found.drop(columns=["fold", "key"]).equals(table)


@pytest.mark.parametrize("name", ["log_odds.csv", "grad_cam.csv", "measures.csv"])
@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: "".join(text.splitlines(keepends=True)[:-1]),
        lambda text: text.replace(".jpg", ".png", 1),
        lambda text: "many".join(text.rsplit("0.", 1)),
    ],
)
def test_a_damaged_table_is_named(tmp_path, name, damage):
    """Whether it is opened or to be recorded."""
    folder = written(tmp_path / "key", FITTED)
    text = (folder / name).read_text()
    (folder / name).write_text(damage(text))
    opened = StudyRecord.open(folder)
    reader = {"log": opened.maps, "gra": opened.grad_cam, "mea": opened.measures}[name[:3]]
    for read in (reader, opened.check):
        with pytest.raises(UserError, match=rf"^{folder / name} is damaged .*or delete {folder}"):
            read()
