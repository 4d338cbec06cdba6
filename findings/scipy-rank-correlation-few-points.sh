#!/usr/bin/env bash
# SciPy calls the order of three layers beyond chance, with a p of exactly zero.
#
# Versions: scipy 1.17.1, numpy 2.4.6, Python 3.11. Date: 2026-11-29.
# Expectation: ranks have a known distribution, which SciPy's other rank tests use where there are few:
#   three points come in rising or falling order by chance in two of six cases, so p is 1/3.
# Behaviour: kendalltau says 1/3. spearmanr takes its t distribution and somersd its normal one however
#   few there are, and where the order is perfect the statistic is infinite: p is 0 with three points
#   as with three hundred. With five of which two have changed places p is 0.04, or 0.0003, where one
#   order in twelve is as good. Nothing is said. It is met where accuracies are held against the depth
#   of a few layers, or a few sizes of a training set. (The documentation of spearmanr says that its p
#   is for more than 500 points and shows a test by permutation; that of somersd does not.)
# Cure: permutation_test with permutation_type="pairings", or kendalltau.
# Output seen (p by spearmanr, somersd and kendalltau, and of spearmanr's statistic by all orders):
#   1 2 3: spearmanr 0.0000, somersd 0.0000, kendalltau 0.3333, all orders 0.3333
#   1 2 3 4: spearmanr 0.0000, somersd 0.0000, kendalltau 0.0833, all orders 0.0833
#   1 2 3 5 4: spearmanr 0.0374, somersd 0.0003, kendalltau 0.0833, all orders 0.0833
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check scipy==1.17.1 numpy==2.4.6
"$work/venv/bin/python" - <<'PYTHON'
import itertools
import sys

from scipy import stats


def far(order):
    """Give how far Spearman's correlation with 1, 2, 3, ... is from zero."""
    return abs(stats.spearmanr(range(len(order)), order).statistic)


found = []
for order in ([1, 2, 3], [1, 2, 3, 4], [1, 2, 3, 5, 4]):
    depth = range(len(order))
    orders = [far(one) >= far(order) - 1e-9 for one in itertools.permutations(order)]
    values = {
        "spearmanr": stats.spearmanr(depth, order).pvalue,
        "somersd": stats.somersd(depth, order).pvalue,
        "kendalltau": stats.kendalltau(depth, order).pvalue,
        "all orders": sum(orders) / len(orders),
    }
    found.append([round(float(value), 4) for value in values.values()])
    words = ", ".join(f"{name} {value:.4f}" for name, value in values.items())
    print(f"{' '.join(map(str, order))}: {words}")
wanted = [
    [0, 0, 0.3333, 0.3333],
    [0, 0, 0.0833, 0.0833],
    [0.0374, 0.0003, 0.0833, 0.0833],
]
sys.exit(0 if found == wanted else "It behaves otherwise now.")
PYTHON
