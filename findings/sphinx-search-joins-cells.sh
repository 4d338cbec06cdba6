#!/usr/bin/env bash
# Sphinx's search cannot find the numbers of an HTML table: neighbouring cells become one word.
#
# Versions: Sphinx 7.4.7 and 9.0.4, Python 3.11 and newer. Date: 2026-11-29.
# Expectation: what a page shows as a table, whether written in reStructuredText or put there as HTML
#   (as notebooks do with the tables of pandas), can be found by the words of its cells.
# Behaviour: for the index, tags of raw HTML are removed and nothing is put in their place. Two cells
#   without white space between them, which a browser sets apart, end up as one word: of 0.833 beside
#   0.024 Sphinx 7 knows "0", "8330" and "024"; words are joined the same way, across rows, too. The
#   same table in reStructuredText gives all of its words. (Sphinx 9 leaves numbers out of the index;
#   with Sphinx 7 the search in the browser ignores them, unless the language's splitter is replaced.)
# Cure: write white space between the cells.
# Output seen:
#   Sphinx 7.4.7: raw HTML knows ['024', '8330', 'frozentuned0'], the list table ['024', '833', 'frozen', 'tune']
#   Sphinx 9.0.4: raw HTML knows ['frozentuned0'], the list table ['frozen', 'tune']
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
mkdir "$work/raw" "$work/table"
touch "$work/raw/conf.py" "$work/table/conf.py"
cat > "$work/raw/index.rst" <<'PAGE'
Title
=====

.. raw:: html

   <table><tr><td>frozen</td><td>tuned</td></tr><tr><td>0.833</td><td>0.024</td></tr></table>
PAGE
cat > "$work/table/index.rst" <<'PAGE'
Title
=====

.. list-table::

   * - frozen
     - tuned
   * - 0.833
     - 0.024
PAGE
for version in 7.4.7 9.0.4; do
    python3 -m venv "$work/$version"
    "$work/$version/bin/pip" install -q --disable-pip-version-check "sphinx==$version"
    for kind in raw table; do
        "$work/$version/bin/sphinx-build" -q "$work/$kind" "$work/$version-$kind"
    done
    "$work/$version/bin/python" - "$version" "$work/$version-raw" "$work/$version-table" <<'PYTHON'
import json
import sys
from pathlib import Path

version, *books = sys.argv[1:]
known = []
for book in books:
    index = Path(book, "searchindex.js").read_text()
    words = json.loads(index[index.index("{") : index.rindex("}") + 1])["terms"]
    known.append(sorted(one for one in words if one not in ("0", "titl")))
print(f"Sphinx {version}: raw HTML knows {known[0]}, the list table {known[1]}")
numbers = [["024", "8330"], ["024", "833"]] if version == "7.4.7" else [[], []]
wanted = [[*numbers[0], "frozentuned0"], [*numbers[1], "frozen", "tune"]]
sys.exit("It behaves otherwise now." if known != wanted else 0)
PYTHON
done
