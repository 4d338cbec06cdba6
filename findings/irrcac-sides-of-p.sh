#!/usr/bin/env bash
# irrCAC gives the same coefficient a p of 0.04 or 0.07, and one below zero a p of 0.003 or 1.
#
# Versions: irrCAC 0.4.4, pandas 2.3.3, scipy 1.12.0, numpy 1.26.4, Python 3.11.
# Date: 2026-11-30.
# Why: two people label pictures, and several coefficients of agreement are reported side by side.
# Expectation: each coefficient comes with its standard error, z, a 95 % interval and p, all of one
#   kind, so that p is below 0.05 where the interval leaves 0 out. With two labels that are equally
#   frequent, all coefficients (but for a correction in Krippendorff's) are the same number.
# Behaviour: of answers picture by picture (irrCAC.raw), p has two sides but for Brennan and
#   Prediger's, where it is half of that. Of the table of two people's answers (irrCAC.table), p has
#   two sides for Cohen's kappa; for the others a negative coefficient is set to 0 first, and
#   p is 1, beside an interval that ends far below 0. So of two people who answer against each
#   other, as where one has the labels the wrong way round, Cohen's kappa says so and Scott's pi,
#   the same number with the same error, sees nothing. The documentation has "p_value" and names
#   no side; nothing is said.
# Cure: 2 * scipy.stats.t.sf(abs(z), pictures - 1) of the z that is returned.
# Output seen (coefficient, standard error, end of the interval next to 0, p, p by the cure):
#   14 of 20 alike, raw, fleiss: 0.40, 0.21, -0.04; p 0.072, 0.072
#   14 of 20 alike, raw, gwet: 0.40, 0.21, -0.04; p 0.072, 0.072
#   14 of 20 alike, raw, conger: 0.40, 0.21, -0.04; p 0.072, 0.072
#   14 of 20 alike, raw, bp: 0.40, 0.21, -0.04; p 0.036, 0.072
#   4 of 20 alike, table, cohen: -0.60, 0.18, -0.23; p 0.003, 0.003
#   4 of 20 alike, table, scott: -0.60, 0.18, -0.23; p 1.000, 0.003
#   4 of 20 alike, table, gwet: -0.60, 0.18, -0.23; p 1.000, 0.003
#   4 of 20 alike, table, bp: -0.60, 0.18, -0.23; p 1.000, 0.003
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
    irrCAC==0.4.4 pandas==2.3.3 scipy==1.12.0 numpy==1.26.4
"$work/venv/bin/python" -W ignore - <<'PYTHON'
import sys

import numpy as np
import pandas as pd
from irrCAC import raw, table
from scipy.stats import t

agree, differ = [(0, 0), (1, 1)], [(0, 1), (1, 0)]
seen = {}
for title, form, answers, methods in (
    ("14 of 20 alike, raw", "raw", agree * 7 + differ * 3, ("fleiss", "gwet", "conger", "bp")),
    ("4 of 20 alike, table", "table", agree * 2 + differ * 8, ("cohen", "scott", "gwet", "bp")),
):
    frame = pd.DataFrame(answers, columns=["first", "second"])
    if form == "raw":
        result = raw.CAC(frame)
    else:
        result = table.CAC(pd.crosstab(frame["first"], frame["second"]))
    for method in methods:
        found = getattr(result, method)()["est"]
        keys = ("coefficient_value", "se", "z", "p_value", "confidence_interval")
        value, error, z, p, low, high = np.hstack([np.ravel(found[key]) for key in keys])
        end, cured = min(low, high, key=abs), 2 * t.sf(abs(z), len(answers) - 1)
        seen[method, form] = [round(float(number), 3) for number in (value, error, end, p, cured)]
        print(f"{title}, {method}: {value:.2f}, {error:.2f}, {end:.2f}; p {p:.3f}, {cured:.3f}")
same = [seen[key][:3] for key in seen]  # Within a form all methods agree but for p.
as_seen = all(one == same[0] for one in same[:4]) and all(one == same[4] for one in same[4:])
found = [seen[key][3] for key in seen]
as_seen = as_seen and found == [0.072, 0.072, 0.072, 0.036, 0.003, 1.0, 1.0, 1.0]
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
