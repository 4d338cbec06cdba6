#!/usr/bin/env bash
# The same labels give torch another weighted loss when they are written as shares of the answers.
#
# Versions: torch 2.13.0 (CPU), numpy 2.4.6, Python 3.11. Date: 2026-11-30.
# Why: five people label a picture. Training on the majority and on their shares is to be compared, with
#   weights, as sentiments are not equally frequent.
# Expectation: CrossEntropyLoss(weight=...) takes a class's number or its probabilities, and where these
#   are 0 and 1 the loss is the same. So it is without weights.
# Behaviour: with numbers the mean divides by the weights of the labels in the batch, with probabilities
#   by the number of pictures (the two formulas of the documentation say so). Of the rare class, the
#   probabilities give a loss and a gradient as many times larger as its weight. With numbers the
#   weights cancel in a batch that has one class, and in each batch of one: accumulated gradients of
#   single pictures are those without any weights, while with probabilities they are weighted.
# Cure: reduction="none", and one denominator for both.
# Output seen (weights 1 and 9; numbers, probabilities; loss, and length of its gradient):
#   9 frequent, 1 rare: 0.813, 1.464 and 0.521, 0.937
#   10 frequent: 0.313, 0.313 and 0.120, 0.120
#   10 rare: 1.313, 11.819 and 0.327, 2.942
#   10 rare, without weights: 1.313, 1.313 and 0.327, 0.327
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check torch==2.13.0 numpy==2.4.6
"$work/venv/bin/python" - <<'PYTHON'
import math
import sys

import torch
from torch.nn import CrossEntropyLoss
from torch.nn.functional import one_hot

weights = torch.tensor([1.0, 9.0])
batches = {
    "9 frequent, 1 rare": ([0] * 9 + [1], weights),
    "10 frequent": ([0] * 10, weights),
    "10 rare": ([1] * 10, weights),
    "10 rare, without weights": ([1] * 10, None),
}
ratios = []
for name, (labels, weight) in batches.items():
    labels = torch.tensor(labels)
    losses, lengths = [], []
    for target in (labels, one_hot(labels, 2).float()):
        # A network that prefers the frequent class.
        logits = torch.tensor([[1.0, 0.0]] * 10, requires_grad=True)
        loss = CrossEntropyLoss(weight=weight)(logits, target)
        loss.backward()
        losses.append(loss.item())
        lengths.append(logits.grad.norm().item())
    first, second = (", ".join(f"{one:.3f}" for one in two) for two in (losses, lengths))
    print(f"{name}: {first} and {second}")
    ratios.append((losses[1] / losses[0], lengths[1] / lengths[0]))
wanted = (1.8, 1, 9, 1)
as_seen = all(
    math.isclose(ratio, right, rel_tol=1e-4)
    for both, right in zip(ratios, wanted, strict=True)
    for ratio in both
)
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
