#!/usr/bin/env bash
# torch's FLOP counter takes the weight gradient of a grouped convolution for that of a whole one.
#
# Versions: torch 2.13.0 (CPU), numpy 2.4.6, Python 3.11. Date: 2026-11-28.
# Expectation: the backward pass of a convolution costs twice its forward pass (a gradient of the
#   input and one of the weights, each as large as the forward product), grouped or not.
# Behaviour: FlopCounterMode is right without groups. With them it divides the forward pass and the
#   gradient of the input by the groups, but not that of the weights. A depthwise layer of 64
#   channels is counted 65 times its forward pass instead of twice, and training MobileNetV2 comes
#   out several times as costly as it is; whoever divides by the time taken gets a share of the
#   machine's peak beyond one.
# Cure: count the backward pass as twice the forward pass.
# Output seen (groups, forward, backward / forward):
#    1  75497472  2
#    2  37748736  3
#   64   1179648  65
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check torch==2.13.0 numpy==2.4.6
"$work/venv/bin/python" - <<'PYTHON'
import sys

import torch
from torch.utils.flop_counter import FlopCounterMode

seen = []
for groups in (1, 2, 64):
    layer = torch.nn.Conv2d(64, 64, 3, padding=1, groups=groups, bias=False)
    pictures = torch.zeros(1, 64, 32, 32, requires_grad=True)
    with FlopCounterMode(display=False) as forward:
        output = layer(pictures)
    with FlopCounterMode(display=False) as backward:
        output.sum().backward()
    seen.append((groups, forward.get_total_flops(), backward.get_total_flops()))
    print(f"{groups:3} {seen[-1][1]:9} {seen[-1][2] / seen[-1][1]:3.0f}")
wanted = [2, 3, 65]
sys.exit(0 if [b / f for _, f, b in seen] == wanted else "It behaves otherwise now.")
PYTHON
