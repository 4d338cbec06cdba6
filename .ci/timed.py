"""Seconds of the processor, for both sides of `map_measures.py`."""

import time
from collections.abc import Callable
from statistics import median


def timed(work: Callable, rounds: int) -> tuple[object, float]:
    """Give what the work gives, and the median of its seconds after a round that does not count."""
    taken = []
    for _ in range(rounds + 1):
        began = time.process_time()
        found = work()
        taken.append(time.process_time() - began)
    return found, median(taken[1:])
