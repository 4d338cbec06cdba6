"""Intervals and tests against SciPy, sums by hand, and simulations whose truth is known."""

import numpy as np
import pytest
from scipy import stats

from pixels_to_sentiment.judging import resampling

DIFFERENCES = [0.02, -0.01, 0.05, 0.03, 0.01]


def test_drawing_counts_is_drawing_pictures():
    """The ends agree with those of SciPy, which draws every picture, of two strata of two sizes.

    The mean is of the strata, so that the small one counts as much as the large one.
    """
    values = np.random.default_rng(0).choice([0, 0.5, 1], 90, p=[0.2, 0.1, 0.7])
    strata = np.repeat([1, 2], [30, 60])
    known = stats.bootstrap(
        [values[strata == one] for one in (1, 2)],
        lambda one, two, axis: (one.mean(axis=axis) + two.mean(axis=axis)) / 2,
        method="percentile",
    )
    found = resampling.stratified_interval(values, strata)
    assert found == pytest.approx(known.confidence_interval, abs=0.01)


def test_an_interval_is_the_same_whatever_was_asked_before():
    """Values that share what is drawn keep their own ends: those of drawing them afresh."""
    dice = np.random.default_rng(2)
    for sizes in ([30, 60], [40, 50], [30, 60]):
        strata = np.repeat([1, 2], sizes)
        for values in (dice.random(90), dice.random(90), dice.integers(0, 2, 90)):
            generator, means = np.random.default_rng(0), []
            for one in (1, 2):
                kinds, counts = np.unique(values[strata == one], return_counts=True)
                size = counts.sum()
                means.append(generator.multinomial(size, counts / size, 500) @ kinds / size)
            found = resampling.stratified_interval(values, strata, resamples=500)
            assert found == pytest.approx(np.quantile(np.mean(means, 0), [0.025, 0.975]))


def test_values_all_alike_or_none():
    """An interval without width; no interval."""
    assert resampling.stratified_interval([1, 1, 0, 0], [1, 1, 2, 2]) == (0.5, 0.5)
    assert resampling.clustered_interval([1, 1], ["a", "b"]) == (1, 1)
    assert np.isnan(resampling.stratified_interval([], [])).all()
    assert np.isnan(resampling.clustered_interval([], [])).all()


def test_copies_in_a_cluster_add_nothing():
    """Each value twice, as a cluster, gives the interval of the values once, to the last digit."""
    values = np.random.default_rng(2).integers(0, 2, 50)
    names = np.arange(50)
    once = resampling.clustered_interval(values, names)
    assert resampling.clustered_interval(np.repeat(values, 2), np.repeat(names, 2)) == once


def test_clusters_of_unlike_sizes_weigh_by_their_size():
    """Nine of three pictures all right and nine of one wrong: around 3/4, and 1/2 is far."""
    values, clusters = [1, 1, 1, 0] * 9, np.repeat(np.arange(18), [3, 1] * 9)
    low, high = resampling.clustered_interval(values, clusters)
    assert 0.5 < low < 0.75 < high
    assert resampling.clustered_interval([1, 1, 1, 0], ["a", "a", "a", "b"]) == (0, 1)


@pytest.mark.parametrize(("ratio", "shrunk"), [(0, 1), (1 / 4, 2 / 3)])
def test_the_corrected_t_test_is_the_common_one_with_a_smaller_statistic(ratio, shrunk):
    """SciPy's own; shrunk by the root of (1/5) / (1/5 + 1/4) where a fifth is tested on."""
    p, low, high = resampling.corrected_t(DIFFERENCES, ratio)
    known = stats.ttest_1samp(DIFFERENCES, 0)
    assert p == pytest.approx(2 * stats.t.sf(known.statistic * shrunk, 4))
    half = (known.confidence_interval().high - 0.02) / shrunk
    assert (low, high) == pytest.approx((0.02 - half, 0.02 + half))
    mirrored = resampling.corrected_t([-d for d in DIFFERENCES], ratio)
    assert mirrored == pytest.approx((p, -high, -low))


