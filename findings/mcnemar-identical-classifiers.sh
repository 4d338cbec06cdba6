#!/usr/bin/env bash
# McNemar's test with its correction calls two classifiers that answer alike certainly different.
#
# Versions: statsmodels 0.15.0, mlxtend 0.25.0, scipy 1.17.1, numpy 2.4.6, pandas 3.1.1,
#   scikit-learn 1.9.1, matplotlib 3.11.1, Python 3.11. Date: 2026-11-29.
# Expectation: where neither classifier is right more often than the other, nothing speaks for a
#   difference: p is 1, and it falls as the two come apart.
# Behaviour: statsmodels' mcnemar(exact=False), whose correction is on by default, and mlxtend's
#   mcnemar by default give p = 0 and an infinite statistic, with no more than a warning of a
#   division by zero, where both are right on the same pictures. With 5 pictures won by each p is
#   0.75, and with 5 against 6 it rises to 1: the distance from zero is taken after one has been
#   taken off, so that none becomes one. It is met on small test sets, in seeds or layers of one
#   network, where few pictures or none are told apart.
# Cure: the exact test (statsmodels' default), which is a binomial test and right in all of these.
# Output seen:
#   won 0 and 0: statsmodels 0.00, mlxtend 0.00, exact 1.00
#   won 5 and 5: statsmodels 0.75, mlxtend 0.75, exact 1.00
#   won 5 and 6: statsmodels 1.00, mlxtend 1.00, exact 1.00
#   won 4 and 6: statsmodels 0.75, mlxtend 0.75, exact 0.75
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check statsmodels==0.15.0 mlxtend==0.25.0 \
    scipy==1.17.1 numpy==2.4.6 pandas==3.1.1 scikit-learn==1.9.1 matplotlib==3.11.1
"$work/venv/bin/python" -W ignore::RuntimeWarning - <<'PYTHON'
import sys

import numpy as np
from mlxtend.evaluate import mcnemar as of_mlxtend
from statsmodels.stats.contingency_tables import mcnemar

found = {}
for one, other in ((0, 0), (5, 5), (5, 6), (4, 6)):
    # Right and wrong of the first classifier by right and wrong of the second.
    table = np.array([[80, one], [other, 10]])
    found[one, other] = values = (
        mcnemar(table, exact=False).pvalue,
        of_mlxtend(table)[1],
        mcnemar(table).pvalue,
    )
    words = ("{} {:.2f}".format(*pair) for pair in zip(("statsmodels", "mlxtend", "exact"), values))
    print(f"won {one} and {other}: {', '.join(words)}")
as_seen = (
    found[0, 0][:2] == (0, 0)
    and max(found[5, 5][:2]) < 0.8
    and min(found[5, 6][:2]) == 1
    and all(exact == 1 for (one, other), (*_, exact) in found.items() if other - one < 2)
)
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
