#!/usr/bin/env bash
# jupytext makes comments of sums where a variable has the name of a shell command: cat += 1.
#
# Versions: jupytext 1.19.6, ipython 9.18.1, Python 3.11. Date: 2026-11-30.
# Why: notebooks are kept as scripts for review and are run as such on a cluster, where nobody looks.
# Expectation: a notebook written as .py computes what the notebook computes. Only what is no Python,
#   such as %matplotlib or "ls folder", becomes a comment, and comes back on the way to the notebook.
# Behaviour: a line that begins with cat, cd, cp, ls, mv, rm, copy, echo or another such word and a space
#   is taken for a command unless "=" or a comma is next. cat = 3 stays (known: jupytext issue 339);
#   cat += 1, ls += [loss] and mv -= rate * slope become comments, also where the variable was made
#   in the line above, in the light and the percent format. IPython takes them for Python. The script
#   runs to its end with other numbers. The round trip, which --test checks, is exact.
# Cure: --opt comment_magics=false, or other names.
# Output seen:
#   of 4 pictures: the notebook counts {'cat': 2, 'dog': 2}, its script {'cat': 0, 'dog': 2}
#   the script has: # cat += pictures.count("c") ... dog += pictures.count("d")
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check jupytext==1.19.6 ipython==9.18.1
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys

import jupytext
import nbformat
from IPython.core.interactiveshell import InteractiveShell

cells = (
    'pictures = "cddc"\ncat, dog = 0, 0',
    'cat += pictures.count("c")\ndog += pictures.count("d")',
)
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
notebook.metadata.kernelspec = {"name": "python3", "display_name": "3", "language": "python"}
shell = InteractiveShell()
for cell in notebook.cells:
    shell.run_cell(cell.source).raise_error()
exact = True
counted = [{name: shell.user_ns[name] for name in ("cat", "dog")}]
for form in ("py:light", "py:percent"):
    script = jupytext.writes(notebook, form)
    names = {}
    exec(script, names)
    counted.append({name: names[name] for name in ("cat", "dog")})
    back = jupytext.reads(script, form)
    exact = exact and [cell.source for cell in back.cells] == list(cells)
print(f"of 4 pictures: the notebook counts {counted[0]}, its script {counted[1]}")
print("the script has:", " ... ".join(line for line in script.splitlines() if "+=" in line))
right, wrong = {"cat": 2, "dog": 2}, {"cat": 0, "dog": 2}
as_seen = counted == [right, wrong, wrong] and exact
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
