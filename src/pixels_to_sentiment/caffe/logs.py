"""Learning curves out of Caffe's training logs, and the like tables of this library's own runs.

What a line looks like is set by Caffe's ``src/caffe/solver.cpp`` (``Step``, ``Solve``, ``Test``)
and ``src/caffe/solvers/sgd_solver.cpp`` (the learning rate); its prefix by Google's glog.
"""

import math
import re
from calendar import isleap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

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


@dataclass(frozen=True, eq=False)
class Log:
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
    path
        The file.
    """

    curve: pd.DataFrame
    losses: tuple[str, ...]
    path: Path


def read(path: Path | str) -> Log:
    """Read a Caffe log, or the ``curve.csv`` of a run.

    A log may have been cut at either end, and sessions may have been appended to each other:
    where an iteration is there twice, the later values win. A last line without its end is left
    out, since it may stop within a number. Times are taken as printed, pauses between sessions
    included; where they have no year, the header ``Log file created at`` gives it, and any later
    date is of the year that brings it nearest to the one before. An iteration's time is that of
    the line with its loss, or else of its first line. Of an output of several numbers the first
    keeps the name and the others get ``.1``, ``.2`` after it.

    In a log the losses are the outputs that Caffe prints with their weight, ``(* 1 = 0.7 loss)``,
    and ``total_loss``; in a table the columns that end in ``loss``.

    Parameters
    ----------
    path
        A log, a table whose first column is ``iteration``, or a folder with ``curve.csv``. A text
        that names no iteration gives a curve without rows.

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
        curve, losses = _table(path) if _is_table(path) else _log(path)
    except OSError as fault:
        raise UserError(
            f"{path} cannot be read ({fault.strerror}): check the path and its permissions."
        ) from fault
    return Log(curve, losses, path)


def _is_table(path: Path) -> bool:
    with path.open("rb") as stream:
        head = stream.read(4096)
    if b"\0" in head:
        raise UserError(
            f"{path} is not a text file: name a Caffe log, saved as UTF-8, or a {_CURVE_FILE}."
        )
    return head.removeprefix(b"\xef\xbb\xbf").startswith(b"iteration,")


def _table(path: Path) -> tuple[pd.DataFrame, tuple[str, ...]]:
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
    return curve, tuple(name for name in columns if name.endswith("loss"))


def _log(path: Path) -> tuple[pd.DataFrame, tuple[str, ...]]:
    reader = _Reader()
    with path.open(encoding="utf-8-sig", errors="replace") as lines:
        for line in lines:
            if line.endswith("\n"):
                reader.take(line)
    reader.close()
    return reader.curve(), reader.losses()


@dataclass
class _Moment:
    """What a stretch of lines says of one iteration."""

    iteration: int
    time: _Time | None
    net: int | None = None
    values: dict[str, float] = field(default_factory=dict)
    # Rank of the net (-1 is the training net) and number of the output: name, value, is a loss.
    outputs: dict[tuple[int, int], tuple[str, float, bool]] = field(default_factory=dict)

    def columns(self) -> Iterable[tuple[int, str, float, bool]]:
        """Give rank of the net, column, value and whether it is a loss, for each output."""
        seen: dict[str, int] = {}
        # By number, not in the order of the lines: several GPUs may print at once.
        for (rank, _), (name, value, is_loss) in sorted(self.outputs.items()):
            column = f"{_prefix(rank)}_{name}"
            before = seen.get(column, 0)
            seen[column] = before + 1
            yield rank, f"{column}.{before}" if before else column, value, is_loss


def _prefix(rank: int) -> str:
    return "train" if rank < 0 else f"test{rank or ''}"


