"""What the lines of a Caffe log say, by the patterns of `forms`, gathered as runs of numbers."""

import re
from array import array
from operator import lt
from typing import BinaryIO, NamedTuple

from pixels_to_sentiment.caffe import forms
from pixels_to_sentiment.caffe.blocks import ITERATION, STAMP, Blocks, Column, Template
from pixels_to_sentiment.caffe.clocks import Clock, Time

TRAIN, TEST = b"Train", b"Test"
# The rank of the training net; those of test nets are their numbers.
TRAINED = -1
# The place of the loss of a whole test net, after its outputs.
_LAST = 1 << 60
# Bytes that are taken at once.
_CHUNK = 1 << 18


class Odd(NamedTuple):
    """Lines that say something in a form that is not known: how many, and the first of them."""

    count: int = 0
    number: int = 0
    line: str = ""
    last: int = 0


class Run:
    """What one training printed; a row begins where the iteration changes."""

    def __init__(self, start: Time | None = None) -> None:
        self.iterations, self.start = array("q"), start
        self.rate, self.total = Column("rate"), Column("total_loss", is_loss=True)
        self.timed, self.days, self.since = array("I"), array("I"), array("d")
        # By session and rank of the net, then by place and name.
        self.nets: dict[tuple[int, int], dict[tuple[int, bytes], Column]] = {}
        self.session = 0
        self.prefixes: set[bytes] = set()

    def time(self, row: int, time: Time) -> None:
        """Take the time of a row."""
        self.start = self.start or time
        self.timed.append(row)
        self.days.append(time[0])
        self.since.append(time[1])


