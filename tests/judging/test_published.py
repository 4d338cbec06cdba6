"""The paper's numbers and others', by hand and counted anew from the files."""

import csv
from decimal import Decimal

import pytest

from pixels_to_sentiment import places
from pixels_to_sentiment.judging import published


def rows_of(name):
    with (places.ground_truth() / name).open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_papers_differences_are_taken_from_its_table():
    """By hand; all of five agree can be judged."""
    table = published.differences().set_index("what")
    assert table.index.is_unique
    found = table["difference"]
    assert found["five agree: ten crops − centre crop"] == pytest.approx(0.013)
    earlier = found["three agree: fine-tuned CaffeNet − PCNN, centre crop"]
    assert earlier == pytest.approx(0.739 - 0.687)
    cut = found["fc7-2 − fine-tuned CaffeNet, centre crop"]
    assert cut == pytest.approx(0.784 - 0.817)
    assert found["conv4 SVM − pool5 SVM, centre crop"] == pytest.approx(0.794 - 0.784)
    assert found["the best network − the state of the art before"] == 0.061
    assert not table.index.str.contains("4096").any()
    assert set(table["between"]) == {"centre", "oversampled", "views"}


def test_later_results_have_a_column_a_subset():
    table = published.later()
    assert list(table.columns)[3:] == ["five agree", "four agree", "three agree"]
    assert (table["five agree"].max(), table["three agree"].max()) == (0.847, 0.8425)


def test_what_was_recalled_is_held_against_what_was_read():
    """Counted anew from the two files; the recalled table as it stood has one number of its own."""
    cell = ("experiment", "variant", "agreement", "oversampling")
    read = {tuple(row[c] for c in cell): row for row in rows_of("reported_results.csv")}
    wrong = total = 0
    for row in rows_of("recalled_results.csv"):
        known = read[tuple(row[c] for c in cell)]
        for name in ("mean", "std"):
            if row[name] and known["source"]:
                total += 1
                wrong += Decimal(row[name]) != Decimal(known[name])
    table = published.recalled()
    counts = published.recalled_counts(table)
    assert (len(table), (table["off"] != 0).sum()) == (total, wrong)
    assert counts["recalled"].sum() == total
    assert counts[["swapped", "wrong otherwise"]].to_numpy().sum() == wrong
    # By hand: conv4's two accuracies stood in each other's place; conv1's SVM was made up.
    means = table[table["quantity"] == "mean"].set_index("variant")
    assert means.loc["conv4 SVM", "off"] == pytest.approx(0.781 - 0.794)
    swapped = means.loc[["conv4 SVM", "conv4 softmax", "conv1 SVM", "fc7 SVM"], "swapped"]
    assert swapped.to_list() == [True, True, False, False]
