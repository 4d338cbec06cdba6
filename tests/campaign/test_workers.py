"""Processes that make runs stop in time, and leave what they finished and nothing else."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from pixels_to_sentiment.campaign import order, workers
from pixels_to_sentiment.records import store
from pixels_to_sentiment.records.runs import Record
from toy_fragile import BREAKS, DIES, SLOW, Fragile, fields
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
    began, slow = time.monotonic(), Fragile(**fields(SLOW))
    told, left, records = perform([slow], 15, at_once=1)
    assert time.monotonic() - began < 30
    assert (told, left, len(records)) == ({}, [slow], 1)
    assert not list(records[0].folder.parent.glob(".unfinished-*/*/run.json"))


def test_a_run_that_cannot_be_finished_is_told_and_the_next_one_made(perform):
    """Such as one whose loss becomes infinite."""
    hot = replace(RUN, recipe=replace(RUN.recipe, name="hot", base_rate=1e30, iterations=6))
    told, left, records = perform([hot, RUN], 200, at_once=1)
    assert "diverged" in told[hot]
    assert (left, [one.run for one in records]) == ([], [RUN])


def test_a_run_that_breaks_a_gpu_costs_its_process_and_no_other_run(perform):
    """It is told once, also where the process is gone, and new processes make the others."""
    breaks, good, gone, better = (Fragile(**fields(seed)) for seed in (BREAKS, 0, DIES, 1))
    told, left, records = perform([breaks, good, gone, better], 200, at_once=1)
    assert told[breaks] == "AcceleratorError: CUDA error: an illegal memory access was encountered"
    assert told[gone] == workers.LOST
    assert (left, {one.run.seed for one in records}) == ([], {0, 1})


SERVED = """
import signal, time
from pixels_to_sentiment.campaign import workers
signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell's background takes away
try:
    workers.processes().Process(target=time.sleep, args=(3,)).start()
    print("started", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    print("heard")
"""


def test_ctrl_c_is_heard_by_the_command_alone():
    """Neither the server that imports all nor a process that it started puts a traceback there."""
    command = [sys.executable, "-c", SERVED]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, start_new_session=True, **pipes) as process:
        assert process.stdout.readline() == "started\n"
        os.killpg(process.pid, signal.SIGINT)
        assert process.communicate(timeout=100) == ("heard\n", "")
