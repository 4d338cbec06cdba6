#!/usr/bin/env bash
# grad-cam's ROAD removes the whole picture where a map has zeros, which makes any such map look good.
#
# Versions: grad-cam 1.5.7, torch 2.13.0 (CPU), torchvision 0.28.0, opencv-python 4.14.0.94,
#   numpy 2.4.6, scipy 1.17.1, scikit-learn 1.9.1, matplotlib 3.11.1, Python 3.11. Date: 2026-11-29.
# Expectation: ROADMostRelevantFirst(50) removes the half of the pixels that the map calls most
#   relevant. What a map says is judged by what the class loses: little, if it points elsewhere.
# Behaviour: it keeps the pixels below the map's percentile. Of a map half of which is zero, as many of
#   Grad-CAM's are after its ReLU, this percentile is zero and nothing lies below: all is removed,
#   the evidence with it, and the loss is as large as it can be. The average over percentiles then
#   ranks a map of a corner without evidence before the right one, the sparser the better. Noise of
#   a thousandth undoes it. Nothing is said. (ROADLeastRelevantFirst removes all zeros at once, too.)
# Cure: add a little noise to the map, so that no two pixels are equal.
# Output seen (share of zeros, removed by ROADMostRelevantFirst(50), average of all percentiles):
#   right map: 0.89 zeros, 1.00 removed, -0.98
#   wrong map: 0.94 zeros, 1.00 removed, -1.02
#   right map with noise: 0.00 zeros, 0.50 removed, -0.87
#   wrong map with noise: 0.00 zeros, 0.50 removed, -0.14
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check grad-cam==1.5.7 torch==2.13.0 \
    torchvision==0.28.0 opencv-python==4.14.0.94 numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1 \
    matplotlib==3.11.1
"$work/venv/bin/python" -W ignore - <<'PYTHON'
import sys

import numpy as np
import torch

try:
    import torchvision  # noqa: F401
except RuntimeError:
    # A CPU build of torch beside torchvision's wheel for CUDA, whose operators are not needed here.
    library = torch.library.Library("torchvision", "FRAGMENT")
    for operator in ("nms", "qnms"):
        library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
from pytorch_grad_cam.metrics.road import ROADMostRelevantFirst, ROADMostRelevantFirstAverage


class Brightness(torch.nn.Module):
    """The class is there as far as the square in the middle is bright."""

    def forward(self, pictures):
        return pictures[..., 8:16, 8:16].mean((1, 2, 3))[:, None]


torch.manual_seed(0)
dice = np.random.default_rng(0)
picture = torch.full((1, 1, 24, 24), 0.1)
picture[..., 8:16, 8:16] = 1
picture += 0.05 * torch.rand(picture.shape)
right, wrong = np.zeros((2, 24, 24), np.float32)
right[8:16, 8:16] = np.linspace(0.5, 1, 64).reshape(8, 8)
wrong[:6, :6] = np.linspace(0.5, 1, 36).reshape(6, 6)
noise = 0.001 * dice.random((24, 24), dtype=np.float32)
found = []
for name, relevance in (
    ("right map", right),
    ("wrong map", wrong),
    ("right map with noise", right + noise),
    ("wrong map with noise", wrong + noise),
):
    given = picture, relevance[None], [lambda output: output[0]], Brightness()
    _, left = ROADMostRelevantFirst(50)(*given, return_visualization=True)
    removed = float((left != picture).float().mean())
    found.append((removed, float(ROADMostRelevantFirstAverage()(*given)[0])))
    zeros = (relevance == 0).mean()
    print(f"{name}: {zeros:.2f} zeros, {removed:.2f} removed, {found[-1][1]:.2f}")
(all_, good), (also, bad), (half, better), (same, worse) = found
as_seen = all_ == also == 1 and half == same == 0.5 and bad < good and worse > better + 0.5
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