def test_the_corrected_t_test_at_its_edges():
    """One fold tells nothing; differences that do not vary are zero or certain."""
    assert np.isnan(resampling.corrected_t([0.1], 1 / 4)).all()
    assert resampling.corrected_t([0, 0, 0], 1 / 4) == (1, 0, 0)
    assert resampling.corrected_t([-0.5, -0.5], 1 / 4) == (0, -0.5, -0.5)


@pytest.mark.parametrize(
    ("first", "other", "p"),
    [(5, 0, 2 / 32), (0, 5, 2 / 32), (2, 1, 1), (1, 5, 2 * 7 / 64), (7, 7, 1), (0, 0, 1)],
)
def test_mcnemar_by_hand(first, other, p):
    """Sums of binomial chances, both sides; nothing to tell apart is no evidence."""
    assert resampling.exact_mcnemar(first, other) == pytest.approx(p)


def test_holm_by_hand():
    """0.01 x 3, 0.03 x 2, and 0.04 x 1 raised to what came before; the missing one is no test."""
    assert resampling.holm([0.04, 0.01, np.nan, 0.03]) == pytest.approx(
        [0.06, 0.03, np.nan, 0.06], nan_ok=True
    )
    assert resampling.holm([0.9, 0.8]).tolist() == [1, 1]
    assert resampling.holm([]).tolist() == []


def test_variance_components_by_hand():
    """Two folds, two seeds: means 1 and 4 by fold, 2 and 3 by seed, rest 1 in every cell.

    Sums of squares: folds 2 x 2 x 2.25 = 9, seeds 2 x 2 x 0.25 = 1, rest 4 x 0.25 = 1, all with
    one degree of freedom. Folds (9 - 1) / 2 = 4; shared (1 - 1) / 2 = 0; rest 1.
    """
    table = np.array([[0.0, 2.0], [4.0, 4.0]])
    assert resampling.variance_components(table) == pytest.approx((2, 1, 0, 0.5**0.5))


def test_variance_components_at_their_edges():
    """One seed tells nothing, one fold only about seeds; no estimate is below zero."""
    assert np.isnan(resampling.variance_components(np.ones((5, 1)))).all()
    one = resampling.variance_components(np.array([[0.0, 2.0]]))
    assert one == pytest.approx((np.nan, 2**0.5, np.nan, 2**0.5), nan_ok=True)
    # Folds that agree better than seeds do.
    assert resampling.variance_components(np.array([[0.0, 1.0], [1.0, 0.0]]))[0] == 0
    assert resampling.variance_components(np.full((3, 3), 0.1)) == pytest.approx((0, 0, 0, 0))


def test_stratified_cuts_do_not_spread_where_the_label_decides():
    """All positives right and all negatives wrong: 60 and 40 in five folds are 12 and 8 in each."""
    labels = np.repeat([1, 0], [60, 40])
    assert resampling.recut_spreads(labels, labels, 5, cuts=10).max() == pytest.approx(0)
    assert resampling.recut_spreads(labels, 0 * labels, 5, cuts=10).min() > 0
    # 58 positives leave two folds one short, whichever: the spread is that of 11 and 12 of 19 or
    # 20, and the same in every cut.
    odd = resampling.recut_spreads(labels[2:], labels[2:], 5, cuts=10)
    assert np.ptp(odd) == pytest.approx(0)
    assert 0 < odd[0] < 0.05


def test_the_true_deviation_lies_between_its_factors_in_95_of_100_cases():
    """Of normal values; by drawing three or five of them many times over."""
    for count in (3, 5):
        drawn = np.random.default_rng(count).normal(size=(40_000, count)).std(axis=1, ddof=1)
        low, high = resampling.deviation_factors(count - 1)
        beyond = np.mean(low * drawn > 1), np.mean(high * drawn < 1)
        assert beyond == pytest.approx((0.025, 0.025), abs=0.004)


