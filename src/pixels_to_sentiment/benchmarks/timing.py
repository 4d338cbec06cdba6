"""Contenders timed in turn, each in a process whose memory and threads are its own."""

import multiprocessing
import resource
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from multiprocessing.connection import Connection

import torch

from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.training import memory


@dataclass(frozen=True)
class Contender:
    """Something to be timed.

    Attributes
    ----------
    name
        Unique within what is timed together.
    make
        Function at the top of a module; gives what is to be timed, a function without arguments.
    options
        Keyword arguments of `make`.
    keep
        Run in the process that keeps freed memory, as training runs of this project do.
    """

    name: str
    make: Callable[..., Callable[[], None]]
    options: dict
    keep: bool = True


def alternate(
    contenders: Iterable[Contender], *, budget: float, least: int = 4, most: int = 9
) -> tuple[dict[str, list[float]], dict[str, float]]:
    """Time contenders in turn, round by round, after a warm-up and a first round that is not kept.

    The warm-up runs one contender after the other as each is built, which leaves the memory of
    the process torn: what was built first then took nearly twice its time in the first round.

    Parameters
    ----------
    budget
        Seconds, warm-up included, after which no new round is begun, once there are `least`.
    least, most
        Rounds.

    Returns
    -------
    seconds : dict
        For each contender its time in each round.
    memory : dict
        Largest memory of the process that ``keeps`` freed memory and of the one that ``returns``
        it, in MiB.

    Raises
    ------
    UserError
        If a contender fails; the sentence says which and how.
    """
    contenders = list(contenders)
    workers = {
        keep: _Worker(keep, [one for one in contenders if one.keep == keep])
        for keep in sorted({one.keep for one in contenders})
    }
    seconds: dict[str, list[float]] = {one.name: [] for one in contenders}
    started = time.perf_counter()
    try:
        for worker in workers.values():
            worker.warm_up()
        for done in range(-1, most):
            if done >= least and time.perf_counter() - started > budget:
                break
            for one in contenders:
                taken = workers[one.keep].time(one.name)
                if done >= 0:
                    seconds[one.name].append(taken)
        peaks = {("keeps" if keep else "returns"): w.peak() for keep, w in workers.items()}
    finally:
        for worker in workers.values():
            worker.close()
    return seconds, peaks


class _Worker:
    """A process that holds contenders and times them one by one when asked."""

    def __init__(self, keep: bool, contenders: list[Contender]):
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, keep, contenders))
        self.process.start()
        theirs.close()

    def warm_up(self) -> None:
        """Build all contenders and run each once."""
        self._ask("warm up")

    def time(self, name: str) -> float:
        """Seconds of one more run of a contender."""
        return self._ask(name)

    def peak(self) -> float:
        """Largest memory so far, MiB."""
        return self._ask(None)

    def _ask(self, question: str | None) -> float:
        try:
            self.connection.send(question)
            answer = self.connection.recv()
        except (EOFError, OSError) as fault:
            raise UserError(
                "A process of the benchmark ended early, as it does when memory runs out: close "
                "other programs or leave sections out with --only."
            ) from fault
        if isinstance(answer, str):
            raise UserError(f"The benchmark cannot go on: {answer}.")
        return answer

    def close(self) -> None:
        self.connection.close()
        self.process.join(timeout=10)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


def _serve(connection: Connection, keep: bool, contenders: list[Contender]) -> None:
    # A spawned process would spawn the workers of data loaders too, which nobody meets on Linux.
    if "fork" in multiprocessing.get_all_start_methods():
        multiprocessing.set_start_method("fork", force=True)
    if keep:
        memory.keep_freed()
    works: dict[str, Callable[[], None]] = {}
    while True:
        try:
            question = connection.recv()
        except EOFError:
            return
        try:
            if question == "warm up":
                for one in contenders:
                    works[one.name] = one.make(**one.options)
                    works[one.name]()
                answer = 0.0
            elif question is None:
                answer = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            else:
                answer = _timed(works[question])
        except Exception as fault:  # to be told by the process that asked
            answer = f"{question}: {type(fault).__name__}: {fault}"
        connection.send(answer)


def _timed(work: Callable[[], None]) -> float:
    _synchronise()
    started = time.perf_counter()
    work()
    _synchronise()
    return time.perf_counter() - started


def _synchronise() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()
