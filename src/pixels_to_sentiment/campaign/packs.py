"""Packs: zip archives of records without weights, small enough to be brought home.

Each holds folders of records under their keys and ``manifest.json``: which campaign, which pack of
how many, and the SHA-256 of every other file. The first has ``report.json`` as well, with the
checks, the benchmark, and the runs that could not be finished.
"""

import hashlib
import json
import os
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pixels_to_sentiment import places
from pixels_to_sentiment.campaign import outcome
from pixels_to_sentiment.errors import UserError, damage
from pixels_to_sentiment.files import archives
from pixels_to_sentiment.records.runs import Record

# What one pack may have, and how many there may be.
LARGEST, MOST = 16 << 20, 8
MANIFEST, REPORT = "manifest.json", "report.json"
_OTHER = "name another folder"
_CURE = "bring the pack over again from the machine that wrote it"
_MEMBER = re.compile(r"[0-9a-f]{16}/\w+\.(csv|json)")
# What the directory of an archive takes for a file, and the manifest its line.
_FOR_NAMES = 600


def present(folder: Path, root: Path) -> bool:
    """Whether a folder has packs, which are of the campaign whose own folder is the root.

    Raises
    ------
    UserError
        If the folder takes no packs, or has those of a campaign elsewhere.
    """
    # Nothing is made yet, as there may be nothing to be packed.
    with places.taking(folder, _OTHER):
        there = next(one for one in (folder, *folder.parents) if os.path.lexists(one))
        tempfile.TemporaryFile(dir=there).close()
    found = any(folder.glob("records-*.zip"))
    if found and not (root / REPORT).exists():
        raise UserError(
            f"{folder} holds packs of a campaign that is not in {root}, and they would be "
            f"replaced: take them in with `record --from`, and {_OTHER}."
        )
    return found


def keep(records: list[Record], report: dict, root: Path, folder: Path) -> list[Path]:
    """Keep a campaign's report in its own folder, and pack it with the records as `write` does.

    One that could not begin leaves nothing that would pass for an earlier campaign.
    """
    if not (records or report["failed"] or report.keys() & {"checks", "benchmark", "ways"}):
        return []
    places.keep(root / REPORT, json.dumps(report, indent=1) + "\n")
    return write(records, report, folder)


def write(
    records: Iterable[Record], report: dict, folder: Path, largest: int = LARGEST
) -> list[Path]:
    """Pack records, in place of the packs that are there.

    Raises
    ------
    UserError
        If they do not fit into `MOST` packs of `largest` bytes, or the folder takes nothing.
    """
    parts = _parts(records, json.dumps(report, indent=1).encode(), largest)
    if len(parts) > MOST:
        raise UserError(f"The records fill more than {MOST} packs: record what is there first.")
    campaign = hashlib.sha256(json.dumps(report).encode()).hexdigest()[:16]
    made = []
    with places.taking(folder, _OTHER):
        folder.mkdir(parents=True, exist_ok=True)
        for number, files in enumerate(parts, 1):
            digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
            told = {"campaign": campaign, "pack": number, "of": len(parts), "files": digests}
            made.append(folder / f"records-{number}.zip")
            with (
                places.written_whole(made[-1]) as partial,
                zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive,
            ):
                for name, content in {**files, MANIFEST: json.dumps(told)}.items():
                    archive.writestr(name, content)
        for old in set(folder.glob("records-*.zip")) - set(made):
            old.unlink()
    return made


def _parts(records: Iterable[Record], report: bytes, largest: int) -> list[dict[str, bytes]]:
    """Share files among packs, a record's in one; deflated, they take no more than counted."""
    parts, room = [{REPORT: report}], largest - len(report) - _FOR_NAMES
    for one in records:
        contents = one.contents(one.unrecorded)
        files = {f"{one.key}/{name}": content for name, content in contents.items()}
        size = sum(len(zlib.compress(content)) + _FOR_NAMES for content in files.values())
        if size > room and parts[-1]:
            parts.append({})
            room = largest - _FOR_NAMES
        parts[-1] |= files
        room -= size
    return parts


@contextmanager
def opened(folder: Path) -> Iterator[tuple[list[Record], dict]]:
    """Give the records of the packs in a folder, made by the code at hand, and the report.

    Raises
    ------
    UserError
        If there are none, one is damaged, missing or of another campaign, or a record is not what
        its key says or was made by other code.
    """
    paths = sorted(folder.glob("records-*.zip"))
    if not paths:
        raise UserError(f"{folder} has no pack records-1.zip: name the folder of a campaign.")
    with tempfile.TemporaryDirectory(prefix="pixels-to-sentiment-") as name:
        root = Path(name)
        told = [_unpacked(path, root) for path in paths]
        complete = [(one["campaign"], one["pack"], one["of"]) for one in told]
        if sorted(complete) != [(complete[0][0], n, len(told)) for n in range(1, len(told) + 1)]:
            raise UserError(f"{folder} lacks packs, or has those of two campaigns: {_CURE}.")
        records = Record.recorded(root)
        for one in records:
            if one.code != one.run.fingerprint():
                commit = one.provenance()["commit"]
                raise UserError(
                    f"{folder} was made by other code (run {one.key}, commit {commit[:12]}): "
                    "record it from a checkout of that commit."
                )
        with damage(paths[0], _CURE):
            report = outcome.sound(json.loads((root / REPORT).read_text()))
        yield records, report


def _unpacked(path: Path, root: Path) -> dict:
    """Unpack a pack that holds what its manifest says and nothing else, and give the manifest."""
    if fault := archives.fault(path):
        raise UserError(f"{path} {fault}: {_CURE}.")
    with archives.open_archive(path) as archive, damage(path, _CURE):
        files = {one.filename: archive.read(one) for one in archive.infolist()}
        told = json.loads(files.pop(MANIFEST))
        digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
        if told["files"] != digests:
            raise ValueError("its files are not those of its manifest")
        for name, content in files.items():
            if not (name == REPORT or _MEMBER.fullmatch(name)):
                raise ValueError(f"it holds {name!r}, which is no part of a record")
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).write_bytes(content)
        return {name: told[name] for name in ("campaign", "pack", "of")}
