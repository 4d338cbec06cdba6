#!/usr/bin/env bash
# Training in bfloat16 on a processor without instructions for it takes many times as long as in
# float32, and nothing says so.
#
# Versions: torch 2.13.0 (CPU), Python 3.11. Date: 2026-11-30.
# Expectation: autocast to bfloat16 is for speed; where the processor cannot multiply bfloat16 it
#   costs some conversions, or falls back to float32 as autocast does for operations it does not
#   know, or warns.
# Behaviour: below AVX-512 oneDNN has no bfloat16 at all, and torch takes loops of its own that go
#   element by element. A convolution with its gradients takes some twenty times as long as in float32
#   (18 this one, 24 the second of CaffeNet), a linear layer seven; a warning there is none, and
#   torch.backends.cpu.get_cpu_capability() is the only public word on it. A training that lasts half
#   an hour on a server with AMX lasts a working day on a desktop.
# Reproduced on any x86-64 processor by holding both libraries to AVX2 with their own variables,
#   ONEDNN_MAX_CPU_ISA and ATEN_CPU_CAPABILITY.
# Cure: time one convolution in both before a long run, and take float32 where bfloat16 is slower.
# Output seen:
#   capability AVX2
#   convolution in bfloat16: more than 5 times the time of float32
#   warnings 0
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check torch==2.13.0 numpy==2.4.6
ONEDNN_MAX_CPU_ISA=AVX2 ATEN_CPU_CAPABILITY=avx2 OMP_NUM_THREADS=1 \
    "$work/venv/bin/python" - <<'PYTHON'
import sys
import time
import warnings

import torch

layer = torch.nn.Conv2d(64, 64, 3, padding=1)
values = torch.ones(4, 64, 28, 28)


def shortest(half: bool) -> float:
    """Give the shortest of five times, once warm."""
    spent = []
    for _ in range(6):
        began = time.perf_counter()
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            found = layer(values)
        found.float().sum().backward()
        spent.append(time.perf_counter() - began)
    return min(spent[1:])


with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    ratio = shortest(True) / shortest(False)
print("capability", torch.backends.cpu.get_cpu_capability())
print(f"bfloat16 took {ratio:.1f} times as long as float32", file=sys.stderr)
times = "more than 5 times" if ratio > 5 else "no more than 5 times"
print(f"convolution in bfloat16: {times} the time of float32")
print("warnings", len(told))
sys.exit("It behaves otherwise now." if ratio <= 5 or told else 0)
PYTHON
