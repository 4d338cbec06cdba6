"""Scores computed from per-picture probabilities, and the numbers that the paper reports."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from pixels_to_sentiment import places
from pixels_to_sentiment.errors import damage

if TYPE_CHECKING:
    import pandas as pd

# How a probability of positive was made: centre crop, or mean over ten crops.
VIEWS = {"centre": "no", "oversampled": "yes"}
CROPS = {"no": "centre crop", "yes": "ten crops"}


def accuracy(labels: Iterable[int], positive: Iterable[float]) -> float:
    """Share of pictures whose more probable class is their label (0 negative, 1 positive).

    At a probability of exactly one half the prediction is negative, as with ``argmax`` over
    (negative, positive).
    """
    return float(np.mean((np.asarray(positive) > 0.5) == (np.asarray(labels) == 1)))


def auc(labels: Iterable[int], positive: Iterable[float]) -> float:
    """Area under the ROC curve: how often a positive picture is more probably positive.

    Ties count one half, which is what chance gives. Unlike the accuracy, it does not depend on the
    threshold.
    """
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(np.asarray(labels), np.asarray(positive)))


def confusion(labels: Iterable[int], positive: Iterable[float]) -> pd.DataFrame:
    """Count pictures by label (rows) and prediction (columns), both negative then positive."""
    import pandas as pd
    from sklearn.metrics import confusion_matrix

    predicted = (np.asarray(positive) > 0.5).astype(int)
    counts = confusion_matrix(np.asarray(labels), predicted, labels=[0, 1])
    names = ["negative", "positive"]
    return pd.DataFrame(
        counts, index=pd.Index(names, name="label"), columns=pd.Index(names, name="prediction")
    )


def listed(values: Iterable) -> str:
    """Write values once each, rising, separated by commas."""
    return ", ".join(str(value) for value in sorted(set(values)))


# Columns that name a number of the paper, and all that its table has.
CELL = ["experiment", "variant", "agreement", "oversampling"]
_REPORTED = [*CELL, "mean", "std", "grade", "source", "note"]


def reported(experiment: str | None = None) -> pd.DataFrame:
    """Give the numbers that the paper reports, each with its grade of certainty.

    ``experiment``, ``variant``, ``agreement``, ``oversampling`` (yes, no or empty), ``mean`` (an
    accuracy, 0..1, except for a factor of times) and ``std`` (0..1, missing where not known),
    ``grade`` (V, I or R), ``source`` (table or section, and page) and ``note``. A row without a
    source is not the paper's but its predecessor's, recalled: see `of_article`. Of a data set of
    one's own it reports nothing, so there are no rows beside what is measured on one.

    Raises
    ------
    UserError
        If the table cannot be read or lacks a column.
    """
    import pandas as pd

    path, numbers = places.ground_truth() / "reported_results.csv", ["mean", "std"]
    with damage(path, "restore it from git"):
        table = pd.read_csv(path, keep_default_na=False, na_values={name: [""] for name in numbers})
        table = table[_REPORTED].astype(dict.fromkeys(numbers, float))
    if places.dataset():
        return table[:0]
    return table if experiment is None else table[table["experiment"] == experiment]


def of_article(reported: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows of `reported` that stand in the article, and not those of its predecessor."""
    return reported[reported["source"] != ""]
