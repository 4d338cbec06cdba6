#!/usr/bin/env bash
# OpenCV makes other greys of a PNG that says it is sRGB: red is 147 instead of 76.
#
# Versions: opencv-python-headless 4.14.0.94, pillow 13.0.0, numpy 2.4.6, Python 3.11.
# Date: 2026-11-30.
# Why: grey pictures are compared, hashed or shown to a network, and some of a collection went
#   through a program that writes such a note and some did not.
# Expectation: IMREAD_GRAYSCALE weighs red, green and blue by 0.299, 0.587 and 0.114, as cvtColor
#   does and Pillow's convert("L"). The documentation says that the codec's own conversion is used,
#   so that it may differ from cvtColor's; by a rounding, one would think. What a file says of its
#   colours is not heeded, as with IMREAD_COLOR.
# Behaviour: libpng, which is asked for the greys, heeds the chunks gAMA and sRGB in this one step:
#   where there is one, it undoes the gamma, mixes with these weights, and applies the gamma again.
#   Strong colours come out brighter than from the same pixels without the note, red by 71 of 255.
#   What is grey already stays, and so does IMREAD_COLOR, so that a look at the picture shows
#   nothing. A gamma of 1, and a profile (iCCP), change nothing. Nothing is said.
# Cure: IMREAD_COLOR, and cvtColor.
# Output seen (of red, green, blue and a middle grey; by IMREAD_GRAYSCALE, and by the cure):
#   no note: 76 149 29 128, cure 76 150 29 128
#   sRGB: 147 200 95 128, cure 76 150 29 128
#   gAMA 1/2.2: 147 200 95 128, cure 76 150 29 128
#   gAMA 1: 76 149 29 128, cure 76 150 29 128
#   iCCP: 76 149 29 128, cure 76 150 29 128
#   pillow: 76 150 29 128 of each
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
    opencv-python-headless==4.14.0.94 pillow==13.0.0 numpy==2.4.6
"$work/venv/bin/python" - <<'PYTHON'
import io
import struct
import sys

import cv2
import numpy as np
from PIL import Image, ImageCms, PngImagePlugin

colours = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [128, 128, 128]]
picture = Image.fromarray(np.array([colours], dtype=np.uint8))
profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def written(chunk=None, content=b"", **options):
    info, file = PngImagePlugin.PngInfo(), io.BytesIO()
    if chunk:
        info.add(chunk, content)
    picture.save(file, "PNG", pnginfo=info, **options)
    return file.getvalue()


greys, others = [], []
for note, file in {
    "no note": written(),
    "sRGB": written(b"sRGB", b"\0"),
    "gAMA 1/2.2": written(b"gAMA", struct.pack(">I", 45455)),
    "gAMA 1": written(b"gAMA", struct.pack(">I", 100000)),
    "iCCP": written(icc_profile=profile),
}.items():
    raw = np.frombuffer(file, dtype=np.uint8)
    grey = cv2.imdecode(raw, cv2.IMREAD_GRAYSCALE)[0].tolist()
    cured = cv2.cvtColor(cv2.imdecode(raw, cv2.IMREAD_COLOR), cv2.COLOR_BGR2GRAY)[0].tolist()
    pillow = np.asarray(Image.open(io.BytesIO(file)).convert("L"))[0].tolist()
    greys.append(grey)
    others += [cured, pillow]
    print(f"{note}: {' '.join(map(str, grey))}, cure {' '.join(map(str, cured))}")
print(f"pillow: {' '.join(map(str, pillow))} of each")
plain, lighter = [76, 149, 29, 128], [147, 200, 95, 128]
as_seen = greys == [plain, lighter, lighter, plain, plain]
as_seen = as_seen and others == [[76, 150, 29, 128]] * 10
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
