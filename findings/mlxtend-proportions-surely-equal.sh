#!/usr/bin/env bash
# mlxtend's test of two proportions gives p = 1 where the first network is far better, and 0 the other way.
#
# Versions: mlxtend 0.25.0, statsmodels 0.15.0, scipy 1.17.1, numpy 2.4.6, pandas 3.1.1,
#   scikit-learn 1.9.1, matplotlib 3.11.1, Python 3.11. Date: 2026-11-30.
# Why: it is offered for comparing the accuracies of two networks on test pictures.
# Expectation: proportion_difference(accuracy, accuracy, pictures, pictures) gives the p of a test for a
#   difference: small for 0.95 against 0.50, in either order, and 1 for 0.5 against 0.5. Its docstring
#   says no more than "the p-value", and there is no argument for a side.
# Behaviour: p is the normal distribution's share below z, the chance of a first proportion that is as
#   small or smaller. Whoever passes the better network first gets a p near 1 and reports no difference;
#   who passes it second gets half of the usual p; and two equal ones get 0.5.
# Cure: 2 * norm.sf(abs(z)) of the z that it returns, or statsmodels' test_proportions_2indep.
# Output seen, of 100 pictures each (mlxtend, by the cure, statsmodels with method="wald"):
#   0.95 against 0.50: 1.0000, 0.0000, 0.0000
#   0.50 against 0.95: 0.0000, 0.0000, 0.0000
#   0.70 against 0.58: 0.9626, 0.0748, 0.0748
#   0.58 against 0.70: 0.0374, 0.0748, 0.0748
#   0.50 against 0.50: 0.5000, 1.0000, 1.0000
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check mlxtend==0.25.0 statsmodels==0.15.0 \
    scipy==1.17.1 numpy==2.4.6 pandas==3.1.1 scikit-learn==1.9.1 matplotlib==3.11.1
"$work/venv/bin/python" - <<'PYTHON'
import sys

from mlxtend.evaluate import proportion_difference
from scipy.stats import norm
from statsmodels.stats.proportion import test_proportions_2indep

found = {}
for first, second in ((95, 50), (50, 95), (70, 58), (58, 70), (50, 50)):
    z, p = proportion_difference(first / 100, second / 100, 100, 100)
    both_sides = 2 * norm.sf(abs(z))
    # The same standard error as mlxtend's.
    usual = test_proportions_2indep(first, 100, second, 100, method="wald").pvalue
    found[first, second] = [round(float(one), 4) for one in (p, both_sides, usual)]
    words = ", ".join(f"{one:.4f}" for one in found[first, second])
    print(f"{first / 100:.2f} against {second / 100:.2f}: {words}")
as_seen = found[95, 50][0] == 1 and found[50, 95][0] == 0 and found[50, 50][0] == 0.5
as_seen = as_seen and found[70, 58][0] > 0.95 and found[58, 70][0] < 0.05
as_seen = as_seen and all(cured == usual for _, cured, usual in found.values())
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
