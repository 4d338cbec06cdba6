#!/usr/bin/env bash
# In a book with a cache the page of fold 2 shows the accuracy of fold 1, if their code is the same.
#
# Versions: myst-nb 1.4.0, jupyter-cache 1.0.1, sphinx 7.4.7, ipykernel 7.4.0, Python 3.11.
# Date: 2026-11-30.
# Why: each fold has a folder with its results and a page beside them, made from one template; the
#   text differs, and the cells read the files next to them.
# Expectation: nb_execution_mode = "cache" shows what "force" shows, and saves the execution of a
#   page that was executed before. A page runs in its own folder, so that pages that differ in
#   name, folder and text are each executed once.
# Behaviour: jupyter-cache knows a notebook by the text of its code cells and its kernel alone. The
#   second page with the same cells is not executed, also in a first build with an empty cache:
#   it gets the outputs of the first, with the numbers and figures of another folder, and counts as
#   executed. Which page comes first depends on the order of reading. The build succeeds under -W;
#   one line of the log, "Using cached notebook", says so, no warning. MyST-NB's documentation says
#   that a page whose cells did not change is not executed again, and that what it reads should not
#   change with time; here nothing changed, and it names neither other pages nor folders.
# Cure: write into a cell which page it is: fold = 2.
# Output seen:
#   force: fold 1 has 0.81, fold 2 has 0.82
#   cache: fold 1 has 0.81, fold 2 has 0.81
#   cache, by the cure: fold 1 has 0.81, fold 2 has 0.82
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
    myst-nb==1.4.0 jupyter-cache==1.0.1 sphinx==7.4.7 ipykernel==7.4.0
"$work/venv/bin/python" -m ipykernel install --prefix "$work/venv" --name python3 > /dev/null 2>&1
for way in force cache cure; do
    mkdir -p "$work/$way/fold1" "$work/$way/fold2"
    cd "$work/$way"
    printf 'extensions, nb_execution_mode = ["myst_nb"], "%s"\n' "${way/cure/cache}" > conf.py
    printf '# Book\n\n```{toctree}\nfold1/page\nfold2/page\n```\n' > index.md
    for fold in 1 2; do
        echo "0.8$fold" > "fold$fold/accuracy.txt"
        cat > "fold$fold/page.md" <<PAGE
---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3}
---
# Fold $fold of 2

\`\`\`{code-cell} python3
$([ "$way" = cure ] && echo "fold = $fold")
print("has", open("accuracy.txt").read())
\`\`\`
PAGE
    done
    "$work/venv/bin/python" -m sphinx -q -W -b text . "$work/$way-out" > /dev/null 2> "$work/log" ||
        { cat "$work/log"; exit 1; }
done
"$work/venv/bin/python" - "$work" <<'PYTHON'
import re
import sys
from pathlib import Path

seen = {}
for way, name in (("force", "force"), ("cache", "cache"), ("cure", "cache, by the cure")):
    pages = [Path(sys.argv[1], f"{way}-out", f"fold{fold}", "page.txt") for fold in (1, 2)]
    seen[way] = [re.search(r"^ *has (\S+)", page.read_text(), re.M).group(1) for page in pages]
    print(f"{name}: fold 1 has {seen[way][0]}, fold 2 has {seen[way][1]}")
as_seen = seen["force"] == seen["cure"] == ["0.81", "0.82"] and seen["cache"] in (
    ["0.81", "0.81"],
    ["0.82", "0.82"],
)
sys.exit(0 if as_seen else "It behaves otherwise now.")
PYTHON
