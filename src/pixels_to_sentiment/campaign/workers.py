"""Runs by several processes that share a device, until a deadline.

Processes and not threads or stacked networks: torch's random numbers and the precision of products
belong to a process, so on a processor each run is the same to the last bit as if it were made
alone. Where one run after another is faster, as `ways` measures, there is one process.
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from multiprocessing import connection, forkserver, get_context, resource_tracker
from pathlib import Path

from pixels_to_sentiment.campaign.order import Costs
from pixels_to_sentiment.data import pictures
from pixels_to_sentiment.errors import NoPlace, UserError
from pixels_to_sentiment.records import store
from pixels_to_sentiment.records.runs import WEIGHTS, Run

LOST = "its process ended early"
# Seconds between two looks at the clock.
_LOOK = 0.05
# Seconds after which a worker that went on is killed; what it left is removed by the next one.
_UNHEARD = 5


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

    A run that cannot be finished ends its process, whose GPU may do nothing more after an error,
    and a new one makes the next.

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
    waiting, left, crew = list(runs), [], _Crew(root, device, at_once)
    try:
        while time.monotonic() < deadline:
            while waiting and len(crew.busy) < at_once:
                run = waiting.pop(0)
                if time.monotonic() + (costs.expected(run) or 0) > deadline:
                    left.append(run)
                else:
                    crew.give(run)
            if not crew.busy:
                break
            for run, outcome in crew.finished():
                if isinstance(outcome, float):
                    costs.add(run, outcome)
                tell(run, outcome)
    finally:
        crew.end()
    return [*crew.busy.values(), *left, *waiting]


class _Crew:
    """So many processes at most; by the pipe to each, which there are and what they make."""

    def __init__(self, root: Path, device: str, size: int):
        self.shared = root, device, size, dict(os.environ)
        self.there, self.busy = {}, {}

    def give(self, run: Run) -> None:
        """Have a run made, by a new process if none is free."""
        pipe = next((one for one in self.there if one not in self.busy), None)
        if pipe is None:
            context = processes()
            pipe, other = context.Pipe()
            task = {"target": _work, "args": (other, *self.shared), "daemon": True}
            self.there[pipe] = context.Process(**task)
            self.there[pipe].start()
            other.close()
        self.busy[pipe] = run
        with suppress(OSError):  # its process is gone, as `finished` will see
            pipe.send(run)

    def finished(self) -> Iterator[tuple[Run, float | str]]:
        """Wait a little, and give the runs that are over with their seconds or what was wrong."""
        for pipe in connection.wait(list(self.busy), _LOOK):
            try:
                outcome = pipe.recv()
            except (EOFError, OSError):
                outcome = LOST
            run = self.busy.pop(pipe)
            if isinstance(outcome, Exception):
                raise outcome
            if isinstance(outcome, str):
                _ended([self.there.pop(pipe)])
            yield run, outcome

    def end(self) -> None:
        """End all; who waits for a run hears that none will come."""
        for pipe in self.there:
            pipe.close()
        _ended(self.there.values())


def _ended(some: Iterable) -> None:
    for end in ("terminate", "kill"):
        alive = [one for one in some if one.is_alive()]
        for one in alive:
            getattr(one, end)()
        for one in alive:
            one.join(_UNHEARD)


def processes():
    """Give a way to start processes from one that has imported all, and used no thread or GPU."""
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__, f"{__package__}.ways", "timm"])  # timm after `compat`
    resource_tracker.ensure_running()  # by itself it would lift the block
    # Ctrl-C is the parent's to tell: the server and whoever comes from it never hear it.
    heard = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, heard)
    # While the server imports, a start waits, and nobody ends what it makes if it is interrupted.
    (nothing := context.Process(target=int)).start()
    nothing.join()
    return context


def _work(pipe, root: Path, device: str, at_once: int, environment: dict[str, str]) -> None:
    # An exception lets what is half-written be removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    os.environ.update(environment)  # The server's is that of when it began.
    kept, loaded, outcome = Weightless(root, at_once), pictures.load(), 0.0
    with suppress(EOFError, OSError):  # The parent has no more, or is gone.
        while isinstance(outcome, float):
            outcome = _made(pipe.recv(), kept, loaded, device)
            pipe.send(outcome)


def _made(run: Run, kept: Weightless, loaded: pictures.Pictures, device: str):
    """Give the seconds of a run, why it cannot be finished, or what stops all others, too."""
    began = time.monotonic()
    try:
        kept.get(run, loaded, device=device)
    except (NoPlace, OSError) as fault:
        return fault
    except UserError as fault:
        return str(fault)
    except RuntimeError as fault:  # torch's, such as a device without memory
        return f"{type(fault).__name__}: {fault}".splitlines()[0]
    return time.monotonic() - began
