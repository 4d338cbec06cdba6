"""Every run, probe and study of maps in one frame, and which are of other code or data.

A result is *outdated* where the fingerprint of the code that decides it, or of the pictures, is no
longer the one it was made with. Its numbers may still be the same.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from pixels_to_sentiment import places, reports
from pixels_to_sentiment.data import pictures
from pixels_to_sentiment.drawing import figures
from pixels_to_sentiment.files import assets
from pixels_to_sentiment.judging import scores
from pixels_to_sentiment.probes import records as probe_records
from pixels_to_sentiment.probes import store as probe_store
from pixels_to_sentiment.probes.records import ProbeRecord
from pixels_to_sentiment.records import catalogue, runs, store
from pixels_to_sentiment.records.catalogue import Configuration
from pixels_to_sentiment.records.runs import Record
from pixels_to_sentiment.reports import layerwise
from pixels_to_sentiment.studies import records as map_records
from pixels_to_sentiment.studies import store as map_store
from pixels_to_sentiment.studies.records import StudyRecord

AnyRecord = Record | ProbeRecord | StudyRecord


class Kind(NamedTuple):
    """A kind of finished work: the file that its folders hold, and what it is called."""

    record: type
    marker: str
    one: str
    several: str
    code: Callable[[], str]


KINDS = (
    Kind(Record, "run.json", "run", "runs", lambda: runs.code_fingerprint()),
    Kind(ProbeRecord, "probe.json", "probe", "probes", lambda: probe_records.code_fingerprint()),
    Kind(
        StudyRecord,
        map_records.MARKER,
        "study of maps",
        "studies of maps",
        lambda: map_records.code_fingerprint(),
    ),
)
RECORDED, BUILT = "recorded", "this build"
COLUMNS = (
    *("key", "what", "subset", "fold", "seed", "precision", "centre crop", "ten crops"),
    *("date", "minutes", "hardware", "commit", "data", "made for", "changed since"),
)


def ledger(
    recorded: Sequence[AnyRecord],
    built: Iterable[str] = (),
    data: str | None = None,
) -> pd.DataFrame:
    """Table finished work, a row each.

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
        `COLUMNS`: the accuracies (0..1, of runs alone), ``minutes``, ``commit`` (7 digits, with a
        star where files differed from it), ``data`` (12 digits of the fingerprint), ``made for``
        (`RECORDED`, `BUILT` or both) and ``changed since`` (as `changed` has it). Recorded ones
        come first, the newest at the top.
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


def changed(record: AnyRecord, data: str | None) -> str:
    """Say what is no longer as it was when a result was made.

    Parameters
    ----------
    data
        Fingerprint of the photographs as they are now; ``None`` if nobody knows. What was made
        from the stand-in is not held against it.

    Returns
    -------
    str
        ``code``, ``data``, ``code, data``, or nothing.
    """
    same_data = not _photographed(record) or data in (None, record.data["fingerprint"])
    differs = {"code": record.code != _kind_of(record).code(), "data": not same_data}
    return ", ".join(name for name, does in differs.items() if does)


def fingerprint(recorded: Iterable[AnyRecord]) -> str | None:
    """Give the fingerprint of the photographs.

    Returns
    -------
    str or None
        Where they are not at hand, the one that most recorded results share; ``None`` without any.
    """
    archive = assets.find(pictures.ARCHIVE)
    if archive:
        return pictures.from_archive(archive).fingerprint
    counts = Counter(one.data["fingerprint"] for one in recorded if _photographed(one))
    return counts.most_common(1)[0][0] if counts else None


def recorded() -> list[AnyRecord]:
    """Open all that is recorded: runs, then probes, then studies of maps."""
    return [*store.recorded(), *probe_store.recorded(), *map_store.recorded()]


def kind(folder: Path) -> Kind | None:
    """Say what a folder of finished work holds."""
    return next((kind for kind in KINDS if (folder / kind.marker).is_file()), None)


def finished() -> Iterator[tuple[Kind, Path]]:
    """Find the folders of all finished work on this machine of the present code, unopened."""
    for folder in sorted(places.runs().glob("[!.]*")):
        found = kind(folder)
        if found and _code_of(folder / found.marker) == found.code():
            yield found, folder


def counted(records: Iterable[AnyRecord]) -> str:
    """Count records in words, such as ``3 runs, 1 probe``."""
    counts = Counter(type(one) for one in records)
    return ", ".join(
        f"{counts[kind.record]} {kind.one if counts[kind.record] == 1 else kind.several}"
        for kind in KINDS
        if counts[kind.record]
    )


@cache
def outdated() -> dict[str, str]:
    """Say of each recorded result that is outdated what changed since, by key.

    Looked up once a process.
    """
    every = recorded()
    data = fingerprint(every)
    return {one.key: what for one in every if (what := changed(one, data))}


def _kind_of(record: AnyRecord) -> Kind:
    return next(kind for kind in KINDS if isinstance(record, kind.record))


def _code_of(marker: Path) -> str | None:
    try:
        return json.loads(marker.read_text(encoding="utf-8")).get("code")
    except (OSError, ValueError, AttributeError):
        return None


def _photographed(record: AnyRecord) -> bool:
    return record.data["source"] == "photographs"


def _finished(key: str) -> AnyRecord | None:
    """Open what lies under a key in the folder of finished runs, if it is still there."""
    folder = places.runs() / key
    found = kind(folder)
    return found.record.open(folder) if found else None


def _row(one: AnyRecord, data: str | None) -> dict[str, object]:
    made, run = one.provenance(), one.run
    # What says the fold and the seed.
    asked = run if isinstance(one, Record) else getattr(one, "probe", None) or one.study
    hardware = made["hardware"].get("gpu") or made["hardware"]["cpu"]
    return {
        "key": one.key,
        "what": _title(one, asked),
        "subset": figures.AGREEMENT_NAMES[asked.agreement],
        "fold": asked.fold,
        "seed": run.seed if run else asked.seed,
        "precision": run.precision if run else "fp32",
        **(_accuracies(one) if isinstance(one, Record) else {}),
        "date": made["began"][:10],
        "minutes": made["seconds"] / 60,
        "hardware": f"{hardware}, {made['hardware']['cores']} cores",
        "commit": made["commit"][:7] + ("*" if made["dirty"] else ""),
        "data": one.data["fingerprint"][:12],
        "changed since": changed(one, data),
    }


def _title(one: AnyRecord, asked: object) -> str:
    if one.run is not None:
        title = Configuration(one.run.network, one.run.start, one.run.recipe.name).title
    elif isinstance(one, ProbeRecord):
        title = layerwise.title_of(one)
    else:
        network, _, start = one.study.run.partition(":")
        title = catalogue.in_words(network, start)
    title = title if isinstance(one, Record) else f"{_kind_of(one).one}: {title}"
    title += "" if asked.limit is None else f", {asked.limit} pictures"
    return title if _photographed(one) else f"{title}, {one.data['source']}"


def _accuracies(record: Record) -> dict[str, float]:
    told = record.predictions()
    return {
        reports.CROPS[oversampling]: scores.accuracy(told["label"], told[view])
        for view, oversampling in scores.VIEWS.items()
    }
