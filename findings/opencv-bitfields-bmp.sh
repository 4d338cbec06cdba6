#!/usr/bin/env bash
# OpenCV swaps red and blue of a 32-bit BMP whose masks say where its colours are.
#
# Versions: opencv-python-headless 4.14.0.94, numpy 2.4.6, Python 3.11. Date: 2026-11-28.
# Expectation: a BMP with BI_BITFIELDS names the bits of red, green and blue in three masks, and a reader
#   that opens it goes by them.
# Behaviour: with the masks of red in the lowest byte and blue in the third, a red picture is read as
#   blue, without a warning: the masks of 32 bits are not looked at. With the usual order it is right.
#   Pillow 13.0.0 says that it does not know this order, which is better than a wrong picture.
# Cure: another reader for bitmaps whose compression is 3.
# Output seen:
#   masks in the usual order: [0, 0, 255] (BGR)
#   red lowest: [255, 0, 0] (BGR)
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
  opencv-python-headless==4.14.0.94 numpy==2.4.6
"$work/venv/bin/python" - <<'PYTHON'
import struct
import sys

import cv2
import numpy as np

found = []
for name, masks in (
    ("masks in the usual order", (0xFF0000, 0xFF00, 0xFF)),
    ("red lowest", (0xFF, 0xFF00, 0xFF0000)),
):
    pixels = np.full(64, masks[0], "<u4").tobytes()  # all red
    header = struct.pack("<IiiHHIIiiII3I", 40, 8, 8, 1, 32, 3, len(pixels), 0, 0, 0, 0, *masks)
    content = b"BM" + struct.pack("<IHHI", 66 + len(pixels), 0, 0, 66) + header + pixels
    found.append(cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)[0, 0].tolist())
    print(f"{name}: {found[-1]} (BGR)")
as_seen = found == [[0, 0, 255], [255, 0, 0]]
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
