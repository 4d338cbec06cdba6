#!/usr/bin/env bash
# Where the estimator makes percent, seaborn's bars of a standard error are 100 times too short.
#
# Versions: seaborn 0.13.2, matplotlib 3.11.2, pandas 3.1.1, numpy 2.4.6, Python 3.11.
# Date: 2026-11-30.
# Why: a fold's accuracy is a share, a picture is 0 or 1, and the figure is to be in percent.
# Expectation: estimator=lambda values: 100 * values.mean() scales what is drawn, with its bar,
#   whichever kind of bar errorbar names; or a kind that does not go with an estimator is refused.
# Behaviour: "se" and "sd" are computed of the data as they are and put around the estimate, and
#   "pi" is drawn where the data are. So the bar of 80 % is 0.02 wide instead of 2, that of a sum is
#   the error of a mean, and the interval of percentiles lies at 0.8, far below the point. Only
#   "ci", the default, goes through the estimator. barplot, pointplot, lineplot and objects.Est are
#   alike. The tutorial says that the formula of the standard error is for the mean, and "ci" for
#   any estimator; the docstring names the four kinds side by side. Nothing is said, and a narrow
#   bar looks like a good result.
# Cure: multiply the column before, and leave the mean.
# Output seen (five folds, mean 0.80, standard error 0.01; lower end, height, upper end):
#   se: 79.99 80.00 80.01, cure 79.00 80.00 81.00
#   sd: 79.98 80.00 80.02, cure 77.76 80.00 82.24
#   pi: 0.77 80.00 0.83, cure 77.20 80.00 82.80
#   ci: 78.20 80.00 81.80, cure 78.20 80.00 81.80
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
    seaborn==0.13.2 matplotlib==3.11.2 pandas==3.1.1 numpy==2.4.6
MPLBACKEND=agg "$work/venv/bin/python" - <<'PYTHON'
import sys

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns

folds = pd.DataFrame({"network": "tuned", "accuracy": [0.80, 0.81, 0.79, 0.83, 0.77]})


def drawn(frame, kind, **options):
    axes = plt.figure().subplots()
    sns.barplot(frame, x="network", y="accuracy", errorbar=kind, seed=0, ax=axes, **options)
    low, high = axes.lines[0].get_ydata()
    return [round(float(value), 2) for value in (low, axes.patches[0].get_height(), high)]


percent = folds.assign(accuracy=100 * folds["accuracy"])
seen, cured = {}, {}
for kind in ("se", "sd", "pi", "ci"):
    seen[kind] = drawn(folds, kind, estimator=lambda values: 100 * values.mean())
    cured[kind] = drawn(percent, kind)
    words = [" ".join(f"{value:.2f}" for value in values) for values in (seen[kind], cured[kind])]
    print(f"{kind}: {words[0]}, cure {words[1]}")
as_seen = seen["se"] == [79.99, 80.0, 80.01] and cured["se"] == [79.0, 80.0, 81.0]
as_seen = as_seen and seen["sd"] == [79.98, 80.0, 80.02] and cured["sd"] == [77.76, 80.0, 82.24]
as_seen = as_seen and seen["pi"][2] < 1 and cured["pi"][0] > 77 and seen["ci"] == cured["ci"]
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
