#!/usr/bin/env bash
# grad-cam's AblationCAM shows the evidence against a class whose score is negative.
#
# Versions: grad-cam 1.5.7, torch 2.13.0 (CPU), torchvision 0.28.0, opencv-python 4.14.0.94,
#   numpy 2.4.6, scipy 1.17.1, scikit-learn 1.9.1, matplotlib 3.11.1, Python 3.11. Date: 2026-11-29.
# Expectation: Ablation-CAM weighs a channel by how far the class's score falls without it. Scores
#   of a network are logits, of which only differences count: one number added to all of them
#   changes no probability, and should change no map.
# Behaviour: the fall is divided by the score itself, as in the method's article, and logits have
#   either sign. Where the class's own is below zero all weights change sign, and the map shows what
#   speaks against it: here the same probabilities give opposite corners. Of two classes whose
#   logits are opposite it is one of the two for every picture. Grad-CAM gives the same corner both
#   times. Nothing is said.
# Cure: a target that is positive, such as the library's own ClassifierOutputSoftmaxTarget.
# Output seen (what speaks for the class lies in the upper left, what speaks against it lower right):
#   AblationCAM, logits +1.50 +0.50, probability 0.73: upper left
#   AblationCAM, logits -0.50 -1.50, probability 0.73: lower right
#   AblationCAM of softmax, logits -0.50 -1.50, probability 0.73: upper left
#   GradCAM, logits +1.50 +0.50, probability 0.73: upper left
#   GradCAM, logits -0.50 -1.50, probability 0.73: upper left
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check grad-cam==1.5.7 torch==2.13.0 \
    torchvision==0.28.0 opencv-python==4.14.0.94 numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1 \
    matplotlib==3.11.1
TQDM_DISABLE=1 "$work/venv/bin/python" -W ignore - <<'PYTHON'
import sys

import torch

try:
    import torchvision  # noqa: F401
except RuntimeError:
    # A CPU build of torch beside torchvision's wheel for CUDA, whose operators are not needed here.
    library = torch.library.Library("torchvision", "FRAGMENT")
    for operator in ("nms", "qnms"):
        library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
from pytorch_grad_cam import AblationCAM, GradCAM
from pytorch_grad_cam.utils.model_targets import (
    ClassifierOutputSoftmaxTarget,
    ClassifierOutputTarget,
)


class Colours(torch.nn.Module):
    """Red speaks for the first class, green for the second; all logits are moved alike."""

    def __init__(self, moved):
        super().__init__()
        self.moved = moved
        self.colours = torch.nn.Conv2d(2, 2, 1, bias=False)
        self.colours.weight.data = torch.eye(2)[:, :, None, None]

    def forward(self, pictures):
        red, green = self.colours(pictures).mean((2, 3)).T
        return 16 * torch.stack([red - green, green - red], 1) + self.moved


picture = torch.zeros(1, 2, 16, 16)
picture[0, 0, :4, :4] = 1
picture[0, 1, 12:, 12:] = 0.5
found = []
for name, method, target, moved in (
    ("AblationCAM", AblationCAM, ClassifierOutputTarget, 1),
    ("AblationCAM", AblationCAM, ClassifierOutputTarget, -1),
    ("AblationCAM of softmax", AblationCAM, ClassifierOutputSoftmaxTarget, -1),
    ("GradCAM", GradCAM, ClassifierOutputTarget, 1),
    ("GradCAM", GradCAM, ClassifierOutputTarget, -1),
):
    network = Colours(moved).eval()
    logits = network(picture)[0].detach()
    with method(model=network, target_layers=[network.colours]) as cam:
        seen = cam(picture, [target(0)])[0]
    found.append("upper left" if seen[:4, :4].mean() > seen[12:, 12:].mean() else "lower right")
    scores = " ".join(f"{logit:+.2f}" for logit in logits)
    print(f"{name}, logits {scores}, probability {logits.softmax(0)[0]:.2f}: {found[-1]}")
wanted = ["upper left", "lower right", "upper left", "upper left", "upper left"]
sys.exit(0 if found == wanted else "It behaves otherwise now.")
PYTHON
