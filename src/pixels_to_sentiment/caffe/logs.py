"""Learning curves out of Caffe's training logs, and the like tables of this library's own runs."""

import csv
import math
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from pixels_to_sentiment.caffe import lines
from pixels_to_sentiment.errors import UserError

_FIRST = ("iteration", "seconds", "rate")
_CURVE_FILE = "curve.csv"
# Beginnings in a file, each of which would be a run, a table and a line in every drawing.
_RUNS = 1000
# Of a table that is read.
_COLUMNS = 10_000
# Rows that are written at once.
_ROWS = 10_000
# A table of more cells than this is only made if one in so many of them has a number.
_CELLS, _SPARSE = 20_000_000, 10


class Log(NamedTuple):
    """The learning curve of a run.

    Attributes
    ----------
    curve
        A row an iteration, in increasing order, NaN where nothing was logged: ``iteration``
        (int), ``seconds`` (since the first line of the run that has a time), ``rate`` (learning
        rate), ``total_loss`` (the solver's own value, a mean over ``average_loss`` iterations),
        ``train_<output>``, ``test_<output>`` for test net #0, ``test1_<output>`` for #1 and so
        on. The columns after ``rate`` are there if the log has them.
    losses
        The columns that are losses, in the order of the columns.
    nans
        Column: the rows (counted from 0) where NaN was logged.
    """

    curve: pd.DataFrame
    losses: tuple[str, ...]
    nans: dict[str, np.ndarray]

    def write(self, path: Path) -> None:
        """Write the curve as CSV: ``nan`` where that was logged, nothing where nothing was."""
        with path.open("w", newline="") as stream:
            for start in range(0, max(len(self.curve), 1), _ROWS):
                part = self.curve.iloc[start : start + _ROWS].copy()
                for name, rows in self.nans.items():
                    inside = rows[(rows >= start) & (rows < start + _ROWS)] - start
                    part[name] = part[name].astype(object)
                    part.iloc[inside, part.columns.get_loc(name)] = "nan"
                part.to_csv(stream, index=False, header=start == 0)


class Read(NamedTuple):
    """What a file holds.

    Attributes
    ----------
    logs
        A log for each run, in the order of the file; one without rows if there is none.
    unread
        A sentence that counts the lines which say something of iterations, losses, rates or
        outputs in a form that is not known, and shows the first; empty if there are none.
    """

    logs: list[Log]
    unread: str


def read(path: Path | str) -> Log:
    """Read a file of one run, as `read_all` does; warn of lines that were not understood.

    Raises
    ------
    UserError
        As by `read_all`; if there are several runs in the file.
    """
    found = read_all(path)
    if len(found.logs) > 1:
        raise UserError(f"{path} has {len(found.logs)} runs in it: read them with read_all.")
    if found.unread:
        warnings.warn(found.unread, stacklevel=2)
    return found.logs[0]


def read_all(path: Path | str) -> Read:
    """Read a Caffe log, or the ``curve.csv`` of a run, by itself or by the run's folder.

    A log may have been cut at either end. Sessions may have been appended to each other: where a
    session restores a snapshot of the run before it, or goes back without saying why but not to
    the beginning, they are one run, and of an iteration that is there twice the later values win.
    Any other beginning is that of another run. A last line without its end is left out, since it
    may stop within a number. Times are taken as printed, pauses between sessions included; where
    they have no year, the header ``Log file created at`` gives it, and any later date is of the
    year that brings it nearest to the one before. An iteration's time is that of the line with
    its loss, or else of its first line. Of an output of several numbers the first keeps the name
    and the others get ``.1``, ``.2`` after it. Outputs without a name, ``Test score #0``, are
    called ``score``, ``score.1`` and so on; ``Test loss`` is ``test_total_loss``. A text that
    names no iteration gives a curve without rows.

    In a log the losses are the outputs that Caffe prints with their weight, ``(* 1 = 0.7 loss)``,
    ``total_loss`` and ``test_total_loss``; in a table the columns that end in ``loss``.

    Raises
    ------
    UserError
        If the file is missing, cannot be read, is no text, or is a table that is not of numbers;
        if it has over 1,000 runs, or its table would be large and nearly empty; if a folder has no
        ``curve.csv``.
    """
    path = Path(path)
    if path.is_dir():
        path /= _CURVE_FILE
        if not path.is_file():
            raise UserError(
                f"{path.parent} is a folder without {_CURVE_FILE}: name a Caffe log, "
                f"a {_CURVE_FILE} or the folder of a finished run."
            )
    if path.exists() and not path.is_file():
        raise UserError(f"{path} is a pipe or a device: save what it gives and name that file.")
    try:
        return Read([_table(path)], "") if _is_table(path) else _log(path)
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
        with path.open(encoding="utf-8-sig", newline="") as stream:
            names = next(csv.reader(stream))
        # For columns of one name pandas takes their number squared.
        if len({*names}) < len(names) or len(names) > _COLUMNS:
            raise ValueError(f"columns of one name, or more than {_COLUMNS:,}")
        text = pd.read_csv(
            path, encoding="utf-8-sig", index_col=False, dtype=str, keep_default_na=False
        )
        curve = text.replace("", math.nan).astype(float)
        iterations = curve["iteration"]
        if not (np.isfinite(iterations) & (iterations % 1 == 0)).all():
            raise ValueError("an iteration is not a whole number")
    except (ValueError, csv.Error) as fault:
        reason = " ".join(str(fault).split())
        raise UserError(
            f"{path} is not a table of numbers ({reason}): write it again or name another."
        ) from fault
    curve = curve.drop_duplicates("iteration", keep="last").sort_values("iteration")
    columns = [*_FIRST, *(name for name in curve if name not in _FIRST)]
    said = (text != "").reindex(index=curve.index, columns=columns, fill_value=False)
    curve = curve.reindex(columns=columns).astype({"iteration": int})
    nans = {name: np.flatnonzero(said[name] & curve[name].isna()) for name in columns}
    losses = tuple(name for name in columns if name.endswith("loss"))
    return Log(curve.reset_index(drop=True), losses, {k: v for k, v in nans.items() if len(v)})


