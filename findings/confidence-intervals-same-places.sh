#!/usr/bin/env bash
# confidence-intervals draws the same places in every condition, so that an interval depends on the
# order of the pictures.
#
# Versions: confidence-intervals 0.0.3, numpy 2.4.6, scikit-learn 1.9.1, Python 3.11.
# Date: 2026-12-01.
# Why: pictures of several folds (or speakers, or cameras) are no independent draws, for which the
#   package has conditions: it draws folds, then pictures in each.
# Expectation: the pictures of each fold are drawn for themselves, so that the interval depends on
#   what is right in which fold, and not on the order in which a fold lists its pictures.
# Behaviour: each bootstrap has an integer as its seed, and gives it to every fold anew: in all
#   folds of one size the same places are drawn. Where each fold lists its pictures in the same
#   order, as by label, chance does not cancel between folds, and five folds of a hundred pictures
#   have the interval of a hundred pictures alone, 1.7 times as wide. Nothing is said.
# Cure: shuffle the pictures within each fold, each otherwise, before.
# Output seen (width of the 95% interval of 80% right, in each of five folds of 100 pictures):
#   each fold lists the right ones first: 0.160
#   each fold is shuffled: 0.096
#   by hand, drawn anew in each fold, either order: 0.092 and 0.092
#   100 pictures alone, normal approximation: 0.157
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
  confidence-intervals==0.0.3 matplotlib==3.11.2 numpy==2.4.6 scikit-learn==1.9.1
"$work/venv/bin/python" - <<'PYTHON'
import sys

import numpy as np
from confidence_intervals import evaluate_with_conf_int

FOLDS, PICTURES, TIMES = 5, 100, 2000
folds = np.repeat(np.arange(FOLDS), PICTURES)
listed = np.tile(np.repeat([1.0, 0.0], [80, 20]), FOLDS)
dice = np.random.default_rng(0)
shuffled = np.concatenate([dice.permutation(one) for one in listed.reshape(FOLDS, PICTURES)])


def theirs(right):
    _, ends = evaluate_with_conf_int(right, np.mean, conditions=folds, num_bootstraps=TIMES)
    return ends[1] - ends[0]


def by_hand(right):
    """Draw as they do, a fold that is drawn twice with the same pictures twice, but all anew."""
    means = []
    for _ in range(TIMES):
        drawn = [one[dice.integers(0, PICTURES, PICTURES)].mean()
                 for one in right.reshape(FOLDS, PICTURES)]  # fmt: skip
        means.append(np.mean(np.array(drawn)[dice.integers(0, FOLDS, FOLDS)]))
    return np.ptp(np.percentile(means, [2.5, 97.5]))


alone = 2 * 1.96 * np.sqrt(0.8 * 0.2 / PICTURES)
print(f"each fold lists the right ones first: {(wide := theirs(listed)):.3f}")
print(f"each fold is shuffled: {(narrow := theirs(shuffled)):.3f}")
hands = by_hand(listed), by_hand(shuffled)
print("by hand, drawn anew in each fold, either order: {:.3f} and {:.3f}".format(*hands))
print(f"100 pictures alone, normal approximation: {alone:.3f}")
same = abs(wide - alone) < 0.01 and all(abs(one - narrow) < 0.01 for one in hands)
sys.exit(0 if same and wide > 1.5 * narrow else "It behaves otherwise now.")
PYTHON
