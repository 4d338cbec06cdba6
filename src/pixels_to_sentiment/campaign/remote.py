"""What a worker of a Dask cluster does there: it tells what it is like, and does work.

It works on one thread, by which a run on a processor is the same to the last bit as one made alone
with ``OMP_NUM_THREADS=1``.
"""

from __future__ import annotations

import asyncio
import os
import platform
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pixels_to_sentiment import __version__, places
from pixels_to_sentiment.campaign.workers import BROKEN
from pixels_to_sentiment.data import pictures
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.files import assets
from pixels_to_sentiment.records.store import Runs, Store
from pixels_to_sentiment.records.work import Work

if TYPE_CHECKING:
    from distributed import Worker

Contents = dict[str, bytes]


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
        "missing": "nothing",
    }


@cache
def _loaded(source: str) -> pictures.Pictures:
    own = places.dataset()
    # Where a data set of one's own is in use, it is opened in the photographs' place alone.
    return pictures.load("photographs" if own and own.name == source else source)


def _cannot_have(name: str) -> bool:
    try:
        assets.fetch(name)
    except UserError:
        return True
    return False


async def answer(
    kind: type[Work], source: str, files: list[str], dask_worker: Worker | None = None
) -> dict[str, str]:
    """Tell in a worker what it is like, as `told`, and which of some files it cannot have."""
    here = {}
    # In threads: what is fetched, decoded or imported would keep the worker from answering.
    lacks = await asyncio.to_thread(lambda: [one for one in files if _cannot_have(one)])
    try:
        data = (await asyncio.to_thread(_loaded, source)).fingerprint
    except UserError as fault:
        data, here = "", {"pictures": f"none ({fault})"}
    here |= {"missing": ", ".join(lacks)} if lacks else {}
    return await asyncio.to_thread(told, kind, source, data, dask_worker.state.nthreads) | here


def difference(there: dict[str, str] | Exception, here: dict[str, str]) -> str:
    """Say what a worker has and what is here, or that nothing differs, by an empty text."""
    if isinstance(there, Exception):
        said = f"{type(there).__name__}: {there}".splitlines()[0]
        return f"it cannot tell its code ({said}), so install there what is installed here"
    other = [name for name in here if there.get(name) != here[name]]
    return "; ".join(f"{name} is {there.get(name)} there and {here[name]} here" for name in other)


def make(
    store: type[Store], work: Work, behind: dict[str, Contents], device: str, source: str
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
        if BROKEN.search(said):
            os._exit(1)  # It can use its GPU no more, and so is as good as lost.
        raise UserError(f"{said} (worker {worker.address}).") from fault
