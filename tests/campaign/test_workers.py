"""Processes that make runs stop in time, and leave what they finished and nothing else."""

import time
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from pixels_to_sentiment.campaign import workers
from pixels_to_sentiment.records import store
from pixels_to_sentiment.records.runs import Record
from toy_runs import RUN, names_in


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    """Cache that has a stand-in, of noise; every process would generate the real one otherwise."""
    from pixels_to_sentiment.data import pictures

    def noise(table):
        shape = (len(table), 256, 256)
        pixels = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
        return pixels, np.zeros(shape, bool)

    cache = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIXELS_TO_SENTIMENT_CACHE", str(cache))
        patch.setattr(pictures.standin, "generate", noise)
        pictures.load("stand-in")
    return cache


@pytest.fixture
def perform(isolated, generated, monkeypatch):
    """Make runs on the stand-in in a folder; what was told, what is left, and the records."""
    monkeypatch.setenv("PIXELS_TO_SENTIMENT_CACHE", str(generated))

    def go(runs, at_once, tell=lambda run: None):
        told, root = {}, isolated / "runs" / "campaign"

        def hear(run, outcome):
            told[run] = outcome
            tell(run)

        deadline = time.monotonic() + 200
        left = workers.perform(runs, root, "cpu", at_once, deadline, hear)
        return told, left, Record.recorded(root)

    return go


def test_runs_of_several_processes_are_those_of_one(perform, tmp_path):
    """Equal to the last bit, without weights, and each says how many were made at once."""
    runs = [RUN, replace(RUN, seed=1)]
    told, left, records = perform(runs, at_once=2)
    assert left == []
    assert {run: type(seconds) for run, seconds in told.items()} == dict.fromkeys(runs, float)
    from pixels_to_sentiment.data import pictures

    for one in records:
        assert "weights.safetensors" not in names_in(one.folder)
        assert '"at_once": 2' in (one.folder / "run.json").read_text()
        alone = store.Runs(tmp_path / "alone").get(one.run, pictures.load("stand-in"), device="cpu")
        assert alone.predictions().equals(one.predictions())


def test_what_cannot_be_finished_is_told_and_what_takes_too_long_is_ended(
    perform, isolated, monkeypatch
):
    """The next one is made after a loss becomes infinite; nothing half-written is left."""
    hot = replace(RUN, recipe=replace(RUN.recipe, name="hot", base_rate=1e30, iterations=6))
    long = replace(RUN, recipe=replace(RUN.recipe, name="long", iterations=10**6))
    began = time.monotonic()

    def end_the_time_within_the_last(run):
        while run == RUN and not list(isolated.glob("runs/campaign/.unfinished-*/*/*")):
            assert time.monotonic() < began + 100
            time.sleep(0.05)
        if run == RUN:
            monkeypatch.setattr(workers, "time", SimpleNamespace(monotonic=lambda: began + 1000))

    told, left, records = perform([hot, RUN, long], 1, end_the_time_within_the_last)
    assert "diverged" in told[hot]
    assert (list(told), left) == ([hot, RUN], [long])
    assert [one.run for one in records] == [RUN]
    assert not list(records[0].folder.parent.glob(".unfinished-*/*/run.json"))
