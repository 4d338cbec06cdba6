"""What an interval says of a claim, and whose networks say it."""

from types import SimpleNamespace

import pytest

from pixels_to_sentiment.claims import sides
from pixels_to_sentiment.claims.sides import AGAINST, FOR, UNDECIDED


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
