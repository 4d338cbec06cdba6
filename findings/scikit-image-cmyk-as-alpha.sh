#!/usr/bin/env bash
# scikit-image takes the black ink of a CMYK photograph for its opacity, and shows pure white.
#
# Versions: scikit-image 0.26.0, imageio 2.38.1, pillow 13.0.0, scipy 1.17.1, numpy 2.4.6,
#   Python 3.11. Date: 2026-11-30.
# Why: photographs from print have four inks, and large collections of JPEGs contain some of them.
# Expectation: by the docstring of imread four channels are RGBA, and as_gray=True makes colour
#   images grey. So a picture of four inks is made RGB, as scikit-image does where it asks Pillow
#   itself (plugin="pil", the default of former days; since pull request 1360), or it is refused.
# Behaviour: by default imageio is asked, which hands over the four inks as they are, and no step
#   behind it asks what they are. as_gray=True, and rgba2rgb after imread, take the fourth for alpha
#   and lay the first three on white: where there is no black ink all is white, whatever the picture
#   shows. Leaving the fourth out, as one drops an alpha, gives the negative. White, black and the
#   greys of black ink come out right by as_gray, so that a trial with print does not show it. TIFF
#   alike. plugin="pil" is right for JPEG and deprecated. Nothing is said.
# Cure: Pillow's convert("RGB").
# Output seen (lightness from, to):
#   a photograph: as_gray 1.00 1.00, plugin="pil" 0.00 1.00, Pillow 0.00 1.00
#   red: as_gray 1.00 1.00, plugin="pil" 0.21 0.21, Pillow 0.21 0.21
#   dark green: as_gray 0.64 0.64, plugin="pil" 0.36 0.36, Pillow 0.36 0.36
#   grey of black ink: as_gray 0.50 0.50, plugin="pil" 0.50 0.50, Pillow 0.50 0.50
#   the first three channels of the photograph: the negative
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
    scikit-image==0.26.0 imageio==2.38.1 pillow==13.0.0 scipy==1.17.1 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
import warnings

import numpy as np
from PIL import Image
from skimage.color import rgb2gray
from skimage.io import imread

colours = np.linspace(0, 255, 64 * 64 * 3).reshape(64, 64, 3).astype(np.uint8)
pictures = {
    "a photograph": Image.fromarray(colours).convert("CMYK"),
    "red": Image.new("CMYK", (16, 16), (0, 255, 255, 0)),
    "dark green": Image.new("CMYK", (16, 16), (255, 0, 255, 128)),
    "grey of black ink": Image.new("CMYK", (16, 16), (0, 0, 0, 128)),
}
seen = {}
for name, picture in pictures.items():
    picture.save("picture.jpg", quality=95)
    with Image.open("picture.jpg") as opened:
        right = np.asarray(opened.convert("RGB"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # Nothing is said.
        ways = {"as_gray": imread("picture.jpg", as_gray=True)}
        first_three = imread("picture.jpg")[..., :3]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # It is deprecated.
        ways['plugin="pil"'] = rgb2gray(imread("picture.jpg", plugin="pil"))
    ways["Pillow"] = rgb2gray(right)
    print(f"{name}:", ", ".join(f"{way} {a.min():.2f} {a.max():.2f}" for way, a in ways.items()))
    seen[name] = [float(np.abs(ways[way] - ways["Pillow"]).max()) for way in ways]
    if name == "a photograph":
        white = float(ways["as_gray"].min())
        negative = int(np.abs(first_three.astype(int) - (255 - right)).max())
        print("the first three channels of the photograph:", "the negative" * (negative <= 2))
as_seen = white == 1 and negative <= 2 and seen["grey of black ink"][0] < 0.01
as_seen = as_seen and min(seen[name][0] for name in ("a photograph", "red", "dark green")) > 0.2
as_seen = as_seen and max(other[1] for other in seen.values()) < 0.01
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