class _Reader:
    """Takes the lines of a log one by one."""

    def __init__(self) -> None:
        self._clock = _Clock()
        self._moment: _Moment | None = None
        self._rows: dict[int, dict[str, float]] = {}
        self._times: dict[int, _Time] = {}
        self._ranks: dict[str, int] = {}
        self._losses: set[str] = set()

    def take(self, line: str) -> None:
        time = self._clock.read(line)
        if "Iteration " not in line and " net output #" not in line:
            return
        found = _LINE.search(line)
        if found is None:
            return
        if found["iteration"]:
            self._iteration(found, time)
        elif self._moment is not None:
            self._output(found, self._moment)

    def _iteration(self, found: re.Match, time: _Time | None) -> None:
        number = int(found["iteration"])
        if self._moment is None or self._moment.iteration != number:
            self.close()
            self._moment = _Moment(number, time)
        moment = self._moment
        if found["what"] == "lr":
            moment.values["rate"] = _number(found["number"])
        elif found["what"] == "loss":
            moment.values[_TOTAL] = _number(found["number"])
            moment.time = time
        else:
            moment.net = int(found["net"] or 0)

    @staticmethod
    def _output(found: re.Match, moment: _Moment) -> None:
        rank = -1 if found["phase"] == "Train" else moment.net
        # Outputs whose heading was lost are of an unknown net.
        if rank is not None and (rank >= 0 or _TOTAL in moment.values):
            output = (found["name"], _number(found["value"]), bool(found["loss"]))
            moment.outputs[rank, int(found["place"])] = output

    def close(self) -> None:
        """Enter what is known of the present iteration."""
        moment, self._moment = self._moment, None
        if moment is None:
            return
        row = self._rows.setdefault(moment.iteration, {})
        row.update(moment.values)
        for rank, column, value, is_loss in moment.columns():
            row[column] = value
            self._ranks.setdefault(column, rank)
            if is_loss:
                self._losses.add(column)
        if moment.time is not None:
            self._times[moment.iteration] = moment.time

    def _columns(self) -> list[str]:
        total = [_TOTAL] if any(_TOTAL in row for row in self._rows.values()) else []
        return [*_FIRST, *total, *sorted(self._ranks, key=self._ranks.__getitem__)]

    def curve(self) -> pd.DataFrame:
        iterations = sorted(self._rows)
        curve = pd.DataFrame([self._rows[number] for number in iterations])
        curve["iteration"] = iterations
        seconds = dict(zip(self._times, self._clock.seconds(self._times.values()), strict=True))
        curve["seconds"] = [seconds.get(number, math.nan) for number in iterations]
        return curve.reindex(columns=self._columns()).astype(float).astype({"iteration": int})

    def losses(self) -> tuple[str, ...]:
        return tuple(name for name in self._columns() if name in {_TOTAL, *self._losses})


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
        found = _STAMP.search(line)
        if found is None:
            self._created(line)
            return None
        year, month, day, hours, minutes, seconds = found.groups()
        self._enter((int(year) if year else None, int(month), int(day)))
        time = len(self._days) - 1, 3600 * int(hours) + 60 * int(minutes) + float(seconds)
        self._first = self._first or time
        return time

    def _created(self, line: str) -> None:
        if found := _CREATED.match(line):
            year, month, day = map(int, found.groups())
            self._enter((year, month, day))

    def _enter(self, day: _Day) -> None:
        if not self._days or self._days[-1] != day:
            self._days.append(day)

    def seconds(self, times: Iterable[_Time]) -> list[float]:
        """Give seconds since the first time in the log."""
        times = list(times)
        if self._first is None or not times:
            return []
        ordinals = _ordinals(self._days)
        start = ordinals[self._first[0]], self._first[1]
        # Rounded to glog's microseconds, which the subtraction would blur.
        return [
            round((ordinals[place] - start[0]) * _SECONDS_A_DAY + since - start[1], 6)
            for place, since in times
        ]


def _ordinals(days: Sequence[_Day]) -> list[int]:
    """Give each day its ordinal.

    Where no year is known, years without a leap day are taken unless a 29 February is there.
    """
    for first_year in (2001, 2002, 2003, 2004):
        years = _years(days, first_year)
        leaps = (year for year, day in zip(years, days, strict=True) if day[1:] == (2, 29))
        if all(map(isleap, leaps)):
            break
    return [_ordinal(year, *day[1:]) for year, day in zip(years, days, strict=True)]


def _years(days: Sequence[_Day], year: int) -> list[int]:
    years: list[int] = []
    last = None
    for printed, month, day in days:
        if printed is not None:
            year = printed
        elif last is not None:
            near = [abs(_ordinal(year + step, month, day) - last) for step in (-1, 0, 1)]
            year += near.index(min(near)) - 1
        last = _ordinal(year, month, day)
        years.append(year)
    return years


def _ordinal(year: int, month: int, day: int) -> int:
    # Not date(year, month, day): a damaged line may name a day that does not exist.
    return date(year, month, 1).toordinal() + day - 1
