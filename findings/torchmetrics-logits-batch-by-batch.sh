#!/usr/bin/env bash
# torchmetrics gives other accuracies for the same answers when the size of a batch changes.
#
# Versions: torchmetrics 1.9.0, torch 2.13.0 (CPU), numpy 2.4.6, Python 3.11. Date: 2026-11-29.
# Expectation: BinaryAccuracy and BinaryAUROC take probabilities or logits, and update() may be
#   called with as few or as many answers at once as one likes; compute() is that of all of them.
# Behaviour: the documentation says that values outside [0, 1] are taken for logits and put through
#   the sigmoid. Which they are is asked of each batch anew: logits that all happen to lie between 0
#   and 1 are taken for probabilities, and those below 0.5 for "no". The smaller the batches, the
#   more often this is so; and the area under the curve then ranks what went through the sigmoid
#   against what did not, although no rising function should change it. Nothing is said.
# Cure: put logits through the sigmoid before they are handed over.
# Output seen, for 256 logits (area is that under the curve):
#   by hand: accuracy 0.797, area 0.864
#   batches of 256: accuracy 0.797, area 0.864
#   batches of 4: accuracy 0.770, area 0.820
#   batches of 1: accuracy 0.668, area 0.715
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
    torchmetrics==1.9.0 torch==2.13.0 numpy==2.4.6
"$work/venv/bin/python" - <<'PYTHON'
import sys

import numpy as np
import torch
from torchmetrics.classification import BinaryAccuracy, BinaryAUROC

dice = np.random.default_rng(0)
labels = dice.integers(0, 2, 256)
logits = dice.normal(labels - 0.5, 0.6)
accuracy = ((logits > 0) == labels).mean()
for_, against = logits[labels == 1], logits[labels == 0]
area = (for_[:, None] > against).mean()
print(f"by hand: accuracy {accuracy:.3f}, area {area:.3f}")
found = {}
for size in (256, 4, 1):
    measures = BinaryAccuracy(), BinaryAUROC()
    for start in range(0, 256, size):
        some = slice(start, start + size)
        for measure in measures:
            measure.update(torch.tensor(logits[some]), torch.tensor(labels[some]))
    found[size] = [float(measure.compute()) for measure in measures]
    print(f"batches of {size}: accuracy {found[size][0]:.3f}, area {found[size][1]:.3f}")
right = np.allclose(found[256], [accuracy, area], atol=1e-6)
as_seen = right and found[1][0] < accuracy - 0.1 and found[1][1] < area - 0.05
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
