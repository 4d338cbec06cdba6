#!/usr/bin/env bash
# MAPIE's calibration error by equal counts depends on the order of the pictures, and ten bins are
# nine.
#
# Versions: mapie 1.6.0, numpy 2.4.6, scikit-learn 1.9.1, Python 3.11. Date: 2026-12-01.
# Why: the expected calibration error of a network, in bins of one width or of as many pictures.
# Expectation: split_strategy="array split" puts as many pictures into each bin, from the lowest
#   score to the highest; the error is the same in whatever order the pictures come. num_bins=2 of
#   one width divides at one half.
# Behaviour: the pictures are split as they come, and the largest scores of the parts are the ends
#   of bins: of shuffled pictures these are all near the top, and most or all pictures fall into one
#   bin, where what is too sure and what is too unsure cancel. In bins of one width or of
#   quantiles the ends are counted, not the bins, so that n of them make n - 1 and two make one.
#   Nothing is said, and the documentation counts bins.
# Cure: sort by score before for "array split"; num_bins=n + 1 for the others.
# Output seen (of 100 pictures, first with scores of 0.6 to 0.9, then of 0.2 and 0.8):
#   by hand: 0.120
#   four bins, sorted by score: 0.120
#   four bins, five shuffles: 0.030 to 0.030
#   one width, two bins: 0.000; by hand 0.000 in one bin, 0.200 in two
#   one width, three bins: 0.200
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
  mapie==1.6.0 numpy==2.4.6 scikit-learn==1.9.1
"$work/venv/bin/python" - <<'PYTHON'
import sys

import numpy as np
from mapie.metrics.calibration import expected_calibration_error as error

scores = np.repeat([0.6, 0.7, 0.8, 0.9], 25)
right = np.concatenate([np.repeat([1, 0], [count, 25 - count]) for count in (10, 15, 22, 25)])
by_hand = np.mean([abs(0.4 - 0.6), abs(0.6 - 0.7), abs(0.88 - 0.8), abs(1 - 0.9)])
print(f"by hand: {by_hand:.3f}")
ordered = error(right, scores, num_bins=4, split_strategy="array split")
print(f"four bins, sorted by score: {ordered:.3f}")
shuffled = []
for seed in range(5):
    order = np.random.default_rng(seed).permutation(100)
    shuffled.append(error(right[order], scores[order], num_bins=4, split_strategy="array split"))
print(f"four bins, five shuffles: {min(shuffled):.3f} to {max(shuffled):.3f}")
# Half of them are below one half, too unsure there and too sure above.
low = np.repeat([0.2, 0.8], 50)
hits = np.concatenate([np.repeat([1, 0], [20, 30]), np.repeat([1, 0], [30, 20])])
two = error(hits, low, num_bins=2, split_strategy="uniform")
print(f"one width, two bins: {two:.3f}; by hand 0.000 in one bin, 0.200 in two")
same = np.isclose(ordered, by_hand) and max(shuffled) < 0.04 and np.isclose(two, 0)
three = error(hits, low, num_bins=3, split_strategy="uniform")
print(f"one width, three bins: {three:.3f}")
sys.exit(0 if same and np.isclose(three, 0.2) else "It behaves otherwise now.")
PYTHON
