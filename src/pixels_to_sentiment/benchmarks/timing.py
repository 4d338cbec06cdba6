"""Contenders timed in turn, each in a process whose memory and threads are its own."""

import multiprocessing
import re
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from pixels_to_sentiment.errors import UserError

# What a process has built, by name of the contender.
_WORKS: dict[str, Callable[[], None]] = {}


@dataclass(frozen=True)
class Contender:
    """Something to be timed, of a name that is unique within what is timed together.

    `make`, at the top of a module, gives with `options` a function without arguments. What is to
    `keep` runs in the process that keeps freed memory, as training runs of this project do.
    """

    name: str
    make: Callable[..., Callable[[], None]]
    options: dict
    keep: bool = True


def alternate(
    contenders: Iterable[Contender], *, budget: float, least: int = 4, most: int = 9
) -> tuple[dict[str, list[float]], dict[str, float]]:
    """Time contenders in turn, round by round, after a warm-up and a first round that is not kept.

    Gives for each its seconds in each round, and the largest memory of the process that it ran in
    (MiB). The budget is seconds, warm-up included, after which no new round is begun, once there
    are `least`. A contender that fails is named by a `UserError`.

    The warm-up runs one contender after the other as each is built, which leaves the memory of
    the process torn: what was built first then took nearly twice its time in the first round.
    """
    contenders = list(contenders)
    seconds: dict[str, list[float]] = {one.name: [] for one in contenders}
    started = time.perf_counter()
    with ExitStack() as stack:
        workers = {
            keep: stack.enter_context(
                ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _begin, (keep,))
            )
            for keep in sorted({one.keep for one in contenders})
        }
        for one in sorted(contenders, key=lambda one: one.keep):
            _ask(workers[one.keep], _warm_up, one)
        for done in range(-1, most):
            if done >= least and time.perf_counter() - started > budget:
                break
            for one in contenders:
                taken = _ask(workers[one.keep], _timed, one)
                if done >= 0:
                    seconds[one.name].append(taken)
        peaks = {keep: worker.submit(peak).result() for keep, worker in workers.items()}
    return seconds, {one.name: peaks[one.keep] for one in contenders}


def _ask(worker: ProcessPoolExecutor, what: Callable, one: Contender) -> float:
    try:
        return worker.submit(what, one).result()
    except Exception as fault:  # as of a process that ended for want of memory
        said = f"{one.name}: {type(fault).__name__}: {fault}".removesuffix(".")
        raise UserError(
            f"The benchmark cannot go on ({said}): close other programs, or leave this section "
            "out with --only."
        ) from fault


def _begin(keep: bool) -> None:
    # A spawned process would spawn the workers of data loaders too, which nobody meets on Linux.
    multiprocessing.set_start_method("fork", force=True)
    if keep:
        from pixels_to_sentiment.training import memory

        memory.keep_freed()


def _warm_up(one: Contender) -> None:
    _WORKS[one.name] = one.make(**one.options)
    _WORKS[one.name]()


def _timed(one: Contender) -> float:
    _synchronise()
    started = time.perf_counter()
    _WORKS[one.name]()
    _synchronise()
    return time.perf_counter() - started


def _synchronise() -> None:
    # Who works on a GPU has imported torch.
    if (torch := sys.modules.get("torch")) and torch.cuda.is_available():
        torch.cuda.synchronize()


def peak() -> float:
    """Largest memory of this process so far, MiB."""
    # What getrusage says is at least what the parent had when it forked.
    return int(re.search(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text())[1]) / 1024
