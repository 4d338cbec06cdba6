#!/usr/bin/env bash
# Quantus' weighted attribution localisation of a picture depends on how many pictures go with it.
#
# Versions: quantus 0.6.0, numpy 2.4.6, torch 2.13.0, Python 3.11.
# Date: 2026-11-28.
# Expectation: the share of the attribution inside the mask, weighted by the share of the picture
#   that the mask covers, is a number of one picture, its map and its mask.
# Behaviour: what is taken for the picture's size is the size of all pictures of the batch but the
#   first two. Copies of one picture get smaller scores the more of them there are, and two data
#   sets, or two sizes of a batch, cannot be compared.
# Cure: leave weighted=False, and weigh oneself.
# Output seen, of copies of one picture whose mask covers a quarter:
#   3 copies: 0.024, 10 copies: 0.003, 30 copies: 0.001
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

dice = np.random.default_rng(0)
picture, map_ = dice.random((1, 3, 8, 8), dtype=np.float32), dice.random((1, 1, 8, 8))
mask = np.zeros((1, 1, 8, 8), bool)
mask[..., :4, :4] = True


def score(copies):
    measure = quantus.AttributionLocalisation(weighted=True, disable_warnings=True)
    told = measure(
        model=None,
        x_batch=np.repeat(picture, copies, 0),
        y_batch=np.zeros(copies, int),
        a_batch=np.repeat(map_, copies, 0),
        s_batch=np.repeat(mask, copies, 0),
    )
    return float(told[0])


found = {copies: score(copies) for copies in (3, 10, 30)}
print(", ".join(f"{copies} copies: {value:.3f}" for copies, value in found.items()))
falls = found[3] > 2 * found[10] > 4 * found[30]
sys.exit(0 if falls else "It behaves otherwise now.")
PYTHON
