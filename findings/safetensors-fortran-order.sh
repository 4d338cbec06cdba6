#!/usr/bin/env bash
# safetensors' NumPy writer stores an array in Fortran order under the wrong values.
#
# Versions: safetensors 0.8.0, numpy 2.4.6, Python 3.11. Date: 2026-11-28.
# Expectation: save_file writes any array, or refuses one whose memory is not in C order.
# Behaviour: an array in Fortran order, such as the transpose of a weight matrix, is written as its
#   bytes lie, with the shape that it has. It is read back with the right shape, the right sum and
#   the values in other places, and nothing is said. Whoever converts a model whose inner products
#   are transposed (Keras, Caffe and torch disagree on that) gets a network that answers nonsense.
# Cure: numpy.ascontiguousarray on everything that is handed over.
# Output seen:
#   given    [[0, 1, 2], [3, 4, 5]]
#   returned [[0, 3, 1], [4, 2, 5]]
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check safetensors==0.8.0 numpy==2.4.6
"$work/venv/bin/python" - "$work/a.safetensors" <<'PYTHON'
import sys

import numpy as np
from safetensors.numpy import load_file, save_file

given = np.asfortranarray(np.arange(6).reshape(2, 3))
save_file({"a": given}, sys.argv[1])
returned = load_file(sys.argv[1])["a"]
print("given   ", given.tolist())
print("returned", returned.tolist())
changed = returned.tolist() != [[0, 3, 1], [4, 2, 5]]
sys.exit("It behaves otherwise now." if changed else 0)
PYTHON
