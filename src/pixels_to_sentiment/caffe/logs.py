"""Learning curves out of Caffe's training logs, and the like tables of this library's own runs.

What a line looks like is set by Caffe's ``src/caffe/solver.cpp`` (``Step``, ``Solve``, ``Test``)
and ``src/caffe/solvers/sgd_solver.cpp`` (the learning rate); its prefix by Google's glog.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from pixels_to_sentiment.errors import UserError

_FIRST = ("iteration", "seconds", "rate")
_TOTAL = "total_loss"
_CURVE_FILE = "curve.csv"
_SECONDS_A_DAY = 86_400

# The last two alternatives are what C++ on Windows prints.
_NUMBER = r"[-+]?(?:\d+\.?\d*(?:e[-+]?\d+)?|nan|inf|nan\(\w+\)|1\.\#(?:INF|IND|QNAN)\d*)"
_LINE = re.compile(
    rf"""(?:^|\]\s)\s*(?:
    Iteration\s(?P<iteration>\d{{1,15}})(?:\s\([^)]*\))?,\s(?:
        (?P<what>loss|lr)\s=\s(?P<number>{_NUMBER})(?=[\s,]|$)
        | Testing\snet(?:\s\(\#(?P<net>\d{{1,4}})\))?
    )
    | (?P<phase>Train|Test)\snet\soutput\s\#(?P<place>\d{{1,9}}):\s
      (?P<name>.+?)\s=\s(?P<value>{_NUMBER})(?P<loss>\s\(\*\s.*\sloss\))?\s*$
    )""",
    re.ASCII | re.VERBOSE,
)
_STAMP = re.compile(
    r"[IWEF]((?:19|20)\d\d)?(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01]) "
    r"(\d\d):(\d\d):(\d\d(?:\.\d+)?)\s",
    re.ASCII,
)
_CREATED = re.compile(
    r"Log file created at: ((?:19|20)\d\d)/(0[1-9]|1[0-2])/(0[1-9]|[12]\d|3[01])\b", re.ASCII
)

# A day as printed: the year where there is one, month, day of the month.
_Day = tuple[int | None, int, int]
# Place in the clock's list of days, and seconds since midnight.
_Time = tuple[int, float]


class Log(NamedTuple):
    """A learning curve read from a file.

    Attributes
    ----------
    curve
        A row an iteration, in increasing order, NaN where nothing was logged: ``iteration``
        (int), ``seconds`` (since the first line of the log that has a time), ``rate`` (learning
        rate), ``total_loss`` (the solver's own value, a mean over ``average_loss`` iterations),
        ``train_<output>``, ``test_<output>`` for test net #0, ``test1_<output>`` for #1 and so
        on. The columns after ``rate`` are there if the log has them.
    losses
        The columns that are losses, in the order of the columns.
    """

    curve: pd.DataFrame
    losses: tuple[str, ...]


def read(path: Path | str) -> Log:
    """Read a Caffe log, or the ``curve.csv`` of a run, by itself or by the run's folder.

    A log may have been cut at either end, and sessions may have been appended to each other:
    where an iteration is there twice, the later values win. A last line without its end is left
    out, since it may stop within a number. Times are taken as printed, pauses between sessions
    included; where they have no year, the header ``Log file created at`` gives it, and any later
    date is of the year that brings it nearest to the one before. An iteration's time is that of
    the line with its loss, or else of its first line. Of an output of several numbers the first
    keeps the name and the others get ``.1``, ``.2`` after it. A text that names no iteration gives
    a curve without rows.

    In a log the losses are the outputs that Caffe prints with their weight, ``(* 1 = 0.7 loss)``,
    and ``total_loss``; in a table the columns that end in ``loss``.

    Raises
    ------
    UserError
        If the file is missing, cannot be read, is no text, or is a table that is not of numbers;
        if a folder has no ``curve.csv``.
    """
    path = Path(path)
    if path.is_dir():
        path /= _CURVE_FILE
        if not path.is_file():
            raise UserError(
                f"{path.parent} is a folder without {_CURVE_FILE}: name a Caffe log, "
                f"a {_CURVE_FILE} or the folder of a finished run."
            )
    try:
        return _table(path) if _is_table(path) else _log(path)
    except OSError as fault:
        raise UserError(
            f"{path} cannot be read ({fault.strerror}): check the path and its permissions."
        ) from fault


def _is_table(path: Path) -> bool:
    with path.open("rb") as stream:
        head = stream.read(4096)
    if b"\0" in head:
        raise UserError(
            f"{path} is not a text file: name a Caffe log, saved as UTF-8, or a {_CURVE_FILE}."
        )
    return head.removeprefix(b"\xef\xbb\xbf").startswith(b"iteration,")


def _table(path: Path) -> Log:
    try:
        curve = pd.read_csv(path, encoding="utf-8-sig", index_col=False).astype(float)
        iterations = curve["iteration"]
        if not (np.isfinite(iterations) & (iterations % 1 == 0)).all():
            raise ValueError("an iteration is not a whole number")
    except ValueError as fault:
        reason = " ".join(str(fault).split())
        raise UserError(
            f"{path} is not a table of numbers ({reason}): write it again or name another."
        ) from fault
    curve = curve.drop_duplicates("iteration", keep="last").sort_values("iteration")
    columns = [*_FIRST, *(name for name in curve if name not in _FIRST)]
    curve = curve.reindex(columns=columns).astype({"iteration": int}).reset_index(drop=True)
    return Log(curve, tuple(name for name in columns if name.endswith("loss")))


def _log(path: Path) -> Log:
    reader = _Reader()
    with path.open(encoding="utf-8-sig", errors="replace") as lines:
        for line in lines:
            if line.endswith("\n"):
                reader.take(line)
    return reader.log()


class _Reader:
    """Takes the lines of a log one by one."""

    def __init__(self) -> None:
        self._clock = _Clock()
        self._times: dict[int, _Time] = {}
        self._values: dict[int, dict[str, float]] = {}
        # By iteration, then by rank of the net (-1 is the training net) and number of the output,
        # and not in the order of the lines: several GPUs may print at once.
        self._outputs: dict[int, dict[tuple[int, int], tuple[str, float, bool]]] = {}
        # What the lines before said that the next outputs are of.
        self._iteration: int | None = None
        self._ranks: dict[str, int] = {}

    def take(self, line: str) -> None:
        time = self._clock.read(line)
        if "Iteration " not in line and " net output #" not in line:
            return
        found = _LINE.search(line)
        if found is None:
            return
        if found["iteration"]:
            self._heading(found, time)
        elif found["phase"] in self._ranks:
            place = self._ranks[found["phase"]], int(found["place"])
            output = (found["name"], _number(found["value"]), bool(found["loss"]))
            self._outputs[self._iteration][place] = output

    def _heading(self, found: re.Match, time: _Time | None) -> None:
        number, first = int(found["iteration"]), False
        if number != self._iteration:
            # Outputs whose heading was lost are of an unknown net, and left out.
            self._iteration, self._ranks, first = number, {}, True
        values = self._values.setdefault(number, {})
        self._outputs.setdefault(number, {})
        if found["what"] == "lr":
            values["rate"] = _number(found["number"])
        elif found["what"] == "loss":
            values[_TOTAL] = _number(found["number"])
            self._ranks["Train"] = -1
        else:
            self._ranks["Test"] = int(found["net"] or 0)
        if time is not None and (first or found["what"] == "loss"):
            self._times[number] = time

    def log(self) -> Log:
        seconds = dict(zip(self._times, self._clock.seconds(self._times.values()), strict=True))
        rows, ranks, losses = [], {}, {_TOTAL}
        for number in sorted(self._values):
            known = {"iteration": number, "seconds": seconds.get(number, math.nan)}
            row, seen = known | self._values[number], Counter()
            for (rank, _), (name, value, is_loss) in sorted(self._outputs[number].items()):
                net = "train" if rank < 0 else f"test{rank or ''}"
                column = f"{net}_{name}"
                seen[column] += 1
                if seen[column] > 1:
                    column += f".{seen[column] - 1}"
                row[column] = value
                ranks.setdefault(column, rank)
                losses |= {column} if is_loss else set()
            rows.append(row)
        total = [_TOTAL] if any(_TOTAL in row for row in rows) else []
        columns = [*_FIRST, *total, *sorted(ranks, key=ranks.__getitem__)]
        curve = pd.DataFrame(rows, columns=columns).astype(float).astype({"iteration": int})
        return Log(curve, tuple(name for name in columns if name in losses))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        size = math.inf if "INF" in text else math.nan
        return -size if text.startswith("-") else size


class _Clock:
    """Times of a log, whose days become known only when all of them have been seen."""

    def __init__(self) -> None:
        self._days: list[_Day] = []
        self._first: _Time | None = None

    def read(self, line: str) -> _Time | None:
        """Give the time of a line, if it has one, and remember its day."""
        found = _STAMP.search(line) or _CREATED.match(line)
        if found is None:
            return None
        year, month, day, *clock = found.groups()
        printed = (int(year) if year else None, int(month), int(day))
        if not self._days or self._days[-1] != printed:
            self._days.append(printed)
        if not clock:
            return None
        hours, minutes, seconds = map(float, clock)
        time = len(self._days) - 1, 3600 * hours + 60 * minutes + seconds
        self._first = self._first or time
        return time

    def seconds(self, times: Iterable[_Time]) -> list[float]:
        """Give seconds since the first time in the log."""
        days, (place, start) = _ordinals(self._days), self._first or (0, 0)
        # Rounded to glog's microseconds, which the subtraction would blur.
        return [
            round((days[now] - days[place]) * _SECONDS_A_DAY + since - start, 6)
            for now, since in times
        ]


def _ordinals(days: Sequence[_Day]) -> list[int]:
    """Give each day its ordinal.

    Where no year is known, years without a leap day are taken unless a 29 February is there.
    """
    for first_year in (2001, 2002, 2003, 2004):
        year, dates = first_year, []
        for printed, month, day in days:
            near = (year - 1, year, year + 1) if dates else (year,)
            choices = [_ordinal(one, month, day) for one in ((printed,) if printed else near)]
            last = dates[-1] if dates else choices[0]
            dates.append(min(choices, key=lambda choice: abs(choice - last)))
            year = date.fromordinal(dates[-1]).year
        leaps = [one for one, printed in zip(dates, days, strict=True) if printed[1:] == (2, 29)]
        if all(date.fromordinal(one).day == 29 for one in leaps):
            break
    return dates


def _ordinal(year: int, month: int, day: int) -> int:
    # Not date(year, month, day): a damaged line may name a day that does not exist.
    return date(year, month, 1).toordinal() + day - 1
