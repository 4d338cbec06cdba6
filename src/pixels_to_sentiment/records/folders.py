"""Folders that hold one finished piece of work: written whole or not at all, and described."""

import hashlib
import json
import os
import re
import shutil
import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pixels_to_sentiment import places
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.records import provenance


@contextmanager
def written_whole(folder: Path, marker: str) -> Iterator[Path]:
    """Give a temporary folder beside one, which gets its name when all went well.

    Parameters
    ----------
    marker
        A file that every finished folder of the kind holds. Where another process finished the
        same work first, its folder is kept: it says the same.
    """
    partial = folder.parent / f".partial-{socket.gethostname()}-{os.getpid()}-{folder.name}"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield partial
        try:
            os.replace(partial, folder)
        except OSError:
            if not (folder / marker).is_file():
                raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def key(kind: str, work: dict, data: str, code: str) -> str:
    """Hash all that decides the result of a piece of work (16 hex digits), to name its folder.

    Parameters
    ----------
    kind
        Of the work, so that no two kinds share a name.
    work
        What is to be done, ready for JSON.
    data, code
        Fingerprints.
    """
    text = json.dumps({kind: work, "data": data, "code": code}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@contextmanager
def described(
    folder: Path, marker: str, files: Iterable[str], *, absent: str, kind: str
) -> Iterator[dict]:
    """Give what a finished folder says of itself, to be read within the block.

    Parameters
    ----------
    marker
        The file that says it, in JSON.
    files
        Others that have to be there.
    absent, kind
        Words of the complaints: ``There is no finished run``, ``a finished run``.

    Raises
    ------
    UserError
        If there is no such folder, or it cannot be read as one of its kind.
    """
    if not folder.is_dir():
        raise UserError(f"{absent} {folder.name!r} in {folder.parent}.")
    if not (folder / marker).exists():
        raise UserError(
            f"{folder} is not the folder of {kind}, which has a {marker}: name another one, and "
            "delete this one only if you know what it holds."
        )
    try:
        content = json.loads((folder / marker).read_text())
        for name in files:
            (folder / name).stat()
        yield content
    except PermissionError as fault:
        raise UserError(
            f"{fault.filename} cannot be read ({fault.strerror}): make it readable."
        ) from fault
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
        raise UserError(
            f"{folder} is not the folder of {kind} ({type(fault).__name__}: {fault}): "
            "delete it and run again."
        ) from fault


def sweep(root: Path) -> None:
    """Remove what killed processes of this machine left half-done in a folder."""
    name = re.compile(rf"\.partial-{re.escape(socket.gethostname())}-(\d+)-[0-9a-f]+")
    for folder in root.glob(".partial-*"):
        found = name.fullmatch(folder.name)
        if found and not places.alive(int(found[1])):
            shutil.rmtree(folder, ignore_errors=True)


def write_json(path: Path, content: dict) -> None:
    """Write a file of JSON that reads well in a diff."""
    path.write_text(json.dumps(content, indent=1) + "\n")


class Clock:
    """How long a piece of work took, and which code did it.

    Asked for the commit when it starts: hours later the checkout may be at another.
    """

    def __init__(self):
        self.began = datetime.now(UTC)
        self._wall, self._cpu = time.perf_counter(), time.process_time()
        self._commit, self._dirty = provenance.commit()

    def details(self, device: str) -> dict:
        """Give commit, hardware, versions, date and durations (in seconds), ready for JSON."""
        return {
            "commit": self._commit,
            "dirty": self._dirty,
            "device": device,
            "hardware": provenance.hardware(),
            "versions": provenance.versions(),
            "began": self.began.isoformat(timespec="seconds"),
            "seconds": round(time.perf_counter() - self._wall, 1),
            "cpu_seconds": round(time.process_time() - self._cpu, 1),
        }


def copied(folder: Path, target: Path, marker: str, *ignored: str) -> bool:
    """Copy a finished folder, whole or not at all; say whether it was not there before."""
    if target.is_dir():
        return False
    with written_whole(target, marker) as partial:
        shutil.copytree(
            folder, partial, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*ignored)
        )
    return True
