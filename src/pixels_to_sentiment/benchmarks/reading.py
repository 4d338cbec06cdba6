"""Reading Caffe's files, a model and a log, by this project and as others do.

The other way of a model is to read its bytes and do nothing with them; that of a log is Caffe's own
``parse_log.py``, which searches every line with four regular expressions, makes a date of its
stamp, and puts what it finds into a dictionary a row. No torch is imported here, so that the memory
of the processes is that of the reading.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import numpy as np

from pixels_to_sentiment.caffe import logs, models
from pixels_to_sentiment.caffe.models import Layer

BYTES, LINES = "its bytes alone", "a regular expression a line"
# Megabytes of the log.
SIZE = 50
_ITERATION = re.compile(r"Iteration (\d+)")
_RATE = re.compile(r"lr = ([-+]?[\d.]+(?:[eE][-+]?\d+)?)")
_OUTPUTS = [
    re.compile(rf"{phase} net output #(\d+): (\S+) = ([\d.eE+-]+)") for phase in ("Train", "Test")
]
# Weights of AlexNet as its authors published it.
ALEXNET = {
    "conv1": (96, 3, 11, 11),
    "conv2": (256, 48, 5, 5),
    "conv3": (384, 256, 3, 3),
    "conv4": (384, 192, 3, 3),
    "conv5": (256, 192, 3, 3),
    "fc6": (4096, 9216),
    "fc7": (4096, 4096),
    "fc8": (1000, 4096),
}


def write_model(path: Path, shapes: dict[str, tuple[int, ...]] = ALEXNET) -> Path:
    """Write a model of weights at random, by default of AlexNet's size (244 MB)."""
    dice = np.random.default_rng(0)

    def layer(name: str, shape: tuple[int, ...]) -> Layer:
        kind = "Convolution" if len(shape) == 4 else "InnerProduct"
        bias = np.zeros(shape[0], np.float32)
        return Layer(name, kind, (dice.standard_normal(shape, np.float32), bias))

    models.write(path, (layer(*one) for one in shapes.items()))
    return path


def our_description(path: str) -> Callable[[], object]:
    """Statistics of every blob, as ``caffe show`` prints them."""
    return lambda: models.describe(models.read(path))


def plain_bytes(path: str) -> Callable[[], object]:
    """Give the whole file as one object of bytes."""
    return Path(path).read_bytes


def write_log(path: Path, size: float) -> Path:
    """Write a log of so many megabytes: display every 20 iterations, a test every 1000."""
    with path.open("w") as file:
        for iteration in count(0, 20):
            file.write("".join(f"{line}\n" for line in _block(iteration)))
            if file.tell() > size * 1e6:
                return path


def _block(iteration: int) -> list[str]:
    now = datetime(2016, 6, 1) + timedelta(milliseconds=36 * iteration)
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
    return [f"{now:I%m%d %H:%M:%S.%f} 23419 {line}" for line in lines]


def our_log(path: str) -> Callable[[], object]:
    """Read a log with `caffe.logs`."""
    return lambda: logs.read_all(path)


def log_by_line(path: str) -> Callable[[], object]:
    """Read a log into dictionaries."""
    return lambda: rows(Path(path))


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
