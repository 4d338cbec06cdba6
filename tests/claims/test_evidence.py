"""What recorded trainings say for or against a claim, and which of them count."""

import pytest

from pixels_to_sentiment.claims import CONTRADICTED, INCONCLUSIVE, REPRODUCED, SUPPORTED, UNTESTED
from pixels_to_sentiment.claims.sides import AGAINST, FOR, UNDECIDED
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.records import catalogue
from pixels_to_sentiment.records.catalogue import MOBILENET, PAPERS, SQUEEZENET, Configuration
from toy_claims import judged, ran, random

pytestmark = pytest.mark.usefixtures("isolated")
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
    assert "learned nothing" in row["why"]
    row = judged("lean", ran(catalogue.variant_of(PAPERS, "fc7-2"), 0.66))
    assert (row["verdict"], "40.1 million" in row["evidence"]) == (UNTESTED, True)


def test_classifiers_on_frozen_layers_are_named_and_do_not_count():
    """They do not test what fine-tuning makes of a cut network."""
    whole = catalogue.CAFFENET_FROZEN
    row = judged("one-layer", ran(whole, 0.9) + ran(catalogue.variant_of(whole, "fc7-2"), 0.75))
    assert row["verdict"] == UNTESTED
    assert "new classifiers on fixed features" in row["evidence"]


def test_freezing_what_is_below_fc9_is_compared_with_learning_all():
    """The article's conjecture."""
    records = ran(FC9, 0.7)
    records += ran(Configuration(FC9.network, FC9.start, "paper-frozen-below"), 0.8)
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
