"""What is said of a verdict beyond its rule: who stands in, which seed, which rivals."""

import pytest

from pixels_to_sentiment.claims import REPRODUCED
from pixels_to_sentiment.records.catalogue import SETTLED, SQUEEZENET, Configuration
from toy_claims import FALLING, judged, mapped, probed, ran

PAPERS = Configuration("caffenet", "imagenet", "paper")

pytestmark = pytest.mark.usefixtures("isolated")


def test_who_stands_in_is_said_where_the_articles_own_is_missing():
    """With the networks of each subset, and not beside what the claim is about."""
    records = [
        one
        for seed, agreement in ((0, "five"), (1, "five"), (0, "three"))
        for one in ran(SQUEEZENET, 0.85, agreement, seed=seed)
    ]
    row = judged("previous", records)
    assert "None is the article's CaffeNet" in row["why"]
    subsets = "By subset, five agree: SqueezeNet 1.1; three agree: SqueezeNet 1.1 (one seed)."
    assert subsets in row["limits"]
    assert "None is" not in judged("previous", records + ran(PAPERS, 0.85))["why"]
    assert "None is" not in judged("previous")["why"], "nothing was tested"


def test_layers_of_one_seed_stand_beside_what_other_seeds_reach():
    """The best seed may have been the one whose layers were classified."""
    probes = probed(PAPERS, (0.9, 0.9, 0.85), names=("fc7", "fc6", "conv4"))
    both = ran(PAPERS, 0.9) + ran(PAPERS, 0.7, seed=1)
    why = " ".join(judged("fully-connected", both, probes)["limits"])
    assert "of seed 0 alone, with which the network scores 0.898 (centre crop)" in why
    assert "with the others it scores 0.699. Its conv4 alone gives 0.852 and 0.852." in why
    for seed in (0, 1):  # nothing beside it, or other seeds alone
        assert judged("fully-connected", ran(PAPERS, 0.9, seed=seed), probes)["limits"] == []


def test_a_consistent_difference_within_the_margin_is_not_hidden():
    """It counts for a claim of no difference all the same."""
    for more, told in ((0.006, True), (0.0, False)):
        svm = [share + more for share in FALLING]
        row = judged("classifiers", probes=probed(PAPERS, FALLING, svm, alike=True))
        assert (row["verdict"], "a consistent one" in str(row["limits"])) == (REPRODUCED, told)


def test_rivals_that_the_rule_leaves_out_are_counted_by_all_scores():
    """Grad-CAM of every network, and edges of the one nearest to the article's."""
    both = mapped(SETTLED, 0.05) + mapped(SQUEEZENET, 0.05)
    why = " ".join(judged("maps", studies=both)["limits"])
    assert "against edges: better in" in why
    assert "worse in none of 3." in why
    assert "sentiment maps against Grad-CAM: better in" in why
    assert "of 6." in why
    assert "against edges" not in str(judged("maps", studies=mapped(SQUEEZENET, 0.05))["limits"])
