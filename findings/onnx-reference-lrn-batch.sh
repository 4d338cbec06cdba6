#!/usr/bin/env bash
# ONNX's reference evaluator normalises as many channels of an LRN as there are pictures.
#
# Versions: onnx 1.23.2, onnxruntime 1.32.0, numpy 2.4.6, Python 3.11. Date: 2026-11-29.
# Expectation: onnx.reference.ReferenceEvaluator computes what the standard says, slowly, so that
#   other runtimes can be held against it. LRN, as AlexNet has it, divides each channel by the
#   squares of its neighbours, and a picture's answer has nothing to do with the pictures beside it.
# Behaviour: its loop over the channels counts the pictures. Of one picture the first channel alone
#   is normalised and the others only divided by bias to the power of beta; of two pictures two, and
#   so on; with more pictures than channels it raises IndexError. Nothing is said otherwise. onnx's
#   own test cases of LRN have five pictures of five channels, where it is right. Whoever takes it
#   as the oracle of an exported CaffeNet is sent after a fault that is not in the export.
# Cure: another runtime, or pictures in batches of as many as there are channels.
# Output seen (three channels of 1, size 3, alpha 3, beta 1, bias 1, so that sums are 2, 3 and 2):
#   by the standard: 0.333 0.250 0.333
#   onnxruntime, one picture: 0.333 0.250 0.333
#   reference, batch of 1: 0.333 1.000 1.000
#   reference, batch of 2: 0.333 0.250 1.000
#   reference, batch of 3: 0.333 0.250 0.333
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
    onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
"$work/venv/bin/python" - <<'PYTHON'
import sys

import numpy as np
import onnxruntime
from onnx import TensorProto, checker, helper
from onnx.reference import ReferenceEvaluator

node = helper.make_node("LRN", ["x"], ["y"], size=3, alpha=3.0, beta=1.0, bias=1.0)
shape = ["pictures", 3, 1, 1]
ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in "xy"]
graph = helper.make_graph([node], "lrn", ends[:1], ends[1:])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
checker.check_model(model, full_check=True)


def ones(pictures):
    return {"x": np.ones((pictures, 3, 1, 1), np.float32)}


runtime = onnxruntime.InferenceSession(
    model.SerializeToString(), providers=["CPUExecutionProvider"]
)
reference = ReferenceEvaluator(model)
rows = {
    "by the standard": [1 / (1 + neighbours) for neighbours in (2, 3, 2)],
    "onnxruntime, one picture": runtime.run(None, ones(1))[0][0].ravel(),
    **{
        f"reference, batch of {pictures}": reference.run(None, ones(pictures))[0][0].ravel()
        for pictures in (1, 2, 3)
    },
}
for name, values in rows.items():
    print(f"{name}: {' '.join(f'{value:.3f}' for value in values)}")
right, *others = rows.values()
wanted = [right, [right[0], 1, 1], [*right[:2], 1], right]
as_seen = all(np.allclose(one, other) for one, other in zip(others, wanted, strict=True))
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
