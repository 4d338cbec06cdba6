"""What is opened of what is recorded: all seeds, of one precision and one length."""

from dataclasses import replace

import pytest

from pixels_to_sentiment.claims.recorded import Recorded
from pixels_to_sentiment.records.catalogue import SQUEEZENET
from toy_claims import ran, random

pytestmark = pytest.mark.usefixtures("isolated")
FULL = replace(SQUEEZENET, recipe="paper")


@pytest.mark.parametrize(("seeds", "length"), [((0,), 1), ((0, 1), 1), ((), 0)])
def test_the_length_with_more_seeds_is_taken_and_of_two_alike_the_longer(seeds, length):
    """Whichever is asked for."""
    records = ran(SQUEEZENET, 0.8)
    for seed in seeds:
        records += ran(FULL, 0.9, seed=seed)
    for asked in (SQUEEZENET, FULL):
        (found,) = Recorded(records).trained([asked])
        assert ("third" not in found.title) == bool(length)


def test_a_pair_is_of_one_precision_where_it_can_be():
    """Otherwise each is taken as it is, and the title says so."""
    whole = ran(SQUEEZENET, 0.9, precision="bf16") + ran(SQUEEZENET, 0.8)
    pair = [SQUEEZENET, random(SQUEEZENET)]
    both = Recorded(whole + ran(random(SQUEEZENET), 0.7)).trained(pair)
    assert ["fp32" in one.title for one in both] == [True, True]
    both = Recorded(whole[:5] + ran(random(SQUEEZENET), 0.7)).trained(pair)
    assert ["fp32" in one.title for one in both] == [False, True]
