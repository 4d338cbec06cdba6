#!/usr/bin/env bash
# torchmetrics' calibration error of a two-class network depends on whether it is called binary.
#
# Versions: torchmetrics 1.9.0, torch 2.13.0 (CPU), numpy 2.4.6, Python 3.11. Date: 2026-11-30.
# Why: positive or negative can be one probability or two that sum to one.
# Expectation: both of its classes are headed top-label calibration error, and say that they hold the
#   accuracy of the answers in a bin against the mean confidence in them. So BinaryCalibrationError of
#   p is MulticlassCalibrationError of (1 - p, p).
# Behaviour: the binary one bins p itself, however small, against the share of positives. Errors of
#   opposite sign on the two sides, which meet in one bin of confidence and cancel there, add up. That
#   is a measure as well, of p and not of the answers; but the two stand under one name and one
#   function chooses between them by `task`. On this network one is twice the other, and the largest
#   gap three times; on a well calibrated one of 2,000 pictures they differ by half for noise alone.
# Cure: say which; for the usual one stack (1 - p, p) and take the multiclass one.
# Output seen, 10 pictures, negative with 0.9 and always right, positive with 0.9 and right on 3 of 5:
#   binary: expected 0.20, largest 0.30
#   multiclass: expected 0.10, largest 0.10
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
    torchmetrics==1.9.0 torch==2.13.0 numpy==2.4.6
"$work/venv/bin/python" - <<'PYTHON'
import sys

import torch
from torchmetrics.functional import calibration_error

positive = torch.tensor([0.1] * 5 + [0.9] * 5)
label = torch.tensor([0] * 5 + [1, 1, 1, 0, 0])
given = {
    "binary": ({"task": "binary"}, positive),
    "multiclass": (
        {"task": "multiclass", "num_classes": 2},
        torch.stack([1 - positive, positive], 1),
    ),
}
seen = {}
for name, (task, probabilities) in given.items():
    seen[name] = [
        round(float(calibration_error(probabilities, label, n_bins=10, norm=norm, **task)), 2)
        for norm in ("l1", "max")
    ]
    print(f"{name}: expected {seen[name][0]:.2f}, largest {seen[name][1]:.2f}")
as_seen = seen == {"binary": [0.2, 0.3], "multiclass": [0.1, 0.1]}
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
