#!/usr/bin/env bash
# Where JupyterLab is installed, importing nbformat builds 39 parsers of internet addresses.
#
# Versions: nbformat 5.11.1, jupyter-events 0.12.1, jsonschema 4.26.0 and 4.24.1, Python 3.11.
#   Date: 2026-11-29.
# Expectation: what reads and checks notebooks, whose schema holds no international address, does
#   nothing for such addresses; what another package asks of jsonschema costs nobody else anything.
# Behaviour: jupyter-events (which JupyterLab needs) asks for jsonschema[format-nongpl]. From 4.25 on
#   that brings rfc3987-syntax, which jsonschema imports as it is imported itself, and which builds an
#   Earley parser for each rule of its grammar then. nbformat imports jsonschema, and papermill,
#   MyST-NB's glue, nbval and each kernel that glues import nbformat: two seconds of processor time
#   in every one of these processes on a slow machine, whether anything is validated or not.
#   With 4.24.1 the same packages build none.
# Cure: jsonschema<4.25 beside them.
# Output seen:
#   jsonschema 4.26.0: 39 parsers, and more than half of the time of importing nbformat
#   jsonschema 4.24.1: 0 parsers
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
for version in 4.26.0 4.24.1; do
    python3 -m venv "$work/$version"
    "$work/$version/bin/pip" install -q --disable-pip-version-check \
        nbformat==5.11.1 jupyter-events==0.12.1 "jsonschema==$version"
    "$work/$version/bin/python" - "$version" <<'PYTHON'
import importlib.util
import sys
import time

version = sys.argv[1]
built, spent = 0, 0.0
if importlib.util.find_spec("lark"):
    import lark

    make = lark.Lark.__init__

    def counted(self, grammar, *others, **options):
        global built, spent
        began = time.process_time()
        make(self, grammar, *others, **options)
        if options.get("parser") == "earley":
            built, spent = built + 1, spent + time.process_time() - began

    lark.Lark.__init__ = counted
began = time.process_time()
import nbformat  # noqa: E402, F401

whole = time.process_time() - began
most = ", and more than half of the time of importing nbformat" if spent > whole / 2 else ""
print(f"jsonschema {version}: {built} parsers{most}")
wanted = (39, True) if version == "4.26.0" else (0, False)
sys.exit("It behaves otherwise now." if (built, bool(most)) != wanted else 0)
PYTHON
done
