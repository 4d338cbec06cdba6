#!/usr/bin/env bash
# papermill hands a tuple to the notebook as text, and the number that is a key as text, too.
#
# Versions: papermill 2.7.0, nbclient 0.11.0, nbformat 5.11.1, ipykernel 7.4.0, Python 3.11.
# Date: 2026-11-29.
# Expectation: parameters arrive as they were given, or execute_notebook raises, as it does for a set,
#   a range, a date and a whole number of NumPy's. A tuple might arrive as a list, which it is in the
#   metadata of the notebook that comes out.
# Behaviour: (1, 2) arrives as the six characters "(1, 2)", at any depth, and the key 1 as "1". A loop
#   over the folds runs six times, over brackets and commas; the question whether "1" is among them is
#   answered yes; a rate that is looked up by its fold is not found, and get() gives the default. The
#   cell of the parameters looks right at a glance, and nothing is said. Known for tuples (papermill
#   issue 586).
# Cure: lists, and lists of pairs; or isinstance in the notebook's first cell.
# Output seen:
#   folds arrive as '(1, 2)', 6 of them; the metadata have [1, 2]
#   rates arrive as {'1': 0.1}; that of fold 1 is None
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
    papermill==2.7.0 nbclient==0.11.0 nbformat==5.11.1 ipykernel==7.4.0
"$work/venv/bin/python" -m ipykernel install --prefix "$work/venv" --name python3 > /dev/null 2>&1
cd "$work"
"$work/venv/bin/python" - 2> "$work/log" <<'PYTHON'
import json
import sys

import nbformat
import papermill

parameters = nbformat.v4.new_code_cell("folds, rates = [], {}", metadata={"tags": ["parameters"]})
code = nbformat.v4.new_code_cell("print(repr(folds), len(folds), rates, rates.get(1), sep='|')")
kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
notebook = nbformat.v4.new_notebook(cells=[parameters, code], metadata={"kernelspec": kernel})
nbformat.write(notebook, "in.ipynb")
given = {"folds": (1, 2), "rates": {1: 0.1}}
papermill.execute_notebook("in.ipynb", "out.ipynb", given, progress_bar=False)
with open("out.ipynb") as file:
    done = json.load(file)
kept = done["metadata"]["papermill"]["parameters"]["folds"]
seen = "".join(done["cells"][-1]["outputs"][0]["text"]).strip().split("|")
folds, count, rates, rate = seen
print(f"folds arrive as {folds}, {count} of them; the metadata have {kept}")
print(f"rates arrive as {rates}; that of fold 1 is {rate}")
as_seen = seen == ["'(1, 2)'", "6", "{'1': 0.1}", "None"] and kept == [1, 2]
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
