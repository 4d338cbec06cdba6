"""Every run, probe and study of maps in one frame, and which are of other code or data.

A result is *outdated* where the fingerprint of the code that decides it, or of the pictures, is no
longer the one it was made with. Its numbers may still be the same.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

import pandas as pd

from pixels_to_sentiment import places, reports
from pixels_to_sentiment.data import pictures
from pixels_to_sentiment.drawing import figures
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.files import assets, packaged
from pixels_to_sentiment.judging import scores
from pixels_to_sentiment.networks import declared
from pixels_to_sentiment.probes.records import ProbeRecord
from pixels_to_sentiment.records import catalogue, fingerprints
from pixels_to_sentiment.records.runs import Record
from pixels_to_sentiment.records.work import Finished
from pixels_to_sentiment.reports.runs import making
from pixels_to_sentiment.studies.records import StudyRecord

KINDS: tuple[type[Finished], ...] = (Record, ProbeRecord, StudyRecord)
RECORDED, BUILT = "recorded", "this build"
# What whoever has no mirror can make of a recorded run.
SAME, OTHER, NONE = "the same run", "another run, from another file", "no run"
COLUMNS = (
    *("key", "what", "subset", "fold", "seed", "precision", "centre crop", "ten crops"),
    *("date", "minutes", "hardware", "commit", "data", "made for", "changed since"),
)


def ledger(recorded: Sequence[Finished], built: Iterable[str] = ()) -> pd.DataFrame:
    """Table finished work, a row each: recorded first, the newest at the top.

    `COLUMNS`: the accuracies (0..1, of runs alone), what `runs.making` says, ``made for``
    (`RECORDED`, `BUILT` or both) and ``changed since`` (as `changed` has it). The keys `built` are
    of those that were made for the pages of this build; one that is no longer in the folder of
    finished runs has a row without details.
    """
    data, built = fingerprint(recorded), list(dict.fromkeys(built))
    known = {one.key: _row(one, data) for one in recorded}
    rows = [
        row | {"made for": f"{RECORDED}, {BUILT}" if key in built else RECORDED}
        for key, row in known.items()
    ]
    for key in (one for one in built if one not in known):
        found = kind(places.runs() / key)
        row = {"key": key, "what": "no longer in the runs folder"}
        row = _row(found.open(places.runs() / key), data) if found else row
        rows.append(row | {"made for": BUILT})
    frame = pd.DataFrame(rows, columns=COLUMNS)
    order = ["date", "what", "subset", "fold", "seed"]
    frame = frame.sort_values(order, ascending=[False, True, True, True, True])
    first = frame["made for"].str.startswith(RECORDED)
    return pd.concat([frame[first], frame[~first]], ignore_index=True)


def changed(record: Finished, data: str | None) -> str:
    """Say what is no longer as it was when a result was made: ``code``, ``data``, both, or nothing.

    The fingerprint is that of the photographs as they are now; ``None`` if nobody knows. What was
    made from the stand-in is not held against it.
    """
    same_data = not record.photographed or data in (None, record.data["fingerprint"])
    same_code = fingerprints.same_as(record.code) == record.of.fingerprint()
    differs = {"code": not same_code, "data": not same_data}
    return ", ".join(name for name, does in differs.items() if does)


def fingerprint(recorded: Iterable[Finished]) -> str | None:
    """Give the fingerprint of the photographs.

    Where they are not at hand, it is the one that most recorded results share; ``None`` without
    any.
    """
    if places.dataset():
        return pictures.load().fingerprint
    archive = assets.find(pictures.ARCHIVE)
    if archive:
        return pictures.from_archive(archive).fingerprint
    counts = Counter(one.data["fingerprint"] for one in recorded if one.photographed)
    return counts.most_common(1)[0][0] if counts else None


def recorded() -> list[Finished]:
    """Open all that is recorded: of each kind, then the runs by which something was chosen."""
    choices = Record.recorded(places.choices())
    return [one for kind in KINDS for one in kind.recorded()] + choices


def kind(folder: Path) -> type[Finished] | None:
    """Say what a folder of finished work holds."""
    return next((kind for kind in KINDS if (folder / kind.marker()).is_file()), None)


def finished() -> Iterator[tuple[type[Finished], Path]]:
    """Find the folders of all finished work on this machine of the present code, unopened.

    Those that do not say of which code they are come, too: opening them says what is wrong. That
    there is something else in the place of their folder is refused by a `UserError`.
    """
    root = places.runs()
    if root.exists() and not root.is_dir():
        raise UserError(f"{root} is no folder: name another in PIXELS_TO_SENTIMENT_RUNS.")
    for folder in sorted(root.glob("[!.]*")):
        if found := kind(folder):
            code = None
            with suppress(OSError, ValueError, AttributeError):
                code = json.loads((folder / found.marker()).read_text("utf-8")).get("code")
            if code in (None, found.of.fingerprint()):
                yield found, folder


def repeatable(records: Iterable[Record]) -> pd.DataFrame:
    """Count training runs by the file that they start from, and say who can make them again.

    ``network``, ``file``, its ``origin`` (empty if it is its own), ``runs``, and ``without``: what
    can be made without a mirror, `SAME`, `OTHER` or `NONE`.
    """
    starts = {one.key: one.run for one in records}
    files = [(run.network.partition(declared.VARIANT)[0], run.weights) for run in starts.values()]
    rows = []
    for (family, weights), count in Counter(files).most_common():
        asset = assets.ASSETS.get(weights)
        title = catalogue.NETWORK_TITLES.get(family, family)
        facts = title, weights or "none: random weights", (asset and asset.origin) or ""
        rows.append((*facts, count, _without_mirror(family, weights)))
    table = pd.DataFrame(rows, columns=["network", "file", "origin", "runs", "without"])
    table.attrs["runs"] = list(starts)
    return table


def _without_mirror(family: str, weights: str | None) -> str:
    if weights in (None, packaged.NAME) or weights.startswith("timm/"):
        return SAME
    starts = declared.ARCHITECTURES[family].starts.values()
    published = [one for start in starts for one in start.assets if assets.ASSETS[one].url]
    return SAME if weights in published else OTHER if published else NONE


def counted(records: Iterable[Finished]) -> str:
    """Count records in words, such as ``3 runs, 2 probes and 1 study of maps``."""
    words = worded(Counter(map(type, records)))
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def worded(counts: Mapping[type[Finished] | None, int], before: str = "") -> list[str]:
    """Count each kind that there is in words, with a word before that of the kind."""
    told = ((counts[kind], kind) for kind in KINDS if counts[kind])
    return [f"{n} {before}{kind.one if n == 1 else kind.several}" for n, kind in told]


def by_day(records: Iterable[Finished]) -> pd.DataFrame:
    """Count records by the day on which they were begun (index) and by kind (columns)."""
    began = [(one.key, making(one)["date"], type(one).several) for one in records]
    keys, days, kinds = pd.DataFrame(began, columns=["key", "date", "kind"]).to_numpy().T
    table = pd.crosstab(days, kinds, rownames=["date"])
    table.attrs["runs"] = list(keys)
    return table


@cache
def outdated() -> dict[str, str]:
    """Say of each recorded result that is outdated what changed since, by key.

    Looked up once a process.
    """
    every = recorded()
    data = fingerprint(every)
    return {one.key: what for one in every if (what := changed(one, data))}


def _row(one: Finished, data: str | None) -> dict[str, object]:
    work, run = one.work, one.run
    title = reports.configuration_of(one).title
    title = title if work is run else f"{one.one}: {title}"
    title += "" if work.limit is None else f", {work.limit} pictures"
    title += f", tested on fold {run.inner} of its training list" if run and run.inner else ""
    return {
        "key": one.key,
        "what": title if one.photographed else f"{title}, {one.data['source']}",
        "subset": figures.AGREEMENT_NAMES[work.agreement],
        "fold": work.fold,
        "seed": (run or work).seed,
        "precision": run.precision if run else "fp32",
        **{reports.CROPS[scores.VIEWS[view]]: share for view, share in one.scores().items()},
        **making(one),
        "changed since": changed(one, data),
    }
