"""Finished map studies: what one says."""

import numpy as np
import pytest

from pixels_to_sentiment import provenance
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.studies.records import StudyRecord
from toy_studies import FITTED, measured, written


def test_maps_and_measures_come_back_as_they_were(tmp_path, monkeypatch):
    """Place by place, also where maps are not square; measures with fold and key beside.

    Each opening is noted, for the line below a table or figure that names its studies.
    """
    noted = []
    monkeypatch.setattr(provenance, "opened", noted.append)
    listed = folds.split("five", 1)[1].head(4)
    table = measured(listed["image"].to_list(), listed["label"].to_list())
    maps = np.random.default_rng(0).normal(0, 3, (4, 3, 12)).round(3)
    opened = StudyRecord.open(written(tmp_path / "key", FITTED, table, maps))
    names, found = opened.maps()
    np.testing.assert_allclose(found, maps)
    assert list(names) == list(listed["image"])
    kept = opened.measures()
    assert (set(kept["fold"]), set(kept["key"])) == ({1}, {opened.key})
    assert kept.drop(columns=["fold", "key"]).equals(table)
    assert noted == [opened.key] * 2


@pytest.mark.parametrize("name", ["log_odds.csv", "measures.csv"])
@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: "\0\x01",
        lambda text: text[: text.rindex(".jpg")],
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
    reader = opened.maps if name == "log_odds.csv" else opened.measures
    for read in (reader, opened.check):
        with pytest.raises(UserError, match=rf"^{folder / name} is damaged .*or delete {folder}"):
            read()
