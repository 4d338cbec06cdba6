#!/usr/bin/env bash
# baycomp finds one of two classifiers better whose scores are the very same.
#
# Versions: baycomp 1.0.3, numpy 2.2.6, scipy 1.15.3, matplotlib 3.10.3, Python 3.11.
# Date: 2026-11-28.
# Expectation: scores on several data sets that are equal one by one speak for neither: without a
#   region of practical equivalence a half each.
# Behaviour: two_on_multiple(x, x) gives some 0.7 to 0.3 (it samples), as if the order of the arguments mattered.
#   With a region it is right: all is the same. It is met where a table of tests has the comparison
#   of a method with itself as its check, or two methods that answer alike.
# Cure: give a region, or use the test for one data set, two_on_single.
# Output seen:
#   no region: 0.70 to 0.30
#   a region of 0.01: 0.00, 1.00, 0.00
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
    baycomp==1.0.3 numpy==2.2.6 scipy==1.15.3 matplotlib==3.10.3
"$work/venv/bin/python" - <<'PYTHON'
import sys

import baycomp
import numpy as np

np.random.seed(0)
scores = np.array([0.8, 0.7, 0.9, 0.85, 0.75, 0.6])
without = baycomp.two_on_multiple(scores, scores)
first, second = without[0], without[-1]
left, same, right = baycomp.two_on_multiple(scores, scores, rope=0.01)
print(f"no region: {first:.2f} to {second:.2f}")
print(f"a region of 0.01: {left:.2f}, {same:.2f}, {right:.2f}")
as_seen = bool(first - second > 0.2 and same == 1)
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
