#!/usr/bin/env bash
# Quantus' pointing game counts pictures without any evidence as hits.
#
# Versions: quantus 0.6.0, numpy 2.4.6, torch 2.13.0, Python 3.11.
# Date: 2026-11-28.
# Expectation: a picture whose mask is empty has nothing to hit; its score is missing (NaN), as the
#   comment in the code says too, and the mean over pictures can leave it out.
# Behaviour: its score is True, a hit. The missing value is written into an array of booleans,
#   where it becomes True. A data set in which many pictures lack the class then looks well explained.
# Cure: leave pictures with an empty mask out beforehand.
# Output seen:
#   masks of one pixel that is the largest, of another pixel, and of none: True False True
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
    quantus==0.6.0 numpy==2.4.6 torch==2.13.0
"$work/venv/bin/python" -W ignore - <<'PYTHON'
import sys

import numpy as np
import quantus

pictures = np.zeros((3, 3, 8, 8), np.float32)
maps = np.zeros((3, 1, 8, 8))
maps[:, 0, 2, 2] = 1
masks = np.zeros((3, 1, 8, 8), bool)
masks[0, 0, 2, 2] = masks[1, 0, 5, 5] = True
found = quantus.PointingGame(disable_warnings=True)(
    model=None, x_batch=pictures, y_batch=np.zeros(3, int), a_batch=maps, s_batch=masks
)
said = " ".join(str(bool(one)) for one in found)
print(f"masks of one pixel that is the largest, of another pixel, and of none: {said}")
sys.exit(0 if said == "True False True" else "It behaves otherwise now.")
PYTHON
