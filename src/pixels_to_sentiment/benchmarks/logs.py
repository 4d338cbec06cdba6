"""Reading a log that is timed: this project's way, and the one of Caffe's own ``parse_log.py``.

The latter searches every line with four regular expressions, makes a date of its stamp, and puts
what it finds into a dictionary a row.
"""

import re
import tempfile
from collections.abc import Callable
from datetime import datetime
from itertools import count
from pathlib import Path

from pixels_to_sentiment.caffe import logs

PEER = "a regular expression a line"
# Megabytes of the log.
SIZE = 50
_ITERATION = re.compile(r"Iteration (\d+)")
_RATE = re.compile(r"lr = ([-+]?[\d.]+(?:[eE][-+]?\d+)?)")
_OUTPUTS = [
    re.compile(rf"{phase} net output #(\d+): (\S+) = ([\d.eE+-]+)") for phase in ("Train", "Test")
]


def write(path: Path, size: float) -> None:
    """Write a log of so many megabytes: display every 20 iterations, a test every 1000."""
    with path.open("w") as file:
        for iteration in count(0, 20):
            file.write("".join(f"{line}\n" for line in _block(iteration)))
            if file.tell() > size * 1e6:
                return


def _block(iteration: int) -> list[str]:
    seconds = iteration * 36
    minutes, second = divmod(seconds // 1000, 60)
    clock = f"{minutes // 60 % 24:02d}:{minutes % 60:02d}:{second:02d}.{seconds % 1000:03d}000"
    stamp = f"I06{minutes // 1440 % 30 + 1:02d} {clock} 23419 "
    loss = f"{9 / (iteration + 10) + iteration % 97 / 1000:.6g}"
    lines = [
        f"solver.cpp:218] Iteration {iteration} (5.12 iter/s, 3.9s/20 iters), loss = {loss}",
        f"solver.cpp:237]     Train net output #0: loss = {loss} (* 1 = {loss} loss)",
        f"sgd_solver.cpp:105] Iteration {iteration}, lr = 0.001",
    ]
    if iteration % 1000 == 0:
        lines = [
            f"solver.cpp:330] Iteration {iteration}, Testing net (#0)",
            f"solver.cpp:397]     Test net output #0: accuracy = 0.{iteration % 8999}",
            f"solver.cpp:397]     Test net output #1: loss = {loss} (* 1 = {loss} loss)",
            *lines,
        ]
    return [stamp + line for line in lines]


def our_reading(size: float) -> Callable[[], None]:
    """Read with `caffe.logs`."""
    return _reading(logs.read_all, size)


def peer_reading(size: float) -> Callable[[], None]:
    """Read into dictionaries."""
    return _reading(rows, size)


def _reading(read: Callable, size: float) -> Callable[[], None]:
    folder = tempfile.TemporaryDirectory(prefix="pixels-to-sentiment-")
    path = Path(folder.name) / "caffe.log"
    write(path, size)

    def work(kept: object = folder) -> None:
        read(path)

    return work


def rows(path: Path) -> tuple[list[dict], list[dict]]:
    """Give the rows of training and of test."""
    found, iteration, rate, start = ([], []), None, float("nan"), None
    with path.open() as file:
        for line in file:
            if said := _ITERATION.search(line):
                iteration = float(said[1])
            if iteration is None:
                continue
            day, clock = line.split()[:2]
            now = _time(day, clock)
            start = start or now
            if said := _RATE.search(line):
                rate = float(said[1])
            for pattern, some in zip(_OUTPUTS, found, strict=True):
                if said := pattern.search(line):
                    if not some or some[-1]["NumIters"] != iteration:
                        seconds = (now - start).total_seconds()
                        row = {"NumIters": iteration, "Seconds": seconds, "LearningRate": rate}
                        some.append(row)
                    some[-1][said[2]] = float(said[3])
    return found


def _time(day: str, clock: str) -> datetime:
    whole, _, part = clock.partition(".")
    hours, minutes, seconds = map(int, whole.split(":"))
    return datetime(2016, int(day[1:3]), int(day[3:]), hours, minutes, seconds, int(part))