class Reader:
    """Takes a log.

    Attributes
    ----------
    runs, clock
        What was read.
    odd
        What was not understood.
    """

    def __init__(self) -> None:
        self.runs, self.clock, self.odd = [Run()], Clock(), Odd()
        self._blocks, self._number = Blocks(), 0
        # What the lines before said that the next outputs are of.
        self._iteration: int | None = None
        self._ranks: dict[bytes, int] = {}
        # What was said since the last iteration: a beginning, when, and the snapshot restored.
        self._started, self._restored, self._origin = False, None, None

    def read(self, stream: BinaryIO) -> "Reader":
        """Read to the end; a last line without its end is not read: it may stop in a number."""
        text, start = b"", 0
        while more := stream.read(_CHUNK):
            text, start = more + stream.readline(), 0
            while line := text.find(b"\n", start) + 1:
                end = self._repeated(text, start)
                if not end:
                    end = line
                    self._lines(text[start:end])
                start = end
        if rest := text[start:]:
            self._number += 1
            self._complain(rest)
        return self

    def _repeated(self, text: bytes, start: int) -> int:
        """Take the blocks that stand at a place; give where they end, or 0."""
        if self._started or self._restored is not None:
            return 0
        for template in self._blocks.templates:
            found, end = template.repeated(text, start)
            if found:
                if not self._take(template, found):
                    self._lines(text[start:end])
                return end
        return 0

    def _take(self, template: Template, found: list[tuple[bytes, ...]]) -> bool:
        """Take blocks that differ by numbers alone, if nothing is odd about them."""
        run = self.runs[-1]
        # Of two in a block the later counts.
        texts = dict(zip(template.roles, zip(*found, strict=True), strict=True))
        iterations = array("q", map(int, texts.pop(ITERATION)))
        if iterations[0] <= run.iterations[-1] or not all(map(lt, iterations, iterations[1:])):
            return False
        stamps = texts.pop(STAMP, ())
        rows = range(len(run.iterations), len(run.iterations) + len(found))
        try:
            numbers = {column: array("d", map(float, some)) for column, some in texts.items()}
        except ValueError:
            return False
        run.iterations += iterations
        for column, values in numbers.items():
            column.rows.extend(rows)
            column.values.extend(values)
        run.timed.extend(rows if stamps else ())
        self.clock.read_all(stamps, run.days, run.since)
        self._iteration, self._ranks = iterations[-1], dict(template.ranks)
        self._number += template.lines * len(found)
        self._blocks.drop()
        return True

    def _lines(self, text: bytes) -> None:
        for line in text.split(b"\n")[:-1]:
            self._number += 1
            head, bracket, said = line.rpartition(b"] ")
            head += bracket
            if self.runs[0].start is None:
                self.runs[0].start = self.clock.read(line)
            # Another line that got stuck in this one was not understood.
            if head.count(b"] ") > 1 and forms.SPEAKS.search(head):
                self._complain(line)
            if found := forms.HEADING.match(said):
                understood = self._heading(found, line, head)
            elif found := forms.OUTPUT.match(said):
                understood = self._output(found, line, head, said)
            else:
                understood = self._mark(head, said)
                self._blocks.add(line, [], len(line))
            if not understood:
                self._complain(line)
            if self.odd.last == self._number:
                self._blocks.drop()

    def _complain(self, line: bytes) -> None:
        """Count a line, if it says something, and doubt what outputs after it belong to."""
        small = line.lower()
        if not any([word in small for word in forms.WORDS]):
            return
        if not (said := [*forms.SPEAKS.finditer(line)]):
            return
        if self.odd.last != self._number:
            count, number, shown, _ = self.odd
            if not count:
                text = line.decode(errors="replace").strip()
                number, shown = self._number, ascii(text if len(text) <= 100 else text[:97] + "...")
            self.odd = Odd(count + 1, number, shown, self._number)
        here = b"%d" % (self._iteration or 0)
        if any(one[0] == b"Testing net" or one[1] not in (None, here) for one in said):
            self._iteration, self._ranks = None, {}

    def _heading(self, found: re.Match, line: bytes, head: bytes) -> bool:
        """Take a line that names the iteration."""
        digits, what, text, net = found.groups()
        tail = found.string[found.end() :].rstrip()
        more = forms.MORE.findall(tail) if tail else []
        pairs = [(name, forms.number(one)) for name, one in [(what, text), *more] if what]
        left = len(forms.VALUES.findall(found.string)) - len(pairs)
        rest = tail and forms.ASIDE.sub(b"", forms.MORE.sub(b"", tail))
        doubt = rest and (forms.BARE.search(rest) or forms.ELSE.search(rest))
        if left or doubt or None in (value for _, value in pairs):
            self._iteration = None
            return False
        fresh = int(digits) != self._iteration
        if fresh:
            self._begin(int(digits))
        run, row, offset = self.runs[-1], len(self.runs[-1].iterations) - 1, len(head)
        spans = [(offset + found.start(1), offset + found.end(1), ITERATION)]
        if (fresh or what == b"loss") and (time := self.clock.read(head)):
            run.time(row, time)
            spans.insert(0, (0, offset, STAMP))
        if what != b"lr":
            self._ranks[TRAIN if what else TEST] = TRAINED if what else int(net or 0)
        columns = [run.rate if name == b"lr" else run.total for name, _ in pairs]
        once = [column.put(row, value) for column, (_, value) in zip(columns, pairs, strict=True)]
        spans += [(offset + found.start(3), offset + found.end(3), one) for one in columns[:1]]
        self._blocks.add(line, spans, len(line) if what else offset)
        if more:
            self._blocks.drop()
        # A number under another name is no doubt about what was read.
        return self._agree(once) and not (rest and re.search(rb"\d", rest))

    def _begin(self, iteration: int) -> None:
        """Begin a row, and a run or a session where the log does."""
        run = self.runs[-1]
        self._blocks.end(self._ranks)
        if run.iterations and self._is_new(run, iteration):
            run = Run(self._origin)
            self.runs.append(run)
            self._blocks = Blocks()
        elif run.iterations and iteration < run.iterations[-1]:
            run.session += 1
            self._blocks = Blocks()
        self._iteration, self._ranks = iteration, {}
        self._started, self._restored, self._origin = False, None, None
        run.iterations.append(iteration)
        self._blocks.begin()

    def _is_new(self, run: Run, iteration: int) -> bool:
        """Tell whether a training begins that does not go on from where the run was."""
        if self._restored is not None:
            return bool(self._restored and run.prefixes) and self._restored not in run.prefixes
        again = iteration < run.iterations[-1] and iteration <= run.iterations[0]
        return self._started or again

    def _agree(self, once: list[bool]) -> bool:
        """Tell whether an iteration has one number; it may have others when gone through again."""
        return all(once) or self._restored is not None

    def _output(self, found: re.Match, line: bytes, head: bytes, text: bytes) -> bool:
        """Take the number of an output."""
        phase, place, score, whole = found.groups()
        stop = text.rfind(b"(*") if text.rstrip().endswith(b" loss)") else len(text)
        cut = max(found.end() - 1, *(text.rfind(sign, 0, stop) for sign in (b"=", b":")))
        value, name = forms.number(text[cut + 1 : stop].strip()), text[found.end() : cut].strip()
        rank = self._ranks.get(phase or TEST)
        if value is None or rank is None or bool(name) != bool(phase) or forms.STUCK.search(name):
            return False
        if not phase:
            numbered = b"score.%d" % int(score or 0)
            name, place = (b"total_loss", _LAST) if whole else (numbered.removesuffix(b".0"), score)
        run, row = self.runs[-1], len(self.runs[-1].iterations) - 1
        columns = run.nets.setdefault((run.session, rank), {})
        column = columns.setdefault((int(place), name), Column(name.decode(errors="replace")))
        column.place = int(place)
        column.is_loss |= stop < len(text) or bool(whole)
        once = column.put(row, value)
        start = len(head) + cut + 1 + (text[cut + 1 : cut + 2] == b" ")
        span = start, start + len(text[cut + 1 : stop].split()[0]), column
        self._blocks.add(line, [span], len(head), weighted=stop < len(text))
        return self._agree([once])

    def _mark(self, head: bytes, text: bytes) -> None:
        """Notice where a training begins or goes on."""
        found = forms.MARK.match(text)
        if found is None:
            return
        started, restored, snapshot = found.groups()
        self._blocks.drop()
        if started:
            self._started, self._origin = True, self._origin or self.clock.read(head)
            self._iteration, self._ranks = None, {}
        elif restored:
            self._restored = self._restored or _prefix(text)
        elif snapshot:
            self.runs[-1].prefixes.add(_prefix(text))
        else:
            self.clock.read(text)


def _prefix(text: bytes) -> bytes:
    """Give the name of a snapshot without its folder and iteration, or nothing."""
    return re.split(rb"[/\\]", text.split()[-1])[-1].rpartition(b"_iter_")[0]
