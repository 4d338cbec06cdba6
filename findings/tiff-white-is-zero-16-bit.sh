#!/usr/bin/env bash
# A 16-bit TIFF whose white is zero is read as a negative where one of 8 bits is read rightly.
#
# Versions: pillow 13.0.0, imageio 2.38.1, opencv-python-headless 4.14.0.94, tifffile 2026.3.3,
#   numpy 2.4.6, Python 3.11. Date: 2026-11-29.
# Expectation: WhiteIsZero, which the baseline of TIFF has for grey pictures and scanners and X-ray
#   machines write, is heeded or is not: a reader that gives 8 bits as they are to be seen gives 16
#   bits so, too. tifffile, which gives what is stored, does so for both.
# Behaviour: with 8 bits the three give white as the largest value. With 16 Pillow and imageio give the
#   negative, and so does OpenCV with IMREAD_UNCHANGED, but not with IMREAD_COLOR: the same file is
#   bright or dark by the flag. A data set of both depths is half negatives. Nothing is said; in
#   Pillow the file's tag 262 is at hand.
# Cure: where tag 262 is 0 and there are more than 8 bits, take the values from 65535.
# Output seen (mean of a picture that is white but for one pixel in nine, as a share of the largest):
#   8 bits, white is 255: pillow 0.89, imageio 0.89, unchanged 0.89, colour 0.89
#   8 bits, white is 0: pillow 0.89, imageio 0.89, unchanged 0.89, colour 0.89
#   16 bits, white is 65535: pillow 0.89, imageio 0.89, unchanged 0.89, colour 0.89
#   16 bits, white is 0: pillow 0.11, imageio 0.11, unchanged 0.11, colour 0.89
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check pillow==13.0.0 imageio==2.38.1 \
    opencv-python-headless==4.14.0.94 tifffile==2026.3.3 numpy==2.4.6
"$work/venv/bin/python" - <<'PYTHON'
import io
import sys

import cv2
import imageio.v3 as imageio
import numpy as np
import tifffile
from PIL import Image

found = []
for bits in (8, 16):
    largest = 2**bits - 1
    seen = np.full((9, 9), largest, np.uint8 if bits == 8 else np.uint16)
    seen[3:6, 3:6] = 0
    for white, meaning in ((largest, "minisblack"), (0, "miniswhite")):
        file = io.BytesIO()
        stored = seen if white else largest - seen
        tifffile.imwrite(file, stored, photometric=meaning, metadata=None)
        content = file.getvalue()
        buffer = np.frombuffer(content, np.uint8)
        values = {
            "pillow": np.asarray(Image.open(io.BytesIO(content))),
            "imageio": imageio.imread(content, plugin="pillow"),
            "unchanged": cv2.imdecode(buffer, cv2.IMREAD_UNCHANGED),
            "colour": cv2.imdecode(buffer, cv2.IMREAD_COLOR),
        }
        shares = [float(one.mean() / np.iinfo(one.dtype).max) for one in values.values()]
        found.append([round(share, 2) for share in shares])
        words = ", ".join(f"{name} {share:.2f}" for name, share in zip(values, shares))
        print(f"{bits} bits, white is {white}: {words}")
wanted = [[0.89] * 4, [0.89] * 4, [0.89] * 4, [0.11, 0.11, 0.11, 0.89]]
sys.exit(0 if found == wanted else "It behaves otherwise now.")
PYTHON
