#!/usr/bin/env bash
# Dask gives the address of a dashboard that was switched off and could not run anyway.
#
# Versions: distributed 2026.8.0, dask 2026.8.0, without bokeh, Python 3.11. Date: 2026-11-29.
# Expectation: LocalCluster(dashboard_address=None) has no dashboard, less so where bokeh, which draws
#   it, is not installed; Client.dashboard_link then is None or empty.
# Behaviour: dashboard_link is an address that ends in /status, and the scheduler lists a dashboard
#   among its services. The page behind it is not there: it answers 404. A program that prints
#   the link sends its user nowhere.
# Cure: ask whether bokeh can be imported where the scheduler runs before the link is shown.
# Output seen:
#   link ends in /status: True
#   services: dashboard
#   the page answers: 404
set -euo pipefail
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check distributed==2026.8.0 dask==2026.8.0
cat > "$work/dashboard.py" <<'PYTHON'
import logging
import sys
import urllib.error
import urllib.request

from distributed import Client, LocalCluster

logging.getLogger("distributed").setLevel(logging.CRITICAL)
options = {"n_workers": 1, "processes": False, "dashboard_address": None}
with LocalCluster(**options) as cluster, Client(cluster) as client:
    link = client.dashboard_link or ""
    services = list(client.scheduler_info()["services"])
    answer = "nothing"
    if link:
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            answer = direct.open(link, timeout=20).status
        except urllib.error.HTTPError as fault:
            answer = fault.code
        except OSError as fault:
            answer = type(fault).__name__
print(f"link ends in /status: {link.endswith('/status')}")
print(f"services: {', '.join(services)}")
print(f"the page answers: {answer}")
seen = link.endswith("/status"), services, answer
sys.exit("It behaves otherwise now." if seen != (True, ["dashboard"], 404) else 0)
PYTHON
"$work/venv/bin/python" "$work/dashboard.py"
