"""What layers say for or against a claim, and which probes count."""

import pytest

from pixels_to_sentiment.claims import CONTRADICTED, INCONCLUSIVE, REPRODUCED, SUPPORTED, UNTESTED
from pixels_to_sentiment.records.catalogue import CAFFENET, PAPERS, SQUEEZENET, Configuration
from toy_claims import CLAIMS, FALLING, judged, probed, ran

pytestmark = pytest.mark.usefixtures("isolated")


@pytest.mark.parametrize(
    ("shares", "verdict", "said"),
    [
        (FALLING, REPRODUCED, "+1.00 over 5"),
        (FALLING[::-1], CONTRADICTED, "−1.00"),
        ((0.8,) * 5, INCONCLUSIVE, "+0.00"),
        (FALLING[:2], INCONCLUSIVE, "+0.00 over 2"),
    ],
)
def test_depth_is_correlated_with_accuracy(shares, verdict, said):
    """For each classifier; the cost is the one chosen inside the training list."""
    probes = probed(PAPERS, shares)
    row = judged("depth", probes=probes)
    assert (row["verdict"], said in row["evidence"]) == (verdict, True)
    assert ["SVM" in line for line in row["evidence"].split("<br>")] == [True, False]
    assert set(row["keys"].split(", ")) == {one.key for one in probes}


@pytest.mark.parametrize(
    ("svm", "verdict"),
    [(FALLING, REPRODUCED), ([one - 0.1 for one in FALLING], CONTRADICTED)],
)
def test_classifiers_are_alike_within_the_margin(svm, verdict):
    """Over all layers; the layer that differs most is named."""
    probes = probed(PAPERS, FALLING, svm, alike=svm == FALLING)
    assert judged("classifiers", probes=probes)["verdict"] == verdict


def test_layers_are_compared_by_name():
    """On the same pictures; the article's own difference stands beside."""
    names = ("fc7", "fc6", "conv4", "conv5", "pool5")
    row = judged("dip", probes=probed(PAPERS, (0.9, 0.9, 0.85, 0.7, 0.7), names=names))
    assert row["verdict"] == REPRODUCED
    assert "conv4 − pool5: +0.15" in row["evidence"]
    assert judged("dip", probes=probed(SQUEEZENET, FALLING))["verdict"] == UNTESTED


def test_probes_of_untrained_networks_or_single_folds_do_not_count():
    """The claims are about the fine-tuned network on all folds."""
    probes = probed(SQUEEZENET, FALLING, tuned=False) + probed(CAFFENET, FALLING, which=(1, 2))
    for name in ("depth", "classifiers"):
        assert judged(name, probes=probes)["verdict"] == UNTESTED


def test_one_classifier_alone_cannot_be_compared():
    """Probes may be made with only one."""
    probes = probed(SQUEEZENET, FALLING, kinds=["svm"])
    assert judged("classifiers", probes=probes)["verdict"] == UNTESTED
    assert judged("depth", probes=probes)["verdict"] == SUPPORTED


def test_fine_tuning_is_compared_with_frozen_features_however_they_were_classified():
    """By a new layer trained alike, from ten crops, or by softmax from the centre crop."""
    frozen = Configuration("squeezenet1_1", "imagenet", "paper-frozen-features-third")
    records = ran(SQUEEZENET, 0.9) + ran(frozen, 0.8)
    row = judged("fine-tuning", records, probed(SQUEEZENET, (0.7,), tuned=False))
    assert row["verdict"] == REPRODUCED
    first, other = row["evidence"].split("<br>")
    assert ["features frozen" in first, "softmax on" in other] == [True, True]
    assert "+0.2" in other


def test_fc6_2_is_held_against_always_positive_and_against_its_features():
    """From ImageNet convolutions it is nearly the article's own."""
    records = ran(CLAIMS["no-more-than-positive"].nearly[0], None)
    row = judged("no-more-than-positive", records)
    assert row["verdict"] == REPRODUCED
    assert "Nearly the article's own" in row["why"]
    names = ("fc7", "fc6", "pool5", "conv5", "conv4")
    row = judged("lost-features", records, probed(CAFFENET, FALLING, names=names))
    assert (row["verdict"], "pool5, softmax − " in row["evidence"]) == (SUPPORTED, True)
