"""Where things lie: the checkout, the cache, the runs, the recorded results.

Each place can be moved by an environment variable, so that a notebook, a command and a test
agree on it whatever the working directory.
"""

import csv
import errno
import fcntl
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, TextIO

from pixels_to_sentiment.errors import NoPlace, UserError

_PACKAGE = Path(__file__).resolve().parent
_UNFINISHED = ".unfinished-"
# Names the data set in use; without it that is the article's.
DATA = "PIXELS_TO_SENTIMENT_DATA"
# What the pictures of other sources are called.
_TAKEN = ("photographs", "stand-in")


def checkout() -> Path | None:
    """Root of the git checkout the library runs from, or ``None`` when it was installed apart."""
    root = _PACKAGE.parents[1]
    return root if (root / "_config.yml").is_file() else None


def rows(name: str) -> list[dict[str, str]]:
    """Read a table that comes with the library, as in ``records/catalogue.csv``."""
    with (_PACKAGE / name).open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def ground_truth() -> Path:
    """Folder with the published folds and the numbers that the paper reports."""
    packaged = _PACKAGE / "ground_truth"
    return packaged if packaged.is_dir() else _PACKAGE.parents[1] / "ground_truth"


def cache() -> Path:
    """Folder for downloaded and decoded files (``PIXELS_TO_SENTIMENT_CACHE``)."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return _place("cache", Path(base) / "pixels-to-sentiment")


def datasets() -> Path:
    """Folder for data sets of one's own (``PIXELS_TO_SENTIMENT_DATASETS``)."""
    return _place("datasets")


def dataset(name: str | None = None) -> Path | None:
    """Folder of a data set of one's own, by default of that in use.

    ``None`` where the article's photographs are in use, as always unless the variable `DATA` names
    another data set. Its runs and results lie in its folder, apart from those of the article. What
    cannot be a name is a `UserError`.
    """
    if name is None and not (name := os.environ.get(DATA)):
        return None
    if not re.fullmatch(r"\w[\w.-]*", name) or name in _TAKEN:
        raise UserError(
            f"{name!r} cannot name a data set: use letters, digits, _, - and ., a letter or digit "
            f"first, and neither of {' and '.join(_TAKEN)}."
        )
    return datasets() / name


@contextmanager
def using(name: str | None) -> Iterator[None]:
    """Have a data set in use, also by processes that are started; ``None`` leaves what there is."""
    before = os.environ.get(DATA)
    if name is not None:
        dataset(name)
        os.environ[DATA] = name
    try:
        yield
    finally:
        if name is not None:
            os.environ.pop(DATA)
            os.environ.update({DATA: before} if before is not None else {})


def articles_own(what: str, of: str = "the article's photographs") -> None:
    """Refuse, where another data set is in use, what is of the article alone."""
    if own := dataset():
        raise UserError(
            f"{what} of {of} and makes no sense of the data set {own.name}: leave out --data, or "
            f"unset {DATA}."
        )


def runs() -> Path:
    """Folder for finished training runs (``PIXELS_TO_SENTIMENT_RUNS``)."""
    own = dataset()
    return own / "runs" if own else _place("runs")


def results() -> Path:
    """Folder with the committed results of the paper tier (``PIXELS_TO_SENTIMENT_RESULTS``)."""
    own = dataset()
    return own / "results" if own else _place("results", within="book")


def choices() -> Path:
    """Folder with the committed runs by which something was chosen within a training list."""
    return results().parent / "choices"


def again() -> Path:
    """Folder with committed runs that were made once more elsewhere, under the recorded keys."""
    return results().parent / "again"


def benchmarks() -> Path:
    """Folder with the recorded benchmarks (``PIXELS_TO_SENTIMENT_BENCHMARKS``)."""
    return _place("benchmarks", within="book")


def settle() -> None:
    """Write the places that are given out in full, for processes that work in another folder."""
    for name in ("cache", "datasets", "runs", "results", "benchmarks", "mirror"):
        variable = f"PIXELS_TO_SENTIMENT_{name.upper()}"
        given = os.environ.get(variable)
        if given and "://" not in given:
            os.environ[variable] = str(_place(name))


def _place(name: str, default: Path | None = None, within: str = "") -> Path:
    """Give a place by its variable or else, without a default, in the checkout or the cache."""
    variable, root = f"PIXELS_TO_SENTIMENT_{name.upper()}", checkout()
    place = os.environ.get(variable) or default or (root / within if root else cache()) / name
    return Path(os.path.expanduser(place)).absolute()


