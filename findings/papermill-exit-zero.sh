#!/usr/bin/env bash
# A notebook that calls sys.exit(0) half-way is, to papermill, one that ran.
#
# Versions: papermill 2.7.0, nbclient 0.11.0, ipykernel 7.4.0, Python 3.11. Date: 2026-11-28.
# Expectation: execute_notebook raises, as it does for any other exception in a cell, or at least
#   says that the cells behind were not run.
# Behaviour: it returns normally. The cell has an output of type error (SystemExit), the cells behind
#   it were never run, and a build that trusts the return installs half a chapter.
# Cure: after papermill, look for outputs of type error and for cells without an execution count.
# Output seen:
#   papermill returned; execution counts [1, None], outputs of type error: 1
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
    papermill==2.7.0 nbclient==0.11.0 ipykernel==7.4.0
"$work/venv/bin/python" -m ipykernel install --prefix "$work/venv" --name python3 > /dev/null 2>&1
cd "$work"
"$work/venv/bin/python" - 2> "$work/log" <<'PYTHON'
import sys

import nbformat
import papermill

cells = [nbformat.v4.new_code_cell(code) for code in ("import sys; sys.exit(0)", "print('behind')")]
kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
nbformat.write(notebook, "in.ipynb")
papermill.execute_notebook("in.ipynb", "out.ipynb", progress_bar=False)
done = nbformat.read("out.ipynb", 4).cells
counts = [cell.execution_count for cell in done]
errors = sum(output.output_type == "error" for cell in done for output in cell.outputs)
print(f"papermill returned; execution counts {counts}, outputs of type error: {errors}")
sys.exit(0 if (counts, errors) == ([1, None], 1) else "It behaves otherwise now.")
PYTHON
