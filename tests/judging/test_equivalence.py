"""Equivalence: equal scores, SciPy's own tests, and what another library gives."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from pixels_to_sentiment.judging import equivalence, resampling

DIFFERENCES = np.array([0.02, -0.01, 0.05, 0.03, 0.01])


def judged(differences, **options):
    row = {"difference": np.mean(differences), "std": np.std(differences, ddof=1)}
    return equivalence.posterior(pd.DataFrame([row]), **options).iloc[0]


def test_equal_scores_are_the_same_for_certain():
    """And no winner; a difference that does not vary is certain, too."""
    row = judged(np.zeros(5))
    assert row[["worse", "same", "better", "p_same"]].tolist() == [0, 1, 0, 0]
    assert judged(np.full(5, 0.5))["better"] == 1
    unknown = pd.DataFrame({"difference": [0.02], "std": [np.nan]})
    assert equivalence.posterior(unknown)["better"].isna().all()


def test_the_posterior_is_that_of_baycomp():
    """Of version 1.0.3, `two_on_single(scores, scores + DIFFERENCES, rope=0.01, runs=1)`."""
    row = judged(DIFFERENCES)
    known = [0.05805826175840782, 0.21267660787938447, 0.7292651303622077]
    assert row[["worse", "same", "better"]].tolist() == pytest.approx(known)
    assert equivalence.verdict(row) == "undecided"
    assert equivalence.verdict(judged(DIFFERENCES + 0.2)) == "better"


def test_without_a_region_it_is_the_corrected_t_test():
    """One side of its p-value; the two one-sided tests are SciPy's on deviations as corrected."""
    p, *_ = resampling.corrected_t(DIFFERENCES, 1 / 4)
    row = judged(DIFFERENCES, same=0.0)
    assert 2 * row["worse"] == pytest.approx(p)
    shrunk = DIFFERENCES.mean() + (DIFFERENCES - DIFFERENCES.mean()) * (0.45 / 0.2) ** 0.5
    ends = [stats.ttest_1samp(shrunk, -0.01, alternative="greater").pvalue,
            stats.ttest_1samp(shrunk, 0.01, alternative="less").pvalue]  # fmt: skip
    assert judged(DIFFERENCES)["p_same"] == pytest.approx(max(ends))


@pytest.mark.parametrize(("chance", "said"), [(0.95, "same"), (0.9499, "undecided")])
def test_a_verdict_is_at_least_95_percent_probable(chance, said):
    rest = (1 - chance) / 2
    row = pd.Series({"worse": rest, "same": chance, "better": rest, "p_same": 0.0})
    assert equivalence.verdict(row) == said
