#!/usr/bin/env bash
# Which of two networks has the smaller log loss depends on the type that its probabilities are kept in.
#
# Versions: scikit-learn 1.9.1, scipy 1.17.1, numpy 2.4.6, Python 3.11. Date: 2026-11-29.
# Expectation: probabilities in half precision have three digits, and so has what is computed from them.
#   Small ones are kept well: float16 goes down to 0.00000006, and 0.0001 is off by a few thousandths.
# Behaviour: log_loss, and neg_log_loss with it, cuts probabilities off at the distance from 1 to the next
#   number of their type: 0.001 in float16, 0.0000001 in float32. A wrong answer of 0.0001 costs 6.9
#   nats instead of 9.2; whatever is surer costs no more. The network that is too sure of itself gains
#   most, and wins. The documentation names the bound, and nothing is said where it is reached. Brier's
#   score is the same to three digits.
# Cure: .astype(float) before; what half precision made 0 or 1 is lost, so keep logits.
# Output seen, for 1000 pictures and two networks, one sure to 0.998 and one to 0.99997:
#   careful, 115 wrong: float64 0.716, float32 0.716, float16 0.718
#   too sure, 100 wrong: float64 1.041, float32 1.041, float16 0.694
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
    scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6
"$work/venv/bin/python" - <<'PYTHON'
import sys

import numpy as np
from sklearn.metrics import brier_score_loss, log_loss

numbers = np.arange(1000)
labels = numbers % 2
found = []
for name, sure, wrong in (("careful", 0.998, 115), ("too sure", 0.99997, 100)):
    positive = np.where((labels == 1) == (numbers >= wrong), sure, 1 - sure)
    kinds = {kind.__name__: positive.astype(kind) for kind in (np.float64, np.float32, np.float16)}
    losses = {kind: round(float(log_loss(labels, one)), 3) for kind, one in kinds.items()}
    brier = {round(float(brier_score_loss(labels, one)), 3) for one in kinds.values()}
    found.append((*losses.values(), len(brier)))
    words = ", ".join(f"{kind} {loss:.3f}" for kind, loss in losses.items())
    print(f"{name}, {wrong} wrong: {words}")
(exact, single, half, one), (exact_too, single_too, half_too, same) = found
as_seen = exact == single < exact_too == single_too and half_too < half and one == same == 1
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
