#!/usr/bin/env bash
# One missing p-value costs statsmodels' multipletests all adjusted ones, but not the rejections.
#
# Versions: statsmodels 0.15.0, scipy 1.17.1, pandas 3.1.1, numpy 2.4.6, Python 3.11. Date: 2026-11-30.
# Why: a paired t-test over a few folds has no p where both classifiers scored the same on each of
#   them, which on small folds happens; the comparisons are then adjusted together.
# Expectation: it raises, as scipy.stats.false_discovery_control does, or leaves the missing one out,
#   so that the others come out as without it (R's p.adjust does), or all that it gives is missing.
# Behaviour: by Benjamini and Hochberg (fdr_bh), Hochberg and Hommel every adjusted p is missing. Of
#   these fdr_bh still rejects the three, so that its two answers contradict each other; Hommel rejects
#   none. Holm and Bonferroni count the missing one as a comparison that was made: 0.03 becomes 0.06.
#   Nothing is said.
# Cure: p = p[~np.isnan(p)] first, and say how many are left.
# Output seen (p = 0.001, 0.004, 0.03; adjusted and rejected at 0.05, without and with a missing one):
#   fdr_bh: 0.003 0.006 0.030, 3 rejected; nan nan nan, 3 rejected
#   simes-hochberg: 0.003 0.008 0.030, 3 rejected; nan nan nan, 2 rejected
#   hommel: 0.003 0.008 0.030, 3 rejected; nan nan nan, 0 rejected
#   holm: 0.003 0.008 0.030, 3 rejected; 0.004 0.012 0.060, 2 rejected
#   scipy raises ValueError
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
    statsmodels==0.15.0 scipy==1.17.1 pandas==3.1.1 numpy==2.4.6
"$work/venv/bin/python" - <<'PYTHON'
import sys

import numpy as np
from scipy.stats import false_discovery_control, ttest_rel
from statsmodels.stats.multitest import multipletests

same = [0.81, 0.79, 0.84, 0.80, 0.82]
with np.errstate(invalid="ignore"):
    missing = ttest_rel(same, same).pvalue
p, seen = [0.001, 0.004, 0.03], {}
for method in ("fdr_bh", "simes-hochberg", "hommel", "holm"):
    ways = []
    for some in (p, [*p, missing]):
        rejected, adjusted, *_ = multipletests(some, method=method)
        ways.append((" ".join(f"{one:.3f}" for one in adjusted[:3]), int(rejected.sum())))
    seen[method] = ways
    print(f"{method}:", "; ".join(f"{adjusted}, {count} rejected" for adjusted, count in ways))
try:
    false_discovery_control([*p, missing])
    refused = False
except ValueError:
    refused = True
    print("scipy raises ValueError")
as_seen = refused and [ways[1] for ways in seen.values()] == [
    ("nan nan nan", 3),
    ("nan nan nan", 2),
    ("nan nan nan", 0),
    ("0.004 0.012 0.060", 2),
]
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
