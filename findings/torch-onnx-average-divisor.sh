#!/usr/bin/env bash
# torch exports an average pooling with a divisor of its own to ONNX as one without.
#
# Versions: torch 2.13.0 (CPU), onnx 1.23.2, onnxscript 0.7.2, onnxruntime 1.32.0, numpy 2.4.6,
#   Python 3.11. Date: 2026-11-29.
# Expectation: torch.onnx.export gives a model that answers as the network does, or says what ONNX cannot
#   express. divisor_override=1 makes sums of windows of averages (counts of what is in them, shares of
#   evidence), and can be had from an average by a factor.
# Behaviour: AveragePool is written without it, in two and in three dimensions, by the exporter through
#   torch.export as by the former one, which refused it in torch 2.0. The model loads, runs and gives
#   numbers of the right shape that are smaller by the size of the window. Nothing is said, unless
#   verify=True is passed, which logs a large difference and gives the model all the same.
# Cure: an average without the argument, times the window's size over the divisor.
# Output seen (sums of windows of ones):
#   avg_pool2d, windows of 2 x 2: torch 4, onnxruntime 1
#   avg_pool3d, windows of 2 x 2 x 2: torch 8, onnxruntime 1
#   by the cure: torch 4, onnxruntime 4
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check torch==2.13.0 onnx==1.23.2 \
    onnxscript==0.7.2 onnxruntime==1.32.0 numpy==2.4.6
"$work/venv/bin/python" -W ignore - "$work/model.onnx" <<'PYTHON'
import logging
import sys

import onnxruntime
import torch
from torch.nn import functional

# Without torchvision, which is not needed here, it lists its operators.
logging.getLogger("torch.onnx._internal.exporter._registration").setLevel("ERROR")


class Sums(torch.nn.Module):
    def __init__(self, pool):
        super().__init__()
        self.pool = pool

    def forward(self, pictures):
        return self.pool(pictures)


ways = {
    "avg_pool2d, windows of 2 x 2": (2, lambda x: functional.avg_pool2d(x, 2, divisor_override=1)),
    "avg_pool3d, windows of 2 x 2 x 2": (
        3,
        lambda x: functional.avg_pool3d(x, 2, divisor_override=1),
    ),
    "by the cure": (2, lambda x: 4 * functional.avg_pool2d(x, 2)),
}
found = []
for name, (dimensions, pool) in ways.items():
    ones = torch.ones(1, 1, *[4] * dimensions)
    network = Sums(pool).eval()
    torch.onnx.export(network, (ones,), sys.argv[1], input_names=["x"], verbose=False)
    session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
    (answer,) = session.run(None, {"x": ones.numpy()})
    found.append((float(network(ones).mean()), float(answer.mean())))
    print(f"{name}: torch {found[-1][0]:g}, onnxruntime {found[-1][1]:g}")
sys.exit(0 if found == [(4, 1), (8, 1), (4, 4)] else "It behaves otherwise now.")
PYTHON
