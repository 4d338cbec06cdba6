#!/usr/bin/env bash
# autorank calls networks different at half the distance that Tukey's test asks for, at any alpha.
#
# Versions: autorank 1.3.0, baycomp 1.0.3, scipy 1.17.1, statsmodels 0.15.0, pandas 3.1.1, numpy
#   2.4.6, matplotlib 3.11.2, Python 3.11. Date: 2026-11-30.
# Why: it takes the scores of some networks on each fold and writes which of them differ.
# Expectation: for three and more with normal scores it takes Tukey's HSD, as its docstring says;
#   its report says that networks differ where their intervals do not overlap, that is where their
#   means are two half widths apart. The intervals are of the level 1 - alpha, which the heading of
#   its plot names.
# Behaviour: the groups of the report are made of means one half width apart, so that it says "all
#   differences between the populations are significant" of pairs whose intervals, in the same
#   report, overlap, and for which Tukey's p is 0.3. And alpha is not handed on: the intervals are
#   of 95 % under every alpha, also where the plot is headed 99.9 %. Nothing is said. (The other way
#   round, as this Tukey is for unpaired scores, what all folds have in common hides differences.)
# Cure: statsmodels' pairwise_tukeyhsd with its alpha, or paired tests adjusted for their number.
# Output seen (five folds, three networks):
#   report: all differences between the populations are significant.
#   half width 0.085, means apart 0.100 0.100 0.200
#   Tukey's p: 0.295 0.295 0.021
#   half width at alpha 0.2, 0.05, 0.001: autorank 0.085 0.085 0.085, statsmodels 0.058 0.085 0.156
#   heading of the plot at alpha 0.001: 99.9% Confidence Intervals of the Mean
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check autorank==1.3.0 baycomp==1.0.3 \
    scipy==1.17.1 statsmodels==0.15.0 pandas==3.1.1 numpy==2.4.6 matplotlib==3.11.2
MPLBACKEND=agg "$work/venv/bin/python" -W ignore - <<'PYTHON'
import contextlib
import io
import sys

import numpy as np
import pandas as pd
from autorank import autorank, create_report, plot_stats
from statsmodels.stats.multicomp import pairwise_tukeyhsd

folds = np.array([-0.13, -0.06, 0.0, 0.06, 0.13])
noise = np.array([[0, 2, -1, 1, -2], [1, 0, 2, -2, -1], [-1, 1, 0, 2, -2]]) / 1000
scores = pd.DataFrame(dict(zip("abc", np.array([[0.6], [0.7], [0.8]]) + folds + noise)))


def ranked(alpha):
    with contextlib.redirect_stdout(io.StringIO()):  # It prints its table.
        result = autorank(scores, alpha=alpha)
    return result, float((result.rankdf["ci_upper"] - result.rankdf["ci_lower"]).iloc[0] / 2)


def tukey(alpha):
    return pairwise_tukeyhsd(scores.to_numpy().ravel(), list("abc") * 5, alpha=alpha)


result, half = ranked(0.05)
with contextlib.redirect_stdout(io.StringIO()) as report:
    create_report(result)
last = report.getvalue().strip().splitlines()[-1]
print("report:", last.partition("we assume that ")[2])
apart, p = tukey(0.05).meandiffs, tukey(0.05).pvalues
print(f"half width {half:.3f}, means apart", *(f"{one:.3f}" for one in apart[[0, 2, 1]]))
print("Tukey's p:", *(f"{one:.3f}" for one in p[[0, 2, 1]]))
levels = 0.2, 0.05, 0.001
halves = [round(ranked(alpha)[1], 3) for alpha in levels]
right = []
for alpha in levels:
    one = tukey(alpha)
    one.plot_simultaneous()  # This computes the half widths.
    right.append(round(float(one.halfwidths[0]), 3))
words = ", ".join(
    f"{name} " + " ".join(f"{one:.3f}" for one in some)
    for name, some in (("autorank", halves), ("statsmodels", right))
)
print(f"half width at alpha {', '.join(map(str, levels))}: {words}")
heading = plot_stats(ranked(0.001)[0]).get_title()
print("heading of the plot at alpha 0.001:", heading)
as_seen = result.posthoc == "tukeyhsd"
as_seen = as_seen and last.endswith("all differences between the populations are significant.")
as_seen = as_seen and p.max() > 0.2 and half < apart.min() < 2 * half
as_seen = as_seen and len(set(halves)) == 1 and right[0] < right[1] == halves[1] < right[2]
sys.exit(0 if as_seen and heading.startswith("99.9%") else "It behaves otherwise now.")
PYTHON
