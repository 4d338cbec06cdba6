#!/usr/bin/env bash
# OpenCV resizes by the ratio of two sizes where an ONNX model says by which scale, and rounds to the
# nearest pixel as it likes.
#
# Versions: opencv-python-headless 4.14.0.94, onnx 1.23.2, onnxruntime 1.32.0, numpy 2.4.6, Python 3.11.
#   Date: 2026-12-01.
# Expectation: ONNX computes where a pixel comes from with the scale that the model gives, though the
#   size is rounded down, and takes the neighbour that nearest_mode names; what a reader does not
#   know it refuses, as OpenCV refuses a cubic Resize.
# Behaviour: 5 pixels times 0.5 are 2, and OpenCV goes on with 5 / 2 instead of 1 / 0.5: the second is
#   interpolated at 3.25 instead of 2.5. All that is not a whole multiple moves so, linear or nearest, a
#   map of 13 by 13 places enlarged by 17.3 as well. Of nearest_mode it has one answer for each way of
#   placing the corners, so that "ceil" gives what "floor" does, and halves of what the standard's own
#   choice, round_prefer_floor, takes come from the other neighbour. Nothing is said.
# Cure: give sizes instead of scales, of which the ratio is the scale; enlarge by whole numbers.
# Output seen (of a row 0 10 20 30 40):
#   linear, times 0.5: 5 25, OpenCV 7.5 32.5
#   linear, times 1.3: 0 6.54 14.23 21.92 29.62 37.31, OpenCV 0 7.5 15.83 24.17 32.5 40
#   nearest, ceil, twice: 0 10 10 20 20 30 30 40 40 40, OpenCV 0 0 10 10 20 20 30 30 40 40
#   nearest, times 0.5: 0 20, OpenCV 10 30
#   linear, twice: 0 2.5 7.5 12.5 17.5 22.5 27.5 32.5 37.5 40, OpenCV the same
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
    opencv-python-headless==4.14.0.94 onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
"$work/venv/bin/python" - <<'PYTHON'
import sys

import cv2
import numpy as np
import onnxruntime
from onnx import TensorProto, checker, helper, numpy_helper

picture = np.tile(np.arange(0, 50, 10, dtype=np.float32), (5, 1))[None, None]


def both(scale, **attributes):
    """Give the first row as onnxruntime and as OpenCV resize it."""
    scales = numpy_helper.from_array(np.array([1, 1, scale, scale], np.float32), "scales")
    node = helper.make_node("Resize", ["x", "", "scales"], ["y"], **attributes)
    ends = [
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)]
        for name, shape in (("x", picture.shape), ("y", [None] * 4))
    ]
    graph = helper.make_graph([node], "one", *ends, [scales])
    opsets = [helper.make_opsetid("", 13)]
    made = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    checker.check_model(made, full_check=True)
    model = made.SerializeToString()
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    network = cv2.dnn.readNetFromONNX(np.frombuffer(model, np.uint8))
    network.setInput(picture)
    answers = session.run(None, {"x": picture})[0], network.forward()
    return [one[0, 0, 0].round(2).tolist() for one in answers]


def words(values):
    return " ".join(f"{value:g}" for value in values)


half, corner = (
    {"coordinate_transformation_mode": name} for name in ("half_pixel", "asymmetric")
)
moved = []
for name, scale, settings in (
    ("linear, times 0.5", 0.5, {"mode": "linear", **half}),
    ("linear, times 1.3", 1.3, {"mode": "linear", **half}),
    ("nearest, ceil, twice", 2, {"mode": "nearest", "nearest_mode": "ceil", **corner}),
    ("nearest, times 0.5", 0.5, {"mode": "nearest", **half}),
    ("linear, twice", 2, {"mode": "linear", **half}),
):
    right, told = both(scale, **settings)
    moved.append(not np.allclose(right, told, atol=0.01))
    print(f"{name}: {words(right)}, OpenCV {words(told) if moved[-1] else 'the same'}")
sys.exit("It behaves otherwise now." if moved != [True] * 4 + [False] else 0)
PYTHON
