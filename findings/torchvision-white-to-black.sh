#!/usr/bin/env bash
# torchvision turns white into black on the way from half precision to 8 bits, or from single to 16.
#
# Versions: torch 2.13.0 (CPU), torchvision 0.28.0, numpy 2.4.6, Python 3.11. Date: 2026-11-29.
# Expectation: to_dtype(scale=True) maps a picture of 0 to 1 to the whole range of whole numbers, 1
#   to the largest, and raises where the precision does not suffice, as it does from float32 to
#   int32.
# Behaviour: it multiplies by a thousandth less than the largest number and one, and cuts off the
#   fraction. Of float16 and bfloat16 to uint8, and of float32 to uint16, the product rounds up to
#   what no longer fits, and on x86-64 1 becomes 0. Everything below comes out as it should, so that
#   of a map scaled to end at 1 its strongest pixel alone is drawn as its weakest. transforms and
#   transforms.v2 alike. Nothing is said.
# Cure: .float() before 8 bits, .double() before 16.
# Output seen, of 0.5 and 1:
#   torch.float32 to torch.uint8: 127 and 255
#   torch.float16 to torch.uint8: 128 and 0
#   torch.bfloat16 to torch.uint8: 128 and 0
#   torch.float64 to torch.uint16: 32767 and 65535
#   torch.float32 to torch.uint16: 32768 and 0
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
    torch==2.13.0 torchvision==0.28.0 numpy==2.4.6
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
from torchvision.transforms import ConvertImageDtype, v2

found = []
for given, wanted in (
    (torch.float32, torch.uint8),
    (torch.float16, torch.uint8),
    (torch.bfloat16, torch.uint8),
    (torch.float64, torch.uint16),
    (torch.float32, torch.uint16),
):
    picture = torch.tensor([0.5, 1]).to(given).view(1, 1, 2)
    grey, white = v2.functional.to_dtype(picture, wanted, scale=True).flatten().tolist()
    former = ConvertImageDtype(wanted)(picture).flatten().tolist()
    if former != [grey, white]:
        sys.exit("It behaves otherwise now.")
    found.append(white)
    print(f"{given} to {wanted}: {grey} and {white}")
sys.exit(0 if found == [255, 0, 0, 65535, 0] else "It behaves otherwise now.")
PYTHON
