#!/usr/bin/env bash
# To torchinfo, thop and ptflops a convolution costs nothing once its weights are normalised.
#
# Versions: torchinfo 1.8.0, thop 0.1.1.post2209072238, ptflops 0.7.5, torch 2.13.0 (CPU),
#   torchvision 0.28.0, numpy 2.4.6, Python 3.11. Date: 2026-12-01.
# Why: weight_norm and spectral_norm are on every layer of many networks; what a network costs is
#   what a table has beside its accuracy.
# Expectation: torch's parametrizations leave a layer what it was, an instance of Conv2d that
#   multiplies as often by weights of the same shape, and computing these comes on top.
# Behaviour: torch gives the layer a class of its own, ParametrizedConv2d, derived from Conv2d,
#   and moves its weights into a module within. thop and ptflops (by its default,
#   "pytorch") look the very class up in a table and find none, torchinfo finds no weights on the
#   layer: all three leave it out, and count what is beside it. Nothing is said,
#   though thop warns of classes it does not know by report_missing=True, not the default.
# Cure: torch.utils.flop_counter.FlopCounterMode or ptflops' backend="aten", or count before the
#   layers are normalised, or after remove_parametrizations.
# Output seen (multiplications of a 3 x 3 convolution; 10 * 10 * 8 * 16 * 3 * 3 = 115200 by hand;
#   biases add 800, and by default the ReLU adds 1600 to ptflops' count):
#   as it is: torch 115200, torchinfo 116000, thop 115200, ptflops aten 116000, ptflops 117600
#   weight_norm: torch 115200, torchinfo 0, thop 0, ptflops aten 116000, ptflops 1600
#   spectral_norm: torch 115200, torchinfo 0, thop 0, ptflops aten 116000, ptflops 1600
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check torchinfo==1.8.0 \
    thop==0.1.1.post2209072238 ptflops==0.7.5 torch==2.13.0 torchvision==0.28.0 numpy==2.4.6
"$work/venv/bin/python" - <<'PYTHON'
import contextlib
import io
import sys

import torch

try:
    import torchvision  # noqa: F401
except RuntimeError:
    # A CPU build of torch beside torchvision's wheel for CUDA, whose operators are not needed here.
    library = torch.library.Library("torchvision", "FRAGMENT")
    for operator in ("nms", "qnms"):
        library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
import ptflops
import thop
import torchinfo
from torch import nn
from torch.nn.utils import parametrizations
from torch.utils.flop_counter import FlopCounterMode

by_hand = 10 * 10 * 8 * 16 * 3 * 3
picture = torch.ones(1, 16, 10, 10)
norms = {
    "as it is": lambda layer: layer,
    "weight_norm": parametrizations.weight_norm,
    "spectral_norm": parametrizations.spectral_norm,
}
found, said = {}, io.StringIO()
for name, norm in norms.items():
    network = nn.Sequential(norm(nn.Conv2d(16, 8, 3, padding=1)), nn.ReLU()).eval()
    assert isinstance(network[0], nn.Conv2d) and network[0].weight.shape == (8, 16, 3, 3)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(picture)
    counts = {"torch": counter.get_total_flops() // 2}
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        summary = torchinfo.summary(network, input_size=picture.shape, verbose=0)
        counts["torchinfo"] = summary.total_mult_adds
        counts["thop"] = int(thop.profile(network, (picture,), verbose=False)[0])
        for way, more in (("ptflops aten", {"backend": "aten"}), ("ptflops", {})):
            counts[way] = ptflops.get_model_complexity_info(
                network, (16, 10, 10), as_strings=False, print_per_layer_stat=False, **more
            )[0]
    print(f"{name}:", ", ".join(f"{way} {count}" for way, count in counts.items()))
    found[name] = counts
as_seen = not said.getvalue() and all(
    by_hand == counts["torch"] <= counts["ptflops aten"] < 1.03 * by_hand
    for counts in found.values()
)
as_seen = as_seen and all(by_hand <= count < 1.03 * by_hand for count in found["as it is"].values())
for name in ("weight_norm", "spectral_norm"):
    seen = [found[name][way] for way in ("torchinfo", "thop", "ptflops")]
    as_seen = as_seen and seen[:2] == [0, 0] and seen[2] < 0.03 * by_hand
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
