"""What the lines of a Caffe log say, gathered as numbers of runs.

What a line looks like is set by ``src/caffe/solver.cpp`` (``Step``, ``Solve``, ``Test``) and
``src/caffe/solvers/sgd_solver.cpp`` (the learning rate) of BVLC's Caffe of 2013 to 2018, of
NVIDIA's, Intel's and others' (with an epoch, colons, bracketed prefixes); its prefix by glog.
"""

import math
import re
from array import array
from typing import BinaryIO, NamedTuple

from pixels_to_sentiment.caffe.clocks import Clock, Time

TRAIN, TEST = b"Train", b"Test"
# The ranks of the training net and of what is of no net; those of test nets are their numbers.
TRAINED, SOLVERS = -1, -2
# The place of the loss of a whole test net, after its outputs.
_LAST = 1 << 60

_PAIR = rb"(loss|lr)\s*[=:]\s*([^\s,]+)"
# Between number and value there may be a timing in brackets and a part that counts epochs.
_HEADING = re.compile(
    rb"\s*Iteration:?\s+#?(\d{1,15})(?:\s*/\s*\d+)?+(?:\s*\([^()]*\))?+"
    rb"(?:,(?!\s*Testing)(?=[^,=:]*\d)[^,=:]*+)?+\s*[,:]\s*"
    rb"(?:" + _PAIR + rb"|Testing net(?:\s*\(#(\d{1,4})\))?)"
)
_MORE = re.compile(rb",\s*" + _PAIR)
_OUTPUT = re.compile(
    rb"\s*(?:(Train|Test) net output(?: \w+)? #(\d{1,9}):|Test (?:score #(\d{1,9})|(loss)):)"
)
# What C++ prints on Windows, which `float` does not know.
_WINDOWS = re.compile(rb"([-+]?)(?:1\.#(INF|IND|QNAN)\d*|nan\(\w+\))")
# A line that has one of these says something of what is wanted, in whatever form.
_SPEAKS = re.compile(
    rb"(?<!Status: )\bIterations?\b[\s:=#]*(\d+)|net output|Test score|Test loss|Testing net"
)
_MARK = re.compile(
    rb"\s*(?:(Initializing solver|Solving )|(Restoring |Resuming from|\w+Solver: restoring)"
    rb"|(Snapshotting )|Log file created at)"
)


class Odd(NamedTuple):
    """Lines that say something in a form that is not known: how many, and the first of them."""

    count: int = 0
    number: int = 0
    line: str = ""
    last: int = 0


class Column(NamedTuple):
    """What numbers are of: an output of a net, by its place and name, in a session of a run."""

    session: int
    rank: int
    place: int
    name: str


_RATE, _TOTAL = Column(0, SOLVERS, 0, "rate"), Column(0, SOLVERS, 1, "total_loss")


