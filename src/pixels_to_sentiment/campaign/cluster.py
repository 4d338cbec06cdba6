"""Work that is done by the machines of a Dask cluster, and kept here as if it had been done here.

A worker needs this package and the same code, and pictures and weights from its cache, a mirror or
their published addresses. A record comes back as the bytes of its files.
"""

from __future__ import annotations

import importlib.util
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from pixels_to_sentiment.campaign import remote
from pixels_to_sentiment.data import pictures
from pixels_to_sentiment.errors import NoPlace, UserError
from pixels_to_sentiment.files import assets
from pixels_to_sentiment.records.runs import Record
from pixels_to_sentiment.records.store import Store
from pixels_to_sentiment.records.work import Finished, Work

if TYPE_CHECKING:
    from distributed import Client, Future, LocalCluster

LOCAL = "local:"
# Seconds until a scheduler has to answer, and between two looks at who is done or has joined.
_PATIENCE, _LOOK = 5, 1.0
# How often work is sent again whose worker was lost.
_TRIES = 3
# Dask speaks of every worker that is lost; what the user can mend is said here.
_QUIET = logging.CRITICAL


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

    count = _count(address)
    for name in ("distributed", "distributed.client"):  # which Dask gives a level of its own
        logging.getLogger(name).setLevel(_QUIET)
    with ExitStack() as stack:
        place = stack.enter_context(_local(count)) if count else address
        try:
            client = Client(place, timeout=_PATIENCE, set_as_default=False)
        except (OSError, ValueError, TypeError) as fault:
            raise UserError(
                f"No Dask scheduler answers at {address}: check that it runs and can be reached "
                "from here, or give local:2."
            ) from fault
        yield stack.enter_context(client)


def _count(address: str) -> int:
    """Say how many workers an address asks for here; 0 if it is that of a scheduler."""
    from distributed.comm import get_address_host_port

    with suppress(ValueError):
        if not address.startswith(LOCAL):
            # A client that is given what is no address leaves a traceback behind.
            get_address_host_port(address)
            return 0
        if (count := int(address.removeprefix(LOCAL))) > 0:
            return count
    raise UserError(
        f"{address} is no cluster: give tcp://HOST:PORT of a Dask scheduler, or local:2 for two "
        "worker processes here."
    )


def _local(count: int) -> LocalCluster:
    import dask
    from distributed import LocalCluster
    from distributed.utils import get_mp_context

    # Otherwise a worker that is killed and not back in 15 seconds is given up.
    dask.config.set({"distributed.deploy.lost-worker-timeout": "10m"})
    # What a thread frees glibc would give back, and hand out anew at each step of a training; the
    # memory of the process itself stays (see `training.memory`).
    dask.config.set({"distributed.nanny.pre-spawn-environ.MALLOC_ARENA_MAX": 1})
    # A server that has imported all of this starts them, which takes them seconds by themselves.
    dask.config.set({"distributed.worker.multiprocessing-method": "forkserver"})
    modules = ["distributed", remote.__name__, f"{__package__}.ways", "timm"]  # after `compat`
    get_mp_context().set_forkserver_preload(modules)
    return LocalCluster(
        n_workers=count,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address=":0",  # another program may have Dask's usual port
        memory_limit=0,  # torch keeps what it freed, for which Dask would end the worker
        silence_logs=_QUIET,
    )


def perform(
    store: Store,
    works: Iterable[Work],
    loaded: pictures.Pictures,
    client: Client,
    *,
    tell: Callable[[str], None],
    failed: Callable[[Work, UserError], None] | None = None,
    begins: Callable[[Work], bool] = lambda work: True,
    device: str = "auto",
) -> Iterator[Finished]:
    """Give each work's record as soon as it is finished, as `Store.perform` does.

    What is finished here is not sent, nor the same work twice. Each worker has one piece at a
    time, so that what ends a worker is known, and one that joins later gets some. Whatever ends
    this, what has come back is kept and what has not begun is cancelled.

    Parameters
    ----------
    tell
        Called with a sentence of each worker that differs, so gets nothing, and if none is there.
    failed
        As in `Store.perform`.
    begins
        Asked of each work when there is a worker for it; what it refuses is left undone.

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

        weights = {getattr(one, "weights", None) for one in waiting.values()}
        files = sorted(weights & assets.ASSETS.keys())
        sent = _Sent(store, loaded, client, device, files)
        try:
            if not client.nthreads():
                tell("The cluster has no worker yet: the work begins when one joins.")
            while waiting or sent.futures:
                sent.look(tell)
                sent.fill(waiting, begins)
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
    """What is with the workers at the time; `files` are the weights that they need."""

    def __init__(self, store: Store, loaded, client: Client, device: str, files: list[str]):
        self.store, self.loaded, self.client, self.device = store, loaded, client, device
        self.files = files
        self.side = remote.told(store.kind.of, loaded.source, loaded.fingerprint)
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
        question = remote.answer, self.store.kind.of, self.loaded.source, self.files
        more = {"workers": list(asked), "on_error": "return"}
        answers = self.client.run(*question, **more) if asked else {}
        for address, found in answers.items():
            if isinstance(found, OSError):  # lost meanwhile
                continue
            if reason := remote.difference(found, self.side):
                self.refused[address] = f"Worker {address} is refused: {reason}."
                tell(self.refused[address])
            else:
                self.good.add(address)
        if self.there and self.there <= self.refused.keys() and not self.futures:
            raise UserError(
                "No worker is like the machine here, as said above: install there what is "
                f"installed here, and name in {assets.MIRROR_VARIABLE} there what has the files."
            )

    def fill(self, waiting: dict[str, Work], begins: Callable[[Work], bool]) -> None:
        """Give each worker that has nothing something to do."""
        free = self.good - self.futures.keys()
        while free and waiting:
            key = next(iter(waiting))
            work = waiting.pop(key)
            if not begins(work):
                continue
            keys, address = work.keys_behind().values(), free.pop()
            behind = {one: Record.open_key(self.store.root, one).contents() for one in keys}
            again = f"-{self.lost[work]}" if self.lost[work] else ""
            future = self.client.submit(
                remote.make,
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
                "enough and a GPU that works, and run again."
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
