#!/usr/bin/env bash
# papermill does not know a parameter that is annotated `int | None`, and cuts a default at its #.
#
# Versions: papermill 2.7.0, nbformat 5.11.1, ipykernel 7.4.0, Python 3.11. Date: 2026-11-30.
# Why: what may be left out of a parametrised notebook is written `int | None` since Python 3.10, and
#   formatters rewrite Optional[int] so.
# Expectation: inspect_notebook and --help-notebook list the names that the cell tagged `parameters`
#   assigns, with their types and defaults, as Python reads the cell.
# Behaviour: it is read line by line with a regular expression. In an annotation that may have
#   letters, brackets and commas: with a | the parameter is not listed, and that it is given is warned
#   of as unknown, though the notebook gets it. The default "#1 of 5" ends at its #, which opens the
#   parameter's help.
# Cure: Optional[int], or int with "None: all" in the comment; colours and numbers without a #.
# Output seen:
#   Optional[int]: listed
#   int | None: not listed
#   default of title: '"fold', help: '1 of 5"'
#   Passed unknown parameter: iterations
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
    papermill==2.7.0 nbformat==5.11.1 ipykernel==7.4.0
"$work/venv/bin/python" -m ipykernel install --prefix "$work/venv" --name python3 > /dev/null 2>&1
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import logging
import sys

import nbformat
import papermill

cell = nbformat.v4.new_code_cell(
    "from typing import Optional\n\n"
    "limit: Optional[int] = None\n"
    "iterations: int | None = None\n"
    'title: str = "fold #1 of 5"\n',
    metadata={"tags": ["parameters"]},
)
kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
shown = nbformat.v4.new_code_cell("print(iterations)")
notebook = nbformat.v4.new_notebook(cells=[cell, shown], metadata={"kernelspec": kernel})
nbformat.write(notebook, "in.ipynb")

listed = papermill.inspect_notebook("in.ipynb")
for annotation, name in (("Optional[int]", "limit"), ("int | None", "iterations")):
    print(f"{annotation}: {'' if name in listed else 'not '}listed")
title = listed["title"]
print(f"default of title: {title['default']!r}, help: {title['help']!r}")

told = []
logger = logging.getLogger("papermill")
logger.propagate = False
logger.setLevel(logging.WARNING)
logger.addFilter(lambda record: told.append(record.getMessage()))
done = papermill.execute_notebook("in.ipynb", "out.ipynb", {"iterations": 3}, progress_bar=False)
print(*told, sep="\n")
as_seen = (
    list(listed) == ["limit", "title"]
    and (title["default"], title["help"]) == ('"fold', '1 of 5"')
    and told == ["Passed unknown parameter: iterations"]
    and done.cells[-1].outputs[0].text == "3\n"
)
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
