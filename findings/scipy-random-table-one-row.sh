#!/usr/bin/env bash
# SciPy's random contingency tables have negative counts where there is one row or one column.
#
# Versions: scipy 1.17.1, numpy 2.4.6, Python 3.11. Date: 2026-11-28.
# Expectation: with one row, the sums of the columns leave one table, and that is what is drawn.
# Behaviour: stats.random_table takes the method patefield by default for such a table and gives the
#   last count with the wrong sign, so that the table has neither its sums. Its other method, boyett,
#   is right, and so is the distribution's own mean. Nothing is said. It is met where groups are
#   simulated with fixed margins (an exact test on a few folds) and one of them has lost its others.
# Cure: method="boyett", or leave out tables of one row or column before.
# Output seen:
#   default [[3, -3]]
#   boyett  [[3, 2]]
#   mean    [[3.0, 2.0]]
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check scipy==1.17.1 numpy==2.4.6
"$work/venv/bin/python" - <<'PYTHON'
import sys

from scipy.stats import random_table

tables = random_table([5], [3, 2], seed=0)
default = tables.rvs().tolist()
boyett = tables.rvs(method="boyett").tolist()
print("default", default)
print("boyett ", boyett)
print("mean   ", tables.mean().tolist())
as_seen = default == [[3, -3]] and boyett == [[3, 2]]
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
