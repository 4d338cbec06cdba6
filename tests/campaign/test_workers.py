"""Processes that make runs stop in time, and leave what they finished and nothing else."""

import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from pixels_to_sentiment.campaign import order, workers
from pixels_to_sentiment.records import store
from pixels_to_sentiment.records.runs import Record
from toy_runs import RUN, names_in


@pytest.fixture
def perform(isolated, generated, monkeypatch):
    """Make runs on the stand-in in a folder; what was told, what is left, and the records."""
    monkeypatch.setenv("PIXELS_TO_SENTIMENT_CACHE", str(generated))

    def go(runs, seconds, costs=None, at_once=2):
        told, root = {}, isolated / "runs" / "campaign"
        costs = costs or order.Costs([], "cpu")
        deadline = time.monotonic() + seconds
        left = workers.perform(runs, root, "cpu", at_once, deadline, costs, told.__setitem__)
        return told, left, Record.recorded(root)

    return go


def test_runs_of_several_processes_are_those_of_one(perform, tmp_path):
    """Equal to the last bit, without weights, and each says how many were made at once."""
    runs = [RUN, replace(RUN, seed=1)]
    told, left, records = perform(runs, 200)
    assert left == []
    assert {run: type(seconds) for run, seconds in told.items()} == dict.fromkeys(runs, float)
    from pixels_to_sentiment.data import pictures

    for one in records:
        assert "weights.safetensors" not in names_in(one.folder)
        assert '"at_once": 2' in (one.folder / "run.json").read_text()
        alone = store.Runs(tmp_path / "alone").get(one.run, pictures.load("stand-in"), device="cpu")
        assert alone.predictions().equals(one.predictions())


def test_what_does_not_fit_is_not_begun_and_what_takes_too_long_is_ended(perform):
    """The deadline holds, with nothing half-written, and the shorter run behind is made."""
    long = replace(RUN, recipe=replace(RUN.recipe, name="long", iterations=10**6))
    costs = order.Costs([], "cpu")
    costs.add(long, 10_000.0)
    costs.add(RUN, 1.0)
    told, left, records = perform([long, RUN], 100, costs, at_once=1)
    assert (list(told), left, len(records)) == ([RUN], [long], 1)
    began = time.monotonic()
    told, left, records = perform([long], 15, at_once=1)
    assert time.monotonic() - began < 30
    assert (told, left, len(records)) == ({}, [long], 1)
    assert not list(records[0].folder.parent.glob(".unfinished-*/*/run.json"))


def test_a_run_that_cannot_be_finished_is_told_and_the_next_one_made(perform):
    """Such as one whose loss becomes infinite."""
    hot = replace(RUN, recipe=replace(RUN.recipe, name="hot", base_rate=1e30, iterations=6))
    told, left, records = perform([hot, RUN], 200, at_once=1)
    assert "diverged" in told[hot]
    assert (left, [one.run for one in records]) == ([], [RUN])


DEAF = """
import os, signal, time
from pixels_to_sentiment.campaign import workers
workers._UNHEARD = 1
workers._listen()
class Deaf:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
Deaf()
time.sleep(50)
"""


def test_a_worker_that_did_not_hear_that_it_is_over_is_told_again():
    """Python swallows exceptions in destructors, and the pool would wait for the worker."""
    done = subprocess.run([sys.executable, "-c", DEAF], capture_output=True, text=True, timeout=40)
    assert "ignored in: <function Deaf" in done.stderr
    # By the exception, or by the alarm itself where Python takes longer than it to leave.
    assert done.returncode in (128 + signal.SIGTERM, -signal.SIGALRM)


def test_a_worker_that_waits_is_ended_by_the_signal_itself(monkeypatch):
    """Python could miss it there, for ever; only who makes a run has something to clear up."""
    kinds, seen = (signal.SIGTERM, signal.SIGALRM, signal.SIGINT), []
    before = [signal.getsignal(kind) for kind in kinds]

    class Store:
        def get(self, *_, **__):
            seen.append(signal.getsignal(signal.SIGTERM))

    monkeypatch.setattr(workers, "_STATE", {"store": Store(), "pictures": None, "device": "cpu"})
    try:
        workers._make(RUN)
        seen.append(signal.getsignal(signal.SIGTERM))
    finally:
        for kind, handler in zip(kinds, before, strict=True):
            signal.signal(kind, handler)
    assert seen == [workers._end, signal.SIG_DFL]
