"""What an interval says of a claim, and whose networks say it."""

from types import SimpleNamespace

import pytest

from pixels_to_sentiment.claims import CONTRADICTED, REPRODUCED, SUPPORTED, sides
from pixels_to_sentiment.claims.sides import AGAINST, FOR, UNDECIDED
from pixels_to_sentiment.records import catalogue
from pixels_to_sentiment.records.catalogue import PAPERS
from toy_claims import judged

pytestmark = pytest.mark.usefixtures("isolated")
FC9 = catalogue.variant_of(PAPERS, "fc9-2")


@pytest.mark.parametrize(
    ("low", "high", "aim", "side"),
    [
        (0.001, 0.2, 0.03, FOR),
        (-0.2, -0.001, 0.03, AGAINST),
        # Within a picture in a hundred of none, and short of the article's difference.
        (-0.01, 0.01, 0.03, AGAINST),
        (-0.01, 0.01, None, AGAINST),
        (-0.01, 0.01, 0.005, UNDECIDED),
        (-0.01, 0.011, 0.03, UNDECIDED),
        (-0.05, 0.05, 0.15, UNDECIDED),
    ],
)
def test_a_difference_is_there_absent_or_undecided(low, high, aim, side):
    """By its interval, zero, the margin and the article's number."""
    assert sides.better(SimpleNamespace(low=low, high=high), aim) == side


@pytest.mark.parametrize(
    ("low", "high", "side"),
    [
        (-0.01, 0.01, FOR),
        (0.001, 0.009, FOR),
        (-0.02, 0.005, UNDECIDED),
        (0.011, 0.05, AGAINST),
        (-0.05, -0.011, AGAINST),
    ],
)
def test_no_difference_is_shown_by_an_interval_within_the_margin(low, high, side):
    """A wide interval shows nothing, whether it holds zero or not."""
    assert sides.alike(SimpleNamespace(low=low, high=high)) == side


def test_the_articles_own_networks_decide_and_others_support(ran):
    """A pair of other networks is told apart."""
    own = ran(PAPERS, 0.9) + ran(FC9, 0.8)
    whole = catalogue.SQUEEZENET_OURS
    other = ran(whole, 0.9) + ran(catalogue.variant_of(whole, "conv11-2"), 0.75)
    assert judged("addition", own)["verdict"] == REPRODUCED
    assert judged("addition", other)["verdict"] == SUPPORTED
    assert judged("addition", other[5:] + other[:5])["verdict"] == SUPPORTED
    worse = ran(PAPERS, 0.75, seed=1) + ran(FC9, 0.9, seed=1)
    assert judged("addition", worse + other)["verdict"] == CONTRADICTED
