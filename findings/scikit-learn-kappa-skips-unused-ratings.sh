#!/usr/bin/env bash
# One more picture that both people rate alike lowers scikit-learn's weighted kappa, 0.83 to 0.76.
#
# Versions: scikit-learn 1.9.1, scipy 1.17.1, numpy 2.4.6, Python 3.11. Date: 2026-11-30.
# Why: two people, or a person and a network, rate pictures from 1 to 5 or from bad to good.
# Expectation: cohen_kappa_score(..., weights="quadratic") counts a 3 beside a 5 as four times as
#   bad as a 3 beside a 4: the numbers say how far. Of names it asks for the order, or raises.
# Behaviour: the distance is that of places in the sorted list of the labels that occur. Where
#   nobody gave a 4, a 3 beside a 5 is one step, and a kappa of 0.74 becomes 0.83; the first 4
#   brings it down, although both gave it. On small folds the scale changes from fold to fold. Names
#   are sorted by the alphabet: bad, good, neutral. A network that takes bad for neutral then counts
#   as worse than one that takes bad for good; with the right order it is the other way round.
#   The docstring has "linear" and "quadratic weighting" and names no distance; of `labels` it says
#   that they index the matrix and may select a subset. Nothing is said.
# Cure: labels=[1, 2, 3, 4, 5], or labels=["bad", "neutral", "good"], all of them and in order.
# Output seen (quadratic, as it is and by the cure):
#   ten pictures, nobody gave a 4: 0.83, cure 0.74
#   one more, both gave a 4: 0.76, cure 0.76
#   bad taken for neutral: 0.50, cure 0.86
#   bad taken for good: 0.86, cure 0.50
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
    scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6
"$work/venv/bin/python" -W error - <<'PYTHON'
import sys

from sklearn.metrics import cohen_kappa_score

first, second = [1, 2, 3, 5, 5, 1, 2, 3, 2, 1], [1, 3, 3, 3, 5, 1, 2, 5, 2, 2]
names = ["bad", "neutral", "good"]
truth = names * 10
seen = []
for title, one, other, scale in (
    ("ten pictures, nobody gave a 4", first, second, [1, 2, 3, 4, 5]),
    ("one more, both gave a 4", [*first, 4], [*second, 4], [1, 2, 3, 4, 5]),
    ("bad taken for neutral", truth, ["neutral", "neutral", "good"] * 5 + names * 5, names),
    ("bad taken for good", truth, ["good", "neutral", "good"] * 5 + names * 5, names),
):
    kappa = cohen_kappa_score(one, other, weights="quadratic")
    cured = cohen_kappa_score(one, other, weights="quadratic", labels=scale)
    seen.append((round(float(kappa), 2), round(float(cured), 2)))
    print("{}: {:.2f}, cure {:.2f}".format(title, *seen[-1]))
as_seen = seen == [(0.83, 0.74), (0.76, 0.76), (0.5, 0.86), (0.86, 0.5)]
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
