"""Runs by several processes that share a device, until a deadline.

Processes and not threads or stacked networks: torch's random numbers and the precision of products
belong to a process, so on a processor each run is the same to the last bit as if it were made
alone. How fast the other ways are, `ways` measures.
"""

import os
import signal
import time
from collections.abc import Callable, Iterable
from multiprocessing import get_context
from multiprocessing.pool import AsyncResult
from pathlib import Path

from pixels_to_sentiment.campaign.order import Costs
from pixels_to_sentiment.data import pictures
from pixels_to_sentiment.errors import NoPlace, UserError
from pixels_to_sentiment.records import store
from pixels_to_sentiment.records.runs import WEIGHTS, Run

# Seconds between two looks at who is done.
_LOOK = 0.05
# Seconds after which a worker that went on is told again to end.
_UNHEARD = 5
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
    runs: Iterable[Run],
    root: Path,
    device: str,
    at_once: int,
    deadline: float,
    costs: Costs,
    tell: Callable[[Run, str | float], None],
) -> list[Run]:
    """Make runs in their order, as far as the time goes.

    Parameters
    ----------
    root
        Folder of the finished runs; one that the deadline ends leaves nothing there.
    deadline
        By `time.monotonic`. What would outlast it by `costs` is not begun; a run without any like
        it is, and ended when the time is over.
    tell
        Called with each run that is over, and its seconds or why it cannot be finished.

    Returns
    -------
    list of Run
        Those not begun or not finished.
    """
    waiting, left = list(runs), []
    working: dict[Run, AsyncResult] = {}
    shared = root, device, at_once, dict(os.environ)
    with processes().Pool(at_once, _begin, shared) as pool:
        while (waiting or working) and time.monotonic() < deadline:
            while waiting and len(working) < at_once:
                run = waiting.pop(0)
                if time.monotonic() + (costs.expected(run) or 0) > deadline:
                    left.append(run)
                else:
                    working[run] = pool.apply_async(_make, (run,))
            for run in [run for run, result in working.items() if result.ready()]:
                outcome = working.pop(run).get()
                if isinstance(outcome, float):
                    costs.add(run, outcome)
                tell(run, outcome)
            time.sleep(_LOOK)
        return [*working, *left, *waiting]


def processes():
    """Give a way to start processes from one that has imported all, and used no thread or GPU."""
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__, f"{__package__}.ways"])
    return context


def _begin(root: Path, device: str, at_once: int, environment: dict[str, str]) -> None:
    _listen()
    os.environ.update(environment)  # The server's is that of when it began.
    _STATE.update(store=Weightless(root, at_once), pictures=pictures.load(), device=device)
    _wait()


def _listen() -> None:
    # An exception lets what is half-written be removed. Ctrl-C is the parent's to tell.
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGALRM, _end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _wait() -> None:
    # Who waits for work has nothing half-written, and would not hear what Python is told between
    # its last look at signals and the wait.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _end(*_: object) -> None:
    # Again where nobody hears it, as in a destructor: the pool says it once and waits for ever.
    signal.alarm(_UNHEARD)
    raise SystemExit(128 + signal.SIGTERM)


def _make(run: Run) -> float | str:
    """Give the seconds of a run, or why it cannot be finished."""
    began = time.monotonic()
    _listen()
    try:
        _STATE["store"].get(run, _STATE["pictures"], device=_STATE["device"])
    except NoPlace:
        raise
    except UserError as fault:
        return str(fault)
    except RuntimeError as fault:  # torch's, such as a device without memory
        return f"{type(fault).__name__}: {fault}".splitlines()[0]
    finally:
        _wait()
    return time.monotonic() - began
