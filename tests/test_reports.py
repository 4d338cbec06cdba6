"""The numbers behind the book's tables and figures, from made-up records."""

import pytest

from pixels_to_sentiment import experiments, folds, reports, scores

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
