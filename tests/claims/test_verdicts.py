"""Verdicts: five words, who decides, and what is named beside."""

import pytest

from pixels_to_sentiment.claims import (
    CONTRADICTED,
    INCONCLUSIVE,
    REPRODUCED,
    SUPPORTED,
    UNTESTED,
    VERDICTS,
    verdicts,
)
from pixels_to_sentiment.claims.sides import AGAINST, FOR, OTHER, OWN, UNDECIDED, Row
from toy_claims import CLAIMS

pytestmark = pytest.mark.usefixtures("isolated")


def decided(name, *rows):
    made = [Row("", 0.1, side, rank, (), *more) for side, rank, *more in rows]
    return verdicts.decide(CLAIMS[name], made)


@pytest.mark.parametrize(
    ("rows", "verdict"),
    [
        ([(FOR, OWN)], REPRODUCED),
        ([(FOR, OWN), (FOR, OWN), (AGAINST, OTHER)], REPRODUCED),
        ([(AGAINST, OWN), (FOR, OTHER)], CONTRADICTED),
        ([(AGAINST, OWN), (FOR, OWN)], CONTRADICTED),
        ([(FOR, OWN), (UNDECIDED, OWN)], INCONCLUSIVE),
        ([(UNDECIDED, OWN), (FOR, OTHER)], SUPPORTED),
        ([(FOR, OTHER), (FOR, OTHER), (UNDECIDED, OTHER)], SUPPORTED),
        ([(FOR, OTHER), (UNDECIDED, OTHER)], INCONCLUSIVE),
        ([(FOR, OTHER), (FOR, OTHER), (AGAINST, OTHER)], INCONCLUSIVE),
        # What other networks do does not contradict what is said of one.
        ([(AGAINST, OTHER)], INCONCLUSIVE),
        ([(FOR, OWN, "idle")], UNTESTED),
        ([], UNTESTED),
    ],
)
def test_verdicts_follow_from_whose_comparisons_say_what(rows, verdict):
    """The claim's own networks decide; others support."""
    found, why = decided("one-layer", *rows)
    assert found == verdict
    assert found in VERDICTS
    assert len(why) > 20


def test_most_starts_is_more_than_half_of_all_that_are_named():
    """And none is decided while one is missing."""
    some = [(FOR, OWN)] * 8 + [(AGAINST, OWN)] * 6
    assert decided("related", *some)[0] == REPRODUCED
    assert decided("related", *[(AGAINST, OWN)] * 7, *some[:7])[0] == CONTRADICTED
    assert decided("related", *some[:7], *[(UNDECIDED, OWN)] * 7)[0] == INCONCLUSIVE
    found, why = decided("related", *some[1:])
    assert found == UNTESTED
    assert "Of the 14 pairs that it takes, 13 are recorded" in why


def test_why_counts_what_is_left_out_and_what_knows_of_one_seed():
    """Each in a sentence of its own."""
    rows = [(FOR, OWN, "", True), (UNDECIDED, OTHER), (FOR, OTHER, "idle")]
    why = decided("one-layer", *rows, (FOR, OTHER, "frozen"))[1]
    assert "1 comparison with what the claim is about (+0.100): 1 for." in why
    assert "1 comparison with other networks (+0.100): 1 undecided." in why
    assert "In 1 of them a network has one seed alone." in why
    assert "1 pair in which one network is no better than always positive" in why
    assert "1 pair of classifiers on frozen layers" in why


def test_what_was_named_with_results_in_view_is_counted_and_left_out_once():
    """The verdict without it stands beside the verdict."""
    late = Row("", 0.1, AGAINST, OWN, late=True)
    why = verdicts.decide(CLAIMS["fine-tuning"], [Row("", 0.1, UNDECIDED, OWN), late])[1]
    assert "1 was added with results in view; without it, it would be inconclusive." in why
    again = verdicts.decide(CLAIMS["fine-tuning"], [late._replace(late=False), late])[1]
    assert "which did not change the verdict." in again
