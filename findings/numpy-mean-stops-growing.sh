#!/usr/bin/env bash
# NumPy's mean colour of a thousand pictures is a third of white where it is half.
#
# Versions: numpy 2.4.6, Python 3.11. Date: 2026-11-29.
# Expectation: the mean of float32 is right to some digits however many there are, as NumPy adds
#   pairwise, so that what is added is never much smaller than the sum.
# Behaviour: it does so along the fastest axis alone, as the notes of numpy.sum say. Of pictures with
#   their channels last, reduced to one number a channel, it adds pixel after pixel to a sum in
#   float32, which stops at 2 to the power of 24 where pixels are at most 1: no further picture counts.
#   Half grey pictures of 224 x 224 reach it after some 670; from there on the mean sinks the more
#   there are, in all channels alike. One channel at a time, channels first, and pictures in uint8 are
#   right. Nothing is said, and a network whose pictures have such a mean taken from them still learns.
# Cure: dtype=float.
# Output seen, for 1000 pictures of 224 x 224 whose pixels are anything between 0 and 1:
#   mean per channel, channels last: 0.334 0.334 0.334
#   mean of each channel by itself: 0.500 0.500 0.500
#   mean per channel, dtype=float: 0.500 0.500 0.500
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check numpy==2.4.6
"$work/venv/bin/python" - <<'PYTHON'
import sys

import numpy as np

pictures = np.random.default_rng(0).random((1000, 224, 224, 3), np.float32)
pixels = (0, 1, 2)
rows = {
    "mean per channel, channels last": pictures.mean(pixels),
    "mean of each channel by itself": [pictures[..., channel].mean() for channel in range(3)],
    "mean per channel, dtype=float": pictures.mean(pixels, dtype=float),
}
for name, values in rows.items():
    print(f"{name}: {' '.join(f'{value:.3f}' for value in values)}")
last, apart, exact = rows.values()
as_seen = max(last) < 0.34 and np.allclose(apart, 0.5, atol=1e-3) and np.allclose(exact, apart)
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
