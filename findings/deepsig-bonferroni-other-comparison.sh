#!/usr/bin/env bash
# deepsig's correction of p-values gives a comparison the p-value of another one: 0.5 becomes 0.03.
#
# Versions: deepsig 1.2.8, numpy 2.4.6, scipy 1.17.1, Python 3.11. Date: 2026-12-01.
# Why: several networks are compared with one, each with a p-value; which of them differ is asked.
# Expectation: the corrected p-values stand in the order of the given ones, as a comment in the
#   function says and those of statsmodels and SciPy do. A larger p-value stays the larger one, and
#   none gets smaller by a correction.
# Behaviour: they are sorted, corrected, and put back by the order that sorted them instead of by
#   its inverse. The two are the same where values only changed places in pairs (of two p-values
#   always, of three in four of six orders), so that it goes unnoticed; otherwise each
#   comparison gets another's. Nothing is said. (By its name it is Bonferroni's; what it computes
#   is, for the smallest to the largest, N, N-1, ... 1 times the p-value, as Holm's first step.)
# Cure: statsmodels' multipletests, or sort the comparisons by p-value before.
# Output seen (p-values 0.03, 0.5 and 0.01):
#   by hand: 0.06 0.5 0.03
#   deepsig: 0.5 0.03 0.06
#   sorted before: 0.03 0.06 0.5
#   orders of the three that come out wrong: 2 of 6
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
  deepsig==1.2.8 numpy==2.4.6 scipy==1.17.1
"$work/venv/bin/python" - <<'PYTHON'
import sys
import warnings
from itertools import permutations

import numpy as np

warnings.simplefilter("ignore")  # of the packages that deepsig imports
from deepsig import bonferroni_correction


def by_hand(values):
    return [value * sum(other >= value for other in values) for value in values]


def shown(values):
    return " ".join(f"{value:.2g}" for value in values)


values = [0.03, 0.5, 0.01]
print("by hand:", shown(by_hand(values)))
print("deepsig:", shown(found := bonferroni_correction(np.array(values))))
print("sorted before:", shown(ordered := bonferroni_correction(np.array(sorted(values)))))
wrong = sum(
    not np.allclose(bonferroni_correction(np.array(one)), by_hand(one))
    for one in permutations(values)
)
print(f"orders of the three that come out wrong: {wrong} of 6")
same = np.allclose(found, [0.5, 0.03, 0.06]) and np.allclose(ordered, [0.03, 0.06, 0.5])
sys.exit(0 if same and wrong == 2 else "It behaves otherwise now.")
PYTHON
