#!/usr/bin/env bash
# Within one autocast block a network keeps answering with the weights of its first pass.
#
# Versions: torch 2.13.0 (CPU), numpy 2.4.6, Python 3.11. Date: 2026-11-29.
# Expectation: autocast costs digits. torch's documentation asks for a block around the forward pass
#   alone, and has an argument that switches a cache of weights off; a block around more, such as
#   all five folds or the whole loop, may be slower or less exact.
# Behaviour: the first pass converts each float32 weight that requires a gradient and keeps the
#   result until the outermost block ends, whatever is done to the weight. Five folds loaded into
#   one network one after the other, under no_grad, give the answer of the first five times, as
#   load_state_dict writes in place; and a loop within a block takes the gradient of its first
#   weights at every step: the loss it prints never changes, and the weights run past their aim. A
#   block inside the block does not help. Nothing is said.
# Cure: a block of its own for every pass, and none around it; or cache_enabled=False.
# Output seen:
#   five folds, a block each: 1.0 2.0 3.0 4.0 5.0
#   five folds, one block: 1.0 1.0 1.0 1.0 1.0
#   five folds, one block without cache: 1.0 2.0 3.0 4.0 5.0
#   loss over 20 steps, a block each: 4.00 to 0.00
#   loss over 20 steps, one block, and one each inside: 4.00 to 4.00
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check torch==2.13.0 numpy==2.4.6
"$work/venv/bin/python" - <<'PYTHON'
import contextlib
import sys

import torch

one = torch.ones(1, 1)
none = contextlib.nullcontext


def block(**options):
    return lambda: torch.autocast("cpu", torch.bfloat16, **options)


def folds(outer, inner):
    """Load five checkpoints, whose weights are 1 to 5, into one network and ask each for one."""
    network = torch.nn.Linear(1, 1, bias=False)
    answers = []
    with torch.no_grad(), outer():
        for fold in range(1, 6):
            network.load_state_dict({"weight": torch.full((1, 1), float(fold))})
            with inner():
                answers.append(network(one).item())
    return answers


def losses(outer, inner):
    """Train a weight from 0 towards 2."""
    network = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.zeros_(network.weight)
    optimiser = torch.optim.SGD(network.parameters(), lr=0.2)
    seen = []
    with outer():
        for _ in range(20):
            with inner():
                answer = network(one)
            loss = (answer.float() - 2).square().mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            seen.append(loss.item())
    return seen


found = {
    "a block each": folds(none, block()),
    "one block": folds(block(), none),
    "one block without cache": folds(block(cache_enabled=False), none),
}
for name, answers in found.items():
    print(f"five folds, {name}: {' '.join(map(str, answers))}")
apart, together = losses(none, block()), losses(block(), block())
for name, seen in ("a block each", apart), ("one block, and one each inside", together):
    print(f"loss over 20 steps, {name}: {seen[0]:.2f} to {seen[-1]:.2f}")
every = [1.0, 2.0, 3.0, 4.0, 5.0]
as_seen = list(found.values()) == [every, [1.0] * 5, every] and apart[-1] < 0.01
sys.exit(0 if as_seen and set(together) == {4.0} else "It behaves otherwise now.")
PYTHON
