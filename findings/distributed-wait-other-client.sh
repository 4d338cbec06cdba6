#!/usr/bin/env bash
# Dask's wait() does not ask the client that its futures belong to, but a default one.
#
# Versions: distributed 2026.8.0, dask 2026.8.0, Python 3.11. Date: 2026-11-29.
# Expectation: a future knows its client (future.client, and future.result() works), so waiting for
#   futures goes through that client, however many there are in the process.
# Behaviour: distributed.wait(futures) looks for a default client. With one that was made with
#   set_as_default=False, as a library should that leaves its user's default alone, it raises
#   ValueError "No clients found", while result() of the same futures answers.
# Cure: with client.as_current(): wait(futures).
# Output seen:
#   result: 1
#   wait: ValueError: No clients found
#   wait within as_current: done
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check distributed==2026.8.0 dask==2026.8.0
cat > "$work/wait.py" <<'PYTHON'
import logging
import sys

from distributed import Client, LocalCluster, wait

logging.getLogger("distributed").setLevel(logging.CRITICAL)
options = {"n_workers": 1, "processes": False, "dashboard_address": None}
with LocalCluster(**options) as cluster, Client(cluster, set_as_default=False) as client:
    future = client.submit(sum, [1])
    seen = {"result": str(future.result())}
    try:
        wait([future])
        seen["wait"] = "done"
    except ValueError as fault:
        seen["wait"] = f"ValueError: {str(fault).splitlines()[0]}"[:34]
    with client.as_current():
        seen["wait within as_current"] = "done" if wait([future]).done else "not done"
for name, what in seen.items():
    print(f"{name}: {what}")
wanted = ["1", "ValueError: No clients found", "done"]
sys.exit("It behaves otherwise now." if list(seen.values()) != wanted else 0)
PYTHON
"$work/venv/bin/python" "$work/wait.py"
