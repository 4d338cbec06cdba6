#!/usr/bin/env bash
# OpenCV shows a PPM of 10 bits as almost black, and scales one of 4 bits if it is written in digits.
#
# Versions: opencv-python-headless 4.14.0.94, pillow 13.0.0, numpy 2.4.6, Python 3.11.
# Date: 2026-11-29.
# Expectation: the third number in the head of a PGM or PPM is the value of white. A reader brings it to
#   255 when it is asked for 8 bits, or leaves all values as they are; whether they are written as bytes
#   or as digits is a matter of storage.
# Behaviour: of values to 1023 (raw pictures of cameras and medical scanners have 10 or 12 bits)
#   IMREAD_COLOR keeps the upper byte of 16 bits, of which two bits are used: white is 3. Of values
#   to 15 in bytes white is 15, near black, and the same picture in digits has a white of 255, by
#   either flag. Pillow scales all of them. Nothing is said, and whoever averages such pictures, or
#   shows them to a network, has photographs of the night.
# Cure: Pillow, or IMREAD_UNCHANGED and a division by the number in the head.
# Output seen (the value of white by IMREAD_COLOR, by IMREAD_UNCHANGED, and by Pillow as RGB):
#   to 15 in bytes: 15 15 255
#   to 15 in digits: 255 255 255
#   to 1023 in bytes: 3 1023 255
#   to 1023 in digits: 3 1023 255
#   to 65535 in bytes: 255 65535 255
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
    opencv-python-headless==4.14.0.94 pillow==13.0.0 numpy==2.4.6
"$work/venv/bin/python" - <<'PYTHON'
import io
import sys

import cv2
import numpy as np
from PIL import Image

found = []
for white, way in (
    (15, "bytes"),
    (15, "digits"),
    (1023, "bytes"),
    (1023, "digits"),
    (65535, "bytes"),
):
    ramp = np.linspace(0, white, 8 * 8 * 3).round().astype(int)
    if way == "bytes":
        kind, pixels = "P6", ramp.astype(">u2" if white > 255 else np.uint8).tobytes()
    else:
        kind, pixels = "P3", "\n".join(map(str, ramp)).encode() + b"\n"
    content = f"{kind}\n8 8\n{white}\n".encode() + pixels
    buffer = np.frombuffer(content, np.uint8)
    colour = int(cv2.imdecode(buffer, cv2.IMREAD_COLOR).max())
    unchanged = int(cv2.imdecode(buffer, cv2.IMREAD_UNCHANGED).max())
    pillows = int(np.asarray(Image.open(io.BytesIO(content)).convert("RGB")).max())
    found.append((colour, unchanged, pillows))
    print(f"to {white} in {way}: {colour} {unchanged} {pillows}")
wanted = [(15, 15, 255), (255, 255, 255), (3, 1023, 255), (3, 1023, 255), (255, 65535, 255)]
sys.exit(0 if found == wanted else "It behaves otherwise now.")
PYTHON
