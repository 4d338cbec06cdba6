#!/usr/bin/env bash
# Pillow turns a and b of a CIELab TIFF by 128 where its channels lie in planes.
#
# Versions: Pillow 13.0.0, tifffile 2026.3.3, numpy 2.4.6, Python 3.11.
# Date: 2026-11-29.
# Expectation: whether the channels of a TIFF lie pixel by pixel or plane by plane is a matter of
#   storage: the same values come out of either.
# Behaviour: pixel by pixel they are those of the file. In planes a and b, whose bytes have a sign, come
#   out 128 away (10 as 138, -10 as 118), so that a nearly grey picture becomes a strongly coloured one.
#   No warning; tifffile reads both alike.
# Cure: read CIELab in planes with tifffile.
# Output seen:
#   contig tifffile [100, 10, 246] Pillow LAB [100, 10, 246]
#   separate tifffile [100, 10, 246] Pillow LAB [100, 138, 118]
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
  pillow==13.0.0 tifffile==2026.3.3 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys

import numpy as np
import tifffile
from PIL import Image

picture = np.broadcast_to(np.array([100, 10, 246], np.uint8), (4, 4, 3))  # L, a, b of one colour
found = []
for config in ("contig", "separate"):
    pixels = picture if config == "contig" else np.moveaxis(picture, 2, 0)
    options = {"photometric": "cielab", "planarconfig": config}
    tifffile.imwrite("lab.tif", np.ascontiguousarray(pixels), **options)
    known = tifffile.imread("lab.tif")
    known = known[0, 0] if config == "contig" else known[:, 0, 0]
    with Image.open("lab.tif") as image:
        seen = np.asarray(image)[0, 0].tolist()
        print(config, "tifffile", known.tolist(), "Pillow", image.mode, seen)
    found.append((known.tolist(), seen))
sys.exit(found != [([100, 10, 246], [100, 10, 246]), ([100, 10, 246], [100, 138, 118])])
PYTHON
