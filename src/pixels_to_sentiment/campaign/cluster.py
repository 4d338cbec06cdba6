"""Work that is done by the machines of a Dask cluster, and kept here as if it had been done here.

A worker needs this package and the same code, and pictures and weights from its cache, a mirror or
their published addresses. A record comes back as the bytes of its files.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from pixels_to_sentiment.campaign import remote
from pixels_to_sentiment.data import pictures
from pixels_to_sentiment.errors import NoPlace, UserError
from pixels_to_sentiment.records.runs import Record
from pixels_to_sentiment.records.store import Store
from pixels_to_sentiment.records.work import Finished, Work

if TYPE_CHECKING:
    from distributed import Client, Future, LocalCluster

LOCAL = "local:"
# Seconds until a scheduler has to answer, and between two looks at who is done or has joined.
_PATIENCE, _LOOK = 5, 1.0
# Dask speaks of every worker that is lost; what the user can mend is said here.
_QUIET = logging.CRITICAL


@contextmanager
def connected(address: str) -> Iterator[Client]:
    """Connect to the scheduler at an address; ``local:N`` starts N worker processes here.

    Raises
    ------
    UserError
        If the address is none, or nobody answers there.
    """
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

    What is finished here is not sent, nor the same work twice. There is one piece a worker at a
    time, so that what ends a worker is known, and one that joins later gets some; what a lost one
    had Dask gives to another, a few times. Whatever ends this, what has come back is kept and what
    has not begun is cancelled.

    Parameters
    ----------
    tell
        Called with a sentence if no worker is there.
    failed
        As in `Store.perform`.
    begins
        Asked of each work when there is a worker for it; what it refuses is left undone.

    Raises
    ------
    UserError
        If a worker is not like the machine here, or the scheduler is gone.
    """
    waiting = {work.key(loaded.fingerprint): work for work in works}
    for key in [key for key in waiting if (store.root / key).is_dir()]:
        del waiting[key]
        yield store.kind.open_key(store.root, key)
    if not waiting:
        return
    from distributed import CancelledError

    side = remote.told(store.kind.of, loaded.source, loaded.fingerprint)
    sent: dict[Future, Work] = {}
    try:
        if not client.nthreads():
            tell("The cluster has no worker yet: the work begins when one joins.")
        while waiting or sent:
            free = len(client.nthreads()) - len(sent)
            while free > 0 and waiting:
                key = next(iter(waiting))
                work = waiting.pop(key)
                if begins(work):
                    sent[_sent(client, store, work, key, device, loaded.source, side)] = work
                    free -= 1
            for future in _finished(client, sent):
                work = sent.pop(future)
                try:
                    yield _kept(store, work, future, loaded)
                except UserError as fault:
                    if failed is None or isinstance(fault, NoPlace | remote.Unlike):
                        raise
                    failed(work, fault)
    except (OSError, CancelledError) as fault:
        raise UserError(
            "The Dask scheduler is gone; what came back is kept: start it and run again."
        ) from fault
    finally:
        _end(client, store, sent, loaded)


def _sent(client: Client, store: Store, work: Work, key: str, *more: object) -> Future:
    keys = work.keys_behind().values()
    behind = {one: Record.open_key(store.root, one).contents() for one in keys}
    return client.submit(remote.make, type(store), work, behind, *more, key=f"{work.kind}-{key}")


def _finished(client: Client, sent: Iterable[Future]) -> list[Future]:
    """Wait a little, and give what is done, well or not."""
    from distributed import wait

    if not sent:
        time.sleep(_LOOK)
        return []
    with suppress(TimeoutError), client.as_current():
        wait([*sent], timeout=_LOOK, return_when="FIRST_COMPLETED")
    return [one for one in sent if one.status != "pending"]


def _kept(store: Store, work: Work, future: Future, loaded: pictures.Pictures) -> Finished:
    """Keep what came back, or raise what was wrong there."""
    from distributed import CancelledError, KilledWorker

    try:
        contents = future.result()
    except (UserError, OSError, CancelledError):
        raise
    except KilledWorker as fault:
        raise UserError(
            "Several workers in turn were lost at it: see whether they had memory enough and a "
            "GPU that works, and run again."
        ) from fault
    except Exception as fault:  # as where the package is another
        said = f"{type(fault).__name__}: {fault}".splitlines()[0]
        raise remote.Unlike(f"A worker cannot work ({said}): {remote.CURE}.") from fault
    finally:
        # A wait that timed out holds it until Python looks for circles.
        future.release()
    return store.keep(work.key(loaded.fingerprint), contents)


def _end(client: Client, store: Store, sent: dict[Future, Work], loaded) -> None:
    """Keep what is done by now, and cancel the rest."""
    for future, work in sent.items():
        if future.status == "finished":
            with suppress(Exception):
                _kept(store, work, future, loaded)
    with suppress(Exception):
        client.cancel([*sent])
    for future in sent:
        future.release()
