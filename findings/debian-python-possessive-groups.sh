#!/usr/bin/env bash
# The Python of Debian 12 finds no match where an optional possessive group begins to match and fails.
#
# Versions: Python 3.11.2 of Debian 12 (3.11.2-6+deb12u6), regex 2026.11.19. Date: 2026-12-01.
# Why: Python 3.11 brought possessive quantifiers, which keep a pattern from trying a long line of a
#   training log again and again. Debian 12 is what many servers and images run, and 3.11 its Python.
# Expectation: `(?:...)?+` is `(?:...)?` that is not tried again: where the group does not match, it
#   matches nothing and the pattern goes on from where the group began, as the documentation has it.
# Behaviour: it goes on from where the group gave up. "Iteration 3, loss = 1" is not matched by a pattern
#   with an optional possessive ", TIME s" after the number, as the group has taken the comma; the same
#   pattern without the plus matches. With `*+` and `{0,9}+` it is the same. Nothing is said: a reader of
#   logs reads none of their lines, and its tests pass with a Python that is a few months younger.
#   Single characters and sets (`\s*+`) are right.
# Upstream: CPython's issue 100061 (and 106052); Python 3.11.5 has the cure, Debian 12 has not.
# Cure: no possessive groups as long as 3.11.2 is to be served; groups that cannot match in two ways.
# Output seen (matched by: re, re without the plus, the regex package):
#   (?:, \d+ s)?+, loss: re False, without the plus True, regex True
#   (?:, \d+ s)*+, loss: re False, without the plus True, regex True
#   (?:, \d+ s){0,9}+, loss: re False, without the plus True, regex True
set -euo pipefail
python=/usr/bin/python3.11
"$python" -c 'import sys; sys.exit(sys.version_info[:3] != (3, 11, 2))' 2> /dev/null || {
    echo "This needs Debian 12's own Python 3.11.2 as $python, with python3-venv." >&2
    exit 2
}
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
"$python" -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check regex==2026.11.19
"$work/venv/bin/python" - <<'PYTHON'
import re
import sys

import regex

line, found = "Iteration 3, loss = 1", []
for often in ("?", "*", "{0,9}"):
    pattern = rf"(?:, \d+ s){often}+, loss"
    by = [
        bool(re.match(r"Iteration \d" + pattern, line)),
        bool(re.match(r"Iteration \d" + pattern.replace("+, loss", ", loss"), line)),
        bool(regex.match(r"Iteration \d" + pattern, line)),
    ]
    print(f"{pattern}: re {by[0]}, without the plus {by[1]}, regex {by[2]}")
    found.append(by == [False, True, True])
sys.exit(not all(found))
PYTHON
