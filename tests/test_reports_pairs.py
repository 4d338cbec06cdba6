"""Made-up runs against each other, picture by picture."""

import pandas as pd
import pytest

from pixels_to_sentiment import folds, judgement
from pixels_to_sentiment.reports import pairs
from toy_reports import CUT, WHOLE, whole_and_cut

pytestmark = pytest.mark.usefixtures("isolated")


def test_a_pair_is_compared_in_one_precision(made):
    """What precision changes is not taken for what the cut does."""
    whole, cut = whole_and_cut(made)
    other = [made(fold=k, recipe="paper-third", right=0.25) for k in folds.FOLDS]
    (row,) = pairs.paired([*other, *whole, *cut], [(CUT, WHOLE)]).itertuples()
    assert row.difference == pytest.approx(-0.25, abs=0.003)
    assert row.pair.startswith("SqueezeNet 1.1 fire9-2 from ImageNet")
    assert set(row.keys.split(", ")) == {one.key for one in whole + cut}


def test_a_pair_that_is_not_whole_is_left_out(made):
    whole, cut = whole_and_cut(made)
    assert pairs.paired([*whole, *cut[:4]], [(CUT, WHOLE)]).empty
    assert pairs.paired([], [(CUT, WHOLE)]).empty


def test_words_leave_out_what_is_the_same_everywhere(made):
    table = judgement.accuracies(pairs.gathered([made()]))
    shown = pairs.words(table)
    assert "agreement" not in shown
    assert list(shown["view"]) == ["centre crop", "ten crops"]
    kinds = pd.DataFrame({"between": ["centre", "oversampled", "views"]})
    assert list(pairs.words(kinds)["between"]) == [
        "centre crop",
        "ten crops",
        "centre crop and ten crops",
    ]


def test_two_runs_are_compared_picture_by_picture(made):
    first, second = made(right=0.75), made(right=0.5, precision="bf16")
    row = pairs.agreement_of([first, second]).iloc[0]
    assert row["pictures"] == 176
    assert row["same prediction"] == 132
    assert row["accuracy, first"] == 0.75
    assert row["accuracy, second"] == 0.5
    assert "bf16" in row["second"]


@pytest.mark.parametrize("few", [0, 1])
def test_fewer_than_two_runs_compare_to_nothing(made, few):
    assert pairs.agreement_of([made() for _ in range(few)]).empty


def test_runs_predicted_both_ways_are_tabled(made, finished):
    """A row a view, with the run's title, fold and key; other runs are left out."""
    record, other = made(), made(recipe="paper-third")
    exact = record.predictions()
    exact["oversampled"] = 1 - exact["oversampled"]
    exact.to_csv(record.folder / "exact.csv", index=False)
    table = pairs.both_ways([record, other])
    assert table["view"].to_list() == ["centre crop", "ten crops"]
    assert set(table["key"]) == {record.key}
    assert table["changed"].to_list() == [0, len(exact)]
    assert list(table["configuration"]) == ["SqueezeNet 1.1 from ImageNet, paper's recipe"] * 2
    assert pairs.both_ways([other]).empty


def test_twins_are_test_pictures_with_a_copy_in_training(photographs):
    """Of five agree five pairs straddle two folds, so that each of the ten is one in its turn."""
    found = pairs.twins(photographs)
    assert len(found) == 10
    assert len(set(found.values())) == 5
