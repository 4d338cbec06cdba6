"""Folders that are filled under another name: whole or not at all, and swept where nobody lives."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PREFIX, _LOCK = ".partial-", ".lock"


@contextmanager
def filled(folder: Path, whole: Callable[[Path], bool]) -> Iterator[Path]:
    """Give an empty folder beside one, which gets its name, safe on the disk, when all went well.

    Parameters
    ----------
    whole
        Says whether the folder is there already, made by another process that was faster: then
        it is kept, as it says the same.
    """
    with _locked(folder) as partial:
        try:
            partial.mkdir()
            yield partial
            for path in (*partial.rglob("*"), partial):
                sync(path)
            try:
                os.replace(partial, folder)
            except OSError:
                if not whole(folder):
                    raise
            sync(folder.parent)
        finally:
            shutil.rmtree(partial, ignore_errors=True)


@contextmanager
def _locked(folder: Path) -> Iterator[Path]:
    """Give a new name beside a folder, and hold a lock on it that dies with this process.

    Process numbers would not do: containers and machines that share a folder count their own.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(_LOCK, f"{_PREFIX}{folder.name}-", folder.parent)
    with os.fdopen(number) as file:
        # On a file system without locks `sweep` takes nothing away.
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX)
        lock = Path(name)
        if lock.exists():
            try:
                yield lock.with_suffix("")
            finally:
                lock.unlink(missing_ok=True)
            return
    # Swept between its making and its locking.
    with _locked(folder) as partial:
        yield partial


def sweep(root: Path) -> None:
    """Remove what processes that were killed left half-filled in a folder."""
    for lock in root.glob(f"{_PREFIX}*{_LOCK}"):
        partial = lock.with_suffix("")
        try:
            with lock.open("r+") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if partial.is_dir():
                    shutil.rmtree(partial)
                lock.unlink()
        except OSError:
            continue  # its holder lives, or it is somebody else's


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, would outlast a loss of power."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
