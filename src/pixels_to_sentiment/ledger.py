"""Every run and probe in one frame, and which of them were made from other code or data.

A result is *outdated* where the fingerprint of the code that decides it, or of the pictures, is no
longer the one it was made with. Its numbers may still be the same.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache

import pandas as pd

from pixels_to_sentiment import (
    assets,
    figures,
    layerwise,
    pictures,
    places,
    reports,
    runs,
    scores,
    store,
)
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.probes import records as probe_records
from pixels_to_sentiment.probes import store as probe_store
from pixels_to_sentiment.probes.records import ProbeRecord
from pixels_to_sentiment.runs import Record

RECORDED, BUILT = "recorded", "this build"
COLUMNS = (
    *("key", "what", "subset", "fold", "seed", "precision", "centre crop", "ten crops"),
    *("date", "minutes", "hardware", "commit", "data", "made for", "changed since"),
)


def ledger(
    recorded: Sequence[Record | ProbeRecord],
    built: Iterable[str] = (),
    data: str | None = None,
) -> pd.DataFrame:
    """Table runs and probes, a row each.

    Parameters
    ----------
    recorded
        Those that are recorded.
    built
        Keys of those that were made for the pages of this build. One that is no longer in the
        folder of finished runs has a row without details.
    data
        Fingerprint of the pictures at hand, by default `fingerprint`.

    Returns
    -------
    DataFrame
        `COLUMNS`: the accuracies (0..1, missing for a probe, which has one for each layer and
        classifier), ``minutes``, ``commit`` (7 digits, with a star where files differed from it),
        ``data`` (12 digits of the fingerprint), ``made for`` (`RECORDED`, `BUILT` or both) and
        ``changed since`` (as `changed` has it). Recorded ones come first, the newest at the top.
    """
    data, built = data or fingerprint(recorded), list(dict.fromkeys(built))
    keys = {one.key for one in recorded}
    rows = []
    for one in recorded:
        made_for = f"{RECORDED}, {BUILT}" if one.key in built else RECORDED
        rows.append(_row(one, data) | {"made for": made_for})
    for key in built:
        if key not in keys:
            one = _finished(key)
            row = _row(one, data) if one else {"key": key, "what": "no longer in the runs folder"}
            rows.append(row | {"made for": BUILT})
    frame = pd.DataFrame(rows, columns=COLUMNS)
    order = ["made for", "date", "what", "subset", "fold", "seed"]
    return frame.sort_values(
        order,
        ascending=[False, False, True, True, True, True],
        key=lambda column: column.str.startswith(RECORDED) if column.name == "made for" else column,
        ignore_index=True,
    )


def changed(record: Record | ProbeRecord, data: str | None) -> str:
    """Say what is no longer as it was when a result was made.

    Parameters
    ----------
    data
        Fingerprint of the pictures as they are now; ``None`` if nobody knows.

    Returns
    -------
    str
        ``code``, ``data``, ``code, data``, or nothing.
    """
    probe = isinstance(record, ProbeRecord)
    code = probe_records.code_fingerprint() if probe else runs.code_fingerprint()
    same_data = data in (None, record.data["fingerprint"])
    differs = {"code": record.code != code, "data": not same_data}
    return ", ".join(name for name, does in differs.items() if does)


def fingerprint(recorded: Iterable[Record | ProbeRecord]) -> str | None:
    """Give the fingerprint of the photographs.

    Returns
    -------
    str or None
        Where they are not at hand, the one that most recorded results share; ``None`` without any.
    """
    archive = assets.find(pictures.ARCHIVE)
    if archive:
        return pictures.from_archive(archive).fingerprint
    counts = Counter(one.data["fingerprint"] for one in recorded)
    return counts.most_common(1)[0][0] if counts else None


def recorded() -> list[Record | ProbeRecord]:
    """Open all recorded runs, then all recorded probes."""
    return [*store.recorded(), *probe_store.recorded()]


@cache
def outdated() -> dict[str, str]:
    """Say of each recorded result that is outdated what changed since, by key.

    Looked up once a process.
    """
    every = recorded()
    data = fingerprint(every)
    return {one.key: what for one in every if (what := changed(one, data))}


def _finished(key: str) -> Record | ProbeRecord | None:
    """Open what lies under a key in the folder of finished runs, if it is still there."""
    for kind in (Record, ProbeRecord):
        try:
            return kind.open(places.runs() / key)
        except UserError:
            continue
    return None


def _row(one: Record | ProbeRecord, data: str | None) -> dict[str, object]:
    made, probe = one.provenance(), isinstance(one, ProbeRecord)
    run, list_of = one.run, one.probe if probe else one.run
    hardware = made["hardware"].get("gpu") or made["hardware"]["cpu"]
    title = ("probe of " if probe else "") + layerwise.title_of(one)
    if list_of.limit is not None:
        title += f", {list_of.limit} pictures"
    return {
        "key": one.key,
        "what": title,
        "subset": figures.AGREEMENT_NAMES[list_of.agreement],
        "fold": list_of.fold,
        "seed": run.seed if run else one.probe.seed,
        "precision": run.precision if run else "fp32",
        **({} if probe else _accuracies(one)),
        "date": made["began"][:10],
        "minutes": made["seconds"] / 60,
        "hardware": f"{hardware}, {made['hardware']['cores']} cores",
        "commit": made["commit"][:7] + ("*" if made["dirty"] else ""),
        "data": one.data["fingerprint"][:12],
        "changed since": changed(one, data),
    }


def _accuracies(record: Record) -> dict[str, float]:
    told = record.predictions()
    return {
        reports.CROPS[oversampling]: scores.accuracy(told["label"], told[view])
        for view, oversampling in scores.VIEWS.items()
    }