def _log(path: Path) -> Read:
    reader = lines.Reader()
    with path.open("rb") as stream:
        if stream.read(3) != b"\xef\xbb\xbf":
            stream.seek(0)
        reader.read(stream)
    if len(reader.runs) > _RUNS:
        raise UserError(
            f"{path} has {len(reader.runs):,} runs in it, more than {_RUNS:,}: cut it into parts."
        )
    logs = [_curve(run, reader.clock, path) for run in reader.runs]
    odd = reader.odd
    unread = (
        f"{path}: lines that were not understood and left out: {odd.count:,}; "
        f"the first is line {odd.number:,}: {odd.line}."
    )
    return Read(logs, unread if odd.count else "")


def _curve(run: lines.Run, clock: lines.Clock, path: Path) -> Log:
    """Make the table of a run, whose numbers are given up on the way, for want of room."""
    iterations = np.asarray(run.iterations)
    rows = None
    if (np.diff(iterations) <= 0).any():
        iterations, rows = np.unique(iterations, return_inverse=True)
    parts = dict(_parts(run))
    _refuse_empty(path, parts, len(iterations))
    times = clock.seconds(run.days, run.since, run.start) if run.timed else []
    curve, nans, losses = {"iteration": iterations}, {}, []
    curve["seconds"] = _dense([(run.timed, times)], rows, len(iterations))[0]
    vars(run).clear()
    del times
    for name in list(parts):
        columns = parts.pop(name)
        losses += [name] if any(column.is_loss for column in columns) else []
        filled = [(column.rows, column.values) for column in columns]
        curve[name], nan = _dense(filled, rows, len(iterations))
        nans |= {name: nan} if len(nan) else {}
        del columns, filled
    return Log(pd.DataFrame(curve, copy=False), tuple(losses), nans)


def _parts(run: lines.Run) -> Iterator[tuple[str, list[lines.Column]]]:
    """Name what a run printed, in the order of the table, each with its sessions in their order."""
    yield "rate", [run.rate]
    if run.total.rows:
        run.total.is_loss = True
        yield run.total.name, [run.total]
    named: dict[tuple[int, str], list[lines.Column]] = {}
    for (_, rank), columns in run.nets.items():
        net = "train" if rank == lines.TRAINED else f"test{rank or ''}"
        seen, names = Counter(), {}
        for place, name in sorted({(one.place, one.name) for one in columns.values()}):
            names[place, name] = f"{net}_{name}" + (f".{seen[name]}" if seen[name] else "")
            seen[name] += 1
        for one in sorted(columns.values(), key=lambda one: one.place):
            named.setdefault((rank, names[one.place, one.name]), []).append(one)
    for rank, name in sorted(named, key=lambda key: key[0]):
        yield name, named[rank, name]


def _dense(filled: list, rows: np.ndarray | None, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Put numbers into their rows, the later over the earlier; give the rows of NaN, too."""
    column, said = np.full(size, math.nan), np.zeros(size, bool)
    for places, values in filled:
        where = np.asarray(places) if rows is None else rows[np.asarray(places)]
        column[where], said[where] = values, True
    return column, np.flatnonzero(said & np.isnan(column))


def _refuse_empty(path: Path, parts: dict[str, list[lines.Column]], rows: int) -> None:
    cells = rows * len(parts)
    numbers = sum(len(one.rows) for columns in parts.values() for one in columns)
    if cells > _CELLS and cells > _SPARSE * numbers:
        raise UserError(
            f"{path} would become a table of {rows:,} rows and {len(parts):,} columns that is "
            "nearly all empty: cut the log into parts."
        )
