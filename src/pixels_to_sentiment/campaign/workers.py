"""Runs by several processes that share a device, until a deadline.

Processes and not threads or stacked networks: torch's random numbers and the precision of products
belong to a process, so each run is the same to the last bit as if it were made alone. Stacked by
`torch.func.vmap`, three CaffeNets took longer on a processor than one after the other, and their
gradients differed.
"""

import multiprocessing
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from pixels_to_sentiment.data import pictures
from pixels_to_sentiment.errors import NoPlace, UserError
from pixels_to_sentiment.records import store
from pixels_to_sentiment.records.runs import WEIGHTS, Run

_STATE: dict[str, object] = {}


class Weightless(store.Runs):
    """Training runs whose weights are not kept, as hundreds would fill a disk.

    Their description says as ``at_once`` how many shared the device, of which `seconds` tells.
    """

    def __init__(self, root: Path, at_once: int = 1):
        super().__init__(root)
        self.at_once = at_once

    def execute(self, work, behind, pictures, folder, device, tell) -> dict:
        """As `store.Runs` does, and drop the weights."""
        made = super().execute(work, behind, pictures, folder, device, tell)
        (folder / WEIGHTS).unlink()
        return made | {"at_once": self.at_once}


def perform(
    runs: list[Run],
    root: Path,
    device: str,
    at_once: int,
    deadline: float,
    tell: Callable[[Run, str | float], None],
) -> list[Run]:
    """Make runs in their order, as far as the time goes.

    Parameters
    ----------
    root
        Folder of the finished runs; one that the deadline ends leaves nothing there.
    deadline
        By `time.monotonic`.
    tell
        Called with each run that is over, and its seconds or why it cannot be finished.

    Returns
    -------
    list of Run
        Those not begun or not finished.
    """
    over = set()
    context = multiprocessing.get_context("spawn")
    with context.Pool(at_once, _begin, (root, device, at_once)) as pool:
        outcomes = pool.imap_unordered(_make, runs)
        with suppress(multiprocessing.TimeoutError):
            while len(over) < len(runs):
                run, outcome = outcomes.next(max(0.0, deadline - time.monotonic()))
                over.add(run)
                tell(run, outcome)
    return [run for run in runs if run not in over]


def _begin(root: Path, device: str, at_once: int) -> None:
    # An exception lets what is half-written be removed. Ctrl-C is the parent's to tell.
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _STATE.update(store=Weightless(root, at_once), pictures=pictures.load(), device=device)


def _end(*_: object) -> None:
    raise SystemExit(128 + signal.SIGTERM)


def _make(run: Run) -> tuple[Run, float | str]:
    """Make a run; give it with its seconds, or why it cannot be finished."""
    began = time.monotonic()
    try:
        _STATE["store"].get(run, _STATE["pictures"], device=_STATE["device"])
    except NoPlace:
        raise
    except UserError as fault:
        return run, str(fault)
    except RuntimeError as fault:  # torch's, such as a device without memory
        return run, f"{type(fault).__name__}: {fault}".splitlines()[0]
    return run, time.monotonic() - began
