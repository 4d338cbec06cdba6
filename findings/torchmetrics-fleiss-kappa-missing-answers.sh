#!/usr/bin/env bash
# torchmetrics' Fleiss' kappa calls people at odds who agree on every picture, if some answered less often.
#
# Versions: torchmetrics 1.9.0, torch 2.13.0 (CPU), statsmodels 0.15.0, scipy 1.17.1, pandas 3.1.1,
#   numpy 2.4.6, Python 3.11. Date: 2026-11-30.
# Why: labels of sentiment come from a crowd, and hardly ever does each picture get the same number.
# Expectation: from the counts of a picture's answers, its agreement is the share of the pairs of people
#   who agree, however many there are (so Fleiss has it). A function that wants as many for each
#   picture says so, as statsmodels' does, whose assertion fails. Perfect agreement is 1.
# Behaviour: each picture is taken to have as many answers as the one with most. Two of two that agree
#   count as less than chance, (4 - 5) / 20. The answer looks like a kappa, and nothing is said. With
#   equal numbers it is right to five digits (0.00001 is added to the denominator).
# Cure: leave out pictures with too few answers and draw from the others, or Krippendorff's alpha.
# Output seen (answers for 20 pictures, no two people ever disagree; torchmetrics, by the pairs):
#   five each: 1.000, 1.000
#   one picture with six: 0.461, 1.000
#   half with five, half with three: 0.412, 1.000
#   half with five, half with two: 0.305, 1.000
#   statsmodels raises AssertionError
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check torchmetrics==1.9.0 torch==2.13.0 \
    statsmodels==0.15.0 scipy==1.17.1 pandas==3.1.1 numpy==2.4.6
"$work/venv/bin/python" - <<'PYTHON'
import sys

import numpy as np
import torch
from statsmodels.stats.inter_rater import fleiss_kappa
from torchmetrics.nominal import FleissKappa


def by_the_pairs(counts):
    """Kappa by Fleiss (1971), with each picture's own number of answers."""
    people = counts.sum(1)
    observed = np.mean((counts * (counts - 1)).sum(1) / (people * (people - 1)))
    expected = np.sum((counts.sum(0) / people.sum()) ** 2)
    return (observed - expected) / (1 - expected)


crowds = {
    "five each": [5] * 20,
    "one picture with six": [6] + [5] * 19,
    "half with five, half with three": [5] * 10 + [3] * 10,
    "half with five, half with two": [5] * 10 + [2] * 10,
}
found = []
for name, people in crowds.items():
    positive = np.arange(20) % 2
    counts = np.stack([positive, 1 - positive], 1) * np.array(people)[:, None]
    measure = FleissKappa(mode="counts")
    measure.update(torch.tensor(counts))
    found.append((round(float(measure.compute()), 3), round(float(by_the_pairs(counts)), 3)))
    print(f"{name}: {found[-1][0]:.3f}, {found[-1][1]:.3f}")
try:
    fleiss_kappa(counts)
    refused = False
except AssertionError:
    refused = True
    print("statsmodels raises AssertionError")
given = [one for one, _ in found]
as_seen = given[0] == 1 and max(given[1:]) < 0.9 and all(own == 1 for _, own in found) and refused
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
