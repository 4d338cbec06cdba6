"""Picking runs and naming them, from made-up records."""

import pandas as pd
import pytest

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.reports import runs
from pixels_to_sentiment.training import recipes
from toy_reports import WHOLE, whole_and_cut

pytestmark = pytest.mark.usefixtures("isolated")


def test_several_precisions_of_a_configuration_do_not_stand_twice(made):
    whole, _ = whole_and_cut(made)
    part = [made(fold=1, recipe="paper-third")]
    assert runs.runs_of(WHOLE, [*part, *whole]) == whole


def test_one_configuration_of_a_network_and_start_is_kept_with_all_its_runs(made):
    whole, cut = whole_and_cut(made)
    alike = [made(fold=1, recipe="paper")]
    assert runs.one_per_network([*whole, *alike, *cut]) == [*whole, *cut]


def test_recorded_details_join_the_folds_of_a_configuration(made):
    """Its minutes count once if a run is given twice."""
    one, other = made(fold=1), made(fold=2)
    (row,) = runs.recorded_details([other, one, other]).itertuples()
    assert (row.fold, row.minutes, row.commit) == ("1, 2", 3, "0123456")
    assert "a processor" in row.hardware
    assert runs.recorded_details([]).empty


def test_costs_are_told_apart_by_network_arithmetic_and_length(made):
    """A cut network is a run of its network; the hours are those of all its runs."""
    whole, cut = whole_and_cut(made)
    longer = made(recipe="paper", precision="bf16")
    table = runs.costs([*whole, *cut, longer]).set_index("iterations")
    assert set(table["network"]) == {"squeezenet1_1"}
    assert table["runs"].to_dict() == {60: 10, 180: 1}
    assert runs.shape_of(recipes.recipe("paper-settled", "five")) == ("all", 240)
    assert runs.shape_of(recipes.recipe("paper-frozen-below-third", "five")) == ("frozen", 60)
    assert table.loc[60, "median"] == table.loc[60, "most"] == 1.5
    assert table.loc[60, "hours"] == pytest.approx(10 * 1.5 / 60)
    assert runs.costs([]).empty


def test_each_seed_is_scored_apart_and_in_order(made):
    """By hand: one fold with seed 0, two with seed 1; whatever the order of the records."""
    some = [made(fold=2, seed=1, right=0.25), made(fold=1, seed=1), made(fold=1, right=0.5)]
    sure = made(fold=3, right=1.0, recipe="paper-third")
    table = runs.by_seed([*some, sure])
    assert table["seed"].tolist() == [0, 1, 0]
    assert table["folds"].tolist() == ["1", "1, 2", "3"]
    assert table["mean"].tolist() == [0.5, 0.5, 1.0]
    assert table.loc[1, ["least", "most"]].to_list() == [0.25, 0.75]
    assert table.loc[1, "accuracy"].startswith("0.500")
    # Of the fixture's curve, which falls from the first.
    first = table.loc[0, ["first", "peak", "train_loss"]].to_list()
    assert first == [0.7, 1.0, pytest.approx(0.65)]
    assert runs.peak_of(pd.Series([2.0, 5.0, 1.0])) == 2.5
    # What is right on all pictures calls positive what is positive.
    share = folds.split("five", 3)[1]["label"].mean()
    assert table.loc[2, ["auc", "positive"]].to_list() == [1.0, pytest.approx(share)]
    assert runs.by_seed([]).empty


def test_confusions_count_every_picture_of_all_folds(made):
    (table,) = runs.confusions([made(fold=k, right=1.0) for k in folds.FOLDS]).values()
    assert table.to_numpy().tolist() == [[301, 0], [0, 579]]


def test_networks_of_timm_are_found_among_the_records(made):
    """Which the catalogue cannot know; each once, by name."""
    some = [made(network=f"timm/{one}", fold=k) for one in ("b", "a") for k in (1, 2)]
    found = runs.of_timm([made(), *some])
    assert [str(one) for one in found] == ["timm/a:imagenet:paper", "timm/b:imagenet:paper"]
