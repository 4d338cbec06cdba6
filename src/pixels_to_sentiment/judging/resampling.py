"""Intervals, tests and simulations for accuracies over folds, on plain arrays."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

RESAMPLES = 10_000
LEVEL = 0.95
# Where the upper end of an interval lies among the quantiles.
_UPPER = (1 + LEVEL) / 2
# Of an interval's ends: many more than any number of pictures can tell apart.
_DIGITS = 12


class Effects(NamedTuple):
    """An estimate of `random_effects`, and its 95% interval."""

    value: float
    low: float
    high: float


def stratified_interval(
    values: Iterable[float], strata: Iterable[int], *, resamples: int = RESAMPLES
) -> tuple[float, float]:
    """Bootstrap the mean over strata of the mean in each, as the mean over folds is.

    Values are drawn with replacement within their stratum, whose size stays as it is; the ends
    are percentiles of 95% (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter
    13), missing without values. Where all values of a stratum are alike it adds nothing to the
    width.
    """
    grouped = pd.Series(np.asarray(values, float)).groupby(np.asarray(strata))
    found = [_kinds(some.to_numpy(), np.ones(len(some))) for _, some in grouped]
    return percentiles(np.mean(_drawn_means(found, resamples), axis=0)) if found else (np.nan,) * 2


def clustered_interval(values: Iterable[float], clusters: Iterable) -> tuple[float, float]:
    """Bootstrap the mean of values that come in clusters, such as copies of one picture.

    Whole clusters are drawn with replacement, for what is in one is not independent. Otherwise
    as `stratified_interval`.
    """
    grouped = pd.Series(np.asarray(values, float)).groupby(np.asarray(clusters))
    if not len(grouped):
        return np.nan, np.nan
    sums, sizes = grouped.sum().to_numpy(), grouped.size().to_numpy()
    return percentiles(_drawn_means([_kinds(sums, sizes)], RESAMPLES)[0])


def _kinds(sums: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the distinct pairs of a sum and a size (k, 2), and how many there are of each (k,)."""
    return np.unique(np.stack([sums, sizes], 1), axis=0, return_counts=True)


def _drawn_means(
    strata: Sequence[tuple[np.ndarray, np.ndarray]], resamples: int
) -> list[np.ndarray]:
    times = _drawn(tuple(tuple(counts.tolist()) for _, counts in strata), resamples)
    totals = [one @ kinds for one, (kinds, _) in zip(times, strata, strict=True)]
    return [one[:, 0] / one[:, 1] for one in totals]


# What is drawn depends on how many values are alike and not on the values, so that measures of the
# same pictures share it. It can be large, so little is kept.
@lru_cache(maxsize=2)
def _drawn(strata: tuple[tuple[int, ...], ...], resamples: int) -> list[np.ndarray]:
    """Say how often each kind is drawn, (resamples, k), from how many there are of each."""
    generator = np.random.default_rng(0)
    # Correctness has few distinct values. How often each is drawn is multinomial, which is the
    # same draw as picture by picture and takes thousands of numbers instead of millions.
    sizes = [sum(counts) for counts in strata]
    return [
        generator.multinomial(size, np.array(counts) / size, size=resamples)
        for size, counts in zip(sizes, strata, strict=True)
    ]


def percentiles(drawn: np.ndarray) -> tuple[float, float]:
    """Give the values between which 95% of many draws lie, as many below as above."""
    low, high = np.quantile(drawn, [1 - _UPPER, _UPPER])
    # A mean of differences that cancel is zero, and not a rounding error on one side of it.
    return round(float(low), _DIGITS) + 0.0, round(float(high), _DIGITS) + 0.0


def corrected_t(differences: Iterable[float], ratio: float) -> tuple[float, float, float]:
    """Test whether the mean difference over folds is zero: the corrected resampled t-test.

    The training sets of two folds overlap, so that differences over folds vary less than
    differences over independent samples would. Nadeau and Bengio (Inference for the
    Generalization Error, Machine Learning 52, 2003) take the variance of the mean as
    ``(1/k + n_test/n_train) var`` instead of ``var / k``, still with k - 1 degrees of freedom.
    The `ratio` is that of test pictures to training pictures.

    Gives the two-sided p and the ends of the interval, missing for fewer than two folds. Where the
    differences do not vary at all, p is 1 if they are zero and 0 otherwise.
    """
    differences = np.asarray(differences, float)
    k = len(differences)
    if k < 2:
        return np.nan, np.nan, np.nan
    mean, variance = float(differences.mean()), float(differences.var(ddof=1))
    error = np.sqrt((1 / k + ratio) * variance)
    half = critical_difference(variance, k, ratio)
    p = 2 * stats.t.sf(abs(mean) / error, k - 1) if error else mean == 0
    return float(p), mean - half, mean + half


