"""Work that is done by the machines of a Dask cluster, and kept here as if it had been done here.

A worker needs this package, the same code, and a way to pictures and weights: its own cache or
mirror. It works on one thread, by which a run on a processor is the same to the last bit as one
made alone with ``OMP_NUM_THREADS=1``. A record comes back as the bytes of its files.
"""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import platform
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pixels_to_sentiment import __version__
from pixels_to_sentiment.data import pictures
from pixels_to_sentiment.errors import NoPlace, UserError
from pixels_to_sentiment.records.runs import Record
from pixels_to_sentiment.records.store import Runs, Store
from pixels_to_sentiment.records.work import Finished, Work

if TYPE_CHECKING:
    from distributed import Client, Future, LocalCluster, Worker

LOCAL = "local:"
# Seconds until a scheduler has to answer, and between two looks at who is done or has joined.
_PATIENCE, _LOOK = 5, 1.0
# How often work is sent again whose worker was lost.
_TRIES = 3
# Dask speaks of every worker that is lost; what the user can mend is said here.
_QUIET = logging.CRITICAL

Contents = dict[str, bytes]


class _Lost(Exception):
    """A worker is gone with what it had."""


@contextmanager
def connected(address: str) -> Iterator[Client]:
    """Connect to the scheduler at an address; ``local:N`` starts N worker processes here.

    Raises
    ------
    UserError
        If Dask is not installed, the address is none, or nobody answers there.
    """
    if importlib.util.find_spec("distributed") is None:
        raise UserError(
            "A cluster needs dask.distributed, which is not installed: "
            "pip install -e '.[cluster]' in the checkout."
        )
    from distributed import Client

    count = address.removeprefix(LOCAL) if address.startswith(LOCAL) else None
    if count is not None and not (count.isdecimal() and int(count) > 0):
        raise UserError(f"{address} is no cluster: give local:2 for two worker processes here.")
    logging.getLogger("distributed").setLevel(_QUIET)
    with ExitStack() as stack:
        place = stack.enter_context(_local(int(count))) if count else address
        try:
            client = Client(place, timeout=_PATIENCE, set_as_default=False)
        except (OSError, ValueError, TypeError) as fault:
            raise UserError(
                f"No Dask scheduler answers at {address}: check that it runs and can be reached "
                "from here, or give local:2."
            ) from fault
        yield stack.enter_context(client)


def _local(count: int) -> LocalCluster:
    import dask
    from distributed import LocalCluster

    # Otherwise a worker that is killed and not back in 15 seconds is given up.
    dask.config.set({"distributed.deploy.lost-worker-timeout": "10m"})
    # A random port, as another program may have Dask's usual one; without bokeh there is nothing.
    board = ":0" if importlib.util.find_spec("bokeh") else None
    return LocalCluster(
        n_workers=count,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address=board,
        memory_limit=0,  # torch keeps what it freed, for which Dask would end the worker
        silence_logs=_QUIET,
    )


def dashboard(client: Client) -> str:
    """Give the address of the cluster's dashboard; empty if it has none."""
    # Without bokeh Dask gives an address, too, at which there is none.
    there = client.run_on_scheduler(importlib.util.find_spec, "bokeh")
    return client.dashboard_link if there else ""


def perform(
    store: Store,
    works: Iterable[Work],
    loaded: pictures.Pictures,
    client: Client,
    *,
    tell: Callable[[str], None],
    failed: Callable[[Work, UserError], None] | None = None,
    device: str = "auto",
) -> Iterator[Finished]:
    """Give each work's record as soon as it is finished, as `Store.perform` does.

    What is finished here is not sent, nor the same work twice. Each worker has one piece at a
    time, so that what ends a worker is known, and one that joins later gets some. Whatever ends
    this, what has come back is kept and what has not begun is cancelled.

    Parameters
    ----------
    tell
        Called with a sentence about each worker that gets nothing, as it differs.
    failed
        As in `Store.perform`.

    Raises
    ------
    UserError
        If no worker is like the machine here, or the scheduler is gone.
    """
    waiting = {work.key(loaded.fingerprint): work for work in works}
    for key in [key for key in waiting if (store.root / key).is_dir()]:
        del waiting[key]
        yield store.kind.open_key(store.root, key)
    if waiting:
        from distributed import CancelledError

        sent = _Sent(store, loaded, client, device)
        try:
            while waiting or sent.futures:
                sent.look(tell)
                sent.fill(waiting)
                for work, future in sent.finished():
                    try:
                        yield sent.keep(work, future)
                    except _Lost:
                        waiting[work.key(loaded.fingerprint)] = work
                    except UserError as fault:
                        if failed is None or isinstance(fault, NoPlace):
                            raise
                        failed(work, fault)
        except (OSError, CancelledError) as fault:
            raise UserError(
                "The Dask scheduler is gone; what came back is kept: start it and run again."
            ) from fault
        finally:
            sent.end()


