#!/usr/bin/env bash
# OpenCV reads a tiled 16-bit grey TIFF exactly as it is, and garbles it when it is asked for colour.
#
# Versions: opencv-python-headless 4.14.0.94, tifffile 2026.3.3, numpy 2.4.6, Python 3.11.
# Date: 2026-11-28.
# Expectation: cv2.imread with IMREAD_COLOR gives the picture of IMREAD_UNCHANGED brought to 8 bits, in
#   three equal channels, however the file is stored.
# Behaviour: so it is where the file has strips. In tiles whose edge is cut by the picture's, the values
#   are others, up to 235 of 255 away; IMREAD_UNCHANGED of the same file is exact. No warning.
# Cure: read with IMREAD_UNCHANGED and convert, or tifffile.
# Output seen:
#   strips unchanged 0 colour 0
#   tiles unchanged 0 colour 235
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
  opencv-python-headless==4.14.0.94 tifffile==2026.3.3 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys

import cv2
import numpy as np
import tifffile

grey = (np.arange(24 * 36).reshape(24, 36) * 70).astype(np.uint16)
found = []
for name, tile in (("strips", None), ("tiles", (16, 16))):
    tifffile.imwrite("a.tif", grey, tile=tile, metadata=None)
    unchanged = cv2.imread("a.tif", cv2.IMREAD_UNCHANGED)
    colour = cv2.imread("a.tif", cv2.IMREAD_COLOR)[..., 0]
    exact = int(abs(unchanged.astype(int) - grey).max())
    # A rounding of one is no fault.
    eight = int(abs(colour.astype(int) - (grey >> 8)).max())
    found.append((exact, eight))
    print(name, "unchanged", exact, "colour", eight)
(_, strips), (tiled, tiles) = found
as_seen = strips <= 1 and tiled == 0 and tiles > 100
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