def critical_difference(variance: float, k: int, ratio: float) -> float:
    """Give the smallest mean difference over k folds that `corrected_t` calls significant at 5%.

    `variance` is that of the differences over folds, with k - 1.
    """
    return float(stats.t.ppf(_UPPER, k - 1) * np.sqrt((1 / k + ratio) * variance))


def random_effects(
    tables: Sequence[np.ndarray], folds: Iterable[int], weights: Iterable[float] | None = None
) -> Effects:
    """Estimate a mean, or a difference of two, with pictures, folds and seeds as chance.

    The squared errors of the three sources add up. *Pictures*: their variance in each fold.
    *Folds*: by how much the folds differ beyond what their pictures explain. *Seeds*: the variance
    of what each seed gives over all folds; two tables have seeds of their own. What is not told
    apart, such as a seed that acts on some pictures only, is counted twice, which makes the
    interval rather too wide. Its half width is by Student's t with the degrees of freedom of
    Satterthwaite (An Approximate Distribution of Estimates of Variance Components, Biometrics 2,
    1946): two seeds leave one. One seed tells nothing of seeds, and adds nothing.

    Parameters
    ----------
    tables
        One or two (the second is taken off the first): a value by seed and picture, (seeds, n);
        the pictures are the same.
    folds
        Of each picture, (n,).
    weights
        Of each picture, (n,): the estimate is the sum of the weighted values. Those below zero are
        a group whose mean is taken off that of the others. The mean over the folds by default.
    """
    folds = np.asarray(folds)
    sizes = pd.Series(folds).groupby(folds).transform("size").to_numpy()
    count = len(np.unique(folds))
    weights = 1 / (count * sizes) if weights is None else np.asarray(list(weights), float)
    tables = [sign * np.asarray(one, float) for sign, one in zip((1, -1), tables, strict=False)]
    each = sum(one.mean(axis=0) for one in tables)
    frame = pd.DataFrame({"fold": folds, "group": weights < 0, "each": each, "weight": weights})
    cells = frame.groupby(["fold", "group"])
    pictures = (cells["each"].var() * cells["weight"].sum() ** 2 / cells.size()).sum()
    parts = frame.assign(each=each * weights).groupby("group")[["each", "weight"]].sum()
    rest = weights * (each - frame["group"].map(parts["each"] / parts["weight"]))
    over = (rest.groupby(folds).sum() ** 2).sum() * count / max(count - 1, 1)
    sources = [(pictures, len(each) - len(cells)), (max(0.0, over - pictures), count - 1)]
    for one in tables:
        if len(one) > 1:
            sources.append(((one @ weights).var(ddof=1) / len(one), len(one) - 1))
    half = _half_width([source for source in sources if source[0] > 0])
    value = float(each @ weights)
    return Effects(
        value, *(round(float(end), _DIGITS) + 0.0 for end in (value - half, value + half))
    )


def _half_width(sources: Sequence[tuple[float, int]]) -> float:
    """Of a 95% interval whose error has parts: squared, each with its degrees of freedom."""
    total = sum(error for error, _ in sources)
    freedom = total**2 / sum(error**2 / of for error, of in sources) if sources else np.inf
    return stats.t.ppf(_UPPER, freedom) * np.sqrt(total)


def area_interval(labels: Iterable[int], positive: Iterable[float]) -> tuple[float, float, float]:
    """Give the area under the ROC curve (see `scores.auc`) and its 95% interval.

    Pictures are the chance, by the variance of DeLong, DeLong and Clarke-Pearson (Biometrics 44,
    1988); several of both labels are needed.
    """
    labels, positive = np.asarray(labels), np.asarray(positive, float)
    above = positive[labels == 1][:, None] - positive[labels == 0]
    placed = (np.sign(above) + 1) / 2
    error = np.sqrt(sum(placed.mean(axis=a).var(ddof=1) / placed.shape[1 - a] for a in (0, 1)))
    half = stats.norm.ppf(_UPPER) * error
    area = float(placed.mean())
    return area, float(max(0.0, area - half)), float(min(1.0, area + half))


