#!/usr/bin/env bash
# uncertainty-calibration's interval of a calibration error is the same for each level one asks for.
#
# Versions: uncertainty-calibration 0.1.4, scikit-learn 1.9.1, scipy 1.17.1, numpy 2.4.6,
#   Python 3.11. Date: 2026-12-01.
# Why: it is the package of the paper on verified calibration (Kumar, Liang and Ma, 2019), and of
#   few that give a calibration error with an interval.
# Expectation: get_calibration_error_uncertainties(..., alpha=0.1), the default, returns "1-alpha
#   confidence intervals", as its docstring says: of 90%. An alpha of 0.5 gives narrower ones.
# Behaviour: alpha is handed on to a function that takes it for percent. So 0.1 cuts off a twentieth
#   of a percent at either end, of 100 resamples: the interval goes from the smallest of these to
#   the largest, almost, for 0.5 as for 0.01. By default it is 1.4 times as wide as it should be, so
#   that networks whose calibration differs look alike. Nothing is said.
# Upstream: no issue of it was found.
# Cure: alpha=10, which makes 90% of it.
# Output seen (600 pictures; the network is 5 points too sure; its calibration error by default):
#   alpha: by the package with two seeds, by hand; mean widths, alpha given as percent as well
#   0.5: 0.040 to 0.132, 0.038 to 0.128, 0.073 to 0.098; 0.085, as percent 0.023, by hand 0.025
#   0.1: 0.039 to 0.133, 0.037 to 0.129, 0.053 to 0.115; 0.087, as percent 0.057, by hand 0.062
#   0.01: 0.038 to 0.133, 0.036 to 0.129, 0.035 to 0.129; 0.087, as percent 0.083, by hand 0.095
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
    uncertainty-calibration==0.1.4 scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6
OMP_NUM_THREADS=1 "$work/venv/bin/python" - <<'PYTHON'
import sys

import numpy as np
from calibration import get_calibration_error_uncertainties as interval_of

rng = np.random.default_rng(0)
pictures = 600
sure = np.linspace(0.5, 1, pictures + 1)[1:]
right = (rng.random(pictures) < sure - 0.05).astype(int)


def error(sure, right):
    """The root mean square difference in 15 bins of equal counts, as the package has it."""
    order = np.argsort(sure, kind="stable")
    parts = np.array_split(order, 15)
    squares = [len(part) * (sure[part].mean() - right[part].mean()) ** 2 for part in parts]
    return (sum(squares) / len(order)) ** 0.5


def by_hand(draws, alpha, seed):
    chosen = np.random.default_rng(seed).integers(pictures, size=(draws, pictures))
    drawn = [error(sure[one], right[one]) for one in chosen]
    return 2 * error(sure, right) - np.quantile(drawn, [1 - alpha / 2, alpha / 2])


def text(interval):
    return f"{interval[0]:.3f} to {interval[-1]:.3f}"


print("alpha: by the package with two seeds, by hand; mean widths, alpha given as percent as well")
widths = {}
for alpha, percent in ((0.5, 50), (0.1, 10), (0.01, 1)):
    found = {}
    for given in (alpha, percent):
        found[given] = []
        for seed in range(5):
            np.random.seed(seed)
            found[given].append(interval_of(sure, right, alpha=given))
    hand = by_hand(2000, alpha, 0)
    means = [float(np.mean([some[-1] - some[0] for some in found[one]])) for one in found]
    widths[alpha] = *means, float(hand[1] - hand[0])
    first, second = found[alpha][:2]
    words = "{:.3f}, as percent {:.3f}, by hand {:.3f}".format(*widths[alpha])
    print(f"{alpha}: {text(first)}, {text(second)}, {text(hand)}; {words}")
given, as_percent, hand = zip(*widths.values())
as_seen = max(given) < 1.05 * min(given) and given[0] > 2.5 * hand[0] and given[1] > 1.2 * hand[1]
as_seen = as_seen and all(0.75 < one / two < 1.25 for one, two in zip(as_percent, hand))
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
