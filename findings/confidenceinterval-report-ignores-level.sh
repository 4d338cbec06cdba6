#!/usr/bin/env bash
# confidenceinterval's report keeps most of its intervals at 95%, whatever level it is asked for.
#
# Versions: confidenceinterval 1.0.5, statsmodels 0.15.0, scikit-learn 1.9.1, scipy 1.17.1,
#   pandas 3.1.1, numpy 2.4.6, Python 3.11. Date: 2026-12-01.
# Why: its report has the precision, recall and F1 of each class with intervals, for a table.
# Expectation: classification_report_with_ci(..., confidence_level=0.99), which its docstring calls
#   the level, gives intervals of 99%, as its recall_score and f1_score do. The README names the
#   level of these confidence_interval.
# Behaviour: the level reaches the F1 of the single classes only. Precision and recall of each
#   class, and the rows micro and macro, are of 95% at 0.5 and at 0.99, side by side with the
#   others: at 0.99 the recall of a class is given 0.14 wide and is 0.19 wide. And f1_score takes
#   confidence_interval=0.99 without complaint, and drops it. Nothing in the table says so.
# Cure: one score at a time, with confidence_level=.
# Output seen (300 pictures of 3 classes; F1 and recall of the first in the report, that recall by
#   itself and by statsmodels, the micro F1 with confidence_interval and with confidence_level):
#   0.5: 0.832-0.873, 0.756-0.899, 0.814-0.863, 0.814-0.863, 0.817-0.896, 0.843-0.870
#   0.95: 0.793-0.913, 0.756-0.899, 0.756-0.899, 0.756-0.899, 0.817-0.896, 0.817-0.896
#   0.99: 0.774-0.932, 0.756-0.899, 0.725-0.913, 0.725-0.913, 0.817-0.896, 0.805-0.909
#   3 of 15 intervals moved: Class 0 F1-Score CI, Class 1 F1-Score CI, Class 2 F1-Score CI
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
    confidenceinterval==1.0.5 scikit-learn==1.9.1 statsmodels==0.15.0 \
    scipy==1.17.1 pandas==3.1.1 numpy==2.4.6
"$work/venv/bin/python" - <<'PYTHON'
import sys

from confidenceinterval import classification_report_with_ci, f1_score, recall_score
from statsmodels.stats.proportion import proportion_confint

table = [[84, 10, 6], [4, 91, 5], [9, 9, 82]]
label = [row for row in range(3) for column in range(3) for _ in range(table[row][column])]
answer = [column for row in range(3) for column in range(3) for _ in range(table[row][column])]


def text(interval):
    return f"{interval[0]:.3f}-{interval[1]:.3f}"


def report(level):
    table = classification_report_with_ci(label, answer, confidence_level=level).set_index("Class")
    rows = table[["Precision CI", "Recall CI", "F1-Score CI"]]
    cells = {(row, column): text(rows.loc[row, column]) for row in rows.index for column in rows}
    return cells, float(table.loc["Class 0", "Recall"])


first = [int(one == 0) for one in label], [int(one == 0) for one in answer]
seen, reports = {}, {}
for level in (0.5, 0.95, 0.99):
    reports[level], recall = report(level)
    by_itself = recall_score(*first, confidence_level=level, average="binary", method="wilson")[1]
    seen[level] = [
        reports[level]["Class 0", "F1-Score CI"],
        reports[level]["Class 0", "Recall CI"],
        text(by_itself),
        text(proportion_confint(round(recall * 100), 100, alpha=1 - level, method="wilson")),
        text(f1_score(label, answer, confidence_interval=level)[1]),
        text(f1_score(label, answer, confidence_level=level)[1]),
    ]
    print(f"{level}:", ", ".join(seen[level]))
moved = [cell for cell in reports[0.5] if reports[0.5][cell] != reports[0.99][cell]]
print(f"{len(moved)} of {len(reports[0.5])} intervals moved:", ", ".join(map(" ".join, moved)))
unmoved, others = (1, 4), (0, 2, 3, 5)
as_seen = all(len({some[place] for some in seen.values()}) == 1 for place in unmoved)
as_seen = as_seen and all(len({some[place] for some in seen.values()}) == 3 for place in others)
as_seen = as_seen and all(some[2] == some[3] for some in seen.values())
as_seen = as_seen and seen[0.95][1] == seen[0.95][3] and seen[0.95][4] == seen[0.95][5]
as_seen = as_seen and moved == [(f"Class {one}", "F1-Score CI") for one in range(3)]
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