class _Sent:
    """What is with the workers at the time."""

    def __init__(self, store: Store, loaded: pictures.Pictures, client: Client, device: str):
        self.store, self.loaded, self.client, self.device = store, loaded, client, device
        self.side = _tell(store.kind.of, loaded.source, loaded.fingerprint)
        # By the address of the worker.
        self.futures: dict[str, tuple[Work, Future]] = {}
        self.there: set[str] = set()
        self.good: set[str] = set()
        self.refused: dict[str, str] = {}
        self.lost: Counter[Work] = Counter()

    def look(self, tell: Callable[[str], None]) -> None:
        """See who is there, and refuse who differs from here: its work would pass for ours."""
        self.there = set(self.client.nthreads())
        self.good &= self.there
        asked = self.there - self.good - self.refused.keys()
        question = _ask, self.store.kind.of, self.loaded.source
        answers = {}
        if asked:
            answers = self.client.run(*question, workers=list(asked), on_error="return")
        for address, found in answers.items():
            if isinstance(found, OSError):  # lost meanwhile
                continue
            if reason := _difference(found, self.side):
                self.refused[address] = f"Worker {address} is refused: {reason}."
                tell(self.refused[address])
            else:
                self.good.add(address)
        if self.there and self.there <= self.refused.keys() and not self.futures:
            raise UserError(
                "No worker is like the machine here, as said above: install there what is "
                "installed here."
            )

    def fill(self, waiting: dict[str, Work]) -> None:
        """Give each worker that has nothing something to do."""
        for key, address in list(zip(waiting, self.good - self.futures.keys(), strict=False)):
            work = waiting.pop(key)
            keys = work.keys_behind().values()
            behind = {one: Record.open_key(self.store.root, one).contents() for one in keys}
            again = f"-{self.lost[work]}" if self.lost[work] else ""
            future = self.client.submit(
                _make,
                *(type(self.store), work, behind, self.device, self.loaded.source),
                key=f"{work.kind}-{key}{again}",
                workers=[address],
            )
            self.futures[address] = work, future

    def finished(self) -> list[tuple[Work, Future]]:
        """Wait a little, and give what is done, well or not, or lost."""
        from distributed import wait

        if not self.futures:
            time.sleep(_LOOK)
        else:
            with suppress(TimeoutError), self.client.as_current():
                some = [future for _, future in self.futures.values()]
                wait(some, timeout=_LOOK, return_when="FIRST_COMPLETED")
        over = [
            address
            for address, (_, future) in self.futures.items()
            if future.status != "pending" or address not in self.there
        ]
        return [self.futures.pop(address) for address in over]

    def keep(self, work: Work, future: Future) -> Finished:
        """Keep what came back, or raise what was wrong there."""
        from distributed import KilledWorker

        try:
            if future.status == "pending":
                self.client.cancel([future])
                raise _Lost
            contents = future.result()
        except (UserError, OSError):
            raise
        except (_Lost, KilledWorker) as fault:
            self.lost[work] += 1
            if self.lost[work] <= _TRIES:
                raise _Lost from fault
            raise UserError(
                f"{_TRIES + 1} workers in turn were lost at it: see whether they had memory "
                "enough, and run again."
            ) from fault
        except Exception as fault:  # as torch's, of a device without memory
            raise UserError(f"{type(fault).__name__}: {fault}".splitlines()[0]) from fault
        finally:
            # A wait that timed out holds it until Python looks for circles.
            future.release()
        return self.store.keep(work.key(self.loaded.fingerprint), contents)

    def end(self) -> None:
        """Keep what is done by now, and cancel the rest."""
        for work, future in self.futures.values():
            if future.status == "finished":
                with suppress(Exception):
                    self.keep(work, future)
        with suppress(Exception):
            self.client.cancel([future for _, future in self.futures.values()])


def _tell(kind: type[Work], source: str, data: str, threads: int = 1) -> dict[str, str]:
    """Tell by what two sides may differ, `data` being the fingerprint of the pictures."""
    import torch

    return {
        "package": __version__,
        f"code of {kind.kind}": kind.fingerprint(),
        "torch": torch.__version__.partition("+")[0],  # without what it was built for
        "Python": ".".join(platform.python_version_tuple()[:2]),
        "pictures": f"{source} {data[:12]}",
        # torch's random numbers belong to a process.
        "threads of a worker": str(threads),
    }


@cache
def _loaded(source: str) -> pictures.Pictures:
    return pictures.load(source)


def _here(kind: type[Work], source: str, worker: Worker) -> dict[str, str]:
    """As `_tell`, in a worker."""
    try:
        data = _loaded(source).fingerprint
    except UserError:
        data = "none"
    return _tell(kind, source, data, worker.state.nthreads)


async def _ask(kind: type[Work], source: str, dask_worker: Worker | None = None) -> dict[str, str]:
    # In a thread: pictures that are yet to be decoded would keep the worker from answering.
    return await asyncio.to_thread(_here, kind, source, dask_worker)


def _difference(there: dict[str, str] | Exception, here: dict[str, str]) -> str:
    """Say what a worker has and what is here, or that nothing differs, by an empty text."""
    if isinstance(there, Exception):
        said = f"{type(there).__name__}: {there}".splitlines()[0]
        return f"it cannot tell its code ({said}), so install there what is installed here"
    other = [name for name in here if there.get(name) != here[name]]
    return "; ".join(f"{name} is {there.get(name)} there and {here[name]} here" for name in other)


def _make(
    store: type[Store],
    work: Work,
    behind: dict[str, Contents],
    device: str,
    source: str,
) -> Contents:
    """Do work in a worker, with the training runs behind it, and give the files of its record."""
    import torch
    from distributed import get_worker

    worker = get_worker()
    torch.set_num_threads(1)
    try:
        # There, Dask clears up after a worker that was killed.
        with tempfile.TemporaryDirectory(dir=worker.local_directory) as name:
            made = store(Path(name))
            for one, contents in behind.items():
                Runs(made.root).keep(one, contents)
            return made.get(work, _loaded(source), device=device).contents()
    except (OSError, RuntimeError) as fault:  # a full disk, a device without memory
        said = f"{type(fault).__name__}: {fault}".splitlines()[0]
        raise UserError(f"{said} (worker {worker.address}).") from fault
