#!/usr/bin/env bash
# Krippendorff's alpha of 0.85 becomes 0.28 where the same answers are kept as unsigned numbers.
#
# Versions: krippendorff 0.9.0, numpy 2.4.6, Python 3.11. Date: 2026-11-30.
# Why: people rate pictures from 1 to 5, or by a slider, and such small numbers are stored as uint8
#   or int8, as the labels of a data set are.
# Expectation: alpha(answers) takes any array of numbers and computes in dtype, float64 by default:
#   how the answers were stored is no matter.
# Behaviour: two values are subtracted in their own type, and only then is the difference made
#   float64. Of unsigned numbers, uint8 to uint64, 1 - 2 is not -1 but the largest of the type, so
#   that a step counts as far more than the whole scale: people who differ by one step now and then
#   get an alpha as of answers without order. In int8 the distances of a slider from -100 to 100
#   turn over beyond 127: people at its opposite ends count as near. It is so with "interval", the
#   default, and with "ratio"; "nominal" and "ordinal" do not subtract. A single missing answer
#   (NaN) makes the table float64, and all is right. The docstring says array_like and names no
#   type, NumPy does not warn where arrays wrap, and nothing is said.
# Cure: answers.astype(float).
# Output seen (interval, ratio, nominal):
#   1 to 5, int64: 0.85 0.78 0.29
#   1 to 5, uint8: 0.28 0.08 0.29
#   1 to 5, uint64: 0.29 0.08 0.29
#   1 to 5, uint8 by the cure: 0.85 0.78 0.29
#   -100 to 100, opposite ends, int64: -0.15
#   -100 to 100, opposite ends, int8: 0.61
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check krippendorff==0.9.0 numpy==2.4.6
"$work/venv/bin/python" -W error - <<'PYTHON'
import sys

import numpy as np
from krippendorff import alpha

answers = np.array(
    [
        [1, 2, 3, 4, 5, 5, 4, 3, 2, 1, 2, 3, 4, 3, 5, 1],
        [2, 2, 3, 5, 5, 4, 4, 2, 2, 1, 1, 3, 5, 4, 5, 2],
        [1, 1, 4, 4, 5, 5, 3, 3, 3, 1, 2, 2, 4, 3, 4, 1],
    ]
)
seen = {}
for name, table in (
    ("int64", answers),
    ("uint8", answers.astype(np.uint8)),
    ("uint64", answers.astype(np.uint64)),
    ("uint8 by the cure", answers.astype(np.uint8).astype(float)),
):
    levels = ("interval", "ratio", "nominal")
    seen[name] = [round(float(alpha(table, level_of_measurement=level)), 2) for level in levels]
    print(f"1 to 5, {name}:", *(f"{value:.2f}" for value in seen[name]))
ends = np.array(
    [
        [-100, 100, -95, -90, 95, -20, 10, 0, 30],
        [100, -95, 100, -80, 100, -60, 60, 50, -20],
    ]
)
for kind in ("int64", "int8"):
    seen["ends", kind] = round(float(alpha(ends.astype(kind))), 2)
    print(f"-100 to 100, opposite ends, {kind}: {seen['ends', kind]:.2f}")
as_seen = seen["int64"] == seen["uint8 by the cure"] == [0.85, 0.78, 0.29]
as_seen = as_seen and seen["uint8"] == [0.28, 0.08, 0.29] and seen["uint64"][0] < 0.3
as_seen = as_seen and (seen["ends", "int64"], seen["ends", "int8"]) == (-0.15, 0.61)
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
