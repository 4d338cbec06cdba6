#!/usr/bin/env bash
# OpenCV reads Caffe's k, beta and base of three layers, and computes without them.
#
# Versions: opencv-python-headless 4.14.0.94, numpy 2.4.6, Python 3.11. Date: 2026-11-29.
# Expectation: readNetFromCaffe gives a network that answers as Caffe does, or says of a field that it
#   cannot heed it (it refuses a field that it does not know).
# Behaviour: k of LRN, beta of Swish and base of Log are parsed and left out: k is 1 (OpenCV's own
#   name for it is bias, which no prototxt has), beta 1, and the logarithm natural. base of Exp
#   counts. AlexNet as its article describes it has k = 2: small
#   activations leave its LRN 1.68 times as large as they should be. Nothing is said.
# Cure: for k, LRN with alpha / k and a layer Power behind it whose scale is k to the power of -beta.
# Output seen:
#   LRN of 1, alpha 1, beta 1, k 1: 0.500 (Caffe 0.500)
#   LRN of 1, alpha 1, beta 1, k 2: 0.500 (Caffe 0.333)
#   Swish of 1, beta 2: 0.731 (Caffe 0.881)
#   Log of 8, base 2: 2.079 (Caffe 3.000)
#   Exp of 3, base 2: 8.000 (Caffe 8.000)
#   LRN of 1, k 2, by the cure: 0.333 (Caffe 0.333)
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
    opencv-python-headless==4.14.0.94 numpy==2.4.6
"$work/venv/bin/python" - <<'PYTHON'
import math
import sys

import cv2
import numpy as np

START = 'layer { name: "data" type: "Input" top: "data" input_param { shape { %s } } }'
LAYER = ' layer { name: "%d" type: "%s" bottom: "%s" top: "%d" %s }'


def answer(value, *layers):
    text, bottom = START % " ".join(["dim: 1"] * 4), "data"
    for number, (kind, parameters) in enumerate(layers):
        text += LAYER % (number, kind, bottom, number, parameters)
        bottom = number
    network = cv2.dnn.readNetFromCaffe(np.frombuffer(text.encode(), np.uint8))
    network.setInput(np.full((1, 1, 1, 1), value, np.float32))
    return float(network.forward().item())


lrn = "lrn_param { local_size: 1 alpha: %g beta: 1 k: %d }"
cure = ("LRN", lrn % (0.5, 1)), ("Power", "power_param { scale: 0.5 }")
found = []
# Caffe's values follow from its formulas, x / (k + alpha x²)^beta for LRN of one channel.
for name, caffes, value, *layers in (
    ("LRN of 1, alpha 1, beta 1, k 1", 1 / 2, 1, ("LRN", lrn % (1, 1))),
    ("LRN of 1, alpha 1, beta 1, k 2", 1 / 3, 1, ("LRN", lrn % (1, 2))),
    ("Swish of 1, beta 2", 1 / (1 + math.exp(-2)), 1, ("Swish", "swish_param { beta: 2 }")),
    ("Log of 8, base 2", 3, 8, ("Log", "log_param { base: 2 }")),
    ("Exp of 3, base 2", 8, 3, ("Exp", "exp_param { base: 2 }")),
    ("LRN of 1, k 2, by the cure", 1 / 3, 1, *cure),
):
    opencvs = answer(value, *layers)
    found.append(math.isclose(opencvs, caffes, rel_tol=1e-4))
    print(f"{name}: {opencvs:.3f} (Caffe {caffes:.3f})")
wanted = [True, False, False, False, True, True]
sys.exit(0 if found == wanted else "It behaves otherwise now.")
PYTHON
