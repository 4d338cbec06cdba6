#!/usr/bin/env bash
# A figure whose layout was switched off is drawn twice to be saved once, and gets one back afterwards.
#
# Versions: matplotlib 3.11.2, numpy 2.4.6, Python 3.11. Date: 2026-11-30.
# Why: a book draws each figure on a light and on a dark ground, as it was laid out once.
# Expectation: after set_layout_engine("none") nothing is left to lay out, so that savefig with a given
#   box draws a figure once, as it does one that never had an engine. Saving changes no figure.
# Behaviour: in the engine's place stands one that does nothing, for which, as for any engine, the
#   whole figure is drawn once before it is drawn to be saved. And of a figure that has no engine,
#   savefig puts back "none given", which means the style's: under figure.constrained_layout.use it
#   has a constrained layout afterwards, and its panels move when it is saved again.
# Cure: set_layout_engine(None) within rc_context({"figure.constrained_layout.use": False}), and
#   savefig within it.
# Output seen:
#   never an engine: drawn 1 times to save once
#   switched off: drawn 2 times to save once
#   before saving: None; after: ConstrainedLayoutEngine
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check matplotlib==3.11.2 numpy==2.4.6
MPLBACKEND=agg "$work/venv/bin/python" - <<'PYTHON'
import io
import sys

import matplotlib.pyplot as plt
from matplotlib.transforms import Bbox


def drawn(figure):
    """Save a figure in a given box and count how often its panel is drawn."""
    (panel,), count = figure.axes, []
    draw = panel.draw
    panel.draw = lambda *given: count.append(given) or draw(*given)
    figure.savefig(io.BytesIO(), format="png", bbox_inches=Bbox([[0, 0], [3, 2]]))
    return len(count)


never, _ = plt.subplots(figsize=(3, 2))
once, _ = plt.subplots(figsize=(3, 2), layout="constrained")
once.draw_without_rendering()
once.set_layout_engine("none")
times = drawn(never), drawn(once)
for name, count in zip(("never an engine", "switched off"), times, strict=True):
    print(f"{name}: drawn {count} times to save once")

with plt.rc_context({"figure.constrained_layout.use": True}):
    figure, _ = plt.subplots(figsize=(3, 2), layout="none")
    before = figure.get_layout_engine()
    figure.savefig(io.BytesIO(), format="png")
    after = figure.get_layout_engine()
print(f"before saving: {before}; after: {type(after).__name__}")
as_seen = times == (1, 2) and before is None and type(after).__name__ == "ConstrainedLayoutEngine"
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
