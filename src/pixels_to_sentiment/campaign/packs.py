"""A pack: a zip archive of records without weights, small enough to be brought home.

It holds folders of records under their keys, and ``report.json`` with the checks, the benchmark,
and the runs that could not be finished.
"""

import json
import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pixels_to_sentiment import places
from pixels_to_sentiment.errors import UserError, damage
from pixels_to_sentiment.files import archives
from pixels_to_sentiment.records.runs import WEIGHTS, Record

PACK, REPORT = "records.zip", "report.json"
_CURE = "bring the pack over again from the machine that wrote it"
_MEMBER = re.compile(r"[0-9a-f]{16}/\w+\.(csv|json)")


def write(records: Iterable[Record], report: dict, folder: Path) -> Path:
    """Pack records, in place of the pack that is there.

    Raises
    ------
    UserError
        If the folder takes nothing.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (
            places.written_whole(folder / PACK) as partial,
            zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive,
        ):
            archive.writestr(REPORT, json.dumps(report, indent=1))
            for one in records:
                for path in sorted(one.folder.iterdir()):
                    if path.name != WEIGHTS:
                        archive.write(path, f"{one.key}/{path.name}")
    except OSError as fault:
        raise UserError(
            f"{folder} cannot take the pack ({fault.strerror or fault}): name another folder."
        ) from fault
    return folder / PACK


@contextmanager
def opened(folder: Path) -> Iterator[tuple[list[Record], dict]]:
    """Give the records of the pack in a folder, made by the code at hand, and the report.

    Raises
    ------
    UserError
        If there is none, it is damaged, or a record is not what its key says or was made by other
        code.
    """
    path = folder / PACK
    if not path.is_file():
        raise UserError(f"{folder} has no pack {PACK}: name the folder of a campaign.")
    with tempfile.TemporaryDirectory(prefix="pixels-to-sentiment-") as name:
        root = Path(name)
        report = _unpacked(path, root)
        records = Record.recorded(root)
        for one in records:
            if one.code != one.run.fingerprint():
                commit = one.provenance()["commit"]
                raise UserError(
                    f"{folder} was made by other code (run {one.key}, commit {commit[:12]}): "
                    "record it from a checkout of that commit."
                )
        yield records, report


def _unpacked(path: Path, root: Path) -> dict:
    """Unpack the records of a pack that holds nothing else, and give the report."""
    if fault := archives.fault(path):
        raise UserError(f"{path} {fault}: {_CURE}.")
    with archives.open_archive(path) as archive, damage(path, _CURE):
        files = {one.filename: archive.read(one) for one in archive.infolist()}
        report = json.loads(files.pop(REPORT))
        for name, content in files.items():
            if not _MEMBER.fullmatch(name):
                raise ValueError(f"it holds {name!r}, which is no part of a record")
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).write_bytes(content)
    return report
