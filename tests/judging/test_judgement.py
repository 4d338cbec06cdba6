"""What is said of made-up answers: by hand and with SciPy."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.judging import judgement, resampling
from toy_answers import together, told


def right(share, seed, shape=(5, 40)):
    return np.random.default_rng(seed).random(shape) < share


# Which of ten pictures, in five folds of two, are answered rightly.
A = [[1, 1], [1, 1], [1, 0], [1, 0], [0, 1]]
B = [[1, 0], [1, 0], [0, 1], [0, 0], [0, 1]]


def test_accuracies_are_means_over_folds():
    """Mean and spread over folds of their seeds' means, with two seeds in one fold and one in four.

    The interval is of the same mean, and the same whatever else is judged beside it.
    """
    frame = together(told(right(0.8, 0)), told(right(0.7, 1)[:1], seed=7))
    right_ones = (frame["positive"] > 0.5) == (frame["label"] == 1)
    by_fold = right_ones.groupby([frame["fold"], frame["seed"]]).mean().groupby("fold").mean()
    alone = judgement.accuracies(frame).iloc[0]
    assert (alone["mean"], alone["std"]) == pytest.approx((by_fold.mean(), by_fold.std()))
    assert (alone["folds"], alone["seeds"]) == ("1, 2, 3, 4, 5", "0, 7")
    assert alone["pictures"] == 200
    assert alone["low"] < alone["mean"] < alone["high"]
    beside = judgement.accuracies(together(told(right(0.6, 2), "b"), frame))
    assert beside["configuration"].tolist() == ["b", "a"]
    assert beside.iloc[1].equals(alone.rename(1))


def test_a_network_is_held_against_always_answering_positive():
    """The share of positive pictures is what that scores, in the mean over folds."""
    labels = np.arange(200).reshape(5, 40) % 4 > 0
    frame = together(
        told(right(0.9, 0), "good", labels=labels), told(labels, "same", labels=labels)
    )
    good, same = judgement.beyond_positive(frame).itertuples()
    accuracy = judgement.accuracies(frame)["mean"][0]
    assert good.difference == pytest.approx(accuracy - 0.75)
    assert 0 < good.low < good.difference < good.high
    assert (same.difference, same.low, same.high) == (0, 0, 0)


def test_spreads_are_the_components_of_the_table_of_folds_and_seeds():
    """Of the seeds that all folds have."""
    grids = [right(0.8, seed) for seed in range(3)]
    frames = [told(grid, seed=seed) for seed, grid in enumerate(grids)]
    row = judgement.spreads(together(*frames, told(grids[0][:2], seed=9))).iloc[0]
    table = np.stack([grid.mean(axis=1) for grid in grids], axis=1)
    names = ["std_folds", "std_seeds", "std_shared", "std_mean"]
    assert row[names].tolist() == pytest.approx(list(resampling.variance_components(table)))
    assert (row["folds"], row["seeds"]) == ("1, 2, 3, 4, 5", "0, 1, 2")


def test_a_difference_by_hand():
    """0.7 against 0.4; by fold 0.5, 0.5, 0, 0.5, 0; five pictures differ, four of them for a."""
    row = judgement.differences(together(told(A, "a"), told(B, "b"))).iloc[0]
    assert (row["first"], row["other"], row["pictures"]) == ("a", "b", 10)
    assert (row["accuracy_first"], row["accuracy_other"]) == pytest.approx((0.7, 0.4))
    by_fold = [0.5, 0.5, 0, 0.5, 0]
    assert (row["difference"], row["std"]) == pytest.approx((0.3, np.std(by_fold, ddof=1)))
    assert (row["first_only"], row["other_only"]) == (4, 1)
    assert row["p_mcnemar"] == pytest.approx(stats.binomtest(4, 5).pvalue)
    # A fold is tested on a fifth and trained on four, so that the correction is by 1/4.
    test, train = (len(part) for part in reversed(folds.split("five", 1)))
    assert test / train == judgement.tested_by_trained() == 1 / 4
    shrunk = stats.ttest_1samp(by_fold, 0).statistic * (0.2 / 0.45) ** 0.5
    assert row["p_t"] == pytest.approx(2 * stats.t.sf(shrunk, 4))
    half = stats.t.ppf(0.975, 4) * (0.45 * np.var(by_fold, ddof=1)) ** 0.5
    assert (row["t_low"], row["t_high"]) == pytest.approx((0.3 - half, 0.3 + half))
    assert row["low"] < 0.3 < row["high"]
    assert row["p_t_holm"] == row["p_t"]


def test_with_several_seeds_a_picture_counts_once():
    """For the one that answers it rightly with more seeds; equal numbers are no difference."""
    ours = [told([[1, 1, 1, 0]], "a", seed=0), told([[1, 0, 1, 0]], "a", seed=1)]
    theirs = [told([[0, 0, 1, 1]], "b", seed=0), told([[0, 1, 0, 1]], "b", seed=1)]
    row = judgement.differences(together(*ours, *theirs)).iloc[0]
    assert (row["first_only"], row["other_only"]) == (2, 1)
    # By picture 1, 0, 1/2 and -1.
    assert row["difference"] == pytest.approx(0.5 / 4)
    assert row["seeds"] == "0, 1"
    assert np.isnan(row["p_t"])  # one fold


def test_tables_of_pairs_are_adjusted_together():
    """Over all rows; the pairs asked for, in that order; nothing from nothing."""
    frame = together(*(told(right(p, n), n) for n, p in ((0, 0.9), (1, 0.6), (2, 0.7))))
    table = judgement.differences(frame)
    assert table[["first", "other"]].to_numpy().tolist() == [[0, 1], [0, 2], [1, 2]]
    assert table["p_mcnemar_holm"].tolist() == resampling.holm(table["p_mcnemar"]).tolist()
    assert table["p_t_holm"].tolist() == resampling.holm(table["p_t"]).tolist()
    some = judgement.differences(frame, [(2, 0)])
    assert some["difference"].tolist() == [-table["difference"][1]]
    none = judgement.differences(frame.iloc[:0])
    assert none.empty
    assert list(none) == list(table)


def test_ten_crops_against_one_by_hand():
    """The ten crops put one picture right and four wrong."""
    views = [told(grid, view=v) for v, grid in (("centre", A), ("oversampled", B))]
    row = judgement.oversampling(together(*views)).iloc[0]
    assert row["difference"] == pytest.approx(-0.3)
    assert (row["first_only"], row["other_only"]) == (1, 4)


def test_the_noise_is_the_median_over_similar_pairs_of_single_runs():
    """By hand from the accuracies by fold; a pair far apart does not count."""
    grids = {
        (name, seed): right(share, place)
        for place, (name, seed, share) in enumerate(
            [("a", 0, 0.8), ("a", 1, 0.8), ("b", 0, 0.8), ("b", 1, 0.8), ("c", 0, 0.3)]
        )
    }
    centre = [told(grid, name, seed=seed) for (name, seed), grid in grids.items()]
    ten = [view.assign(view="oversampled") for view in centre]
    table = judgement.noise(together(*centre, *ten), within=0.2).set_index("between")
    variances = [
        np.var(grids["a", seed].mean(1) - grids["b", seed].mean(1), ddof=1) for seed in (0, 1)
    ]
    assert table.loc["centre", "pairs"] == 2
    assert table.loc["centre", "std"] == pytest.approx(np.median(variances) ** 0.5)
    least = stats.t.ppf(0.975, 4) * ((1 / 5 + 1 / 4) * np.median(variances)) ** 0.5
    assert table.loc["centre", "smallest"] == pytest.approx(least)
    assert table.loc["oversampled"].equals(table.loc["centre"].rename("oversampled"))
    # Views that agree on every picture, of each of the five runs.
    assert table.loc["views", ["pairs", "smallest"]].tolist() == [5, 0]
    assert judgement.noise(together(*centre, *ten), within=0)["between"].tolist() == ["views"]


def test_networks_that_give_one_answer_are_no_noise():
    """Not even if it is so in one fold alone: what they differ by says nothing of learning."""
    grids = [right(0.8, place) for place in range(2)]
    labels = np.arange(grids[0].size).reshape(grids[0].shape) % 2
    both = [told(grid, name, labels=labels) for grid, name in zip(grids, "ab", strict=True)]
    ten = [view.assign(view="oversampled") for view in both]
    assert judgement.noise(together(*both, *ten), within=1)["pairs"].tolist() == [1, 1, 2]
    ten[1].loc[ten[1]["fold"] == 3, "positive"] = 0.9
    table = judgement.noise(together(*both, *ten), within=1).set_index("between")
    assert table["pairs"].to_dict() == {"centre": 1, "views": 1}


def test_reported_differences_are_held_against_their_own_noise():
    """Of the subset, and of views or configurations; unknown where nothing was measured."""
    kinds = {"agreement": ["five", "five", "five", "four", "five"]}
    kinds |= {"between": ["centre", "centre", "views", "centre", "centre"]}
    reported = pd.DataFrame({**kinds, "difference": [0.03, -0.05, 0.03, 0.5, np.nan]})
    measured = pd.DataFrame(kinds).iloc[1:3].assign(smallest=[0.04, 0.01])
    measured.attrs["runs"] = ["a key"]
    table = judgement.beyond_noise(reported, measured)
    assert table.attrs == measured.attrs
    assert table["difference"].equals(reported["difference"])
    assert table["larger"].tolist() == [False, True, True, pd.NA, pd.NA]


def test_the_spread_of_always_positive_goes_away_in_stratified_folds():
    """Its accuracy is the share of positives, which the cut alone decides."""
    labels = np.repeat([[1], [0]], [300, 100], axis=0)
    labels = np.random.default_rng(0).permutation(labels).reshape(5, 80)
    row = judgement.stratification(told(labels == 1, labels=labels)).iloc[0]
    assert row["observed"] == pytest.approx(np.std(labels.mean(axis=1), ddof=1))
    assert row["always_positive"] == row["observed"]
    assert row["stratified"] == pytest.approx(0)
    # Sampling theory: the mean square is S^2 / m, and the mean of a spread of five falls short of
    # its root by the factor c4 = 0.940.
    expected = 0.940 * (np.var(labels, ddof=1) / 80) ** 0.5
    assert row["shuffled"] == pytest.approx(expected, rel=0.03)
    assert row["shuffled_low"] < row["shuffled"] < row["shuffled_high"]


def test_duplicates_by_hand():
    """Of two twins one is answered rightly only with its copy; of eight others one is lost."""
    whole = [[1, 1], [1, 1], [1, 0], [1, 0], [0, 1]]
    without = [[0, 1], [1, 1], [1, 0], [1, 0], [1, 1]]
    frame = together(told(whole, "whole"), told(without, "without"), told(A, "another"))
    twins = {"1-0.jpg": "one", "2-0.jpg": "one", "not here.jpg": "two"}
    table = judgement.duplicates(frame, "whole", "without", twins).set_index("part")
    assert table["pictures"].to_dict() == {"twins": 2, "others": 8, "all": 10}
    assert table["accuracy_whole"].to_dict() == pytest.approx(
        {"twins": 1, "others": 5 / 8, "all": 0.7}
    )
    assert table["difference"].to_dict() == pytest.approx(
        {"twins": 0.5, "others": -1 / 8, "all": 0}
    )
    assert table[["whole_only", "without_only"]].to_numpy().tolist() == [[1, 0], [0, 1], [1, 1]]
    # Both are one picture, so drawing that again and again says nothing of others.
    assert table.loc["twins", ["low", "high"]].tolist() == [0.5, 0.5]
    assert table.loc["others", "low"] < -1 / 8 < table.loc["others", "high"]


def test_every_seed_is_held_against_every_other():
    """Each combination has the difference and interval that it has alone; a part of a seed none."""
    ours = [told(right(0.8, s), "a", seed=s) for s in (0, 1)]
    theirs = [told(right(0.6, s + 10), "b", seed=s) for s in (0, 5)]
    part = told(right(0.8, 2)[:2], "a", seed=2)
    found = judgement.across_seeds(together(*ours, part, *theirs), "a", "b")
    pairs = found[["seed_first", "seed_other"]].to_numpy().tolist()
    assert pairs == [[0, 0], [0, 5], [1, 0], [1, 5]]
    for (one, two), row in zip(pairs, found.itertuples(), strict=True):
        alone = together(told(right(0.8, one), "a"), told(right(0.6, two + 10), "b"))
        known = judgement.differences(alone, [("a", "b")]).iloc[0]
        expected = known[["difference", "low", "high"]].to_numpy(float)
        assert [row.difference, row.low, row.high] == pytest.approx(expected)