def exact_mcnemar(first_only: int, other_only: int) -> float:
    """Test whether two classifiers err equally often on the same pictures: two-sided p-value.

    McNemar's test (Psychometrika 12, 1947), exact: under the hypothesis a picture that only one
    of them answers rightly is as likely to be the one's as the other's, so that the counts are
    binomial. It takes both classifiers as they were trained and says nothing of another training.
    """
    discordant = first_only + other_only
    return float(stats.binomtest(first_only, discordant).pvalue) if discordant else 1.0


def holm(p: Iterable[float]) -> np.ndarray:
    """Adjust p-values so that one below 5% among all of them is wrong in 5% of cases at most.

    Holm's step-down method (Scandinavian Journal of Statistics 6, 1979), which needs no
    independence. Missing values stay missing and are not counted.
    """
    adjusted = np.array(list(p), float)
    known = np.flatnonzero(~np.isnan(adjusted))
    rising = known[np.argsort(adjusted[known], kind="stable")]
    stepped = adjusted[rising] * np.arange(len(rising), 0, -1)
    adjusted[rising] = np.minimum(1, np.maximum.accumulate(stepped))
    return adjusted


def standard_error(low: pd.Series, high: pd.Series) -> pd.Series:
    """Turn 95% intervals into standard deviations, as of estimates that are about normal."""
    return (high - low) / (2 * stats.norm.ppf(_UPPER))


def deviation_factors(freedom: int) -> tuple[float, float]:
    """Say between which multiples of an estimated standard deviation the true one lies in 95%.

    By the chi-square distribution of the variance of normal values, `freedom` being the degrees of
    freedom of the estimate.
    """
    low, high = np.sqrt(freedom / stats.chi2.ppf([_UPPER, 1 - _UPPER], freedom))
    return float(low), float(high)


def variance_components(table: np.ndarray) -> tuple[float, float, float, float]:
    """Tell the spread over folds from the spread over seeds, in accuracies (folds, seeds).

    The model has two random factors without replication: accuracy = mean + fold + seed + rest,
    the rest holding the interaction (fold and seed together). Variances are had from the mean
    squares (Searle, Casella and McCulloch, Variance Components, 1992, chapter 4); an estimate
    below zero becomes zero.

    Gives standard deviations, missing for one seed: of the folds, without what seeds add; from seed
    to seed in one fold; the part of that which a seed brings to all folds alike; and of the mean
    over these folds, from seed to seed. The first and the third are missing for one fold.
    """
    table = np.asarray(table, float)
    folds, seeds = table.shape
    if seeds < 2:
        return (np.nan,) * 4
    within = table.var(axis=1, ddof=1).mean()
    mean = table.mean(axis=0).var(ddof=1)
    if folds < 2:
        return np.nan, float(np.sqrt(within)), np.nan, float(np.sqrt(mean))
    # By the sums of squares, within = (f mean + (f - 1) rest) / f.
    rest = (within - mean) * folds / (folds - 1)
    variances = (table.mean(axis=1).var(ddof=1) - rest / seeds, within, mean - rest / folds, mean)
    return tuple(float(np.sqrt(max(0.0, one))) for one in variances)


def recut_spreads(
    values: Iterable[float], labels: Iterable[int], folds: int, *, cuts: int = 5_000
) -> np.ndarray:
    """Cut pictures into folds at random, many times over, and take the spread of each cut.

    Every fold gets the same number of each label, but for a remainder of one. The spread is the
    standard deviation over the folds (n - 1) of the mean in each; missing for one fold.
    """
    generator = np.random.default_rng(0)
    grouped = pd.Series(np.asarray(values, float)).groupby(np.asarray(labels))
    shuffled = [generator.permuted(np.tile(some, (cuts, 1)), axis=1) for _, some in grouped]
    # Dealt in turn, and label after label, so that no fold is more than one ahead in either.
    dealt = np.concatenate(shuffled, axis=1)
    in_folds = pd.DataFrame(dealt.T).groupby(np.arange(dealt.shape[1]) % folds)
    return in_folds.mean().std(ddof=1).to_numpy()
