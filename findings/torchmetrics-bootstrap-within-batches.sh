#!/usr/bin/env bash
# torchmetrics' bootstrap calls an accuracy certain, to the last digit, if pictures come one at a time.
#
# Versions: torchmetrics 1.9.0, torch 2.13.0 (CPU), numpy 2.4.6, Python 3.11. Date: 2026-11-30.
# Why: it is the ready-made way from a test loader to the error bar of an accuracy.
# Expectation: BootStrapper(..., sampling_strategy="multinomial") draws as many pictures as there are, with
#   replacement, from all that update() was given. The size of a batch is a matter of memory.
# Behaviour: it draws within each batch. From a batch of one it draws that picture, so that all
#   bootstraps are the sample and their standard deviation is 0; from batches of two it is too small
#   by the root of two, and generally by that of (b - 1) / b. Nothing is said. Batches sorted by class or
#   by folder, within which the network is right or wrong together, make it smaller at any size. The
#   default, poisson, draws for each picture alone, and is right.
# Cure: sampling_strategy="poisson", or all answers in one update().
# Output seen (100 answers, 80 % right, whose standard error is 0.040; 60 bootstraps, so a tenth off):
#   multinomial: batches of 1 0.0000, of 2 0.0246, of 100 0.0449
#   poisson: batches of 1 0.0347, of 2 0.0375, of 100 0.0459
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
    torchmetrics==1.9.0 torch==2.13.0 numpy==2.4.6
"$work/venv/bin/python" - <<'PYTHON'
import sys

import torch
from torchmetrics import MeanMetric
from torchmetrics.wrappers import BootStrapper

right = (torch.arange(100) % 5 > 0).float()[torch.randperm(100, generator=torch.manual_seed(0))]
found = {}
for way in ("multinomial", "poisson"):
    for size in (1, 2, 100):
        torch.manual_seed(1)
        accuracy = BootStrapper(MeanMetric(), num_bootstraps=60, sampling_strategy=way)
        for batch in right.split(size):
            accuracy.update(batch)
        found[way, size] = float(accuracy.compute()["std"])
    words = ", ".join(f"of {size} {std:.4f}" for (one, size), std in found.items() if one == way)
    print(f"{way}: batches {words}")
whole = (0.8 * 0.2 / 100) ** 0.5
as_seen = found["multinomial", 1] == 0 and found["multinomial", 2] < 0.9 * whole
as_seen = as_seen and all(
    0.75 < found[one] / whole < 1.3
    for one in [("multinomial", 100), *(("poisson", size) for size in (1, 2, 100))]
)
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