@contextmanager
def folder_made(folder: Path, marker: str, place: str) -> Iterator[Path]:
    """Give a folder to be filled, which gets its name when all went well.

    Parameters
    ----------
    marker
        As for `written_whole`.
    place
        Such as ``RUNS``: ends the name of the variable that says where such folders lie.

    Raises
    ------
    NoPlace
        If the folder cannot be written; nothing of it is left then.
    """
    root = folder.parent
    try:
        root.mkdir(parents=True, exist_ok=True)
        sweep(root)
        with written_whole(folder, marker) as partial:
            partial.mkdir()
            yield partial
    except OSError as fault:
        named = Path(os.fsdecode(fault.filename2 or fault.filename or root))
        if not named.is_relative_to(root):
            raise
        named = named if named in (root, folder) else root
        raise NoPlace(
            f"{named} cannot be written ({fault.strerror or fault}): make it a folder with room "
            f"that you may write to, or name another in PIXELS_TO_SENTIMENT_{place}."
        ) from fault


def reading(path: Path | str) -> BinaryIO:
    """Open a file to be read, as every reader of files from elsewhere does.

    A pipe or device, which could be waited for without end, raises ``OSError`` at once, as does a
    folder or a file that is not there; its ``strerror`` is the reason in a phrase.
    """
    if stat.S_IFMT(os.stat(path).st_mode) not in (stat.S_IFREG, stat.S_IFDIR):
        raise OSError(errno.EINVAL, "it is a pipe or a device, not a file", str(path))
    return open(path, "rb")


@contextmanager
def written_whole(path: Path, marker: str = "") -> Iterator[Path]:
    """Give a temporary name for a file or a folder, which gets its own when all went well.

    What was there stays as it was if anything is raised, and nothing half-written is left. What
    gets the name is on the disk by then, whatever happens to the machine.

    Parameters
    ----------
    path
        In a folder that is there. A file of that name is replaced.
    marker
        File of a finished folder. Where another process was first, so that it is there, that
        folder is kept: it says the same.
    """
    _sweep_once(path.parent.absolute())
    home, lock = _temporary_folder(path.parent)
    with lock:
        try:
            made = home / path.name
            yield made
            _to_disk(made)
            try:
                os.replace(made, path)
            except OSError:
                if not (marker and (path / marker).is_file()):
                    raise
            _to_disk(path.parent, deep=False)
        finally:
            shutil.rmtree(home, ignore_errors=True)


def keep(path: Path, content: str | bytes) -> None:
    """Write a file as `written_whole` does, text in UTF-8; its folder is made if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(path) as partial:
        partial.write_bytes(content.encode() if isinstance(content, str) else content)


def refuse_existing(paths: Iterable[Path], force: bool) -> None:
    """Stop before files are overwritten, unless that is asked for."""
    if there := [str(path) for path in paths if os.path.exists(path) and not force]:
        raise UserError(f"{', '.join(there)} exists already: use --force to overwrite.")


@contextmanager
def written(path: Path) -> Iterator[Path]:
    """As `written_whole`, for a file that somebody asked for: `UserError` if it cannot be."""
    with taking(path, "make room or name another"), written_whole(path) as temporary:
        yield temporary


@contextmanager
def taking(place: Path, cure: str, kind: type[UserError] = UserError) -> Iterator[None]:
    """Turn what is raised where a place takes nothing into a sentence of a kind about it."""
    try:
        yield
    except OSError as fault:
        reason = fault.strerror or fault
        raise kind(f"{place} cannot be written ({reason}): {cure}.") from fault


def _temporary_folder(parent: Path) -> tuple[Path, TextIO]:
    """Make a folder and hold its lock, which ends with its holder, however that ends."""
    while True:
        home = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=parent))
        with suppress(FileNotFoundError):
            lock = (home / "lock").open("w")
            # A file system without locks keeps what is left behind.
            with suppress(OSError):
                fcntl.flock(lock, fcntl.LOCK_EX)
            # Whoever sweeps may have come between the making and the locking.
            if (home / "lock").exists():
                return home, lock
            lock.close()


def _to_disk(path: Path, deep: bool = True) -> None:
    """Have the system write a file, or a folder and all that is in it, to the disk."""
    for one in [*path.rglob("*"), path] if deep else [path]:
        number = os.open(one, os.O_RDONLY)
        try:
            os.fsync(number)
        except OSError as fault:
            # Of a file system that cannot; a full disk is another number.
            if fault.errno != errno.EINVAL:
                raise
        finally:
            os.close(number)


def sweep(folder: Path) -> None:
    """Remove what killed processes left of `written_whole` in a folder, and nothing in use.

    Whoever writes holds a lock, also against other containers and machines that share the folder.
    """
    for home in folder.glob(f"{_UNFINISHED}*"):
        with suppress(OSError), open(home / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(home)


# For the first that this process writes in a folder, which may have many files.
_sweep_once = lru_cache(sweep)
