#!/usr/bin/env bash
# Under torch's autocast to bfloat16 on a CPU, half-precision tensors can be added but not joined.
#
# Versions: torch 2.13.0 (CPU), Python 3.11. Date: 2026-11-28.
# Expectation: autocast changes the precision of products; torch.cat and torch.stack of tensors of
#   one type give that type, as they do outside.
# Behaviour: cat and stack take the widest type among their inputs, and know only float32 and
#   autocast's own. Of float16 they raise "Unexpected floating ScalarType in
#   at::autocast::prioritize", with all inputs alike; so do bfloat16 tensors under autocast to
#   float16. The sum of the same tensors is float16, and a product of them is bfloat16. Whoever keeps
#   features in half precision to save memory meets it where they are gathered.
# Cure: join them outside the autocast block, or convert them first.
# Output seen:
#   add    torch.float16
#   linear torch.bfloat16
#   cat    RuntimeError: Unexpected floating ScalarType in at::autocast::prioritize
#   stack  RuntimeError: Unexpected floating ScalarType in at::autocast::prioritize
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check torch==2.13.0 numpy==2.4.6
"$work/venv/bin/python" - <<'PYTHON'
import sys

import torch

halves = [torch.ones(1, 2, dtype=torch.float16) for _ in range(2)]
weight = torch.ones(3, 2)
ways = {
    "add": lambda: halves[0] + halves[1],
    "linear": lambda: torch.nn.functional.linear(halves[0], weight),
    "cat": lambda: torch.cat(halves),
    "stack": lambda: torch.stack(halves),
}
seen = {}
with torch.autocast("cpu", torch.bfloat16):
    for name, way in ways.items():
        try:
            seen[name] = str(way().dtype)
        except RuntimeError as fault:
            seen[name] = f"RuntimeError: {str(fault).splitlines()[0]}"
        print(f"{name:6} {seen[name]}")
refused = "RuntimeError: Unexpected floating ScalarType in at::autocast::prioritize"
wanted = {"add": "torch.float16", "linear": "torch.bfloat16", "cat": refused, "stack": refused}
sys.exit("It behaves otherwise now." if seen != wanted else 0)
PYTHON
