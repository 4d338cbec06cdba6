"""What the lines of a Caffe log say, by the patterns of `forms`, gathered as runs of numbers."""

import re
from typing import NamedTuple

from pixels_to_sentiment.caffe import forms
from pixels_to_sentiment.caffe.clocks import Clock

TRAIN, TEST = b"Train", b"Test"
# What stands where test nets have their number.
TRAINED = -1


class Output(NamedTuple):
    """What a number is of, in the order in which a table has them.

    A net, the session of the training, since another may have other outputs, and the place among
    the outputs of the net.
    """

    net: int
    session: int
    place: int
    name: str


RATE, TOTAL = Output(-3, 0, 0, "rate"), Output(-2, 0, 0, "total_loss")


class Run:
    """What one training printed; a row begins where the iteration changes."""

    def __init__(self, start: float | None = None) -> None:
        self.rows: list[tuple[int, dict[Output, float]]] = []
        self.start, self.times = start, {}
        self.losses: set[Output] = {TOTAL}
        self.session = 0
        self.prefixes: set[bytes] = set()


class Reader:
    """Takes a log.

    Attributes
    ----------
    runs
        What was read.
    odd
        By number, the lines that say something in a form that is not known.
    """

    def __init__(self, text: bytes) -> None:
        self.runs, self.clock, self.odd = [Run()], Clock(text), {}
        # What the lines before said that the next outputs are of.
        self._iteration: int | None = None
        self._nets: dict[bytes, int] = {}
        # What was said since the last iteration: a beginning, when, and the snapshot restored.
        self._started, self._restored, self._origin = False, None, None
        *whole, rest = text.split(b"\n")
        for self._number, line in enumerate(whole, 1):
            self._line(line)
        # Without its end it may stop in a number.
        self._number = len(whole) + 1
        self._complain(rest)

    def _line(self, line: bytes) -> None:
        head, bracket, said = line.rpartition(b"] ")
        head += bracket
        if self.runs[0].start is None:
            self.runs[0].start = self.clock.read(line)
        # Another line that got stuck in this one was not understood.
        if head.count(b"] ") > 1 and forms.SPEAKS.search(head):
            self._complain(line)
        if found := forms.HEADING.match(said):
            understood = self._heading(found, head)
        elif found := forms.OUTPUT.match(said):
            understood = self._output(found, said)
        else:
            understood = self._mark(head, said)
        if not understood:
            self._complain(line)

    def _complain(self, line: bytes) -> None:
        """Note a line, if it says something, and doubt what outputs after it belong to."""
        if not (said := [*forms.SPEAKS.finditer(line)]):
            return
        self.odd[self._number] = line
        here = b"%d" % (self._iteration or 0)
        if any(one[0] == b"Testing net" or one[1] not in (None, here) for one in said):
            self._iteration, self._nets = None, {}

    def _heading(self, found: re.Match, head: bytes) -> bool:
        """Take a line that names the iteration."""
        digits, what, text, net = found.groups()
        tail = found.string[found.end() :].rstrip()
        more = forms.MORE.findall(tail) if tail else []
        pairs = [(name, forms.number(one)) for name, one in [(what, text), *more] if what]
        rest = tail and forms.ASIDE.sub(b"", forms.MORE.sub(b"", tail))
        # Of a number under a name that is not known it is not known what it says.
        if re.search(rb"\d|nan|inf", rest) or None in (value for _, value in pairs):
            self._iteration = None
            return False
        fresh = int(digits) != self._iteration
        if fresh:
            self._begin(int(digits))
        if (fresh or what == b"loss") and (time := self.clock.read(head)):
            self.runs[-1].times[int(digits)] = time
            self.runs[-1].start = self.runs[-1].start or time
        if what != b"lr":
            self._nets[TRAIN if what else TEST] = TRAINED if what else int(net or 0)
        once = [self._put(RATE if name == b"lr" else TOTAL, value) for name, value in pairs]
        return all(once)

    def _begin(self, iteration: int) -> None:
        """Begin a row, and a run or a session where the log does."""
        run = self.runs[-1]
        if run.rows and self._is_new(run, iteration):
            run = Run(self._origin)
            self.runs.append(run)
        elif run.rows and iteration < run.rows[-1][0]:
            run.session += 1
        self._iteration, self._nets = iteration, {}
        self._started, self._restored, self._origin = False, None, None
        run.rows.append((iteration, {}))

    def _is_new(self, run: Run, iteration: int) -> bool:
        """Tell whether a training begins that does not go on from where the run was."""
        if self._restored is not None:
            return bool(self._restored and run.prefixes) and self._restored not in run.prefixes
        return self._started or run.rows[-1][0] > iteration <= run.rows[0][0]

    def _put(self, output: Output, value: float) -> bool:
        """Take a number; tell whether there was no other, or the iteration is repeated."""
        _, row = self.runs[-1].rows[-1]
        known = row.get(output, value)
        row[output] = value
        same = known == value or (known != known and value != value)
        return same or self._restored is not None

    def _output(self, found: re.Match, text: bytes) -> bool:
        """Take the number of an output."""
        phase, place = found.groups()
        stop = text.rfind(b"(*") if text.rstrip().endswith(b" loss)") else len(text)
        cut = max(found.end() - 1, *(text.rfind(sign, 0, stop) for sign in (b"=", b":")))
        value, name = forms.number(text[cut + 1 : stop].strip()), text[found.end() : cut].strip()
        net = self._nets.get(phase)
        if value is None or net is None or not name or forms.STUCK.search(name):
            return False
        run = self.runs[-1]
        output = Output(net, run.session, int(place), name.decode(errors="replace"))
        if stop < len(text):
            run.losses.add(output)
        return self._put(output, value)

    def _mark(self, head: bytes, text: bytes) -> None:
        """Notice where a training begins or goes on."""
        found = forms.MARK.match(text)
        if found is None:
            return
        started, restored, snapshot = found.groups()
        if started:
            self._started, self._origin = True, self._origin or self.clock.read(head)
            self._iteration, self._nets = None, {}
        elif restored:
            self._restored = self._restored or _prefix(text)
        elif snapshot:
            self.runs[-1].prefixes.add(_prefix(text))
        else:
            self.clock.read(text)


def _prefix(text: bytes) -> bytes:
    """Give the name of a snapshot without its folder and iteration, or nothing."""
    return re.split(rb"[/\\]", text.split()[-1])[-1].rpartition(b"_iter_")[0]
