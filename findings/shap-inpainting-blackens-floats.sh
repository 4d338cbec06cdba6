#!/usr/bin/env bash
# shap's inpainting blackens the whole picture, shown parts too, where its values are 0 to 1.
#
# Versions: shap 0.51.0, opencv-python-headless 4.14.0.94, numba 0.68.1, numpy 2.4.6, scipy 1.17.1,
#   scikit-learn 1.9.1, pandas 3.1.1, Python 3.11. Date: 2026-11-30.
# Why: maps of what speaks for a sentiment are made by it, of networks whose pictures are 0 to 1.
# Expectation: maskers.Image("inpaint_telea") fills the hidden part of a picture from what is around
#   it and leaves the rest alone. 0 to 255 or 0 to 1 is a matter of scale, as with "blur(8,8)"; a
#   picture that cannot be filled is refused. Its documentation names no range.
# Behaviour: the picture is made uint8 before it is filled, and its own type again afterwards. All
#   below 1 is 0 then: the network sees black everywhere, whatever is hidden, and also where nothing
#   is. With all hidden it gets the mean colour, which is no inpainting and right. So all quarters
#   get one share, evidence or not, and base and shares add up to the answer for black instead of
#   that for the picture. "inpaint_ns" alike. Of 0 to 255 only the fractions are lost. Nothing is
#   said.
# Cure: hand over 0 to 255, and let the function that is explained divide.
# Output seen (of a network that answers with the brightness of the upper left, which is 0.80; the
#   share of upper left, upper right, lower left and lower right, and base and shares together):
#   0 to 1, inpaint_telea: -0.10 -0.10 -0.10 -0.10, together 0.00
#   0 to 255, inpaint_telea: 0.52 -0.03 -0.04 -0.03, together 0.80
#   0 to 1, blur(8,8): 0.21 0.00 0.00 0.00, together 0.80
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check shap==0.51.0 \
    opencv-python-headless==4.14.0.94 numba==0.68.1 numpy==2.4.6 scipy==1.17.1 \
    scikit-learn==1.9.1 pandas==3.1.1
# Without compiling, for which shap takes longer than for the rest; the code is the same.
NUMBA_DISABLE_JIT=1 "$work/venv/bin/python" - <<'PYTHON'
import sys

import numpy as np
import shap

QUARTERS = (np.s_[:4, :4], np.s_[:4, 4:], np.s_[4:, :4], np.s_[4:, 4:])
picture = np.full((8, 8, 3), 0.25, np.float32)
picture[QUARTERS[0]] = 0.8


def explained(white, way):
    def network(pictures):
        return pictures[:, :4, :4].mean(axis=(1, 2, 3))[:, None] / white

    masker = shap.maskers.Image(way, picture.shape)
    explainer = shap.Explainer(network, masker, output_names=["answer"])
    found = explainer(picture[None] * white, max_evals=300, silent=True)
    shares = [float(found.values[0][quarter].sum()) for quarter in QUARTERS]
    together = found.base_values.item() + sum(shares)
    said = " ".join(f"{share + 0.0:.2f}" for share in shares)
    print(f"0 to {white}, {way}: {said}, together {together:.2f}")
    return shares, together


def is_right(shares, together):
    return shares[0] > 5 * max(map(abs, shares[1:])) and abs(together - 0.8) < 0.01


black = explained(1, "inpaint_telea")
as_seen = (
    is_right(*explained(255, "inpaint_telea"))
    and max(black[0]) - min(black[0]) < 0.01
    and abs(black[1]) < 0.01
    and is_right(*explained(1, "blur(8,8)"))
)
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
