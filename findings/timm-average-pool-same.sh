#!/usr/bin/env bash
# timm's average pooling with padding "same" counts the padding, although told not to.
#
# Versions: timm 1.0.31, torch 2.13.0 (CPU), torchvision 0.28.0, numpy 2.4.6, Python 3.11.
# Date: 2026-11-29.
# Expectation: count_include_pad=False divides each window's sum by the pixels of the picture in it, as
#   TensorFlow does for "same": where all pixels are 1, so are their averages.
# Behaviour: with stride 1 it does. With a stride, create_pool2d gives AvgPool2dSame, which pads by
#   itself, so that torch sees no padding that it could leave out: the borders are darker, the
#   corners by more than half. The argument is taken, is False on the module, and has no
#   effect; nothing is said. NASNet of timm asks for it four times, and so does every ResNet-D
#   with output_stride, whose last row and column come out halved before the shortcut's convolution.
# Cure: divide by the same pooling of ones.
# Output seen (averages of a 5 x 5 picture of ones along the first row):
#   stride 1 AvgPool2d: 1.00 1.00 1.00 1.00 1.00
#   stride 2 AvgPool2dSame: 0.44 0.67 0.44
#   shortcut of a dilated ResNet-D, AvgPool2dSame: 1.00 1.00 1.00 1.00 0.50
#   stride 2 by the cure: 1.00 1.00 1.00
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
    timm==1.0.31 torch==2.13.0 torchvision==0.28.0 numpy==2.4.6
"$work/venv/bin/python" - <<'PYTHON'
import sys

import torch

try:
    import torchvision  # noqa: F401
except RuntimeError:
    # A CPU build of torch beside torchvision's wheel for CUDA, whose operators are not needed here.
    library = torch.library.Library("torchvision", "FRAGMENT")
    for operator in ("nms", "qnms"):
        library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
import timm
from timm.layers import create_pool2d

ones = torch.ones(1, 1, 5, 5)
every, second = (
    create_pool2d("avg", 3, stride, padding="same", count_include_pad=False) for stride in (1, 2)
)
shortcut = timm.create_model("resnet26d", output_stride=16).layer4[0].downsample[0]
rows = {
    f"stride 1 {type(every).__name__}": every(ones),
    f"stride 2 {type(second).__name__}": second(ones),
    f"shortcut of a dilated ResNet-D, {type(shortcut).__name__}": shortcut(ones),
    "stride 2 by the cure": second(ones) / second(torch.ones_like(ones)),
}
found = []
for name, pooled in rows.items():
    found.append([round(value, 2) for value in pooled[0, 0, 0].tolist()])
    print(f"{name}: {' '.join(f'{value:.2f}' for value in found[-1])}")
told = {module.count_include_pad for module in (every, second, shortcut)}
wanted = [[1] * 5, [0.44, 0.67, 0.44], [1, 1, 1, 1, 0.5], [1] * 3]
sys.exit(0 if told == {False} and found == wanted else "It behaves otherwise now.")
PYTHON
