"""Contenders are timed in turn, in processes of their own, and their failures are told."""

import multiprocessing
import os
import time

import pytest

from pixels_to_sentiment.benchmarks.timing import Contender, alternate
from pixels_to_sentiment.errors import UserError


def noting(path, name, seconds=0.0):
    """Write down who ran where, then wait."""

    def work():
        with open(path, "a") as file:
            file.write(f"{name} {os.getpid()}\n")
        time.sleep(seconds)

    return work


def failing():
    raise ValueError("no luck")


def dying():
    os._exit(9)


def test_contenders_take_turns_in_two_processes(tmp_path):
    """After a warm-up and a round that is not kept, in order; the slower one takes the longer."""
    path = tmp_path / "notes"
    entries = [
        Contender("one", noting, {"path": path, "name": "one"}),
        Contender("two", noting, {"path": path, "name": "two", "seconds": 0.2}, keep=False),
    ]
    seconds, peaks = alternate(entries, budget=0, least=3)
    lines = [line.split() for line in path.read_text().splitlines()]
    assert [name for name, _ in lines[2:]] == ["one", "two"] * 4
    assert len({pid for _, pid in lines}) == 2
    assert [(name, len(taken)) for name, taken in seconds.items()] == [("one", 3), ("two", 3)]
    assert min(seconds["two"]) >= 0.2 > max(seconds["one"])
    assert peaks.keys() == {"one", "two"}
    assert min(peaks.values()) > 10


@pytest.mark.parametrize(
    ("make", "said"),
    [(failing, r"one: ValueError: no luck\)"), (dying, "one: BrokenProcessPool")],
)
def test_a_failure_is_told_with_its_reason_and_no_process_is_left(make, said):
    """Whether it is an error, or the system ends a process, as when memory runs out."""
    with pytest.raises(UserError, match=said):
        alternate([Contender("one", make, {}, keep=False)], budget=0)
    assert not multiprocessing.active_children()
