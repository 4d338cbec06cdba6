#!/usr/bin/env bash
# grad-cam's eigen_smooth shows an object, or all but it, by the order of a layer's filters.
#
# Versions: grad-cam 1.5.7, torch 2.13.0 (CPU), torchvision 0.28.0, opencv-python 4.14.0.94,
#   numpy 2.4.6, scipy 1.17.1, scikit-learn 1.9.1, matplotlib 3.11.1, Python 3.11. Date: 2026-12-01.
# Why: the README offers eigen_smooth beside aug_smooth to make maps less noisy, for any method.
# Expectation: a smoother map of the same evidence. In what order the filters of a layer stand does
#   not matter to a network: with the next layer's weights in that order, its answers are the same.
# Behaviour: the weighted channels are projected on their first principal component, whose sign is
#   arbitrary, and what is below zero is cut off. So the map is that component or what is left of
#   its negative: the object, or its surroundings, both between 0 and 1. The order of the filters is
#   enough to change which of the two. GradCAM's own map, which has a sign, is not asked. Measures
#   such as localisation, insertion and deletion are then of an inverted map. A comment in the
#   source holds that centring cures it. Nothing is said.
# Upstream: issue 315 of jacobgil/pytorch-grad-cam tells of EigenCAM and MKL, and 1.5.7 has a
#   function with a corrected sign (for SegEigenCAM); eigen_smooth does without it.
# Cure: turn the map to the side of the plain one: its correlation with that before cutting off.
# Output seen (a bright square on black; the same network with its 64 filters in 24 orders):
#   score of the class: from 0.0157 to 0.0157
#   plain: lighter on the square in all
#   eigen_smooth: lighter on the square in some, on all but the square in others
#   the two kinds of map, square and surroundings: 0.90 0.01 and 0.00 0.92
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check grad-cam==1.5.7 torch==2.13.0 \
    torchvision==0.28.0 opencv-python==4.14.0.94 numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1 \
    matplotlib==3.11.1
"$work/venv/bin/python" -W ignore - <<'PYTHON'
import sys

import torch

try:
    import torchvision  # noqa: F401
except RuntimeError:
    # A CPU build of torch beside torchvision's wheel for CUDA, whose operators are not needed here.
    library = torch.library.Library("torchvision", "FRAGMENT")
    for operator in ("nms", "qnms"):
        library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
import numpy as np
from pytorch_grad_cam import GradCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from torch import nn

picture = torch.zeros(1, 1, 32, 32)
picture[..., 8:24, 8:24] = 1
square = picture[0, 0].numpy() == 1


def network(order):
    """The same network, whatever the order of its filters."""
    torch.manual_seed(0)
    filters, classes = nn.Conv2d(1, 64, 3, padding=1), nn.Linear(64, 2)
    with torch.no_grad():
        filters.weight.copy_(filters.weight[order])
        filters.bias.copy_(filters.bias[order])
        classes.weight.copy_(classes.weight[:, order])
    return nn.Sequential(filters, nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), classes).eval()


scores, maps = [], {False: [], True: []}
for seed in range(24):
    same = network(torch.from_numpy(np.random.default_rng(seed).permutation(64)))
    scores.append(same(picture)[0, 1].item())
    with GradCAM(model=same, target_layers=[same[1]]) as cam:
        for eigen, found in maps.items():
            shown = cam(picture, [ClassifierOutputTarget(1)], eigen_smooth=eigen)[0]
            found.append((float(shown[square].mean()), float(shown[~square].mean())))
print(f"score of the class: from {min(scores):.4f} to {max(scores):.4f}")
plain = all(on > off for on, off in maps[False])
print("plain: lighter on the square in", "all" if plain else "some")
right = [pair for pair in maps[True] if pair[0] > pair[1] + 0.5]
inverted = [pair for pair in maps[True] if pair[1] > pair[0] + 0.5]
if right and inverted:
    print("eigen_smooth: lighter on the square in some, on all but the square in others")
    kinds = (" ".join(f"{lightness:.2f}" for lightness in kind[0]) for kind in (right, inverted))
    print("the two kinds of map, square and surroundings:", " and ".join(kinds))
as_seen = (
    max(scores) - min(scores) < 1e-5
    and plain
    and right
    and inverted
    and len(right) + len(inverted) == len(maps[True])
    and np.ptp(right, axis=0).max() < 0.01
    and np.ptp(inverted, axis=0).max() < 0.01
)
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
