#!/usr/bin/env bash
# A mean that NumPy computed stands on a page of MyST-NB as np.float64(0.8123), and with digits not at all.
#
# Versions: myst-nb 1.4.0, sphinx 7.4.7, numpy 2.4.6, ipykernel 7.4.0, Python 3.11. Date: 2026-11-30.
# Why: numbers of an executable book are glued into its sentences, so that none is typed; nearly all of
#   them come out of NumPy, or out of pandas, which answers in NumPy's types.
# Expectation: {glue:text}`mean` shows 0.8123, and {glue:text}`mean:.2f` shows 0.81, as for the float
#   of Python that a float64 is (it is a subclass).
# Behaviour: what is glued is the text/plain that IPython makes, the repr, which names the type since
#   NumPy 2. The bare role shows np.float64(0.8123) and nothing is said. With digits the page shows
#   nothing in the number's place; that is a warning, which stops a build under -W alone.
# Cure: glue("mean", float(mean)), or the text itself: glue("mean", f"{mean:.2f}").
# Output seen:
#   of Python: 0.8123 and 0.81
#   of NumPy: np.float64(0.8123) and nothing
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check \
    myst-nb==1.4.0 sphinx==7.4.7 numpy==2.4.6 ipykernel==7.4.0
"$work/venv/bin/python" -m ipykernel install --prefix "$work/venv" --name python3 > /dev/null 2>&1
mkdir "$work/book"
cd "$work/book"
echo 'extensions, nb_execution_mode = ["myst_nb"], "force"' > conf.py
cat > index.md <<'PAGE'
---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3}
---
# Accuracies

```{code-cell} python3
import numpy as np
from myst_nb import glue

glue("of-python", 0.8123, display=False)
glue("of-numpy", np.float64(0.8123), display=False)
```

Read: {glue:text}`of-python`; {glue:text}`of-python:.2f`; {glue:text}`of-numpy`; {glue:text}`of-numpy:.2f`.
PAGE
"$work/venv/bin/python" -m sphinx -q -b text . "$work/out" 2> "$work/log"
"$work/venv/bin/python" - "$work/out/index.txt" "$work/log" <<'PYTHON'
import sys

page, log = (open(path).read() for path in sys.argv[1:])
python, digits, numpy, none = page.split("Read: ")[1].strip().rstrip(".").split("; ")
print(f"of Python: {python} and {digits}")
print(f"of NumPy: {numpy} and {none or 'nothing'}")
as_seen = (python, digits, numpy, none) == ("0.8123", "0.81", "np.float64(0.8123)", "")
sys.exit(0 if as_seen and "Failed to format" in log else "It behaves otherwise now.")
PYTHON