class Run:
    """What one training printed.

    Attributes
    ----------
    iterations
        Of all headings that begin one, as in the log.
    columns, losses
        The columns with their numbers, and which are losses.
    at, of, values
        All numbers as in the log, each with its iteration and the number of its column.
    timed, days, since
        All times as in the log, each with its iteration.
    """

    def __init__(self, start: Time | None = None) -> None:
        self.iterations, self.start, self.session = array("q"), start, 0
        self.columns: dict[Column, int] = {_RATE: 0}
        self.losses: set[int] = set()
        self.at, self.of, self.values = array("q"), array("I"), array("d")
        self.timed, self.days, self.since = array("q"), array("I"), array("d")
        self.prefixes: set[bytes] = set()

    def take(self, column: Column, value: float, is_loss: bool) -> None:
        """Take a number of the present iteration."""
        number = self.columns.setdefault(column, len(self.columns))
        if is_loss:
            self.losses.add(number)
        self.at.append(self.iterations[-1])
        self.of.append(number)
        self.values.append(value)

    def time(self, time: Time) -> None:
        """Take the time of the present iteration."""
        self.start = self.start or time
        self.timed.append(self.iterations[-1])
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
        self._number = 0
        # What the lines before said that the next outputs are of.
        self._iteration: int | None = None
        self._ranks: dict[bytes, int] = {}
        # What was said since the last iteration: a beginning, when, and the snapshot restored.
        self._started, self._restored, self._origin = False, None, None

    def read(self, stream: BinaryIO) -> "Reader":
        """Read to the end; a last line without its end is not read: it may stop in a number."""
        for self._number, line in enumerate(stream, 1):
            if line.endswith(b"\n"):
                self._line(line)
            else:
                self._complain(line)
        return self

    def _line(self, line: bytes) -> None:
        """Take a line; if another got stuck in it, it counts as not understood."""
        if self.runs[0].start is None:
            self.runs[0].start = self.clock.read(line)
        head, _, text = line.rpartition(b"] ")
        if b"] " in head and _SPEAKS.search(head):
            self._complain(line)
        if found := _HEADING.match(text):
            understood = self._heading(found, head)
        elif found := _OUTPUT.match(text):
            understood = self._output(found, text)
        else:
            understood = self._mark(head, text)
        if not understood:
            self._complain(line)

    def _complain(self, line: bytes) -> None:
        """Count a line, if it says something, and doubt what outputs after it belong to."""
        said = list(_SPEAKS.finditer(line))
        if not said:
            return
        if self.odd.last != self._number:
            first = self.odd[1:3] if self.odd.count else (self._number, _shown(line))
            self.odd = Odd(self.odd.count + 1, *first, self._number)
        here = b"%d" % (self._iteration or 0)
        if any(one[0] == b"Testing net" or one[1] not in (None, here) for one in said):
            self._iteration, self._ranks = None, {}

    def _heading(self, found: re.Match, head: bytes) -> bool:
        """Take a line that names the iteration."""
        digits, what, text, net = found.groups()
        more = _MORE.findall(found.string, found.end()) if what else []
        pairs = [(name, _number(one)) for name, one in [(what, text), *more] if what]
        if None in (value for _, value in pairs) or _SPEAKS.search(found.string, found.end()):
            self._iteration = None
            return False
        fresh = int(digits) != self._iteration
        if fresh:
            self._begin(int(digits))
        run = self.runs[-1]
        if (fresh or what == b"loss") and (time := self.clock.read(head)):
            run.time(time)
        if what != b"lr":
            self._ranks[TRAIN if what else TEST] = TRAINED if what else int(net or 0)
        for name, value in pairs:
            run.take(_RATE if name == b"lr" else _TOTAL, value, name == b"loss")
        return True

    def _begin(self, iteration: int) -> None:
        """Begin an iteration, and a run or a session where the log does."""
        run = self.runs[-1]
        if run.iterations and self._is_new(run, iteration):
            run = Run(self._origin)
            self.runs.append(run)
        elif run.iterations and iteration < run.iterations[-1]:
            run.session += 1
        self._iteration, self._ranks = iteration, {}
        self._started, self._restored, self._origin = False, None, None
        run.iterations.append(iteration)

    def _is_new(self, run: Run, iteration: int) -> bool:
        """Tell whether a training begins that does not go on from where the run was."""
        if self._restored is not None:
            return bool(self._restored and run.prefixes) and self._restored not in run.prefixes
        again = iteration < run.iterations[-1] and iteration <= run.iterations[0]
        return self._started or again

    def _output(self, found: re.Match, text: bytes) -> bool:
        """Take the number of an output."""
        phase, place, score, whole = found.groups()
        stop = text.rfind(b"(*") if text.rstrip().endswith(b" loss)") else len(text)
        cut = max(found.end() - 1, text.rfind(b"=", 0, stop), text.rfind(b":", 0, stop))
        value, name = _number(text[cut + 1 : stop].strip()), text[found.end() : cut].strip()
        rank = self._ranks.get(phase or TEST)
        if value is None or rank is None or bool(name) != bool(phase):
            return False
        name = name.decode(errors="replace")
        if whole:
            name, place = "total_loss", _LAST
        elif score:
            name, place = f"score.{int(score)}" if int(score) else "score", score
        run = self.runs[-1]
        column = Column(run.session, rank, int(place), name)
        run.take(column, value, stop < len(text) or bool(whole))
        return True

    def _mark(self, head: bytes, text: bytes) -> None:
        """Notice where a training begins or goes on."""
        found = _MARK.match(text)
        if found is None:
            return
        started, restored, snapshot = found.groups()
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


def _number(text: bytes) -> float | None:
    try:
        return float(text)
    except ValueError:
        found = _WINDOWS.fullmatch(text)
    if found is None:
        return None
    size = math.inf if found[2] == b"INF" else math.nan
    return -size if found[1] == b"-" else size


def _shown(line: bytes) -> str:
    text = line.decode(errors="replace").strip()
    return ascii(text if len(text) <= 100 else text[:97] + "...")
