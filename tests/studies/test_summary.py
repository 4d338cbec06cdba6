"""Means over folds, intervals and choices of pictures, against sums from their definitions."""

from dataclasses import replace
from statistics import mean

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import auc

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.records.catalogue import run_in_words
from pixels_to_sentiment.studies import faithfulness, measures, summary
from pixels_to_sentiment.studies.records import StudyRecord
from toy_studies import FITTED, MAPPED_RUN, measured, written

pytestmark = pytest.mark.usefixtures("any_pictures")

SIZES = {1: 12, 2: 5, 3: 8}


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    """Studies of three folds with different numbers of pictures."""
    root = tmp_path_factory.mktemp("runs")
    made = []
    for fold, size in SIZES.items():
        listed = folds.split("five", fold)[1].head(size)
        table = measured(listed["image"], listed["label"], seed=fold)
        study = replace(FITTED, fold=fold, limit=None)
        made.append(StudyRecord.open(written(root / f"key{fold}", study, table)))
    return made


@pytest.fixture(scope="module")
def table(records):
    return summary.gathered(records)


def over_folds(rows, name):
    """Mean over folds of the means over pictures, row by row."""
    each = [[row[name] for row in rows if row["fold"] == fold] for fold in SIZES]
    return mean(mean(some) for some in each if some)


def test_scores_are_what_they_are_defined_as(table, records):
    """Areas by scikit-learn, ROAD as the mean distance of its two curves."""
    assert len(table) == sum(SIZES.values()) * len(measures.MAPS)
    for row in table.iloc[::7].to_dict("records"):
        for curve in ("deletion", "insertion"):
            values = [row[f"{curve}@{share:g}"] for share in faithfulness.SHARES]
            assert row[curve] == pytest.approx(auc(faithfulness.SHARES, values))
        gaps = [row[f"road-least@{s}"] - row[f"road-most@{s}"] for s in faithfulness.ROAD_SHARES]
        assert row["road"] == pytest.approx(mean(gaps))
        assert row["sure"] == row["deletion@0"]
        assert row["right"] == (row["class"] == row["label"])
    assert table.attrs["runs"] == [one.key for one in records]


def test_a_mean_is_over_folds_of_means_over_pictures(table):
    """A small fold counts as much as a large one, and the interval holds the mean."""
    found = summary.means(table, ["deletion", "road", "pointing"])
    assert list(found["measure"]) == [
        name for name in ("deletion", "road", "pointing") for _ in measures.MAPS
    ]
    for one in found.itertuples():
        rows = table[table["map"] == one.map].to_dict("records")
        assert one.mean == pytest.approx(over_folds(rows, one.measure))
        assert one.low < one.mean < one.high
        assert one.pictures == sum(SIZES.values())
        of_folds = table[table["map"] == one.map].groupby("fold")[one.measure].mean()
        assert (one.least, one.most) == (of_folds.min(), of_folds.max())
    pooled = table[table["map"] == "map"]["deletion"].mean()
    assert found["mean"].iloc[0] != pytest.approx(pooled, abs=1e-6), "or the folds do not count"


def test_measures_that_a_map_does_not_have_are_left_out(table):
    """And pictures on which there is none do not count."""
    found = summary.means(table, ["seed"])
    assert list(found["map"]) == ["map", "grad-cam"]
    some = table.copy()
    some.loc[(some["map"] == "map") & (some["fold"] == 1), "seed"] = np.nan
    one = summary.means(some, ["seed"]).iloc[0]
    rows = some[(some["map"] == "map") & some["seed"].notna()].to_dict("records")
    assert one["pictures"] == SIZES[2] + SIZES[3]
    assert one["mean"] == pytest.approx(over_folds(rows, "seed"))


def test_differences_are_paired_and_more_speaks_for_the_sentiment_map(table):
    """Picture by picture; of deletion less is better, so that its sign is turned."""
    found = summary.differences(table)
    pairs = {(row.map, row.measure) for row in found.itertuples()}
    assert pairs == {(m, s) for m in measures.MAPS[1:] for s in ("deletion", "insertion", "road")}
    ours = table[table["map"] == "map"].set_index("image")
    for one in found.itertuples():
        theirs = table[table["map"] == one.map].to_dict("records")
        sign = {"deletion": -1, "insertion": 1, "road": 1}[one.measure]
        gaps = [
            {
                "fold": row["fold"],
                "gap": sign * (ours.loc[row["image"], one.measure] - row[one.measure]),
            }
            for row in theirs
        ]
        assert one.difference == pytest.approx(over_folds(gaps, "gap"))
        assert one.low < one.difference < one.high
        assert one.pictures == len(gaps)


def test_curves_are_means_over_folds_at_every_share(table):
    """A row a point, as they are drawn."""
    found = summary.curves(table)
    points = sum(len(shares) for shares in measures.CURVES.values())
    assert len(found) == points * len(measures.MAPS)
    for one in found.iloc[::11].itertuples():
        rows = table[table["map"] == one.map].to_dict("records")
        expected = over_folds(rows, f"{one.curve}@{one.share:g}")
        assert one.probability == pytest.approx(expected)


