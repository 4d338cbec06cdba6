#!/usr/bin/env bash
# On a processor that multiplies bfloat16 itself, the backward pass of a depthwise convolution with a
# stride of two takes several times as long in bfloat16 as in float32.
#
# Versions: torch 2.13.0 (CPU, with its oneDNN), Python 3.11. Date: 2026-12-01.
# Expectation: bfloat16 halves what is read and written, so where it is native it is at least no
#   slower, as with a stride of one, for which oneDNN has a depthwise kernel in both.
# Behaviour: for the gradient of the input with a stride of two oneDNN prefers its general kernel of
#   matrix products (brgconv_strided) to the depthwise one (jit_dw). The backward pass then takes 3
#   times as long as in float32 for MobileNetV2's 96 channels of 112 x 112, and 9 times for the 144
#   of 56 x 56. Forbidding the instructions (ONEDNN_MAX_CPU_ISA=AVX512_CORE) makes this layer as fast
#   as in float32, at the cost of those that gain by them. Four such layers of 17 take two thirds of
#   the time that MobileNetV2's depthwise layers spend backwards.
# Needs a processor with AVX512-BF16 (Cooper Lake, Sapphire Rapids, Zen 4 or later).
# Cure: run the strided depthwise layers outside autocast, in float32.
# Output seen:
#   float32, stride 1: jit_dw
#   float32, stride 2: jit_dw
#   bfloat16, stride 1: jit_dw
#   bfloat16, stride 2: brgconv_strided
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check torch==2.13.0 numpy==2.4.6
cat > "$work/layer.py" <<'PYTHON'
import sys
import time

import torch

kind, stride = getattr(torch, sys.argv[1]), int(sys.argv[2])
layer = torch.nn.Conv2d(96, 96, 3, stride, 1, groups=96, bias=False).to(kind)
layer = layer.to(memory_format=torch.channels_last)
values = torch.ones(4, 96, 112, 112, dtype=kind).contiguous(memory_format=torch.channels_last)
values.requires_grad_()
answer = layer(values)
wanted, given = (values, layer.weight), torch.ones_like(answer)
spent = []
for _ in range(6):
    began = time.perf_counter()
    torch.autograd.grad(answer, wanted, given, retain_graph=True)
    spent.append(time.perf_counter() - began)
print(f"{1000 * min(spent[1:]):.1f} ms", file=sys.stderr)
PYTHON
if ! grep -q -w avx512_bf16 /proc/cpuinfo; then
    echo "This processor has no AVX512-BF16, without which there is nothing to see." >&2
    exit 2
fi
status=0
for kind in float32 bfloat16; do
    for stride in 1 2; do
        # In a line of oneDNN's own log the kernel, with its instructions, follows what it computes.
        kernel="$(ONEDNN_VERBOSE=1 OMP_NUM_THREADS=1 "$work/venv/bin/python" "$work/layer.py" \
            "$kind" "$stride" | awk -F, '/convolution/ && /backward_data/ {
                for (i = 1; i < NF; i++) if ($i == "convolution") name = $(i + 1)
            } END { sub(":.*", "", name); print name }')"
        echo "$kind, stride $stride: $kernel"
        wanted=jit_dw
        [ "$kind $stride" != "bfloat16 2" ] || wanted=brgconv_strided
        [ "$kernel" = "$wanted" ] || status=1
    done
done
[ "$status" = 0 ] || echo "It behaves otherwise now." >&2
exit "$status"
