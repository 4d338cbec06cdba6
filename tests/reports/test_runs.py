"""Picking runs and naming them, from made-up records."""

import pandas as pd
import pytest

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.reports import runs
from toy_reports import WHOLE, whole_and_cut

pytestmark = pytest.mark.usefixtures("isolated")


def test_only_configurations_with_all_five_folds_count_as_complete(made):
    whole = [made(fold=k) for k in folds.FOLDS]
    part = [made(fold=k, precision="bf16") for k in (1, 2, 3, 4)]
    other = [made(fold=k, agreement="four") for k in folds.FOLDS]
    assert runs.complete([*part, *whole, *other]) == whole


def test_records_are_picked_in_the_order_asked_for(made):
    paper, third = made(), made(recipe="paper-third")
    names = ["squeezenet1_1:imagenet:paper-third", "squeezenet1_1:imagenet:paper"]
    assert runs.by_configuration([paper, third], names) == [third, paper]
    assert runs.by_configuration([paper, third], names[:1]) == [third]


def test_several_precisions_of_a_configuration_do_not_stand_twice(made):
    whole, _ = whole_and_cut(made)
    part = [made(fold=1, recipe="paper-third")]
    assert runs.runs_of(WHOLE, [*part, *whole]) == whole


def test_one_configuration_of_a_network_and_start_is_kept_with_all_its_runs(made):
    whole, cut = whole_and_cut(made)
    alike = [made(fold=1, recipe="paper")]
    assert runs.one_per_network([*whole, *alike, *cut]) == [*whole, *cut]


def test_recorded_details_join_the_folds_of_a_configuration(made):
    (row,) = runs.recorded_details([made(fold=2), made(fold=1)]).itertuples()
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
    assert table.loc[60, "median"] == table.loc[60, "most"] == 1.5
    assert table.loc[60, "hours"] == pytest.approx(10 * 1.5 / 60)
    assert runs.costs([]).empty


def test_curves_and_folds_carry_their_configuration(made):
    records = [made(fold=1), made(fold=2)]
    assert set(runs.curves_of(records)["fold"]) == {1, 2}
    assert runs.curves_of([]).empty
    table = runs.fold_table(records)
    share = folds.split("five", 2)[1]["label"].mean()
    assert table.loc[table["fold"] == 2, "always_positive"].to_list() == [share, share]


def test_each_seed_is_scored_apart(made):
    """By hand: one fold with seed 0, two with seed 1."""
    some = [made(fold=1, right=0.5), made(fold=1, seed=1), made(fold=2, seed=1, right=0.25)]
    table = runs.by_seed(some).set_index("seed")
    assert table.loc[0, ["folds", "mean"]].to_list() == ["1", 0.5]
    assert table.loc[1, ["folds", "mean"]].to_list() == ["1, 2", 0.5]
    assert table.loc[1, ["least", "most"]].to_list() == [0.25, 0.75]
    assert table.loc[1, "accuracy"].startswith("0.500")
    assert table.loc[0, "train_loss"] == pytest.approx(0.65)  # of the fixture's curve
    assert table.loc[0, "peak"] == 1.0  # its losses fall from the first
    assert runs.peak_of(pd.Series([2.0, 5.0, 1.0])) == 2.5
    assert table.loc[0, "first"] == 0.7
    assert runs.by_seed([made(fold=3, right=1.0)])["auc"].tolist() == [1.0]
    assert runs.by_seed([]).empty


def test_seeds_stand_in_order_below_each_other(made):
    """Whatever the order of the records, as their keys are no order at all."""
    some = [made(seed=k) for k in (2, 0, 1)] + [made(seed=k, precision="bf16") for k in (1, 0)]
    table = runs.by_seed(some)
    assert table["seed"].tolist() == [0, 1, 2, 0, 1]


def test_confusions_count_every_picture_of_all_folds(made):
    tables = runs.confusions([made(fold=k, right=1.0) for k in folds.FOLDS])
    (table,) = tables.values()
    assert table.to_numpy().tolist() == [[301, 0], [0, 579]]


def test_answers_of_positive_are_counted_over_the_folds_of_a_seed(made):
    """By hand: those that are right on all pictures call positive what is positive."""
    some = [made(fold=1, right=1.0), made(fold=2, right=0.0)]
    some.append(made(fold=1, right=1.0, recipe="paper-third"))
    one, two = (folds.split("five", k)[1]["label"].mean() for k in (1, 2))
    found = runs.by_seed(some)["positive"]
    assert found.tolist() == pytest.approx([(one + 1 - two) / 2, one])


def test_networks_of_timm_are_found_among_the_records(made):
    """Which the catalogue cannot know; each once, by name."""
    some = [made(network=f"timm/{one}", fold=k) for one in ("b", "a") for k in (1, 2)]
    found = runs.of_timm([made(), *some])
    assert [str(one) for one in found] == ["timm/a:imagenet:paper", "timm/b:imagenet:paper"]
