#!/usr/bin/env bash
# onnx2torch adds up from the end what ONNX adds up from the start: a chance of 0.3 becomes 0.8.
#
# Versions: onnx2torch 1.5.15, onnx 1.23.2, onnxruntime 1.32.0, torch 2.13.0 (CPU), torchvision
#   0.28.0, numpy 2.4.6, Python 3.11. Date: 2026-12-01.
# Why: a network for ratings gives the chance of each, and by CumSum that of at most each; as ONNX
#   it goes from one framework to another.
# Expectation: CumSum goes from the start to the end: ONNX says of its attribute "reverse" that it
#   is 0 unless set. onnx.checker finds the model valid; onnxruntime and ONNX's evaluator agree.
# Behaviour: onnx2torch takes 1 where the attribute is not set, and adds up from the end to the
#   start, so that "at most 3 of 5" is what "3 or more" is. Where it says 0, all is right. torch's
#   former exporter (dynamo=False) leaves it out, the present one says 0; so the same network comes
#   back right or wrong. The shapes, and the fact that all chances are between 0 and 1, are as they
#   should be. Nothing is said.
# Upstream: no issue of it was found.
# Cure: set reverse=0 in each CumSum of the model that has none.
# Output seen (chances of 1 to 5, then of at most 1 to at most 5):
#   each: 0.1 0.1 0.1 0.2 0.5
#   by hand: 0.1 0.2 0.3 0.5 1.0
#   not set: onnxruntime 0.1 0.2 0.3 0.5 1.0, onnx 0.1 0.2 0.3 0.5 1.0, onnx2torch 1.0 0.9 0.8 0.7 0.5
#   set to 0: onnxruntime 0.1 0.2 0.3 0.5 1.0, onnx 0.1 0.2 0.3 0.5 1.0, onnx2torch 0.1 0.2 0.3 0.5 1.0
#   set to 1: onnxruntime 1.0 0.9 0.8 0.7 0.5, onnx 1.0 0.9 0.8 0.7 0.5, onnx2torch 1.0 0.9 0.8 0.7 0.5
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check onnx2torch==1.5.15 onnx==1.23.2 \
    onnxruntime==1.32.0 torch==2.13.0 torchvision==0.28.0 numpy==2.4.6
"$work/venv/bin/python" - <<'PYTHON'
import sys

import torch

try:
    import torchvision  # noqa: F401
except RuntimeError:
    # A CPU build of torch beside torchvision's wheel for CUDA, whose operators are not needed here.
    library = torch.library.Library("torchvision", "FRAGMENT")
    for operator in ("nms", "qnms"):
        library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
import numpy as np
import onnx
import onnx2torch
import onnxruntime
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

each = np.array([[0.1, 0.1, 0.1, 0.2, 0.5]], np.float32)


def text(chances):
    return " ".join(f"{chance:.1f}" for chance in chances)


def model(**attributes):
    made = helper.make_graph(
        [helper.make_node("CumSum", ["each", "axis"], ["at_most"], **attributes)],
        "ratings",
        [helper.make_tensor_value_info("each", TensorProto.FLOAT, [1, 5])],
        [helper.make_tensor_value_info("at_most", TensorProto.FLOAT, [1, 5])],
        [helper.make_tensor("axis", TensorProto.INT64, [], [1])],
    )
    made = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(made, full_check=True)
    return made


print("each:", text(each[0]))
by_hand = [sum(each[0][: place + 1]) for place in range(5)]
print("by hand:", text(by_hand))
seen = {}
ways = ("not set", {}), ("set to 0", {"reverse": 0}), ("set to 1", {"reverse": 1})
for name, attributes in ways:
    made = model(**attributes)
    session = onnxruntime.InferenceSession(made.SerializeToString())
    seen[name] = {
        "onnxruntime": text(session.run(None, {"each": each})[0][0]),
        "onnx": text(ReferenceEvaluator(made).run(None, {"each": each})[0][0]),
        "onnx2torch": text(onnx2torch.convert(made)(torch.from_numpy(each))[0].tolist()),
    }
    print(f"{name}:", ", ".join(f"{way} {chances}" for way, chances in seen[name].items()))
forward, backward = text(by_hand), "1.0 0.9 0.8 0.7 0.5"
as_seen = list(seen["not set"].values()) == [forward, forward, backward]
as_seen = as_seen and set(seen["set to 0"].values()) == {forward}
as_seen = as_seen and set(seen["set to 1"].values()) == {backward}
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
