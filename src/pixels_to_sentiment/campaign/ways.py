"""Whether several runs train faster in a process each than one after another, on one device.

Measured by the training loop itself, on random weights and noise.
"""

import math
import threading
import time
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace

import numpy as np
import torch

from pixels_to_sentiment.campaign import workers
from pixels_to_sentiment.data.pictures import SIDE
from pixels_to_sentiment.networks import factory
from pixels_to_sentiment.training import loop
from pixels_to_sentiment.training.recipes import Recipe

SERIAL, PROCESSES = "one after another", "a process each"
LATE = "not over in time"
# Of each run that is timed.
ITERATIONS = {"cuda": 40, "cpu": 4}
# Seconds between two looks at the processes.
_LOOK = 0.5


@dataclass(frozen=True)
class Load:
    """Runs of a network to be trained at once, by batches of so many pictures each."""

    network: str
    runs: int
    batch: int
    precision: str


def asked(device: str) -> list[Load]:
    """Say what is timed: five folds on a GPU; on a processor next to nothing, to try the way."""
    if device == "cpu":
        return [Load("squeezenet1_1", 2, 4, "fp32")]
    each = [("caffenet", "bf16"), ("caffenet", "fp32"), ("squeezenet1_1", "bf16")]
    return [Load(network, 5, 256, precision) for network, precision in each]


def measured(device: str, seconds: float, before: Iterable[dict] = ()) -> Iterator[dict]:
    """Time both ways in processes of their own, which are ended when the time is over.

    What the targets depend on comes first. Of the rows of an earlier call, `before`, only those
    that were not over in time are timed again.

    A row has ``way``, the fields of `Load`, ``rate`` (pictures a second, of all runs), ``ratio``
    (to the rate of one after another), and ``failed``, why there is none.
    """
    end = time.monotonic() + seconds
    named = {(row["network"], row["precision"], row["way"]): row for row in before}
    known = {name: row for name, row in named.items() if row["failed"] != LATE}
    for work in asked(device):
        serial = None
        for way in (SERIAL, PROCESSES):
            row = known.get((work.network, work.precision, way))
            row = row or {"way": way, **asdict(work), **_timed(work, way, device, end)}
            serial = row["rate"] if way == SERIAL else serial
            yield row | {"ratio": row["rate"] / serial if row["rate"] and serial else None}


def pay(rows: Iterable[dict]) -> bool:
    """Say whether a process each was faster than one after another, by the first row that tells."""
    ratios = (row["ratio"] for row in rows if row["way"] == PROCESSES and row["ratio"])
    return next(ratios, math.inf) > 1


def _timed(work: Load, way: str, device: str, end: float) -> dict:
    count, context = work.runs if way == PROCESSES else 1, workers.processes()
    tasks = [(work, work.runs // count, device)] * count
    with context.Pool(count, _begin, (context.Barrier(count),)) as pool:
        there, made = context.active_children(), pool.starmap_async(_trained, tasks, chunksize=1)
        while not made.ready():
            # A pool replaces who is lost, and its task never ends.
            lost = {*context.active_children()} != {*there}
            if lost or time.monotonic() > end:
                return {"rate": None, "failed": workers.LOST if lost else LATE}
            made.wait(_LOOK)
        spans = made.get()
    if failed := max((one for one in spans if isinstance(one, str)), default=None):
        return {"rate": None, "failed": failed}
    began, ended = zip(*spans, strict=True)
    pictures = work.runs * work.batch * ITERATIONS[device[:4]]
    return {"rate": pictures / (max(ended) - min(began)), "failed": None}


def _begin(together: threading.Barrier) -> None:
    global _together
    _together = together


def _trained(work: Load, runs: int, device: str) -> tuple[float, float] | str:
    """Give when runs began, all processes together, and ended; or what failed here, if anything."""
    warnings.simplefilter("ignore")  # of what is slow, as the rate shows
    try:
        pixels = torch.randint(0, 256, (256, SIDE, SIDE, 3), dtype=torch.uint8, device=device)
        labels, recipe = np.arange(len(pixels)) % 2, replace(Recipe(), batch_size=work.batch)
        network = factory.create(work.network, start="random").to(device)

        def train(iterations: int) -> None:
            asked = replace(recipe, iterations=iterations)
            loop.train(network, pixels, labels, asked, precision=work.precision)

        train(2)  # the first takes longer
        _together.wait()
        began = time.monotonic()
        for _ in range(runs):
            train(ITERATIONS[device[:4]])
        return began, time.monotonic()
    except threading.BrokenBarrierError:
        return ""  # another says what failed
    except Exception as fault:  # whatever a device, or another torch, has against it
        _together.abort()
        return f"{type(fault).__name__}: {fault}".splitlines()[0]
