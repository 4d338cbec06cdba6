#!/usr/bin/env bash
# Pillow turns a 16-bit picture rightly by the nearest pixel, and into near black by interpolation.
#
# Versions: pillow 13.0.0, numpy 2.4.6, Python 3.11. Date: 2026-11-29.
# Expectation: rotate() and transform() of mode I;16 interpolate as those of the other grey modes
#   do, or say that they cannot, as filter() and reduce() of this mode do; resize() interpolates it
#   well.
# Behaviour: with BILINEAR and BICUBIC all values lie below 256, with no likeness to the picture: of
#   a ramp that reaches 62400 what remains is noise in near black. NEAREST, turns by 90 degrees and
#   the same picture in mode F are right. The documentation calls support of I;16 limited, and names
#   the modes (1 and P) in which the filter is not heeded; this is not among them. Whoever adds
#   random turns to pictures of 16 bits trains on noise.
# Cure: convert("F") before, and back after.
# Output seen (inner pixels of a smooth ramp, turned by 30 degrees, beside the same in mode F):
#   resize BILINEAR: 1 away at most, up to 54154
#   rotate NEAREST: 0 away at most, up to 41600
#   rotate BILINEAR: 41543 away at most, none above 255
#   rotate BICUBIC: 41569 away at most, none above 255
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check pillow==13.0.0 numpy==2.4.6
"$work/venv/bin/python" - <<'PYTHON'
import sys

import numpy as np
from PIL import Image

ramp = (800 * np.add.outer(np.arange(40), np.arange(40))).astype(np.uint16)
sixteen, real = Image.fromarray(ramp), Image.fromarray(ramp.astype(np.float32))
if sixteen.mode != "I;16":
    sys.exit("It behaves otherwise now.")
ways = {
    "resize BILINEAR": lambda one: one.resize((32, 32), Image.Resampling.BILINEAR),
    "rotate NEAREST": lambda one: one.rotate(30, Image.Resampling.NEAREST),
    "rotate BILINEAR": lambda one: one.rotate(30, Image.Resampling.BILINEAR),
    "rotate BICUBIC": lambda one: one.rotate(30, Image.Resampling.BICUBIC),
}
found = {}
for name, way in ways.items():
    # The corners are black after a turn.
    turned, wanted = (np.asarray(way(one)).astype(float)[12:28, 12:28] for one in (sixteen, real))
    found[name] = abs(turned - wanted).max(), turned.max()
    above = "none above 255" if turned.max() < 256 else f"up to {turned.max():.0f}"
    print(f"{name}: {found[name][0]:.0f} away at most, {above}")
(resized, _), (nearest, _), *others = found.values()
as_seen = resized <= 1 and nearest == 0 and all(far > 20000 and top < 256 for far, top in others)
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
