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


def test_runs_of_several_processes_are_those_of_one_until_the_time_is_over(
    generated, isolated, tmp_path, monkeypatch
):
    """Equal to the last bit, without weights, and each says how many were made at once.

    What cannot be finished is told, and of what takes too long nothing half-written is left.
    """
    from pixels_to_sentiment.data import pictures

    monkeypatch.setenv("PIXELS_TO_SENTIMENT_CACHE", str(generated))
    runs = [RUN, replace(RUN, seed=1)]
    hot = replace(RUN, recipe=replace(RUN.recipe, name="hot", base_rate=1e30, iterations=6))
    long = replace(RUN, recipe=replace(RUN.recipe, name="long", iterations=10**6))
    told, root, began = {}, isolated / "runs" / "campaign", time.monotonic()

    def tell(run, outcome):
        told[run] = outcome
        if len(told) < 3:
            return
        while not list(root.glob(".unfinished-*/*/*")):
            assert time.monotonic() < began + 200
            time.sleep(0.05)
        monkeypatch.setattr(workers, "time", SimpleNamespace(monotonic=lambda: began + 1000))

    assert workers.perform([hot, *runs, long], root, "cpu", 2, began + 300, tell) == [long]
    assert "diverged" in told.pop(hot)
    assert {run: type(seconds) for run, seconds in told.items()} == dict.fromkeys(runs, float)
    assert not list(root.glob(".unfinished-*/*/run.json"))
    records = Record.recorded(root)
    assert {one.run for one in records} == set(runs)
    for one in records:
        assert "weights.safetensors" not in names_in(one.folder)
        assert '"at_once": 2' in (one.folder / "run.json").read_text()
        alone = store.Runs(tmp_path / "alone").get(one.run, pictures.load("stand-in"), device="cpu")
        assert alone.predictions().equals(one.predictions())
