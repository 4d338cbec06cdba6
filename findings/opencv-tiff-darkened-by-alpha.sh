#!/usr/bin/env bash
# OpenCV darkens a TIFF by its alpha, by IMREAD_UNCHANGED as well, and leaves a PNG as it is.
#
# Versions: opencv-python-headless 4.14.0.94, pillow 13.0.0, tifffile 2026.3.3, numpy 2.4.6,
#   Python 3.11. Date: 2026-11-30.
# Why: pictures that were cut out of their ground, and scans with a mask, are kept as TIFF with
#   alpha.
# Expectation: the documentation has IMREAD_UNCHANGED give the picture as it is, with its alpha, and
#   of IMREAD_COLOR it says three channels. With either, a PNG and a WebP keep the colours of
#   the file, and the alpha comes along or is left out. What the same picture is stored in is no
#   matter.
# Behaviour: a TIFF of 8 bits whose alpha is unassociated (what Pillow and tifffile write) has its
#   colours multiplied by the alpha, and the alpha is handed over beside it, so that whoever lays it
#   on a ground multiplies twice: half of white is a quarter. Where the alpha is 0 the colours are
#   gone. Of 16 bits IMREAD_UNCHANGED multiplies nothing and IMREAD_COLOR does: the flag decides how
#   bright the same file is. A TIFF that OpenCV wrote does not say what its fourth channel is and
#   stays as it is; it is the only one of which there is a warning.
# Cure: Pillow, or tifffile.
# Output seen (of a red of 200 under an alpha of 128, as a share of 255 or 65535: 0.78):
#   PNG, 8 bits, by pillow: unchanged 0.78, colour 0.78
#   TIFF, 8 bits, by pillow: unchanged 0.39, colour 0.39
#   TIFF, 8 bits, by tifffile: unchanged 0.39, colour 0.39
#   TIFF, 16 bits, by tifffile: unchanged 0.78, colour 0.39
#   TIFF, 8 bits, by OpenCV: unchanged 0.78, colour 0.78
#   pillow reads 0.78 of each
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
    opencv-python-headless==4.14.0.94 pillow==13.0.0 tifffile==2026.3.3 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys

import cv2
import numpy as np
import tifffile
from PIL import Image

RED = 2  # OpenCV has blue first.
picture = np.full((8, 8, 4), (200, 90, 20, 128), np.uint8)
deep = picture.astype(np.uint16) * 257
Image.fromarray(picture).save("a.png")
Image.fromarray(picture).save("a.tif")
tifffile.imwrite("b.tif", picture, photometric="rgb", extrasamples=["unassalpha"])
tifffile.imwrite("c.tif", deep, photometric="rgb", extrasamples=["unassalpha"])
cv2.imwrite("d.tif", picture[..., [2, 1, 0, 3]])
found, pillows = [], []
for name, path in (
    ("PNG, 8 bits, by pillow", "a.png"),
    ("TIFF, 8 bits, by pillow", "a.tif"),
    ("TIFF, 8 bits, by tifffile", "b.tif"),
    ("TIFF, 16 bits, by tifffile", "c.tif"),
    ("TIFF, 8 bits, by OpenCV", "d.tif"),
):
    unchanged = cv2.imread(path, cv2.IMREAD_UNCHANGED)
    colour = cv2.imread(path, cv2.IMREAD_COLOR)
    seen = [f"{one[4, 4, RED] / np.iinfo(one.dtype).max:.2f}" for one in (unchanged, colour)]
    print(f"{name}: unchanged {seen[0]}, colour {seen[1]}")
    found.append(seen)
    with Image.open(path) as opened:
        pillows.append(f"{opened.getpixel((4, 4))[0] / 255:.2f}")
if set(pillows) == {"0.78"}:
    print("pillow reads 0.78 of each")
wanted = [["0.78", "0.78"], ["0.39", "0.39"], ["0.39", "0.39"], ["0.78", "0.39"], ["0.78", "0.78"]]
as_seen = found == wanted and set(pillows) == {"0.78"}
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
