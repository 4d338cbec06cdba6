#!/usr/bin/env bash
# What is kept in the attrs of a pandas frame is copied in depth into each frame that is made of it,
# the groups of a groupby among them.
#
# Versions: pandas 3.1.1, Python 3.11. Date: 2026-11-30.
# Expectation: attrs are a label on the frame, as a name is: what is made of it refers to the same
#   dictionary or has a shallow copy, and what a frame says of its origin costs nothing.
# Behaviour: attrs are copied by copy.deepcopy at every step: selecting, filtering, assigning, and
#   once or more for each group that a groupby gives. With the keys of some hundred runs in attrs, so
#   that a figure can say what it was made from, judging these runs by group took twice as long; a
#   profile shows deepcopy and names no cause.
# Cure: empty attrs on entry to what makes many frames, or keep there one object that returns itself
#   from __deepcopy__.
# Output seen:
#   frame["a"] copies 1
#   frame[frame["a"] > 1] copies 1 or more
#   100 groups copies 100 or more
#   the copy is another object: True
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check pandas==3.1.1 numpy==2.4.6
"$work/venv/bin/python" - <<'PYTHON'
import sys

import pandas as pd


class Counted:
    """Counts how often it is copied in depth."""

    copies = 0

    def __deepcopy__(self, memo: dict) -> "Counted":
        Counted.copies += 1
        return Counted()


frame = pd.DataFrame({"a": range(100), "b": 1.0})
frame.attrs["runs"] = Counted()
ways = {
    'frame["a"]': (lambda: frame["a"], 1),
    'frame[frame["a"] > 1]': (lambda: frame[frame["a"] > 1], 1),
    "100 groups": (lambda: list(frame.groupby("a")), 100),
}
as_seen = True
for name, (way, least) in ways.items():
    Counted.copies = 0
    way()
    print(f"{name} copies {least}" + " or more" * (Counted.copies > least))
    print(f"{name}: {Counted.copies}", file=sys.stderr)
    as_seen = as_seen and Counted.copies >= least
other = frame["a"].attrs["runs"] is not frame.attrs["runs"]
print(f"the copy is another object: {other}")
sys.exit(0 if as_seen and other else "It behaves otherwise now.")
PYTHON
