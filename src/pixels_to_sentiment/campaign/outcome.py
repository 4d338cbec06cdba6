"""What came of a campaign: the seconds that it took, and the targets.

A report has what `begun` gives it, ``checks``, ``benchmark`` and ``ways``, ``made`` (commit,
hardware, versions), and what `summary` adds.
"""

import json
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path

from pixels_to_sentiment.benchmarks import results
from pixels_to_sentiment.benchmarks.results import BF16, COMMON, OURS
from pixels_to_sentiment.benchmarks.scaling import AIM
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.records.runs import SHORTENED, Run

# What is aimed at on an H100 or H200: at least that much, or at most so many seconds.
TARGETS = {
    "CaffeNet's training (the fastest way), pictures a second, at least": AIM,
    "CaffeNet's training, times as fast as the common loop, at least": 10,
    "CaffeNet's training, share of the product in bf16, at least": 0.35,
    "five folds of one configuration (the slowest), seconds, at most": 12,
}


def begun(path: Path, device: str, at_once: int) -> dict:
    """Begin a report, or go on with the one that is there.

    ``began``, ``device``, ``at_once``, ``calls`` (how often the command was called), ``seconds`` by
    kind, ``runs`` (rows of `row`) and ``failed``.
    """
    report = {"began": datetime.now(UTC).isoformat(timespec="seconds"), "calls": 0, "seconds": {}}
    report |= {"runs": [], "failed": {}}
    with suppress(OSError, ValueError):
        report |= json.loads(path.read_text())
    return report | {"calls": report["calls"] + 1, "device": device, "at_once": at_once}


def row(run: Run, call: int, ended: float, seconds: float) -> dict:
    """Note a run that was made: seconds from the beginning of that call to its end, and its own."""
    of = f"{configuration(run)} seed {run.seed}"
    made = {"call": call, "ended": round(ended, 2), "seconds": round(seconds, 2)}
    return {"of": of, "fold": run.fold, **made}


def configuration(run: Run) -> str:
    """Say what a run is of, but for its fold and seed."""
    return f"{run.network}:{run.start}:{run.recipe.name} {run.agreement} {run.precision}"


def summary(report: dict) -> dict:
    """Give ``five_folds`` and ``targets`` of a report, each rows."""
    found = five_folds(report.get("runs", ()))
    spans = [one["seconds"] for one in found if one["seconds"] and SHORTENED not in one["of"]]
    rows = report.get("benchmark", {}).get("comparisons", ())
    rows = {one["contender"]: one for one in rows if one["what"] == "train CaffeNet"}
    ours = [rows[name]["rate"] for name in (OURS, BF16) if name in rows]
    # Of several runs at once, too.
    ways = [one for one in report.get("ways", ()) if one["network"] == "caffenet" and one["rate"]]
    ours += [one["rate"] for one in ways]
    values = [
        max(ours, default=None),
        rows.get(COMMON, {}).get("ratio"),
        rows.get(BF16, {}).get("share"),
        max(spans, default=None),
    ]
    return {"five_folds": found, "targets": [*_judged(values, report["device"])]}


def five_folds(rows: Iterable[dict]) -> list[dict]:
    """Say of each configuration and seed with all folds what they took, from first to last.

    ``of`` and ``seconds``, missing if they were made in several calls.
    """
    found, by_name = [], {}
    for one in rows:
        by_name.setdefault(one["of"], {})[one["fold"]] = one
    for name, some in by_name.items():
        if some.keys() == {*folds.FOLDS}:
            made, span = some.values(), None
            if len({one["call"] for one in made}) == 1:
                began = min(one["ended"] - one["seconds"] for one in made)
                span = round(max(one["ended"] for one in made) - began, 2)
            found.append({"of": name, "seconds": span})
    return found


def _judged(values: list[float | None], device: str) -> Iterable[dict]:
    """Hold what was measured on a GPU against the targets: ``met`` is missing where it was not."""
    for (what, target), value in zip(TARGETS.items(), values, strict=True):
        measured, least = value if device.startswith("cuda") else None, what.endswith("at least")
        met = None if measured is None else measured >= target if least else measured <= target
        yield {"what": what, "target": target, "measured": measured, "met": met}


def keep(report: dict) -> Path:
    """Keep a report beside the recorded benchmarks, named by device and date."""
    device = report["device"].partition(":")[0]
    return results.keep(report, f"campaign-{device}", report["began"])


def sound(report: dict) -> dict:
    """Give a report of which `keep` can make a name; raise ``ValueError`` or ``KeyError`` else."""
    datetime.fromisoformat(report["began"])
    if not report["device"].replace(":", "").isalnum():
        raise ValueError(f"it names the device {report['device']!r}")
    return report


def recorded() -> dict | None:
    """Read the newest recorded report of a GPU; without any, of what there is."""
    found = sorted(results.recorded("campaign-*"), key=itemgetter("began"))
    on_gpu = [one for one in found if one["device"].startswith("cuda")]
    return next(reversed(on_gpu or found), None)
