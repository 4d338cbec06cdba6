#!/usr/bin/env bash
# timm's moving average of weights does not warm up, as it was told to, unless it is told the step.
#
# Versions: timm 1.0.31, torch 2.13.0 (CPU), torchvision 0.28.0, numpy 2.4.6, Python 3.11.
# Date: 2026-11-30.
# Why: networks are tested with averaged weights. With a decay of 0.9999 these are still those of
#   the beginning after a thousand steps, which is what a warm-up is for.
# Expectation: ModelEmaV3(network, use_warmup=True) begins with a small decay, and
#   update_after_step=500 takes no average before step 500. update(network), called once a step as
#   with ModelEmaV2, counts the steps; or it asks for them.
# Behaviour: it does not count. The step is an argument of update that may be left out, and then the
#   decay is the full one from the first update on: use_warmup, warmup_gamma, warmup_power,
#   min_decay and update_after_step have no effect at all. A network that was tuned for a few
#   epochs is tested with weights that are mostly those it began with. The docstring of the class
#   describes the warm-up and not the step, update has none, and nothing is said.
# Cure: average.update(network, step=step).
# Output seen (share of the weights of the first 500 steps in the average, 500 steps later):
#   no option: step not given 0.951, given 0.951
#   use_warmup: step not given 0.951, given 0.002
#   use_warmup, min_decay=0.99: step not given 0.951, given 0.007
#   update_after_step=500: step not given 0.951, given 0.000
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
from timm.utils import ModelEmaV3


def share(given, **options):
    network = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.ones_(network.weight)
    average = ModelEmaV3(network, decay=0.9999, **options)
    for step in range(1000):
        if step == 500:
            torch.nn.init.zeros_(network.weight)
        if given:
            average.update(network, step=step)
        else:
            average.update(network)
    return round(average.module.weight.item(), 3)


seen = []
for name, options in (
    ("no option", {}),
    ("use_warmup", {"use_warmup": True}),
    ("use_warmup, min_decay=0.99", {"use_warmup": True, "min_decay": 0.99}),
    ("update_after_step=500", {"update_after_step": 500}),
):
    seen.append([share(False, **options), share(True, **options)])
    print(f"{name}: step not given {seen[-1][0]:.3f}, given {seen[-1][1]:.3f}")
plain = 0.951
as_seen = seen[0] == [plain, plain] and all(one == plain for one, _ in seen)
as_seen = as_seen and all(other < 0.01 for _, other in seen[1:])
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
