#!/usr/bin/env bash
# mlxtend's .632+ bootstrap gives accuracies above one and below zero.
#
# Versions: mlxtend 0.25.0, scikit-learn 1.9.1, scipy 1.17.1, numpy 2.4.6, pandas 3.1.1,
#   matplotlib 3.11.1, Python 3.11. Date: 2026-11-29.
# Expectation: an accuracy lies between 0 and 1. The .632+ estimate weighs the accuracy on what was
#   left out of a sample against that on everything, by a weight from 0.632 (no overfitting) to 1
#   (no better than guessing); Efron and Tibshirani (1997) bound the rate of overfitting for that.
# Behaviour: bootstrap_point632_score(method=".632+") bounds nothing. Where a sample's error is above
#   that of guessing the weight passes 1, becomes many times 1 and then negative, and as this is done
#   sample by sample, a few such samples decide the mean. It happens with few data and a classifier
#   that learns them by heart, which is what the method was made for. Nothing is said.
# Cure: method "oob" or ".632" (the default), or the weight by hand, from mean errors and bounded.
# Output seen, for 20 points whose labels have nothing to do with them, and the nearest neighbour:
#   oob    mean 0.30, from 0.00 to 0.71, 0 of 200 outside
#   .632   mean 0.46, from 0.22 to 0.78, 0 of 200 outside
#   .632+  mean 1.24, from -26.29 to 14.70, 117 of 200 outside
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check mlxtend==0.25.0 \
    scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6 pandas==3.1.1 matplotlib==3.11.1
"$work/venv/bin/python" - <<'PYTHON'
import sys

import numpy as np
from mlxtend.evaluate import bootstrap_point632_score
from sklearn.neighbors import KNeighborsClassifier

points = np.random.default_rng(0).random((20, 2))
labels = np.arange(20) % 2
beyond = {}
for method in ("oob", ".632", ".632+"):
    found = bootstrap_point632_score(
        KNeighborsClassifier(1), points, labels, n_splits=200, method=method, random_seed=1
    )
    beyond[method] = int(((found < 0) | (found > 1)).sum())
    span = f"mean {found.mean():.2f}, from {found.min():.2f} to {found.max():.2f}"
    print(f"{method:6} {span}, {beyond[method]} of 200 outside")
as_seen = beyond[".632+"] > 50 and beyond["oob"] == beyond[".632"] == 0
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
