"""Learning curves out of Caffe's training logs, and the like tables of this library's own runs."""

import codecs
import csv
import io
import math
import os
from collections import Counter
from collections.abc import Container, Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from pixels_to_sentiment import places
from pixels_to_sentiment.caffe import kinds, lines
from pixels_to_sentiment.errors import Damaged, UserError, damage
from pixels_to_sentiment.files import magic

_CURVE_FILE = "curve.csv"
_CURE = "name a Caffe log, saved as UTF-8, or the table or folder of a finished run"
# Of a table, which would be nearly empty.
_CELLS = 20_000_000


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
    unread
        A sentence that counts the lines which say something of iterations or outputs in a form
        that is not known, or give an iteration another number, of which the later is kept, and
        shows the first; empty if there are none.
    """

    curve: pd.DataFrame
    losses: tuple[str, ...]
    nans: dict[str, list[int]]
    unread: str = ""

    def write(self, path: Path) -> None:
        """Write the curve as CSV: ``nan`` where that was logged, nothing where nothing was."""
        table = self.curve.copy(deep=False)
        for name, rows in self.nans.items():
            told = table[name].astype(object)
            told.iloc[rows] = "nan"
            table[name] = told
        table.to_csv(path, index=False)


def read(path: Path | str) -> Log:
    """Read a Caffe log, or the ``curve.csv`` of a run, by itself or by the run's folder.

    A log may have been cut at either end. Sessions may have been appended to each other: where a
    session restores a snapshot of the run before it, or goes back without saying why but not to the
    beginning, they are one run, and of an iteration that is there twice the later values win. A
    last line without its end is left out, since it may stop within a number. Times are taken as
    printed, pauses between sessions included; where they have no year, the header ``Log file
    created at`` gives it, and any later date is of the year that brings it nearest to the one
    before. An iteration's time is that of the line with its loss, or else of its first line. Of an
    output of several numbers the first keeps the name and the others get ``.1``, ``.2`` after it. A
    text that names no iteration gives a curve without rows.

    In a log the losses are the outputs that Caffe prints with their weight, ``(* 1 = 0.7 loss)``,
    and ``total_loss``; in a table the columns that end in ``loss``.

    Raises
    ------
    UserError
        If the file is missing, cannot be read, is no text, or is a table that is not of numbers;
        if it holds several trainings, or its table would be of over 20 million cells; if a folder
        has no ``curve.csv``.
    """
    path = Path(path)
    if os.path.isdir(path):
        path /= _CURVE_FILE
        if not path.is_file():
            raise UserError(f"{path.parent} is a folder without {_CURVE_FILE}: {_CURE}.")
    with damage(path, _CURE, "a log or a table"):
        with places.reading(path) as stream:
            text = stream.read().removeprefix(codecs.BOM_UTF8)
        kinds.refuse(path, magic.TEXTS, _CURE)
        if b"\0" in text[:4096]:
            raise ValueError("it is not a text")
        if text.startswith(b"iteration,"):
            return _table(text)
        reader = lines.Reader(text)
        return _curve(reader)._replace(unread=_unread(path, reader.odd) if reader.odd else "")


def _table(text: bytes) -> Log:
    given, rows = csv.DictReader(io.StringIO(text.decode(), newline=""), strict=True), {}
    names = given.fieldnames
    if len({*names}) < len(names):
        raise ValueError("it has two columns of one name")
    for row in given:
        iteration = float(row.pop("iteration"))
        if iteration % 1 != 0 or None in row:
            raise ValueError("an iteration is no whole number, or a row longer than the first")
        rows[int(iteration)] = {name: float(value) for name, value in row.items() if value}
    return _log(rows, names[1:], {name for name in names if name.endswith("loss")})


def _unread(path: Path, odd: dict[int, bytes]) -> str:
    number, line = next(iter(odd.items()))
    shown = ascii(line.decode(errors="replace").strip()[:100])
    return (
        f"{path}: lines that were not understood, or say again with another number what was said, "
        f"so that something is left out: {len(odd):,}; the first is line {number:,}: {shown}."
    )


def _curve(run: lines.Reader) -> Log:
    names, rows = _names(run), {}
    for iteration, row in run.rows:
        named = {names[one]: value for one, value in row.items()}
        rows.setdefault(iteration, {}).update(named)
    for iteration, time in run.times.items():
        # Rounded to glog's microseconds, which the subtraction would blur.
        rows[iteration]["seconds"] = round(time - run.start, 6)
    return _log(rows, names.values(), {names.get(one) for one in run.losses})


def _names(run: lines.Reader) -> dict[lines.Output, str]:
    """Name the columns of the outputs, in the order of the table."""
    names, seen = {}, Counter()
    nets = {lines.RATE.net: "", lines.TOTAL.net: "", lines.TRAINED: "train_"}
    for one in sorted({output for _, row in run.rows for output in row}):
        prefix = nets.get(one.net, f"test{one.net or ''}_")
        same = one.net, one.session, one.name
        names[one] = prefix + one.name + (f".{seen[same]}" if seen[same] else "")
        seen[same] += 1
    return names


def _log(rows: dict[int, dict[str, float]], names: Iterable[str], losses: Container[str]) -> Log:
    rows, columns = dict(sorted(rows.items())), dict.fromkeys(["seconds", "rate", *names])
    if len(rows) * len(columns) > _CELLS:
        what = f"it would become a table of {len(rows):,} rows and {len(columns):,} columns"
        raise Damaged(what, "cut it into parts")
    curve, nans = {"iteration": np.array([*rows], np.int64)}, {}
    for name in columns:
        curve[name] = np.array([row.get(name, math.nan) for row in rows.values()])
        where = [place for place, row in enumerate(rows.values()) if math.isnan(row.get(name, 0))]
        nans |= {name: where} if where else {}
    return Log(pd.DataFrame(curve), tuple(name for name in columns if name in losses), nans)
