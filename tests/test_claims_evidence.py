"""What counts as a comparison, and its numbers: unpaired intervals, rank correlation."""

from types import SimpleNamespace

import pandas as pd
import pytest
from scipy import stats

import toy_claims
from pixels_to_sentiment.catalogue import CAFFENET, PAPERS, SQUEEZENET
from pixels_to_sentiment.claims import REPRODUCED, UNTESTED, evidence
from toy_claims import FALLING, judged, random

pytestmark = pytest.mark.usefixtures("isolated")


@pytest.fixture
def ran(tmp_path):
    return toy_claims.runs_in(tmp_path)


@pytest.fixture
def probed(tmp_path):
    return toy_claims.probes_in(tmp_path)


def test_a_pair_without_all_five_folds_does_not_count(ran):
    """Alone it leaves the claim untested; beside a whole pair it changes nothing."""
    whole = ran(SQUEEZENET, 0.9) + ran(random(SQUEEZENET), 0.7)
    part = ran(CAFFENET, 0.6) + ran(random(CAFFENET), 0.9, which=(1, 2, 3, 4))
    row = judged("start", part)
    assert (row["verdict"], row["evidence"], row["keys"]) == (UNTESTED, "", "")
    assert "all five folds" in row["why"]
    assert judged("start", whole + part).equals(judged("start", whole))


def test_the_papers_own_pair_is_told_from_stand_ins(ran):
    """It comes first, and the sentence counts both."""
    standing = ran(SQUEEZENET, 0.9) + ran(random(SQUEEZENET), 0.7)
    own = ran(PAPERS, 0.9) + ran(random(PAPERS), 0.7)
    assert "1 on the paper's own network and start, and 1 on" in judged("start", standing + own).why
    alone = judged("start", own)
    assert alone["why"].endswith("1 on the paper's own network and start.")
    assert alone["evidence"].startswith("CaffeNet from ImageNet")


@pytest.mark.parametrize("name", ["depth", "classifiers"])
def test_probes_of_untrained_networks_or_single_folds_do_not_count(probed, name):
    """The claims are about the fine-tuned network on all folds."""
    probes = probed(SQUEEZENET, FALLING, tuned=False) + probed(CAFFENET, FALLING, which=(1, 2))
    assert judged(name, probes=probes)["verdict"] == UNTESTED


def test_one_classifier_alone_cannot_be_compared(probed):
    """Probes may be made with only one."""
    probes = probed(SQUEEZENET, FALLING)
    for one in probes:
        table = pd.read_csv(one.folder / "layers.csv", dtype={"predicted": str})
        table[table["classifier"] == "svm"].to_csv(one.folder / "layers.csv", index=False)
    assert judged("classifiers", probes=probes)["verdict"] == UNTESTED
    assert judged("depth", probes=probes)["verdict"] == REPRODUCED


def test_the_unpaired_interval_is_newcombes():
    """His example, 56 of 70 and 48 of 80, by method 10: 0.0524 to 0.3339."""

    def accuracy(right, of):
        interval = stats.binomtest(right, of).proportion_ci(method="wilson")
        return SimpleNamespace(mean=right / of, low=interval.low, high=interval.high)

    found = evidence.unpaired(accuracy(56, 70), accuracy(48, 80))
    assert found == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_rank_correlation_of_too_little_is_nothing():
    """Otherwise it is Spearman's."""
    assert evidence.rank_correlation([0.1, 0.2]) == (0.0, 1.0)
    assert evidence.rank_correlation([0.5] * 9) == (0.0, 1.0)
    values = [0.1, 0.3, 0.2, 0.4, 0.5]
    known = stats.spearmanr(range(5), values)
    assert evidence.rank_correlation(values) == pytest.approx((known.statistic, known.pvalue))
