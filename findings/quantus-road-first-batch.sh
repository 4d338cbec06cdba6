#!/usr/bin/env bash
# Quantus' ROAD gives the result of the first batch and leaves the others out.
#
# Versions: quantus 0.6.0, numpy 2.4.6, torch 2.13.0, Python 3.11.
# Date: 2026-11-28.
# Expectation: the size of a batch, 64 by default, decides the memory and not the result, which is
#   the share over all pictures that were passed.
# Behaviour: the shares are those of the first batch. With more than 64 pictures and the default the
#   others are computed, at full cost, and have no part in the answer; nothing is said.
# Cure: pass as many pictures as fit a batch, with batch_size their number, and average oneself.
# Output seen, for two pictures that keep their class and two that never had it:
#   four at once: 0.5
#   two at once: 1.0
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
import torch


class Darkness(torch.nn.Module):
    """Class 1 for dark pictures, 0 for bright ones."""

    def forward(self, pictures):
        bright = pictures.mean((1, 2, 3))
        return torch.stack([bright, 1 - bright], 1)


pictures = np.concatenate([np.full((2, 1, 8, 8), v, np.float32) for v in (0.1, 0.9)])
maps = np.random.default_rng(0).random((4, 1, 8, 8))


def kept(at_once):
    measure = quantus.ROAD(percentages=[20], disable_warnings=True)
    told = measure(
        model=Darkness().eval(),
        x_batch=pictures,
        y_batch=np.ones(4, int),
        a_batch=maps,
        batch_size=at_once,
    )
    return float(told[20])


print(f"four at once: {kept(4)}")
print(f"two at once: {kept(2)}")
sys.exit(0 if (kept(4), kept(2)) == (0.5, 1.0) else "It behaves otherwise now.")
PYTHON
