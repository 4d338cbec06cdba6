"""The numbers behind the book's tables and figures, from made-up records."""

import pytest

from pixels_to_sentiment import catalogue, experiments, folds, judgement, reports, scores
from pixels_to_sentiment.catalogue import Configuration

pytestmark = pytest.mark.usefixtures("isolated")


def test_the_comparison_has_each_number_in_its_cell(made):
    kept = experiments.table([made(fold=k, right=right) for k, right in enumerate((0.5,) * 5, 1)])
    reported = scores.reported("fine-tuning")
    paper = reported[reported["variant"] == "CaffeNet, ILSVRC-2012"]
    table = reports.comparison(paper, kept).set_index("configuration")
    title = "SqueezeNet 1.1 from ImageNet, paper's recipe"
    assert list(table.index) == ["always positive", "the paper's CaffeNet", title]
    assert table.loc[title, "five agree, ten crops"] == "0.500\xa0±\xa00.000"
    assert table.loc[title, "four agree, ten crops"] == "–"
    recalled = table.loc["the paper's CaffeNet", "three agree, centre crop"]
    assert recalled.startswith("0.739\xa0±\xa00.033")
    assert "unverified" in recalled
    assert table.loc["always positive", "five agree, centre crop"] == "0.658"


def test_the_comparison_names_the_fold_of_an_unfinished_configuration(made):
    table = reports.comparison(scores.reported("none"), experiments.table([made(fold=3)]))
    assert table["five agree, centre crop"].to_list() == ["0.658", "–", "0.750 (fold 3 only)"]


def test_only_configurations_with_all_five_folds_count_as_complete(made):
    whole = [made(fold=k) for k in folds.FOLDS]
    part = [made(fold=k, precision="bf16") for k in (1, 2, 3, 4)]
    other = [made(fold=k, agreement="four") for k in folds.FOLDS]
    assert reports.complete([*part, *whole, *other]) == whole


def test_two_runs_are_compared_picture_by_picture(made):
    first, second = made(right=0.75), made(right=0.5, precision="bf16")
    row = reports.agreement_of([first, second]).iloc[0]
    assert row["pictures"] == 176
    assert row["same prediction"] == 132
    assert row["accuracy, first"] == 0.75
    assert row["accuracy, second"] == 0.5
    assert "bf16" in row["second"]


@pytest.mark.parametrize("few", [0, 1])
def test_fewer_than_two_runs_compare_to_nothing(made, few):
    assert reports.agreement_of([made() for _ in range(few)]).empty


def test_recorded_details_join_the_folds_of_a_configuration(made):
    table = reports.recorded_details([made(fold=2), made(fold=1)])
    assert len(table) == 1
    assert table.loc[0, "fold"] == "1, 2"
    assert table.loc[0, "minutes"] == 3
    assert table.loc[0, "commit"] == "0123456"
    assert "a processor" in table.loc[0, "hardware"]


def test_no_records_have_no_details():
    assert reports.recorded_details([]).empty


def test_confusions_count_every_picture_of_all_folds(made):
    tables = reports.confusions([made(fold=k, right=1.0) for k in folds.FOLDS])
    (table,) = tables.values()
    assert table.loc["positive", "positive"] == 579
    assert table.loc["negative", "negative"] == 301
    assert table.to_numpy().sum() == 880


def test_curves_and_folds_carry_their_configuration(made):
    records = [made(fold=1), made(fold=2)]
    assert set(reports.curves_of(records)["fold"]) == {1, 2}
    assert reports.curves_of([]).empty
    table = reports.fold_table(records)
    share = folds.split("five", 2)[1]["label"].mean()
    assert table.loc[table["fold"] == 2, "always_positive"].to_list() == [share, share]


def test_records_are_picked_in_the_order_asked_for(made):
    paper, third = made(), made(recipe="paper-third")
    names = ["squeezenet1_1:imagenet:paper-third", "squeezenet1_1:imagenet:paper"]
    assert reports.by_configuration([paper, third], names) == [third, paper]
    assert reports.by_configuration([paper, third], names[:1]) == [third]


def test_runs_predicted_both_ways_are_tabled(made, finished):
    """A row a view, with the run's title, fold and key; other runs are left out."""
    record, other = made(), made(recipe="paper-third")
    exact = record.predictions()
    exact["oversampled"] = 1 - exact["oversampled"]
    exact.to_csv(record.folder / "exact.csv", index=False)
    table = reports.both_ways([record, other])
    assert table["view"].to_list() == ["centre crop", "ten crops"]
    assert set(table["key"]) == {record.key}
    assert table["changed"].to_list() == [0, len(exact)]
    assert list(table["configuration"]) == ["SqueezeNet 1.1 from ImageNet, paper's recipe"] * 2
    assert reports.both_ways([other]).empty


CUT = Configuration("squeezenet1_1+fire9-2", "imagenet", "paper-third")
WHOLE = catalogue.SQUEEZENET


