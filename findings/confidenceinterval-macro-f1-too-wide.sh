#!/usr/bin/env bash
# confidenceinterval's interval of macro F1 is twice as wide as it should be; that of macro
# precision is too narrow where classes are uneven.
#
# Versions: confidenceinterval 1.0.5, numpy 2.4.6, scikit-learn 1.9.1, scipy 1.17.1, Python 3.11.
# Date: 2026-12-01.
# Why: a score of a few hundred pictures is reported with its interval, from one call.
# Expectation: the interval that comes without asking, by Takahashi's formula (for precision by the
#   delta method), is that of the bootstrap and of simulation but for a tenth, as it is for micro
#   averages and is the point of a formula.
# Behaviour: for macro F1 the terms of the variance are added where the published formula multiplies
#   them, and counts stand beside shares: 2.0 times as wide on even classes, whatever the number of
#   pictures. For macro precision the derivatives lack the division by a class' share, and the
#   outer product of the shares is taken place by place: 0.7 as wide on nine to one. Nothing is
#   said.
# Cure: method="bootstrap_percentile".
# Output seen (widths of 95% intervals; "drawn" is 3.92 standard deviations over drawn data):
#   100 and 100 pictures, macro F1: formula 0.221, bootstrap 0.110, drawn 0.113
#   100 and 100 pictures, macro precision: formula 0.102, bootstrap 0.096, drawn 0.097
#   1,000 and 1,000 pictures, macro F1: formula 0.070, bootstrap 0.035, drawn 0.035
#   900 and 100 pictures, macro precision: formula 0.053, bootstrap 0.076, drawn 0.074
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
  confidenceinterval==1.0.5 numpy==2.4.6 pandas==3.1.1 scikit-learn==1.9.1 scipy==1.17.1
"$work/venv/bin/python" - <<'PYTHON'
import sys
import warnings

import numpy as np
from sklearn import metrics

warnings.simplefilter("ignore")
import confidenceinterval as tried


def widths(score, counts, wrong):
    """Give the width by formula, by bootstrap, and from data drawn with these shares of errors."""
    true = np.repeat([0, 1], counts)
    flips = [np.arange(n) < round(share * n) for n, share in zip(counts, wrong)]
    answered = true ^ np.concatenate(flips)
    ours, theirs = getattr(metrics, score), getattr(tried, score)
    more = {"method": "bootstrap_percentile", "n_resamples": 1000, "random_state": 0}
    ends = [theirs(true, answered, average="macro", **how)[1] for how in ({}, more)]
    dice = np.random.default_rng(0)
    drawn = []
    for _ in range(1500):
        truth = dice.permutation(true)[dice.integers(0, len(true), len(true))]
        told = truth ^ (dice.random(len(true)) < np.take(wrong, truth))
        drawn.append(ours(truth, told, average="macro"))
    return *(high - low for low, high in ends), 3.92 * np.std(drawn)


f1, precision = "f1_score", "precision_score"
cases = (f1, (100, 100)), (precision, (100, 100)), (f1, (1000, 1000)), (precision, (900, 100))
same = True
for (score, counts), ratio in zip(cases, (2.0, 1.0, 2.0, 0.7)):
    formula, bootstrap, drawn = widths(score, counts, (0.15, 0.25) if score == f1 else (0.1, 0.2))
    name = {f1: "macro F1", precision: "macro precision"}[score]
    print(f"{counts[0]:,} and {counts[1]:,} pictures, {name}: formula {formula:.3f}, "
          f"bootstrap {bootstrap:.3f}, drawn {drawn:.3f}")  # fmt: skip
    same &= abs(formula / drawn / ratio - 1) < 0.1 and abs(bootstrap / drawn - 1) < 0.1
sys.exit(0 if same else "It behaves otherwise now.")
PYTHON
