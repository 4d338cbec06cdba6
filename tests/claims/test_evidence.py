"""What trainings and layers say for or against a claim, and which of them count."""

import pytest

from pixels_to_sentiment.claims import CONTRADICTED, INCONCLUSIVE, REPRODUCED, SUPPORTED, UNTESTED
from pixels_to_sentiment.claims.sides import AGAINST, FOR, UNDECIDED
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.records import catalogue
from pixels_to_sentiment.records.catalogue import (
    CAFFENET,
    MOBILENET,
    SQUEEZENET,
    Configuration,
)
from toy_claims import CLAIMS, FALLING, judged, probed, ran, random

pytestmark = pytest.mark.usefixtures("isolated")
PAPERS = Configuration("caffenet", "imagenet", "paper")
FC9 = catalogue.variant_of(PAPERS, "fc9-2")


def test_pairs_give_their_numbers_seeds_and_runs():
    """Of all seeds of either, not those alone that both have, and not one that lacks a fold."""
    records = ran(SQUEEZENET, 0.9) + ran(SQUEEZENET, 0.88, seed=1)
    records += ran(random(SQUEEZENET), 0.7, seed=5)
    row = judged("start", records + ran(SQUEEZENET, 0.1, seed=2, which=(1, 2)))
    assert row["verdict"] == REPRODUCED
    assert "(seeds 0, 1 against 5): +0.19" in row["evidence"]
    assert set(row["keys"].split(", ")) == {one.key for one in records}
    assert judged("start", records[:14])["verdict"] == UNTESTED, "a fold is missing"


def test_seeds_that_disagree_leave_a_claim_undecided():
    """However many pictures there are."""
    records = ran(SQUEEZENET, 0.9) + ran(SQUEEZENET, 0.7, seed=1) + ran(random(SQUEEZENET), 0.7)
    assert judged("start", records)["verdict"] == INCONCLUSIVE
    assert judged("start", records[:5] + records[10:])["verdict"] == REPRODUCED


def test_trainings_that_learned_nothing_say_nothing_about_layers():
    """A seed is left out; where all are, the pair is shown and does not count."""
    good = ran(PAPERS, 0.9) + ran(FC9, 0.8)
    idle = ran(PAPERS, 0.66, seed=1) + ran(PAPERS, 0.9, seed=2, loss=3.0)
    row = judged("addition", good + idle)
    assert row["verdict"] == REPRODUCED
    assert "(seed 0)" in row["evidence"]
    assert set(row["keys"].split(", ")) == {one.key for one in good}
    assert "seed 1: no better than always positive, so not counted" in row["evidence"]
    assert "seed 2: ends at a training loss of 3.00 nats" in row["evidence"]
    row = judged("addition", good[:5] + ran(FC9, 0.66, seed=2))
    assert row["verdict"] == UNTESTED
    assert "no better than always positive" in row["why"]
    row = judged("lean", ran(catalogue.variant_of(PAPERS, "fc7-2"), 0.66))
    assert (row["verdict"], "40.1 million" in row["evidence"]) == (UNTESTED, True)


def test_a_pair_about_layers_says_where_both_trainings_ended_and_what_it_leaves_no_room_for():
    """The article has +0.027 of the added layer; an interval around zero can lie below that."""
    row = judged("addition", ran(PAPERS, 0.77, loss=0.3) + ran(FC9, 0.8, loss=0.5))
    assert row["verdict"] == INCONCLUSIVE
    (found,) = row["rows"]
    assert "training loss at the end 0.30 against 0.50 nats" in found.text
    assert 0 < found.high < 0.027
    assert "without the article's +0.027" in found.text


def test_classifiers_on_frozen_layers_are_named_and_do_not_count():
    """They do not test what fine-tuning makes of a cut network."""
    whole = catalogue.CAFFENET_FROZEN
    row = judged("one-layer", ran(whole, 0.9) + ran(catalogue.variant_of(whole, "fc7-2"), 0.75))
    assert row["verdict"] == UNTESTED
    assert "new classifiers on fixed features" in row["evidence"]


def test_freezing_what_is_below_fc9_is_compared_with_learning_all():
    """The article's conjecture."""
    records = ran(FC9, 0.75)
    records += ran(Configuration(FC9.network, FC9.start, "paper-frozen-below"), 0.85)
    assert judged("frozen-addition", records)["verdict"] == REPRODUCED


