#!/usr/bin/env bash
# captum's DeepLIFT forgets its rule for max pooling after a ReLU, and else loses evidence by it.
#
# Versions: captum 0.9.0, torch 2.13.0 (CPU), numpy 2.4.6, Python 3.11. Date: 2026-12-01.
# Why: DeepLIFT says what each pixel adds to a score, compared with another picture, say a blurred
#   one. Most networks for pictures have a max pooling after a ReLU.
# Expectation: all together add the difference of the two scores, which DeepLIFT is defined by. ReLU
#   and MaxPool2d are among the few layers that captum has rules for. By hand: the larger of 3 and 1
#   is 3, that of 0 and 2 is 2, so that 1 is added. And a light pixel that is the largest of four
#   windows of 3 x 3, two apart, with weights 1, 2, 4 and 8, adds 15.
# Behaviour: (1) of two such layers in a row, the first takes the plain gradient of the second, and
#   what the rule of the second says is dropped: 3 are added instead of 1. After a ReLU that cannot
#   be seen with a black reference, where both are the same. (2) Elsewhere the rule brings what
#   comes back from a window to its largest pixel by max_unpool2d, which writes instead of adding:
#   of the windows that share a pixel one counts, 8 of 15. Poolings of 3 x 3, two apart, as in
#   AlexNet and ResNet, overlap so. A map that is wrong by more than the score looks like any other.
#   Nothing is said, unless one asks for return_convergence_delta, which is not the default.
# Upstream: pull request 1843 of captum (May 2026) is about (1), and no release on PyPI has it;
#   tangermeme, which has the same rule, cured (2) by its pull request 95.
# Cure: IntegratedGradients. For (1), AvgPool2d(1), which changes nothing, between the two layers;
#   (2) then comes into effect after a ReLU, too.
# Output seen (what is added of what should be; then 8 random pictures in networks with random
#   weights: how far sums are from differences, as a share of these):
#   3 and 1 for 0 and 2, pooling: 1 of 1, integrated gradients 1.00
#   after a ReLU: 3 of 1, integrated gradients 1.00
#   after a ReLU and AvgPool2d(1): 1 of 1, integrated gradients 1.00
#   one pixel in 4 windows of 3 x 3: 8 of 15, integrated gradients 15.00
#   one pixel in 1 window of 2 x 2: 8 of 8, integrated gradients 8.00
#   ReLU, pooling of 2 x 2: black 0%, blurred 6%, another picture 189%
#   ReLU, pooling of 3 x 3: black 0%, blurred 4%, another picture 138%
#   ReLU, AvgPool2d(1), pooling of 2 x 2: black 0%, blurred 0%, another picture 0%
#   ReLU, AvgPool2d(1), pooling of 3 x 3: black 89%, blurred 109%, another picture 73%
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check captum==0.9.0 torch==2.13.0 numpy==2.4.6
"$work/venv/bin/python" -W ignore - <<'PYTHON'
import sys

import torch
from captum.attr import DeepLift, IntegratedGradients
from torch import nn

torch.set_num_threads(1)


def added(way, network, picture, reference):
    """What all pixels add, and what they should, of each picture."""
    with torch.no_grad():
        right = (network(picture) - network(reference))[:, 0]
    return way(network).attribute(picture, reference, target=0).flatten(1).sum(1).detach(), right


seen = {}
pair, other = torch.tensor([[[[3.0, 1.0]]]]), torch.tensor([[[[0.0, 2.0]]]])
pixel = torch.zeros(1, 1, 5, 5)
pixel[..., 2, 2] = 1
weigh = nn.Linear(4, 1, bias=False)
weigh.weight.data = torch.tensor([[1.0, 2.0, 4.0, 8.0]])
larger = nn.MaxPool2d((1, 2))
for name, layers, picture, reference in (
    ("3 and 1 for 0 and 2, pooling", [larger], pair, other),
    ("after a ReLU", [nn.ReLU(), larger], pair, other),
    ("after a ReLU and AvgPool2d(1)", [nn.ReLU(), nn.AvgPool2d(1), larger], pair, other),
    ("one pixel in 4 windows of 3 x 3", [nn.MaxPool2d(3, 2)], pixel, 0 * pixel),
    ("one pixel in 1 window of 2 x 2", [nn.MaxPool2d(2, 2)], pixel, 0 * pixel),
):
    network = nn.Sequential(*layers, nn.Flatten(), weigh if picture is pixel else nn.Identity())
    lift, right = (one.item() for one in added(DeepLift, network, picture, reference))
    path = added(IntegratedGradients, network, picture, reference)[0].item()
    seen[name] = round(lift, 3), round(right, 3)
    print(f"{name}: {lift:.0f} of {right:.0f}, integrated gradients {path:.2f}")
torch.manual_seed(0)
picture = torch.rand(8, 3, 33, 33)
references = {
    "black": torch.zeros_like(picture),
    "blurred": nn.AvgPool2d(9, 1, 4, count_include_pad=False)(picture),
    "another picture": picture.roll(1, 0),
}
for name, between in (("ReLU, pooling", []), ("ReLU, AvgPool2d(1), pooling", [nn.AvgPool2d(1)])):
    for size in (2, 3):
        layers = nn.Conv2d(3, 16, 5), nn.ReLU(), *between, nn.MaxPool2d(size, 2), nn.Flatten()
        network = nn.Sequential(*layers, nn.LazyLinear(1))
        network(picture)
        far = {}
        for kind, reference in references.items():
            sums, right = added(DeepLift, network, picture, reference)
            far[kind] = float((sums - right).abs().sum() / right.abs().sum())
        seen[name, size] = far
        words = ", ".join(f"{kind} {share:.0%}" for kind, share in far.items())
        print(f"{name} of {size} x {size}: {words}")
as_seen = [seen[name] for name in list(seen)[:5]] == [(1, 1), (3, 1), (1, 1), (8, 15), (8, 8)]
for size in (2, 3):
    as_seen = as_seen and seen["ReLU, pooling", size]["black"] < 0.001
    as_seen = as_seen and 0.01 < seen["ReLU, pooling", size]["blurred"]
    as_seen = as_seen and 0.5 < seen["ReLU, pooling", size]["another picture"]
cured, overlapping = (seen["ReLU, AvgPool2d(1), pooling", size] for size in (2, 3))
as_seen = as_seen and max(cured.values()) < 0.001 and min(overlapping.values()) > 0.1
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
