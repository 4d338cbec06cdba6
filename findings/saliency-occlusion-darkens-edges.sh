#!/usr/bin/env bash
# The occlusion map of PAIR's saliency shows a centre, although the network looks everywhere alike.
#
# Versions: saliency 0.2.1, captum 0.9.0, torch 2.13.0 (CPU), numpy 2.4.6, Python 3.11.
# Date: 2026-11-30.
# Why: "people and networks look at the centre" is a finding of saliency studies, and here an artefact.
# Expectation: a window is moved over the picture, and a pixel gets the mean of what the windows that
#   cover it take from the score, as with captum. Where each pixel counts alike, the map is flat.
# Behaviour: GetMask adds up and does not divide. 225 windows of 15 x 15 cover a pixel inside, 15 one at
#   the edge and a single one the corner. The map of the mean brightness, to which all pixels add the
#   same, is 225 times as bright inside as in the corners. A correlation with a map of where people
#   look, or with the distance from the centre, is that of the windows.
# Cure: divide by GetMask's answer for a function whose score falls by one under any window, as below.
# Output seen, for a white picture of 64 x 64 and the mean brightness (corner, edge, centre):
#   saliency: 0.05, 0.82, 12.36
#   captum: 0.05, 0.05, 0.05
#   by the cure: 0.05, 0.05, 0.05
#   correlation of the map with nearness to the centre: 0.90
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check saliency==0.2.1 captum==0.9.0 \
    torch==2.13.0 numpy==2.4.6
"$work/venv/bin/python" -W ignore - <<'PYTHON'
import sys

import captum.attr
import numpy as np
import saliency.core as saliency
import torch


def brightness(pictures, call_model_args=None, expected_keys=None):
    return {saliency.OUTPUT_LAYER_VALUES: pictures.mean((1, 2))}


def one_for_any(pictures, call_model_args=None, expected_keys=None):
    return {saliency.OUTPUT_LAYER_VALUES: (pictures.min((1, 2)) > 0).astype(float)}


white = np.ones((64, 64))
summed = saliency.Occlusion().GetMask(white, brightness)
windows = saliency.Occlusion().GetMask(white, one_for_any)
averaged = captum.attr.Occlusion(lambda pictures: pictures.mean((1, 2)))
averaged = averaged.attribute(torch.ones(1, 64, 64), sliding_window_shapes=(15, 15))[0].numpy()
found = []
for name, drawn in (
    ("saliency", summed),
    ("captum", averaged),
    ("by the cure", summed / windows),
):
    found.append((drawn[0, 0], drawn[0, 32], drawn[32, 32]))
    print(f"{name}: " + ", ".join(f"{value:.2f}" for value in found[-1]))
rows, columns = np.indices((64, 64)) - 31.5
near = np.corrcoef(summed.ravel(), -np.hypot(rows, columns).ravel())[0, 1]
print(f"correlation of the map with nearness to the centre: {near:.2f}")
(corner, edge, centre), captums, cured = found
as_seen = np.allclose([edge / corner, centre / corner], [15, 225]) and near > 0.8
as_seen = as_seen and np.ptp(captums) < 1e-6 and np.ptp(cured) < 1e-9
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
