"""What an interval says of a claim."""

from types import SimpleNamespace

import pytest

from pixels_to_sentiment.claims import sides
from pixels_to_sentiment.claims.sides import AGAINST, FOR, UNDECIDED


@pytest.mark.parametrize(
    ("low", "high", "aim", "better", "alike"),
    [
        (0.001, 0.2, 0.03, FOR, UNDECIDED),
        (0.011, 0.05, 0.03, FOR, AGAINST),
        (-0.05, -0.011, 0.03, AGAINST, AGAINST),
        # Within a picture in a hundred of none, and short of the article's difference.
        (-0.01, 0.01, 0.03, AGAINST, FOR),
        (-0.01, 0.01, None, AGAINST, FOR),
        (-0.01, 0.01, 0.005, UNDECIDED, FOR),
        (-0.01, 0.011, 0.03, UNDECIDED, UNDECIDED),
        (-0.05, 0.05, 0.15, UNDECIDED, UNDECIDED),
    ],
)
def test_a_difference_is_there_absent_or_undecided(low, high, aim, better, alike):
    """By its interval, zero, the margin and the article's number; a wide one shows nothing."""
    found = SimpleNamespace(low=low, high=high)
    assert (sides.better(found, aim), sides.alike(found)) == (better, alike)
