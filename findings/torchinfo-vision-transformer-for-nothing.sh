#!/usr/bin/env bash
# torchinfo counts one in a hundred multiplications of a vision transformer: a tenth of ResNet-18's.
#
# Versions: torchinfo 1.8.0, torch 2.13.0 (CPU), torchvision 0.28.0, numpy 2.4.6, Python 3.11.
# Date: 2026-12-01.
# Why: "Total mult-adds" of the summary is what tables of networks print beside their accuracy.
# Expectation: the README has "Total mult-adds" of a network's forward pass. A Linear multiplies for
#   each vector it is given, and so for each of a picture's 197 tokens.
# Behaviour: for whatever is no convolution the weights are counted once for each entry of the first
#   dimension of its output, the batch. So a Linear of (49, 16) costs 49 times that of (1, 49, 16),
#   the same vectors; networks of convolutions come out right: what their Linear is given has two.
#   Attention's projections and products are counted as nothing. ViT-B/16 has 0.17 thousand million
#   instead of 17.56: a tenth of ResNet-18's, where it has ten times as many. Nothing is said.
# Upstream: issues 77 and 226 of TylerYep/torchinfo; pull request 318 is merged for Linear, and no
#   release has it.
# Cure: torch.utils.flop_counter.FlopCounterMode (by MATH, or it leaves out attention's products).
# Output seen (thousand millions of multiplications; the last two lines: multiplications):
#   resnet18: torchinfo 1.81, torch 1.81
#   vit_b_16: torchinfo 0.17, torch 17.56, by hand 17.56
#   Linear(16, 8) on (49, 16): torchinfo 6664, by hand 49 * (16 * 8 + 8) = 6664
#   Linear(16, 8) on (1, 49, 16): torchinfo 136, by hand 49 * (16 * 8 + 8) = 6664
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
    torchinfo==1.8.0 torch==2.13.0 torchvision==0.28.0 numpy==2.4.6
"$work/venv/bin/python" - <<'PYTHON'
import sys
import warnings

import torch

try:
    import torchvision
except RuntimeError:
    # A CPU build of torch beside torchvision's wheel for CUDA, whose operators are not needed here.
    library = torch.library.Library("torchvision", "FRAGMENT")
    for operator in ("nms", "qnms"):
        library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    import torchvision
import torchinfo
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

warnings.simplefilter("error")  # Nothing is said.
torch.backends.mha.set_fastpath_enabled(False)  # One operator that FlopCounterMode does not know.
size = (1, 3, 224, 224)
width, tokens, blocks = 768, 1 + 14 * 14, 12
# Of each block: query, key, value and output, and two Linear to and from the fourfold width, for
# each token; then attention's two products. Besides, the patches' convolution and the classes.
by_hand = blocks * (tokens * (4 + 2 * 4) * width**2 + 2 * tokens**2 * width)
by_hand += (tokens - 1) * width * 3 * 16 * 16 + width * 1000
found = {}
for name in ("resnet18", "vit_b_16"):
    network = getattr(torchvision.models, name)(weights=None).eval()
    told = torchinfo.summary(network, input_size=size, verbose=0).total_mult_adds
    with FlopCounterMode(display=False) as counter, sdpa_kernel(SDPBackend.MATH), torch.no_grad():
        network(torch.zeros(size))
    found[name] = (told / 1e9, counter.get_total_flops() / 2e9)
    hand = f", by hand {by_hand / 1e9:.2f}" if name == "vit_b_16" else ""
    print(f"{name}: torchinfo {found[name][0]:.2f}, torch {found[name][1]:.2f}{hand}")
layer, single = torch.nn.Linear(16, 8), 16 * 8 + 8
for shape in ((49, 16), (1, 49, 16)):
    found[shape] = torchinfo.summary(layer, input_size=shape, verbose=0).total_mult_adds
    print(
        f"Linear(16, 8) on {shape}: torchinfo {found[shape]}, "
        f"by hand 49 * (16 * 8 + 8) = {49 * single}"
    )
as_seen = (
    abs(found["resnet18"][0] / found["resnet18"][1] - 1) < 0.001
    and round(found["vit_b_16"][0], 2) == 0.17
    and abs(found["vit_b_16"][1] / (by_hand / 1e9) - 1) < 0.001
    and (found[49, 16], found[1, 49, 16]) == (49 * single, single)
)
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
