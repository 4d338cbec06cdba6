"""Whether two accuracies are practically the same, which no test of a difference can show.

Both ways take the variance of Nadeau and Bengio, as `resampling.corrected_t` does. It was derived
for random splits into training and test pictures; for the folds of one cross-validation, which
share no test picture, it is an approximation.
"""

import numpy as np
import pandas as pd
from scipy import stats

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.judging.judgement import tested_by_trained

SAME = 0.01
"""Accuracies this close, one picture in a hundred, are practically the same."""


def posterior(differences: pd.DataFrame, *, same: float = SAME) -> pd.DataFrame:
    """Tell how probable it is that the first is worse, practically the same, and better.

    The Bayesian correlated t-test (Benavoli, Corani, Demšar and Zaffalon, Time for a Change,
    Journal of Machine Learning Research 18, 2017): with a prior that favours nothing, the true
    difference has Student's t distribution with k - 1 degrees of freedom around the mean. Beside
    it the two one-sided tests of equivalence (Schuirmann, 1987).

    Takes ``difference`` (mean over all k folds) and ``std`` (over them, with k - 1), and adds
    ``worse``, ``same`` (within `same` on either side of zero) and ``better`` (probabilities), and
    ``p_same``, of the hypothesis that the accuracies are further apart. Missing where the deviation
    is; where it is zero, the difference is certain.
    """
    k = len(folds.numbers())
    mean = differences["difference"].to_numpy(float)
    deviation = differences["std"].to_numpy(float)
    # Differences that do not vary leave no doubt of where they lie.
    scale = np.maximum(np.sqrt(1 / k + tested_by_trained()) * deviation, np.finfo(float).tiny)
    worse = stats.t.cdf(-same, k - 1, mean, scale)
    better = stats.t.sf(same, k - 1, mean, scale)
    return differences.assign(
        worse=worse, same=1 - worse - better, better=better, p_same=np.maximum(worse, better)
    )


def verdict(row: pd.Series) -> str:
    """Name the one of the three of `posterior` that is 95% probable or more, if any is."""
    chances = row[["worse", "same", "better"]].astype(float)
    return str(chances.idxmax()) if chances.max() >= 0.95 else "undecided"
