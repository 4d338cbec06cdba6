"""Learning curves out of Caffe's training logs, and the like tables of this library's own runs."""

import codecs
import csv
import math
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from pixels_to_sentiment import places
from pixels_to_sentiment.caffe import kinds, lines
from pixels_to_sentiment.errors import Damaged, UserError, damage
from pixels_to_sentiment.files import magic

_FIRST = ("iteration", "seconds", "rate")
_CURVE_FILE = "curve.csv"
_CURE = "name a Caffe log, saved as UTF-8, or the table or folder of a finished run"
# Beginnings in a file, each of which would be a run, a table and a line in every drawing.
_RUNS = 1000
# Of a table that is read.
_COLUMNS = 10_000
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
        table = self.curve.copy(deep=False)
        for name, rows in self.nans.items():
            told = table[name].astype(object)
            told.iloc[rows] = "nan"
            table[name] = told
        table.to_csv(path, index=False)


class Read(NamedTuple):
    """What a file holds.

    Attributes
    ----------
    logs
        A log for each run, in the order of the file; one without rows if there is none.
    unread
        A sentence that counts the lines which say something of iterations, losses, rates or
        outputs in a form that is not known, or give an iteration another number, of which the later
        is kept, and shows the first; empty if there are none.
    """

    logs: list[Log]
    unread: str


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
    if os.path.isdir(path):
        path /= _CURVE_FILE
        if not path.is_file():
            raise UserError(f"{path.parent} is a folder without {_CURVE_FILE}: {_CURE}.")
    with damage(path, _CURE, "a log or a table"):
        with places.reading(path) as stream:
            head = stream.read(4096)
        kinds.refuse(path, magic.TEXTS, _CURE)
        wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        code = "utf-16" if wide else "utf-8-sig"
        if b"\0" in head and not wide:
            raise ValueError("it is not a text")
        table = head.decode(code, "ignore").startswith("iteration,")
        return Read([_table(path, code)], "") if table else _log(path, wide)


def _table(path: Path, code: str) -> Log:
    with path.open(encoding=code, newline="") as stream:
        names = next(csv.reader(stream))
    # For columns of one name pandas takes their number squared.
    if len({*names}) < len(names) or len(names) > _COLUMNS:
        raise ValueError(f"it has columns of one name, or more than {_COLUMNS:,}")
    text = pd.read_csv(path, encoding=code, index_col=False, dtype=str, keep_default_na=False)
    curve = text.replace("", math.nan).astype(float)
    iterations = curve["iteration"]
    if not (np.isfinite(iterations) & (iterations % 1 == 0)).all():
        raise ValueError("it has an iteration that is no whole number")
    curve = curve.drop_duplicates("iteration", keep="last").sort_values("iteration")
    columns = [*_FIRST, *(name for name in curve if name not in _FIRST)]
    said = (text != "").reindex(index=curve.index, columns=columns, fill_value=False)
    curve = curve.reindex(columns=columns).astype({"iteration": int})
    nans = {name: np.flatnonzero(said[name] & curve[name].isna()) for name in columns}
    losses = tuple(name for name in columns if name.endswith("loss"))
    return Log(curve.reset_index(drop=True), losses, {k: v for k, v in nans.items() if len(v)})


def _log(path: Path, wide: bool) -> Read:
    reader = lines.Reader()
    with path.open("rb") as stream, tempfile.TemporaryFile() as plain:
        if stream.read(3) != codecs.BOM_UTF8:
            stream.seek(0)
        if wide:  # as PowerShell writes what a program says
            pieces = iter(partial(stream.read, 1 << 20), b"")
            plain.writelines(codecs.iterencode(codecs.iterdecode(pieces, "utf-16"), "utf-8"))
            plain.seek(0)
        reader.read(plain if wide else stream)
    if len(reader.runs) > _RUNS:
        raise Damaged(f"it has {len(reader.runs):,} runs, more than {_RUNS:,}", "cut it into parts")
    logs = [_curve(run, reader.clock) for run in reader.runs]
    odd = reader.odd
    unread = (
        f"{path}: lines that were not understood, or say again with another number what was said, "
        f"so that something is left out: {odd.count:,}; "
        f"the first is line {odd.number:,}: {odd.line}."
    )
    return Read(logs, unread if odd.count else "")


def _curve(run: lines.Run, clock: lines.Clock) -> Log:
    """Make the table of a run, whose numbers are given up on the way, for want of room."""
    iterations = np.asarray(run.iterations)
    rows = None
    if (np.diff(iterations) <= 0).any():
        iterations, rows = np.unique(iterations, return_inverse=True)
    parts = dict(_parts(run))
    cells = len(iterations) * len(parts)
    numbers = sum(len(one.rows) for columns in parts.values() for one in columns)
    if cells > _CELLS and cells > _SPARSE * numbers:
        size = f"{len(iterations):,} rows and {len(parts):,} columns"
        what = f"it would become a table of {size} that is nearly all empty"
        raise Damaged(what, "cut it into parts")
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
    for at, values in filled:
        where = np.asarray(at) if rows is None else rows[np.asarray(at)]
        column[where], said[where] = values, True
    return column, np.flatnonzero(said & np.isnan(column))