def test_the_surest_are_the_surest_of_their_group(table):
    """At most so many of each, right before wrong and positive before negative."""
    found, ours, expected = summary.surest(table, 1), table[table["map"] == "map"], []
    for right, class_ in ((True, 1), (True, 0), (False, 1), (False, 0)):
        among = ours[(ours["right"] == right) & (ours["class"] == class_)]
        assert len(among) > 1, "or nothing was left out"
        expected += sorted(among["sure"], reverse=True)[:1]
    assert list(found["sure"]) == expected
    assert set(found["map"]) == {"map"}


def test_failures_are_the_maps_that_mislead_most(table):
    """By ROAD of the sentiment map, the lowest first, of those that are sure enough."""
    ours = table[table["map"] == "map"]
    bound = ours["sure"].median()
    found = summary.failures(table, 3, bound)
    assert list(found["road"]) == sorted(ours[ours["sure"] >= bound]["road"])[:3]
    assert set(found["map"]) == {"map"}


def test_a_picture_that_two_seeds_have_mapped_counts_once(table):
    """With the mean of both, so that a second study narrows no interval by itself."""
    again = table.assign(key="again" + table["key"])
    both = pd.concat([table, again], ignore_index=True)
    for found in (lambda some: summary.means(some, ["road", "seed"]), summary.differences):
        pd.testing.assert_frame_equal(found(both), found(table))
    shifted = pd.concat([table, again.assign(road=again["road"] + 1)], ignore_index=True)
    one, other = (summary.means(some, ["road"])["mean"] for some in (table, shifted))
    np.testing.assert_allclose(other, one + 0.5)
    assert summary.surest(both, 3).equals(summary.surest(table, 3))
    assert summary.failures(both, 3, 0.5).equals(summary.failures(table, 3, 0.5))


def test_two_ways_to_train_a_network_are_never_averaged(tmp_path):
    """Each has a row of its own, with its own difference, and folds of one stand together."""
    studies, expected = [], {}
    for recipe, road in (("paper-settled-then-0.0001", 0.1), ("head-at-base-rate", 0.4)):
        run = replace(MAPPED_RUN, recipe=replace(MAPPED_RUN.recipe, name=recipe), precision="bf16")
        for fold in (1, 2):
            listed = folds.split("five", fold)[1].head(6)
            numbers = measured(listed["image"], listed["label"], maps=("map", "centre"))
            least, most = (numbers.filter(like=f"road-{end}").columns for end in ("least", "most"))
            numbers[[*least, *most]] = 0.5
            numbers.loc[numbers["map"] == "map", least] += road
            study = replace(FITTED, run="key-of-run", fold=fold, limit=None)
            folder = tmp_path / f"{recipe}{fold}"
            made = written(folder, study, numbers, run=replace(run, fold=fold))
            studies.append(StudyRecord.open(made))
        expected[run_in_words(run)] = road
    tables = summary.by_configuration(studies[::-1])
    found = summary.side_by_side(tables, summary.differences)
    found = found[found["measure"] == "road"]
    assert len({title.partition(",")[0] for title in expected}) == 1, "or it is not one network"
    assert dict(zip(found["configuration"], found["difference"], strict=True)) == pytest.approx(
        expected
    )
    assert set(found["pictures"]) == {12}


def test_several_tables_stand_in_one_with_their_titles(table):
    """And the page is told of the studies of all of them."""
    other = table[table["fold"] == 2]
    other.attrs["runs"] = ["other"]
    found = summary.side_by_side({"A": table, "B": other}, summary.curves)
    parts = [summary.curves(one) for one in (table, other)]
    expected = pd.concat([one.assign(configuration=t) for t, one in zip("AB", parts, strict=True)])
    pd.testing.assert_frame_equal(found, expected.reset_index(drop=True), check_like=True)
    assert found.attrs["runs"] == [*table.attrs["runs"], "other"]
    assert summary.gathered([]).empty
    assert summary.side_by_side({}, summary.differences).empty


def test_random_maps_against_each_other_count_once(table):
    """They are drawn from the same numbers in every fold; with the classifier they are not."""
    some = table[table["map"] == "random"].assign(mirrored=0.5, window=0.5)
    found = summary.means(some, ["mirrored", "window"])
    assert found["pictures"].to_list() == [SIZES[1], sum(SIZES.values())]


def test_shapes_are_those_of_each_recorded_map(records):
    """A map a row, in the order of the studies, with places enough for its spread."""
    table = summary.shapes(records)
    assert len(table) == sum(SIZES.values())
    for record, (_, some) in zip(records, table.groupby("key", sort=False), strict=True):
        images, maps = record.maps()
        assert some["image"].tolist() == images.tolist()
        magnitudes = np.abs(maps.reshape(len(maps), -1))
        even = magnitudes.sum(1) ** 2 / (magnitudes**2).sum(1)
        # Of so many places with equal shares the squares would be the same: never more.
        assert (some["spread"].to_numpy() >= even - 1e-9).all()
        assert (some["spread"] <= some["places"] + 1e-9).all()
    found = summary.means(table, ["sparseness"])
    assert found["mean"].item() == pytest.approx(table.groupby("fold")["sparseness"].mean().mean())
    assert summary.shapes([]).empty