def whole_and_cut(made, precision="bf16", lost=0.25):
    """All folds of a network and of a variant of it that is right less often."""
    third = {"recipe": "paper-third", "precision": precision}
    whole = [made(fold=k, right=0.75, **third) for k in folds.FOLDS]
    cut = [made(fold=k, right=0.75 - lost, network=CUT.network, **third) for k in folds.FOLDS]
    return whole, cut


def test_a_pair_is_compared_in_one_precision(made):
    """What precision changes is not taken for what the cut does."""
    whole, cut = whole_and_cut(made)
    other = [made(fold=k, recipe="paper-third", right=0.25) for k in folds.FOLDS]
    (row,) = reports.paired([*other, *whole, *cut], [(CUT, WHOLE)]).itertuples()
    assert row.difference == pytest.approx(-0.25, abs=0.003)
    assert row.pair.startswith("SqueezeNet 1.1 fire9-2 from ImageNet")
    assert set(row.keys.split(", ")) == {one.key for one in whole + cut}


def test_a_pair_that_is_not_whole_is_left_out(made):
    whole, cut = whole_and_cut(made)
    assert reports.paired([*whole, *cut[:4]], [(CUT, WHOLE)]).empty
    assert reports.paired([], [(CUT, WHOLE)]).empty


def test_the_table_of_an_experiment_says_why_a_cell_is_empty(made):
    """Weights that are not here, folds or configurations that were not run."""
    _, cut = whole_and_cut(made)
    table = reports.experiment_table(catalogue.find("ablation"), cut[:2])
    rows = table.set_index("configuration")
    mine = rows.loc[CUT.title]
    assert mine["here, ten crops"].startswith("0.500")
    assert "folds 1, 2" in mine["here, ten crops"]
    assert mine["empty because"] == "other folds not run yet"
    paper = rows.loc[Configuration("caffenet+fc7-2", "imagenet", "paper").title]
    assert paper["empty because"] == "not run: weights not at hand"
    assert paper["the paper, centre crop"].startswith("0.784")
    assert "unverified" in paper["the paper, centre crop"]
    random = rows.index[rows["empty because"] == "not run yet"]
    assert len(random) == 0  # without a mirror, no start of this experiment can be had


def test_several_precisions_of_a_configuration_do_not_stand_twice(made):
    whole, _ = whole_and_cut(made)
    part = [made(fold=1, recipe="paper-third")]
    assert reports.runs_of(WHOLE, [*part, *whole]) == whole


def test_one_configuration_of_a_network_and_start_is_kept_with_all_its_runs(made):
    whole, cut = whole_and_cut(made)
    alike = [made(fold=1, recipe="paper")]
    assert reports.one_per_network([*whole, *alike, *cut]) == [*whole, *cut]


def test_the_papers_differences_are_taken_from_its_table():
    """By hand: oversampling on five agree, and fc7-2 without oversampling; all can be judged."""
    table = reports.reported_differences().set_index("what")
    assert table.loc["five agree: ten crops − centre crop", "difference"] == pytest.approx(0.013)
    cut = table.loc["fc7-2 − fine-tuned CaffeNet, centre crop"]
    assert cut["difference"] == pytest.approx(0.784 - 0.817)
    assert set(table["between"]) == {"centre", "oversampled", "views"}
    assert (
        judgement.beyond_noise(table.reset_index(), judgement.noise(reports.gathered([])))["larger"]
        .isna()
        .all()
    )


def test_twins_are_test_pictures_with_a_copy_in_training(photographs):
    """Of five agree five pairs straddle two folds, so that each of the ten is one in its turn."""
    found = reports.twins(photographs)
    assert len(found) == 10
    assert len(set(found.values())) == 5


def test_later_results_have_a_column_a_subset():
    table = reports.later_results()
    assert list(table.columns)[2:] == ["five agree", "four agree", "three agree"]
    assert len(table) == 4
    assert table["five agree"].max() == 0.847


def test_words_leave_out_what_is_the_same_everywhere(made):
    table = judgement.accuracies(reports.gathered([made()]))
    shown = reports.words(table)
    assert "agreement" not in shown
    assert list(shown["view"]) == ["centre crop", "ten crops"]


def test_each_seed_is_scored_apart(made):
    """By hand: one fold with seed 0, two with seed 1."""
    some = [made(fold=1, right=0.5), made(fold=1, seed=1), made(fold=2, seed=1, right=0.25)]
    table = reports.by_seed(some).set_index("seed")
    assert table.loc[0, ["folds", "mean"]].to_list() == ["1", 0.5]
    assert table.loc[1, ["folds", "mean"]].to_list() == ["1, 2", 0.5]
    assert table.loc[1, ["least", "most"]].to_list() == [0.25, 0.75]
    assert table.loc[1, "accuracy"].startswith("0.500")
    assert table.loc[0, "train_loss"] == pytest.approx(0.65)  # of the fixture's curve
