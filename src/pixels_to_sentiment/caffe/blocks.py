"""Blocks of lines that a log repeats with other numbers.

Between an iteration and the next a log says mostly the same. A block that was seen twice becomes
a regular expression for all of it, by which a long log is read a block at a time.
"""

import re
from array import array
from dataclasses import dataclass

# Of a log that does not repeat itself no more blocks are looked at; no longer blocks are kept.
_LOOKED_AT, _KEPT, _LINES = 1000, 8, 200
_DIGITS = rb"\d[\d.]*+(?:e[-+]\d++)?+"
_STAMP = re.compile(rb"[IWEF]\d{4} \d\d:\d\d:\d\d\.\d{6} ")
_WEIGHT = rb" \(\* \S++ = \S++ loss\)[ \r]*"

STAMP, ITERATION = "stamp", "iteration"


class Column:
    """Numbers of one output, each with the row that it belongs to; of two in a row, the later."""

    def __init__(self, name: str = "", is_loss: bool = False) -> None:
        self.name, self.place, self.is_loss = name, 0, is_loss
        self.rows, self.values = array("I"), array("d")

    def put(self, row: int, value: float) -> bool:
        """Take a number; tell whether the row had none, or the same."""
        known = self.values[-1] if self.rows and self.rows[-1] == row else value
        self.rows.append(row)
        self.values.append(value)
        return known == value or (known != known and value != value)


# What is taken out of a line: from, to, and whether it is glog's stamp, the iteration or a number.
Span = tuple[int, int, str | Column]


@dataclass(frozen=True, eq=False)
class Template:
    """A block: its pattern, what the groups of that are of, its lines, and the ranks at its end."""

    pattern: re.Pattern
    roles: list[str | Column]
    lines: int
    ranks: dict[bytes, int]

    def repeated(self, text: bytes, start: int) -> tuple[list[tuple[bytes, ...]], int]:
        """Give the groups of all blocks that stand at a place, and where they end."""
        found = []
        while block := self.pattern.match(text, start):
            found.append(block.groups())
            start = block.end()
        return found, start


class Blocks:
    """Learns the blocks of a log from what a reader makes of its lines."""

    def __init__(self) -> None:
        self.templates: list[Template] = []
        self._seen: set[bytes] = set()
        self._lines: list[bytes] | None = None
        self._roles: list[str | Column] = []

    def begin(self) -> None:
        """Begin a block."""
        self._lines, self._roles = [], []
        if len(self._seen) > _LOOKED_AT or len(self.templates) == _KEPT:
            self._lines = None

    def drop(self) -> None:
        """Give the present block up."""
        self._lines = None

    def end(self, ranks: dict[bytes, int]) -> None:
        """End a block, and keep it if it was there before."""
        if self._lines:
            text = b"".join(self._lines)
            if text in self._seen and text not in (one.pattern.pattern for one in self.templates):
                pattern = re.compile(text)
                self.templates.append(Template(pattern, self._roles, len(self._lines), ranks))
            self._seen.add(text)
        self._lines = None

    def add(self, line: bytes, spans: list[Span], exact: int, weighted: bool = False) -> None:
        """Add a line, in which digits may differ up to a place; from there on only the spans."""
        if self._lines is None or len(self._lines) == _LINES:
            self._lines = None
            return
        pieces, at = [], 0
        for start, end, role in spans:
            if not isinstance(role, str) and role in self._roles:
                self._lines = None
                return
            if role is not STAMP:
                pieces += [_loose(line[at:start], exact - at), self._group(role)]
                at = end
            elif stamp := _STAMP.match(line):
                pieces, at = [b"(%b)" % _STAMP.pattern], stamp.end()
                self._roles.append(role)
            else:
                self._lines = None
                return
        pieces.append(_WEIGHT if weighted else _loose(line[at:], exact - at))
        self._lines.append(b"".join(pieces) + b"\n")

    def _group(self, role: str | Column) -> bytes:
        if role is ITERATION and ITERATION in self._roles:
            return b"(?P=n)"
        self._roles.append(role)
        return rb"(?P<n>\d{1,15}+)" if role is ITERATION else rb"([^\s,_]++)"


def _loose(text: bytes, exact: int) -> bytes:
    """Make a pattern of a text, digits in which may differ before a place."""
    exact = min(max(exact, 0), len(text))
    pieces = re.split(_DIGITS, text[:exact])
    return _DIGITS.join(map(re.escape, pieces)) + re.escape(text[exact:])
