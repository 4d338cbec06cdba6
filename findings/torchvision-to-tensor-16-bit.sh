#!/usr/bin/env bash
# torchvision's to_tensor makes the bright half of a 16-bit picture negative; its neighbours do not.
#
# Versions: torch 2.13.0 (CPU), torchvision 0.28.0, pillow 12.3.0, numpy 2.4.6, Python 3.11.
# Date: 2026-11-30.
# Expectation: transforms.ToTensor of a grey PNG of 16 bits gives 0 to 1, as its documentation has it
#   for pictures of 8 bits, or else the numbers of the file, as pil_to_tensor and transforms.v2 give.
# Behaviour: Pillow opens it as I;16, and to_tensor reads that mode as signed: 32768 becomes -32768 and
#   white -1, next to black. Nothing is scaled and nothing said. Scaled to floats afterwards, the
#   darker half fills 0 to 1 and the brighter one goes on at -1.
# Cure: pil_to_tensor or v2.ToImage (uint16), then v2.ToDtype(torch.float32, scale=True).
# Output seen, of 0, 32767, 32768 and 65535:
#   to_tensor: torch.int16 [0, 32767, -32768, -1]
#   pil_to_tensor: torch.uint16 [0, 32767, 32768, 65535]
#   v2.ToImage: torch.uint16 [0, 32767, 32768, 65535]
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
    torch==2.13.0 torchvision==0.28.0 pillow==12.3.0 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys

import numpy as np
import torch
from PIL import Image

try:
    import torchvision  # noqa: F401
except RuntimeError:
    # A CPU build of torch beside torchvision's wheel for CUDA, whose operators are not needed here.
    library = torch.library.Library("torchvision", "FRAGMENT")
    for operator in ("nms", "qnms"):
        library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
from torchvision.transforms import functional, v2

grey = [0, 32767, 32768, 65535]
Image.fromarray(np.array([grey], np.uint16)).save("grey.png")
ways = {
    "to_tensor": functional.to_tensor,
    "pil_to_tensor": functional.pil_to_tensor,
    "v2.ToImage": v2.ToImage(),
}
seen = {}
with Image.open("grey.png") as picture:
    for name, way in ways.items():
        found = way(picture)
        seen[name] = found.flatten().tolist()
        print(f"{name}: {found.dtype} {seen[name]}")
as_seen = seen == {
    "to_tensor": [0, 32767, -32768, -1],
    "pil_to_tensor": grey,
    "v2.ToImage": grey,
}
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
