#!/usr/bin/env bash
# Filling a tensor on torch's meta device with normal numbers, which fills nothing, imports the
# compiler: 800 modules and some two seconds of the processor.
#
# Versions: torch 2.13.0 (CPU), Python 3.11. Date: 2026-11-30.
# Expectation: the meta device has shapes and no numbers. To build a network on it, so as to count its
#   parameters or look at its layers, costs nothing, whichever initialisation its layers ask for.
# Behaviour: uniform_, and with it the initialisation of Linear and Conv2d, does cost nothing. normal_
#   is computed there by a decomposition written in Python, whose first use imports torch._dynamo. A
#   network of timm or torchvision that fills its convolutions by kaiming_normal_ or trunc_normal_
#   pays for it in each process, a command that only prints a table among them.
# Cure: build what is small on the CPU, or keep the counts. torch.nn.utils.skip_init is none, as it
#   builds on the meta device itself.
# Output seen:
#   empty    torch._dynamo imported: False
#   uniform_ torch._dynamo imported: False
#   Linear   torch._dynamo imported: False
#   normal_  torch._dynamo imported: True
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check torch==2.13.0 numpy==2.4.6
"$work/venv/bin/python" - <<'PYTHON'
import sys
import time

import torch

weight = torch.empty(2, 3, device="meta")
ways = {
    "empty": lambda: torch.empty(2, 3, device="meta"),
    "uniform_": lambda: weight.uniform_(),
    "Linear": lambda: torch.nn.Linear(3, 2, device="meta"),
    "normal_": lambda: weight.normal_(),
}
seen = {}
for name, way in ways.items():
    modules, began = len(sys.modules), time.process_time()
    way()
    seen[name] = "torch._dynamo" in sys.modules
    print(f"{name:8} torch._dynamo imported: {seen[name]}")
    took = f"{time.process_time() - began:.2f} s, {len(sys.modules) - modules} modules more"
    print(f"{name:8} {took}", file=sys.stderr)
wanted = {"empty": False, "uniform_": False, "Linear": False, "normal_": True}
sys.exit("It behaves otherwise now." if seen != wanted else 0)
PYTHON