def test_accuracies_are_held_against_the_network_quoted():
    """On each subset, on which it scored 0.783, 0.714 and 0.687."""
    records = [
        one
        for share, agreement in zip((0.85, 0.7, 0.76), folds.AGREEMENTS, strict=True)
        for one in ran(SQUEEZENET, share, agreement)
    ]
    row = judged("previous", records)
    assert [one.side for one in row["rows"]] == [FOR, UNDECIDED, FOR]
    assert [one.value for one in row["rows"]] == pytest.approx([0.067, -0.014, 0.073], abs=0.003)
    assert row["verdict"] == SUPPORTED


@pytest.mark.parametrize(
    ("share", "verdict"), [(0.86, REPRODUCED), (0.82, INCONCLUSIVE), (0.75, CONTRADICTED)]
)
def test_an_accuracy_is_reached_but_for_the_margin(share, verdict):
    """The article's is 0.830."""
    assert judged("accuracy", ran(PAPERS, share))["verdict"] == verdict


def test_views_compare_ten_crops_with_the_centre():
    """Of the same trainings, in each subset; no gain within the margin speaks against."""
    records = ran(PAPERS, 0.9, centre=0.7)
    assert judged("oversampling", records)["verdict"] == REPRODUCED
    records += ran(PAPERS, 1.0, "four", centre=1.0) + ran(PAPERS, 0.81, "three", centre=0.8)
    row = judged("oversampling", records)
    assert [one.side for one in row["rows"]] == [FOR, AGAINST, UNDECIDED]
    assert row["verdict"] == CONTRADICTED
    assert "four agree" in row["evidence"].split("<br>")[1]


def test_agreement_is_tested_on_what_each_count_adds():
    """Within one network, on its own test pictures."""
    falling = ran(SQUEEZENET, 0.8, "three", by_count={5: 0.9, 4: 0.75, 3: 0.55})
    row = judged("agreement", falling)
    assert row["verdict"] == SUPPORTED
    assert "exactly 4 − exactly 3: +0.2" in row["evidence"]
    flat = ran(MOBILENET, 0.8, "three", by_count={5: 0.9, 4: 0.75, 3: 0.9})
    assert judged("agreement", flat)["verdict"] == INCONCLUSIVE
    assert judged("agreement", ran(SQUEEZENET, 0.8))["verdict"] == UNTESTED


def test_starts_that_learn_sooner_have_the_lower_mean_loss():
    """Over folds and seeds."""
    records = ran(SQUEEZENET, 0.9, loss=0.3) + ran(random(SQUEEZENET), 0.7, loss=0.6)
    row = judged("convergence", records)
    assert (row["verdict"], ": +0.300" in row["evidence"]) == (SUPPORTED, True)


@pytest.mark.parametrize(
    ("shares", "verdict", "said"),
    [
        (FALLING, REPRODUCED, "+1.00 over 5"),
        (FALLING[::-1], CONTRADICTED, "−1.00"),
        ((0.8,) * 5, INCONCLUSIVE, "+0.00"),
        (FALLING[:4], INCONCLUSIVE, "+1.00 over 4 layers (p 0.083)"),
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


def test_what_was_named_with_results_in_view_is_marked():
    """By the table of what tests a claim."""
    late, early = (CLAIMS["architectures"].own[n] for n in (1, 0))
    row = judged("architectures", ran(early, 0.85) + ran(late, 0.9))
    assert [one.late for one in row["rows"]] == [False, True]
    assert (row["verdict"], row["without"]) == (INCONCLUSIVE, INCONCLUSIVE)


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
    """From other convolutions; where it learned nothing, that says nothing of its features."""
    (cut,) = CLAIMS["no-more-than-positive"].here
    assert judged("no-more-than-positive", ran(cut, None))["verdict"] == SUPPORTED
    names = ("fc7", "fc6", "pool5", "conv5", "conv4")
    probes = probed(CAFFENET, FALLING, names=names)
    for accuracy, verdict in ((0.75, SUPPORTED), (None, UNTESTED)):
        row = judged("lost-features", ran(cut, accuracy), probes)
        assert (row["verdict"], "pool5, softmax − " in row["evidence"]) == (verdict, True)
