"""What the annotators' agreement says of the pictures, and how accurate any network could be.

Each picture was labelled by five annotators. The subsets are nested, so accuracies on them differ
by what the pictures of exactly four, or exactly three, equal labels add: these are told apart here.
"""

from itertools import pairwise

import numpy as np
import pandas as pd
from scipy import optimize, stats

from pixels_to_sentiment import places
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.judging import resampling
from pixels_to_sentiment.judging.answers import CASE, cases
from pixels_to_sentiment.judging.scores import listed

ANNOTATORS = 5


def exact() -> pd.Series:
    """Tell how many annotators gave each picture its label (5, 4 or 3), by ``image``.

    By the strictest subset that has the picture in its folds. The lists that have the few pictures
    dropped from the folds of a stricter subset are not published, so these count one too few.
    Nobody counted those of a data set of one's own: 0.
    """
    table = folds.load().set_index("image")
    count = pd.Series(0, index=table.index, name="count")
    for name, subset in () if places.dataset() else folds.SUBSETS.items():
        there = table[f"{name}_fold"].notna()
        count = count.where(~there | (count > 0), subset.annotators)
    return count


def by_count(told: pd.DataFrame) -> pd.DataFrame:
    """Score answers by how many annotators gave the label: `by_group` of `exact`, as ``count``."""
    return by_group(told, exact()).rename(columns={"group": "count"})


def by_group(told: pd.DataFrame, groups: pd.Series) -> pd.DataFrame:
    """Score answers, as `answers.gather` gives them, by the group that a picture belongs to.

    Groups are by ``image``; pictures of no group are left out. Gives the columns of `CASE`;
    ``seeds`` (which), ``group`` (falling), ``pictures``, ``positive`` (share of labels, which is
    what always answering positive scores); ``balanced`` (mean accuracy of the labels there are);
    ``accuracy`` over the pictures of all folds, with ``low`` and ``high`` by
    `resampling.random_effects`; ``area`` under the ROC curve of these, mean over seeds, with
    ``area_low`` and ``area_high``, pictures alone being chance; missing where there are not several
    pictures of either label, or answers are 0 and 1 and have no other threshold.
    """
    rows = []
    for case, answered in cases(told).items():
        apart = dict(iter(answered.groupby(answered["image"].map(groups), observed=True)))
        for name, some in sorted(apart.items(), reverse=True):
            right = some.pivot(index=["fold", "image"], columns="seed", values="correct")
            in_folds = right.index.get_level_values("fold")
            alike = np.full(len(right), 1 / len(right))
            found = resampling.random_effects([right.to_numpy().T], in_folds, alike)
            areas = [(np.nan,) * 3]
            several = some.drop_duplicates("image")["label"].value_counts().reindex([0, 1]).ge(2)
            if several.all() and not some["positive"].isin([0, 1]).all():
                areas = [
                    resampling.area_interval(one["label"], one["positive"])
                    for _, one in some.groupby("seed")
                ]
            counts = listed(some["seed"]), name, len(right), some["label"].mean()
            counts = *counts, some.groupby("label")["correct"].mean().mean()
            values = found.value, found.low, found.high, *np.mean(areas, axis=0)
            rows.append((*case, *counts, *values))
    names = ["seeds", "group", "pictures", "positive", "balanced"]
    names += ["accuracy", "low", "high"]
    table = pd.DataFrame(rows, columns=[*CASE, *names, "area", "area_low", "area_high"])
    table.attrs = told.attrs
    return table


def hardness(told: pd.DataFrame) -> pd.DataFrame:
    """Count how many trained networks get each picture wrong: a row a picture and subset.

    Every configuration and seed counts as one. ``agreement``, ``image``, ``label``, ``count`` (of
    annotators who gave the label), ``networks``, ``wrong`` (how many of them), ``alone``: the
    chance that all are wrong if each errs on a picture of this count as often as it does, and
    independently of the others.
    """
    parts = list(cases(told).values())
    columns = ["agreement", "image", "label", "count", "networks", "wrong", "alone"]
    if not parts:
        return pd.DataFrame(columns=columns)
    every = pd.concat(parts).assign(wrong=lambda one: 1 - one["correct"])
    every["count"] = every["image"].map(exact())
    network = ["agreement", "count", "configuration", "seed"]
    rates = every.groupby(network)["wrong"].mean().groupby(["agreement", "count"]).prod()
    grouped = every.groupby(["agreement", "image", "label", "count"], as_index=False)["wrong"]
    found = grouped.agg(networks="size", wrong="sum")
    return found.join(rates.rename("alone"), on=["agreement", "count"])[columns]


def published() -> dict[int, int]:
    """Count the pictures by how many annotators agree, by the complete lists, strictest first."""
    sizes = [(one.annotators, one.listed) for one in folds.SUBSETS.values()]
    steps = [b[1] - a[1] for a, b in pairwise(sizes)]
    return dict(zip((one for one, _ in sizes), (sizes[0][1], *steps), strict=True))


def ceiling(counts: dict[int, int] | None = None) -> pd.DataFrame:
    """Estimate how often the majority of five is that of a crowd without end.

    The share of a crowd that would call a picture positive is taken to vary over pictures as a
    symmetric beta distribution, and the five annotators as drawn from the crowd at random. Its one
    parameter is fitted to the counts by maximum likelihood. Who always knows the crowd's majority
    agrees with the labels in so many cases and no more; a network that learns the habits of the
    five, or of how pictures were chosen, could.

    The counts are of pictures by how many of five annotators agree (5, 4, 3), by default those that
    are `published`. Gives ``count``, ``pictures``, ``expected`` (pictures by the fitted
    distribution), ``ceiling`` (for pictures of exactly that count) and ``nested`` (for that count
    and above).
    """
    counts = published() if counts is None else counts
    number, total = np.array(list(counts)), np.array(list(counts.values()))

    def shares(parameter: float) -> np.ndarray:
        one_way = stats.betabinom(ANNOTATORS, parameter, parameter).pmf
        return one_way(number) + one_way(ANNOTATORS - number)

    found = optimize.minimize_scalar(
        lambda logarithm: -(total * np.log(shares(np.exp(logarithm)))).sum(), bounds=(-7, 7)
    )
    parameter = float(np.exp(found.x))
    # The beta distribution after so many of five votes, from one half upwards.
    ends = stats.beta.sf(0.5, parameter + number, parameter + ANNOTATORS - number)
    nested = np.cumsum(ends * total) / np.cumsum(total)
    expected = total.sum() * shares(parameter)
    table = pd.DataFrame({"count": number, "pictures": total, "expected": expected})
    return table.assign(ceiling=ends, nested=nested)
