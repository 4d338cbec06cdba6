"""What the lines of a Caffe log say, by the patterns of `forms`, gathered as rows of numbers."""

import re
from typing import NamedTuple

from pixels_to_sentiment.caffe import forms
from pixels_to_sentiment.caffe.clocks import Clock
from pixels_to_sentiment.errors import Damaged

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


class Reader:
    """Takes the log of a training; `Damaged` where another one begins.

    Attributes
    ----------
    rows
        Iterations and what was printed at each; a row begins where the iteration changes.
    start, times
        The first time, and that of each iteration.
    losses
        The outputs that are losses.
    odd
        By number, the lines that say something in a form that is not known.
    """

    def __init__(self, text: bytes) -> None:
        self.rows: list[tuple[int, dict[Output, float]]] = []
        self.start, self.times, self.losses, self.odd = None, {}, {TOTAL}, {}
        self._clock, self._session, self._prefixes = Clock(text), 0, set()
        # What the lines before said that the next outputs are of.
        self._iteration: int | None = None
        self._nets: dict[bytes, int] = {}
        # What was said since the last iteration: a beginning, and the snapshot restored.
        self._started, self._restored = False, None
        *whole, rest = text.split(b"\n")
        for self._number, line in enumerate(whole, 1):
            self._line(line)
        # Without its end it may stop in a number.
        self._number = len(whole) + 1
        self._complain(rest)

    def _line(self, line: bytes) -> None:
        head, bracket, said = line.rpartition(b"] ")
        head += bracket
        if self.start is None:
            self.start = self._clock.read(line)
        # Another line that got stuck in this one was not understood.
        if head.count(b"] ") > 1 and forms.SPEAKS.search(head):
            self._complain(line)
        if found := forms.HEADING.match(said):
            understood = self._heading(found, head)
        elif found := forms.OUTPUT.match(said):
            understood = self._output(found, said)
        else:
            understood = self._mark(said)
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
        if (fresh or what == b"loss") and (time := self._clock.read(head)):
            self.times[int(digits)] = time
        if what != b"lr":
            self._nets[TRAIN if what else TEST] = TRAINED if what else int(net or 0)
        once = [self._put(RATE if name == b"lr" else TOTAL, value) for name, value in pairs]
        return all(once)

    def _begin(self, iteration: int) -> None:
        """Begin a row, and a session where the log does."""
        if self.rows and self._is_new(iteration):
            what = f"before its line {self._number:,} another training begins"
            raise Damaged(what, "cut it into parts")
        if self.rows and iteration < self.rows[-1][0]:
            self._session += 1
        self._iteration, self._nets = iteration, {}
        self._started, self._restored = False, None
        self.rows.append((iteration, {}))

    def _is_new(self, iteration: int) -> bool:
        """Tell whether a training begins that does not go on from where the run was."""
        if self._restored is not None:
            return bool(self._restored and self._prefixes) and self._restored not in self._prefixes
        return self._started or self.rows[-1][0] > iteration <= self.rows[0][0]

    def _put(self, output: Output, value: float) -> bool:
        """Take a number; tell whether there was no other, or the iteration is repeated."""
        _, row = self.rows[-1]
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
        output = Output(net, self._session, int(place), name.decode(errors="replace"))
        if stop < len(text):
            self.losses.add(output)
        return self._put(output, value)

    def _mark(self, text: bytes) -> None:
        """Notice where a training begins or goes on."""
        found = forms.MARK.match(text)
        if found is None:
            return
        started, restored, snapshot = found.groups()
        if started:
            self._started, self._iteration, self._nets = True, None, {}
        elif restored:
            self._restored = self._restored or _prefix(text)
        elif snapshot:
            self._prefixes.add(_prefix(text))
        else:
            self._clock.read(text)


def _prefix(text: bytes) -> bytes:
    """Give the name of a snapshot without its folder and iteration, or nothing."""
    return re.split(rb"[/\\]", text.split()[-1])[-1].rpartition(b"_iter_")[0]
