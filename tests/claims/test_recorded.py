"""What is opened of what is recorded: all seeds, of one precision and one length."""

from dataclasses import replace

import pytest

from pixels_to_sentiment.claims.recorded import Recorded, effect
from pixels_to_sentiment.records.catalogue import SQUEEZENET
from toy_claims import random

pytestmark = pytest.mark.usefixtures("isolated")
FULL = replace(SQUEEZENET, recipe="paper")


def test_all_seeds_of_both_are_compared(ran):
    """Not those alone that both have, and not one that lacks a fold."""
    records = ran(SQUEEZENET, 0.9, seed=0) + ran(SQUEEZENET, 0.8, seed=1)
    records += ran(SQUEEZENET, 0.1, seed=2, which=(1, 2)) + ran(random(SQUEEZENET), 0.7, seed=5)
    one, other = Recorded(records).trained([SQUEEZENET, random(SQUEEZENET)])
    assert (one.seeds, other.seeds) == ([0, 1], [5])
    found = effect([one.right["oversampled"], other.right["oversampled"]])
    assert found.value == pytest.approx(0.15, abs=0.01)
    assert len(one.keys) == 10


@pytest.mark.parametrize(("seeds", "length"), [((0,), 1), ((0, 1), 1), ((), 0)])
def test_the_length_with_more_seeds_is_taken_and_of_two_alike_the_longer(ran, seeds, length):
    """Whichever is asked for."""
    records = ran(SQUEEZENET, 0.8)
    for seed in seeds:
        records += ran(FULL, 0.9, seed=seed)
    for asked in (SQUEEZENET, FULL):
        (found,) = Recorded(records).trained([asked])
        assert ("third" not in found.title) == bool(length)


def test_a_pair_is_of_one_precision_where_it_can_be(ran):
    """Otherwise each is taken as it is, and the title says so."""
    whole = ran(SQUEEZENET, 0.9, precision="bf16") + ran(SQUEEZENET, 0.8)
    pair = [SQUEEZENET, random(SQUEEZENET)]
    both = Recorded(whole + ran(random(SQUEEZENET), 0.7)).trained(pair)
    assert ["bf16" in one.title for one in both] == [False, False]
    both = Recorded(whole[:5] + ran(random(SQUEEZENET), 0.7)).trained(pair)
    assert ["bf16" in one.title for one in both] == [True, False]


def test_seeds_that_learned_nothing_are_told(ran):
    """By their accuracy, or else by their loss."""
    records = ran(SQUEEZENET, 0.9) + ran(SQUEEZENET, 0.66, seed=1)
    records += ran(SQUEEZENET, 0.9, seed=2, loss=3.0)
    (one,) = Recorded(records).trained([SQUEEZENET])
    idle = one.idle("oversampled")
    assert list(idle) == [1, 2]
    assert "always positive" in idle[1]
    assert "3.00 nats" in idle[2]
    assert one.only([0]).seeds == [0]
    assert len(one.only([0]).keys) == 5
