#!/usr/bin/env bash
# The last five of torchvision's ten crops are not the mirrors of the first five.
#
# Versions: torch 2.13.0 (CPU), torchvision 0.28.0, numpy 2.4.6, Python 3.11. Date: 2026-11-29.
# Expectation: TenCrop gives four corners and the centre "plus the flipped version of these", as its
#   docstring says: crop 5 + i is crop i mirrored, as in Caffe's oversampling, whose ten crops these are.
# Behaviour: it mirrors the picture and cuts anew. Left and right corners trade places, and where
#   the margin is odd the mirrored centre shows another column than the centre does: half a pixel is
#   rounded to the even one, so the centre begins left of the middle for 227 of 256 (AlexNet's crop)
#   and right of it for 225 of 256, and in the mirrored picture the same. transforms and
#   transforms.v2 alike. Beside Caffe's, five of the ten crops are others in their places, and one of
#   them shows what none of Caffe's does.
# Cure: FiveCrop, and its crops flipped.
# Output seen (columns of the picture in the centre crop and in the mirrored one; mirrors of which):
#   224 of 256: 16 to 239, 16 to 239; [1, 0, 3, 2, 4]
#   225 of 256: 16 to 240, 15 to 239; [1, 0, 3, 2, None]
#   227 of 256: 14 to 240, 15 to 241; [1, 0, 3, 2, None]
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
from torchvision import transforms
from torchvision.transforms import v2

# Every pixel says where it lies.
picture = torch.arange(256 * 256).view(1, 256, 256)
found = {}
for side in (224, 225, 227):
    for module in (transforms, v2):
        crops = module.TenCrop(side)(picture)
        spans = [f"{int(c.min()) % 256} to {int(c.max()) % 256}" for c in (crops[4], crops[9])]
        mirrors = [
            next((j for j in range(5) if torch.equal(crops[j].flip(-1), crop)), None)
            for crop in crops[5:]
        ]
        seen = *spans, mirrors
        if found.setdefault(side, seen) != seen:
            sys.exit("It behaves otherwise now.")
    print(f"{side} of 256: {', '.join(spans)}; {mirrors}")
wanted = {
    224: ("16 to 239", "16 to 239", [1, 0, 3, 2, 4]),
    225: ("16 to 240", "15 to 239", [1, 0, 3, 2, None]),
    227: ("14 to 240", "15 to 241", [1, 0, 3, 2, None]),
}
sys.exit(0 if found == wanted else "It behaves otherwise now.")
PYTHON
