"""What a worker of a Dask cluster does there: it tells what it is like, and does work.

It works on one thread, by which a run on a processor is the same to the last bit as one made alone
with ``OMP_NUM_THREADS=1``.
"""

from __future__ import annotations

import os
import platform
import re
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pixels_to_sentiment import __version__, places
from pixels_to_sentiment.data import pictures
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.files import assets
from pixels_to_sentiment.records.store import Runs, Store
from pixels_to_sentiment.records.work import Work

if TYPE_CHECKING:
    from distributed import Worker

Contents = dict[str, bytes]
# After an error like this, other than for want of memory, a GPU does nothing more for the process.
_BROKEN = re.compile(r"(CUDA|HIP) error: (?!out of memory)")
CURE = "install there what is installed here, or take the worker away"


class Unlike(UserError):
    """What a worker did would not be what is done here, so that nothing else is sent."""


def told(kind: type[Work], source: str, data: str, threads: int = 1) -> dict[str, str]:
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
    own = places.dataset()
    # Where a data set of one's own is in use, it is opened in the photographs' place alone.
    return pictures.load("photographs" if own and own.name == source else source)


def require_like(work: Work, source: str, side: dict[str, str], worker: Worker) -> None:
    """Refuse to do work in a worker that is not like the side that sends it, or lacks files.

    Raises
    ------
    Unlike
        With what is there and what is on the other side, as `told`.
    """
    try:
        data = _loaded(source).fingerprint
        if getattr(work, "weights", None) in assets.ASSETS:
            assets.fetch(work.weights)
    except UserError as fault:
        raise Unlike(f"Worker {worker.address} cannot work. {fault}") from fault
    there = told(type(work), source, data, worker.state.nthreads)
    if other := [name for name in side if there.get(name) != side[name]]:
        said = "; ".join(
            f"{name} is {there.get(name)} there and {side[name]} here" for name in other
        )
        raise Unlike(f"Worker {worker.address} is refused: {said}; {CURE}.")


def make(
    store: type[Store],
    work: Work,
    behind: dict[str, Contents],
    device: str,
    source: str,
    side: dict[str, str],
) -> Contents:
    """Do work in a worker, with the training runs behind it, and give the files of its record.

    The worker is held against `side` first, as by `require_like`.
    """
    import torch
    from distributed import get_worker

    worker = get_worker()
    require_like(work, source, side, worker)
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
        if _BROKEN.search(said):
            os._exit(1)  # It can use its GPU no more, and so is as good as lost.
        raise UserError(f"{said} (worker {worker.address}).") from fault
