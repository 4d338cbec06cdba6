"""Choosing a cost, on tables small enough to follow by hand."""

import numpy as np
import pandas as pd
import pytest

from pixels_to_sentiment.probes import protocols

BY = ["layer"]


def table(accuracy, inner, costs=(0.25, 0.5, 1.0), layer="fc7", seed=0):
    """Lay out accuracies, a list a fold with a value a cost."""
    rows = [
        (layer, fold, seed, cost, tested, checked)
        for fold, (several, others) in enumerate(zip(accuracy, inner, strict=True), 1)
        for cost, tested, checked in zip(costs, several, others, strict=True)
    ]
    return pd.DataFrame(rows, columns=["layer", "fold", "seed", "cost", "accuracy", "inner"])


def test_the_paper_takes_one_cost_and_nested_takes_one_a_fold():
    """Means 0.7, 0.75 and 0.6: the paper's is 0.5; inside the folds 0.25 and 1 look best."""
    given = table([[0.8, 0.7, 0.6], [0.6, 0.8, 0.6]], [[0.9, 0.8, 0.7], [0.5, 0.5, 0.6]])
    row = protocols.compare(given, BY).iloc[0]
    assert row["paper_mean"] == pytest.approx(0.75)
    assert row["paper_std"] == pytest.approx(np.std([0.7, 0.8], ddof=1))
    assert row["nested_mean"] == pytest.approx((0.8 + 0.6) / 2)
    assert row["difference"] == pytest.approx(0.05)
    assert row["n"] == 2
    chosen = protocols.choose(given, BY).set_index("protocol")["cost"]
    assert chosen["paper"].to_list() == [0.5, 0.5]
    assert chosen["nested"].to_list() == [0.25, 1.0]


def test_of_equal_costs_the_lowest_is_taken():
    """By both protocols, also where sums differ by rounding alone."""
    given = table(
        [[0.3, 0.1, 0.2], [0.2, 0.2, 0.3], [0.1, 0.3, 0.1]],
        [[0.6, 0.1 + 0.2 + 0.3, 0.5], [0.4, 0.5, 0.5], [0.1, 0.2, 0.2]],
    )
    assert 0.1 + 0.2 + 0.3 > 0.3 + 0.2 + 0.1
    chosen = protocols.choose(given, BY).set_index(["protocol", "fold"])["cost"]
    assert chosen["paper"].to_list() == [0.25] * 3
    assert chosen["nested"].to_list() == [0.25, 0.5, 0.5]


def test_the_paper_chooses_among_costs_that_all_folds_have():
    """The grids of folds may be shifted; nested uses each fold's own."""
    first = table([[0.9, 0.6, 0.5]], [[0.9, 0.6, 0.5]])
    second = table([[0.6, 0.5, 0.9]], [[0.6, 0.5, 0.9]], costs=(0.5, 1.0, 2.0)).assign(fold=2)
    chosen = protocols.choose(pd.concat([first, second]), BY).set_index(["protocol", "fold"])
    assert chosen.loc["paper", "cost"].to_list() == [0.5, 0.5]
    assert chosen.loc["nested", "cost"].to_list() == [0.25, 2.0]


def test_seeds_are_averaged_within_a_fold():
    """Two seeds of one fold do not count as two folds, and each chooses its own nested cost."""
    one = table([[0.6, 0.8, 0.7], [0.5, 0.5, 0.5]], [[1, 0, 0], [1, 0, 0]])
    two = table([[0.8, 0.6, 0.7]], [[0, 0, 1]], seed=1)
    row = protocols.compare(pd.concat([one, two]), BY).iloc[0]
    assert row["n"] == 2
    assert row["nested_mean"] == pytest.approx(((0.6 + 0.7) / 2 + 0.5) / 2)
    assert row["paper_mean"] == pytest.approx(0.6)


def test_configurations_are_compared_apart_in_their_order():
    """Each in a row of its own; one fold has no spread."""
    given = pd.concat([table([[0.1, 0.2, 0.3]], [[0, 1, 0]], layer=name) for name in "ba"])
    compared = protocols.compare(given, BY)
    assert compared["layer"].to_list() == ["b", "a"]
    assert compared["paper_mean"].to_list() == [0.3, 0.3]
    assert compared["paper_std"].isna().all()


def predicting(given, *folds_of_strings):
    """Add a classifier and what it predicts: a list a fold with a string a cost."""
    said = [one for several in folds_of_strings for one in several]
    return given.assign(classifier="svm", predicted=said)


def test_of_the_authors_costs_the_best_by_test_accuracy_counts():
    """Means 0.9 at 1/64 and 0.95 at 1/4, which they did not try, 0.7 at 1/32 and 0.75 at 1/2.

    Above, where nothing changes, 0.65.
    """
    costs = (1 / 64, 1 / 32, 1 / 8, 1 / 4, 1 / 2, 1.0, 2.0, 4.0)
    accuracy = [
        [0.9, 0.8, 0.6, 1.0, 0.7, 0.6, 0.6, 0.6],
        [0.9, 0.6, 0.6, 0.9, 0.8, 0.7, 0.7, 0.7],
    ]
    given = table(accuracy, accuracy, costs=costs)
    (row,) = protocols.authors(predicting(given, "abcdefff", "abcdefff"), BY).itertuples()
    assert row.authors_mean == pytest.approx(0.75)
    assert row.authors_std == pytest.approx(np.std([0.7, 0.8], ddof=1))
    fewer = given[given["cost"] != 1 / 8]
    (row,) = protocols.authors(predicting(fewer, "abdefff", "abdefff"), BY).itertuples()
    assert np.isnan(row.authors_mean), "one of their costs is not there"


def test_where_higher_costs_change_nothing_the_highest_speaks_for_the_authors():
    """In every fold; where some fold's predictions still change, nothing is known."""
    accuracy = [[0.9, 0.7, 0.7, 0.7], [0.9, 0.6, 0.6, 0.6]]
    given = table(accuracy, accuracy, costs=(2**-13, 2**-12, 2**-11, 2**-10))
    (row,) = protocols.authors(predicting(given, "abbb", "abbb"), BY).itertuples()
    assert row.authors_mean == pytest.approx(0.65)
    for other in ("abbc", "aabb"):
        (row,) = protocols.authors(predicting(given, "abbb", other), BY).itertuples()
        assert np.isnan(row.authors_mean)
    softmax = predicting(given, "abbb", "abbb").assign(classifier="softmax")
    assert protocols.authors(softmax, BY).empty
