"""What the lines of a Caffe log look like, as patterns.

They are set by ``src/caffe/solver.cpp`` (``Step``, ``Solve``, ``Test``) and
``src/caffe/solvers/sgd_solver.cpp`` (the learning rate) of BVLC's Caffe of 2014 to 2018, of
NVIDIA's, Intel's and others' (with an epoch, colons, bracketed prefixes).

No group is possessive: where one begins to match and fails, Debian 12's Python (3.11.2) goes on
from where it failed.
"""

import re

# A comma that a digit follows is one of a number that is written otherwise.
_PAIR = rb"(loss|lr)\s*[=:]\s*([^\s,]++)(?!,\d)"
# A number with a unit, which says nothing of the curve.
_UNIT = (
    rb"[-+.\d](?:[-+.\d/\s]|e[-+\d]){0,24}"
    rb"(?:m?s(?:ec\w*)?|h(?:ours?)?|min\w*|it(?:er\w*)?|ep(?:ochs?)?)\b"
)
# Between number and value there may be a timing in brackets and a part that counts epochs.
HEADING = re.compile(
    rb"\s*Iteration:?\s+#?(\d{1,15})(?!,\d)(?:\s*/\s*\d+)?(?:\s*\((?![-+.\d\s]*\)|[^()]*loss)[^()]*\))?"
    rb"(?:,\s*+(?i:" + _UNIT + rb"|epoch\s+[\d./]++))?\s*[,:]\s*"
    rb"(?:" + _PAIR + rb"|Testing net(?:\s*\(#(\d{1,4})\))?\s*$)"
)
MORE = re.compile(rb"(?:,\s*|(?:\A|(?<=\d))\s+)" + _PAIR)
# What may stand after them: NVIDIA's momentum and the like, and how long it takes.
ASIDE = re.compile(
    rb"(?i:\b(?:m|lrm|wd|gs|momentum|weight decay|time|speed|eta|remaining|epoch)\b[\s=:]*+"
    rb"(?:" + _UNIT + rb"|[-+.\d][-+.:\de/]*+)|" + _UNIT + rb")"
)
# Another output's number within what would be a name.
STUCK = re.compile(rb"[=:]\s++[-+.\d]")
OUTPUT = re.compile(rb"\s*(Train|Test) net output(?: \w+)? #(\d{1,9}):")
# A line that has one of these says something of what is wanted, in whatever form.
SPEAKS = re.compile(
    rb"(?<!Status: )(?i:\bIter(?:ation)?s?\b)[\s:=#]*(\d+)"
    rb"|net output|Test score|Test loss|Testing net"
)
MARK = re.compile(
    rb"\s*(?:(Initializing solver|Solving )|(Restoring |Resuming from|\w+Solver: restoring)"
    rb"|(Snapshotting )|Log file created at)"
)


def number(text: bytes) -> float | None:
    """Give a number as C++ prints it, ``None`` for what is none."""
    try:
        # With an underscore Python takes it for one.
        return float(text) if b"_" not in text else None
    except ValueError:
        return None