def test_the_standard_error_is_that_of_a_normal_interval():
    low, high = stats.norm(0.7, 0.03).interval(0.95)
    assert resampling.standard_error(low, high) == pytest.approx(0.03)


def test_differences_that_cancel_have_an_end_of_zero():
    """And not a rounding error, whose sign would say that the interval excludes zero."""
    low, high = resampling.percentiles(np.full(100, -7e-19))
    assert (low, high) == (0, 0)
    assert not np.signbit([low, high]).any()


def simulated(dice, seeds, spreads):
    """Draw tables of two networks in five folds of 60, of which the true difference is 0.05."""
    picture, fold, seed, rest = spreads
    number = np.repeat(np.arange(5), 60)
    common = dice.normal(0, picture, len(number)) + dice.normal(0, fold, 5)[number]
    first, other = (
        dice.normal(0, seed, (n, 1)) + dice.normal(0, rest, (n, len(number))) for n in seeds
    )
    return [first + common + 0.05, other], number


@pytest.mark.parametrize(
    ("seeds", "spreads"),
    [
        ((3, 3), (0.3, 0.02, 0.03, 0.2)),
        ((2, 5), (0.3, 0.0, 0.1, 0.2)),
        ((1, 1), (0.3, 0.02, 0.0, 0.2)),
    ],
)
def test_intervals_cover_the_truth_whatever_the_source_of_chance(seeds, spreads):
    """Of simulated data with known spreads, in 95 of 100 cases or somewhat more."""
    dice = np.random.default_rng(1)
    found = [resampling.random_effects(*simulated(dice, seeds, spreads)) for _ in range(100)]
    # Three standard errors below 95 of 100.
    assert np.mean([one.low <= 0.05 <= one.high for one in found]) > 0.88
    assert np.mean([one.value for one in found]) == pytest.approx(0.05, abs=0.02)


def test_one_seed_is_a_paired_t_interval_of_the_pictures():
    """With one fold it is scipy's own."""
    dice = np.random.default_rng(0)
    first, other = dice.random((2, 1, 40)) < [[[0.8]], [[0.6]]]
    found = resampling.random_effects([first, other], np.ones(40))
    known = stats.ttest_rel(first[0].astype(float), other[0].astype(float))
    interval = known.confidence_interval()
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))


def test_groups_are_compared_as_independent_samples():
    """With weights of either sign and one fold, by the variance of Welch."""
    dice = np.random.default_rng(0)
    values = dice.random((1, 70))
    weights = np.r_[np.full(30, 1 / 30), np.full(40, -1 / 40)]
    found = resampling.random_effects([values], np.ones(70), weights)
    known = stats.ttest_ind(values[0, :30], values[0, 30:], equal_var=False)
    error = (found.high - found.value) / stats.t.ppf(0.975, 68)
    assert found.value / error == pytest.approx(known.statistic)


def test_seeds_alone_make_the_interval_of_their_means():
    """Pictures all alike leave the t interval over seeds; nothing that varies leaves a point."""
    means = np.array([0.82, 0.66, 0.77])
    table = np.repeat(means[:, None], 50, axis=1)
    found = resampling.random_effects([table], np.repeat(np.arange(5), 10))
    known = stats.ttest_1samp(means, 0).confidence_interval()
    assert (found.low, found.high) == pytest.approx((known.low, known.high))
    still = resampling.random_effects([table[:1], table[:1]], np.repeat(np.arange(5), 10))
    assert (still.value, still.low, still.high) == (0, 0, 0)


def test_the_area_covers_its_truth():
    """That of two normal distributions one standard deviation apart."""
    dice, truth = np.random.default_rng(0), stats.norm.cdf(2**-0.5)
    labels = np.repeat([0, 1], 40)
    found = [
        resampling.area_interval(labels, dice.normal(labels.astype(float))) for _ in range(300)
    ]
    assert np.mean([one[0] for one in found]) == pytest.approx(truth, abs=0.01)
    assert np.mean([one[1] <= truth <= one[2] for one in found]) > 0.9
    assert resampling.area_interval(labels, labels) == (1, 1, 1)
