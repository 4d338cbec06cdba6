"""Blocks of lines that a log repeats with other numbers.

Between an iteration and the next a log says mostly the same. A block that was seen twice becomes
a regular expression for all of it, by which a long log is read a block at a time.
"""

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, groupby
from operator import itemgetter
from typing import Protocol

# Of a log that does not repeat itself no more blocks are looked at; no longer blocks are kept.
_LOOKED_AT, _KEPT, _LINES = 1000, 8, 200
_DIGITS = rb"[\d.]++(?:e[-+]\d++)?+"
_STAMP = re.compile(rb"[IWEF]\d{4} \d\d:\d\d:\d\d\.\d{6} ")
# The first may run over the end of a line, but is several times as fast as the second.
_HEAD, _STRICT_HEAD = rb"[^]]{0,300}+\]", rb"[^\]\n]*+\]"
_WEIGHT = rb" \(\* \S++ = \S++ loss\)[ \r]*"

STAMP, ITERATION = "stamp", "iteration"


class Column(Protocol):
    """What numbers are put into."""

    rows: array
    values: array


# What is taken out of a line: from, to, and whether it is glog's stamp, the iteration or a number.
Span = tuple[int, int, str | Column]


@dataclass(frozen=True, eq=False)
class Template:
    """A block.

    Attributes
    ----------
    pattern
        Of its lines, with a group for each of the `roles`; the iteration's has the name ``n@``.
    roles
        What the groups are of.
    lines
        How many there are.
    ranks
        What the reader knew at the end of it.
    """

    pattern: bytes
    roles: list[str | Column]
    lines: int
    ranks: dict[bytes, int]


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

    def end(self, ranks: dict[bytes, int], timed: bool) -> None:
        """End a block, and keep it if it was there before; one with a time needs a stamp."""
        if self._lines and timed == (STAMP in self._roles):
            pattern = b"".join(self._lines)
            if pattern in self._seen and pattern not in (one.pattern for one in self.templates):
                self.templates.append(Template(pattern, self._roles, len(self._lines), ranks))
            self._seen.add(pattern)
        self._lines = None

    def add(
        self, line: bytes, head: int, spans: list[Span], exact: int, weighted: bool = False
    ) -> None:
        """Add a line, in which digits may differ up to a place; from there on only the spans.

        Its head, up to another place, may be any with as many brackets; of a loss the stamp is
        taken out.
        """
        if self._lines is None or len(self._lines) == _LINES:
            self._lines = None
            return
        pieces, at = [_HEAD * line.count(b"]", 0, head) + b" " * (head > 0)], head
        for start, end, role in spans:
            if role is STAMP:
                if not _STAMP.match(line):
                    self._lines = None
                    return
                pieces[0] = b"(%b)%b" % (_STAMP.pattern, pieces[0])
                self._roles.append(role)
            else:
                pieces += [_loose(line[at:start], exact - at), self._group(role)]
                at = end
        pieces.append(_WEIGHT if weighted else _loose(line[at:], exact - at))
        self._lines.append(b"".join(pieces) + b"\n")

    def _group(self, role: str | Column) -> bytes:
        if role is ITERATION and ITERATION in self._roles:
            return b"(?P=n@)"
        self._roles.append(role)
        return rb"(?P<n@>\d{1,15}+)" if role is ITERATION else rb"([^\s,]++)"

    def split(self, chunk: bytes) -> Iterator[tuple[Template | None, list[tuple[bytes, ...]]]]:
        """Cut lines into groups of equal blocks, each its text and groups, and of other lines."""
        starts = [0, *accumulate(len(one.roles) + 1 for one in self.templates)]
        known = [*zip([*self.templates, None], starts, [*starts[1:], starts[-1] + 1], strict=True)]
        # Without a line's end to find, the search would go to the end from each byte.
        end = chunk.rfind(b"\n") + 1
        for head in (_HEAD, _STRICT_HEAD):
            found = re.compile(self._pattern(head)).findall(chunk, 0, end)
            kinds = [next(n for n, start in enumerate(starts) if one[start]) for one in found]
            lines = [one.lines for one in self.templates] + [1]
            if sum(lines[kind] for kind in kinds) == chunk.count(b"\n"):
                break
        for kind, some in groupby(zip(kinds, found, strict=True), key=itemgetter(0)):
            template, start, end = known[kind]
            yield template, [one[start:end] for _, one in some]

    def _pattern(self, head: bytes) -> bytes:
        named = (
            one.pattern.replace(b"n@", b"n%d" % n).replace(_HEAD, head)
            for n, one in enumerate(self.templates)
        )
        return b"|".join([*(b"(%b)" % one for one in named), rb"([^\n]*\n)()"])


def _loose(text: bytes, exact: int) -> bytes:
    """Make a pattern of a text, digits in which may differ before a place."""
    exact = min(max(exact, 0), len(text))
    pieces = re.split(_DIGITS, text[:exact])
    return _DIGITS.join(map(re.escape, pieces)) + re.escape(text[exact:])
