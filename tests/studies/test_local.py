"""The mean of local answers is held against the answer to the whole picture, run by run."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pixels_to_sentiment.records.runs import Record
from pixels_to_sentiment.studies import authors, local
from pixels_to_sentiment.studies.records import StudyRecord
from toy_studies import FITTED, MAPPED_RUN, measured, written

pytestmark = pytest.mark.usefixtures("any_pictures")

RUN = replace(MAPPED_RUN, network="caffenet", limit=None)
# A picture a row: label, probability at every place, and of the whole picture.
PICTURES = {
    1: [(1, 0.9, 0.8, 0.7), (0, 0.6, 0.4, 0.7), (0, 0.2, 0.2, 0.2), (1, 0.7, 0.5, 0.7)],
    2: [(1, 0.1, 0.2, 0.1), (0, 0.4, 0.3, 0.4), (1, 0.6, 0.3, 0.6), (0, 0.5, 0.6, 0.5)],
}


@pytest.fixture
def made(tmp_path):
    """Studies of two folds, and the runs behind them under other keys."""
    studies, records = [], []
    for fold, rows in PICTURES.items():
        names = [f"{fold}-{row}.jpg" for row in range(len(rows))]
        label, places, centre, oversampled = np.array(rows).T
        maps = np.log(places / (1 - places))[:, None, None] * np.ones((1, 8, 8))
        run = replace(RUN, fold=fold)
        study = replace(FITTED, run=f"{fold}", fold=fold)
        table = measured(names, label)
        folder = written(tmp_path / f"study {fold}", study, table, maps, run)
        studies.append(StudyRecord.open(folder))
        folder = tmp_path / f"run {fold}"
        folder.mkdir()
        # In another order: pictures are found by name.
        table = pd.DataFrame(
            {"image": names, "label": label, "centre": centre, "oversampled": oversampled}
        )
        table[::-1].to_csv(folder / "predictions.csv", index=False)
        data = {"source": "photographs", "fingerprint": "made-up"}
        records.append(Record(folder, run, f"key {fold}", data, "c"))
    return studies, records


def test_differences_are_those_of_each_picture(made):
    """By hand: mean absolute difference, share with another class, and accuracy."""
    table = local.against_global(*made).set_index("crops")
    assert list(table.index) == ["centre", "oversampled"]
    assert list(table["pictures"]) == [8, 8]
    centre = table.loc["centre"]
    assert centre["difference"] == pytest.approx(np.mean([0.1, 0.2, 0, 0.2, 0.1, 0.1, 0.3, 0.1]))
    # One half is negative: the fourth picture of both folds changes.
    assert centre["changed"] == pytest.approx(4 / 8)
    assert centre["gain"] == pytest.approx((-1 + 1 + 1 + 1) / 8)
    assert table.loc["oversampled", "changed"] == 0
    assert table.loc["oversampled", "gain"] == 0
    for name in ("", "changed_", "gain_"):
        middle = table[name.rstrip("_") or "difference"]
        assert middle.between(table[f"{name}low"], table[f"{name}high"]).all()
    assert centre["changed_low"] < centre["changed_high"]
    # Where no picture changes there is nothing to resample.
    assert tuple(table.loc["oversampled", ["changed_low", "changed_high"]]) == (0, 0)


def test_a_study_finds_its_run_by_what_was_run(made):
    """Not by a key; the row names all four, and another seed, whose network is another, has its."""
    studies, records = made
    table = local.against_global(studies, records)
    wanted = {*(one.key for one in studies), "key 1", "key 2"}
    assert set(table.loc[0, "keys"]) == set(table.attrs["runs"]) == wanted
    some = local.against_global(studies, records[:1])
    assert set(some["pictures"]) == {4}
    assert local.against_global(studies, []).empty
    other = replace(RUN, seed=1, fold=1)
    table = local.against_global(
        [*studies, replace(studies[0], run=other)], [*records, replace(records[0], work=other)]
    )
    assert table["configuration"].nunique() == 2
    assert list(table["pictures"]) == [8, 8, 4, 4]


def test_yardsticks_are_of_other_answers_to_the_whole_picture(made, tmp_path):
    """By hand: ten crops against the centre crop, and another seed's where the study names it."""
    studies, records = made
    table = local.yardsticks(*made)
    assert list(table["crops"]) == ["oversampled"]
    apart = [0.1, 0.3, 0, 0.2, 0.1, 0.1, 0.3, 0.1]
    assert table.loc[0, "difference"] == pytest.approx(np.mean(apart))
    assert table.loc[0, "changed"] == pytest.approx(4 / 8)
    assert set(table.attrs["runs"]) == {"key 1", "key 2"}
    other = replace(RUN, seed=1, fold=1)
    moved = records[0].predictions().assign(centre=[0.6, 0.4, 0.5, 0.6])
    moved.to_csv(tmp_path / "predictions.csv", index=False)
    again = replace(records[0], folder=tmp_path, work=other, key="other")
    studies = [replace(studies[0], other=other), studies[1]]
    seed = local.yardsticks(studies, [*records, again]).set_index("crops").loc["seed"]
    # In the order of the file, which is turned: of the pictures 0.5, 0.2, 0.4 and 0.8.
    assert seed["difference"] == pytest.approx(np.mean([0.1, 0.2, 0.1, 0.2]))
    assert (seed["changed"], seed["pictures"]) == (1 / 4, 4)
    assert "other" in seed["keys"]


@pytest.mark.parametrize(
    "change",
    [
        {"run": replace(RUN, network="squeezenet1_1")},
        {"run": None},
        {"at": (0.2, 0.5, 0.8)},
        {"data": {"source": "stand-in"}},
    ],
)
def test_only_caffenet_with_the_articles_places_counts(made, change):
    """Other networks give other numbers of places."""
    studies, records = made
    records = [*records, replace(records[0], work=replace(RUN, network="squeezenet1_1"))]
    assert local.against_global([replace(studies[0], **change)], records).empty


def test_the_authors_mean_is_bounded_by_what_the_figure_does_not_show():
    """By hand from the numbers: where all 64 cells are shown the bounds meet."""
    table, maps = local.of_authors(), authors.maps()
    assert list(table["cells"]) == [64 if not np.isnan(m).any() else 48 for m in maps]
    np.testing.assert_allclose(table["mean"], [np.nanmean(one) for one in maps])
    for bound, value in (("least", 0.0), ("most", 1.0)):
        filled = np.where(np.isnan(maps), value, maps).mean((1, 2))
        np.testing.assert_allclose(table[bound], filled)
    assert list(table["differs"]) == list((table["mean"] > 0.5).astype(int) != table["predicted"])
