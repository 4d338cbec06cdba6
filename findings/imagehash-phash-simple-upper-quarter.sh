#!/usr/bin/env bash
# imagehash's phash_simple looks at the upper quarter of a picture only.
#
# Versions: imagehash 4.3.2, pillow 13.0.0, numpy 2.4.6, scipy 1.17.1, Python 3.11. Date: 2026-11-30.
# Why: pictures that are there twice are sought by such hashes before they are dealt out to folds.
# Expectation: the simple one of two perceptual hashes takes the lowest frequencies of the whole picture,
#   as phash does, with a mean for the median and without the constant part.
# Behaviour: it transforms the rows of the reduced picture (32 of them) and not its columns, so that the
#   first eight rows of the result are no frequencies but the first eight rows of the picture. What lies
#   below the upper quarter changes no bit: two photographs under the same sky are the same picture.
#   phash transforms rows and columns.
# Cure: phash.
# Output seen (bits of 64 that differ):
#   below the upper quarter all is other: phash 32, phash_simple 0
#   in the upper quarter all is other: phash 16, phash_simple 33
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
    imagehash==4.3.2 pillow==13.0.0 numpy==2.4.6 scipy==1.17.1
"$work/venv/bin/python" - <<'PYTHON'
import sys

import imagehash
import numpy as np
from PIL import Image

# 320 rows, of which the hashes make 32. The filter of the reduction reaches a little further.
random = np.random.default_rng(0)
one, other = (
    np.kron(random.integers(0, 256, (16, 16)), np.ones((20, 20))).astype(np.uint8) for _ in range(2)
)
found = []
for name, rows in (
    ("below the upper quarter", slice(110, None)),
    ("in the upper quarter", slice(0, 80)),
):
    mixed = one.copy()
    mixed[rows] = other[rows]
    before, after = Image.fromarray(one), Image.fromarray(mixed)
    bits = [hashed(before) - hashed(after) for hashed in (imagehash.phash, imagehash.phash_simple)]
    found.append(bits)
    print(f"{name} all is other: phash {bits[0]}, phash_simple {bits[1]}")
(both, simple), (both_above, simple_above) = found
as_seen = both > 15 and simple == 0 and both_above > 10 and simple_above > 10
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
