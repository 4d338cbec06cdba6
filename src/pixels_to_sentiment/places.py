"""Where things lie: the checkout, the cache, the runs, the recorded results.

Each place can be moved by an environment variable, so that a notebook, a command and a test
agree on it whatever the working directory.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def checkout() -> Path | None:
    """Root of the git checkout the library runs from, or ``None`` when it was installed apart."""
    root = _PACKAGE.parents[1]
    return root if (root / "_config.yml").is_file() else None


def ground_truth() -> Path:
    """Folder with the published folds and the numbers that the paper reports."""
    packaged = _PACKAGE / "ground_truth"
    return packaged if packaged.is_dir() else _PACKAGE.parents[1] / "ground_truth"


def cache() -> Path:
    """Folder for downloaded and decoded files (``PIXELS_TO_SENTIMENT_CACHE``)."""
    return _place("PIXELS_TO_SENTIMENT_CACHE", _user_cache())


def runs() -> Path:
    """Folder for finished training runs (``PIXELS_TO_SENTIMENT_RUNS``)."""
    root = checkout()
    return _place("PIXELS_TO_SENTIMENT_RUNS", root / "runs" if root else cache() / "runs")


def results() -> Path:
    """Folder with the committed results of the paper tier (``PIXELS_TO_SENTIMENT_RESULTS``)."""
    root = checkout()
    return _place(
        "PIXELS_TO_SENTIMENT_RESULTS", root / "book" / "results" if root else cache() / "results"
    )


def choices() -> Path:
    """Folder with the committed runs by which something was chosen within a training list."""
    return results().parent / "choices"


def benchmarks() -> Path:
    """Folder with the recorded benchmarks (``PIXELS_TO_SENTIMENT_BENCHMARKS``)."""
    root = checkout()
    default = root / "book" / "benchmarks" if root else cache() / "benchmarks"
    return _place("PIXELS_TO_SENTIMENT_BENCHMARKS", default)


def _place(variable: str, default: Path) -> Path:
    return Path(os.environ.get(variable) or default).expanduser().absolute()


def _user_cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "pixels-to-sentiment"


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a temporary name in the folder of a file, which gets its own name when all went well.

    What was there stays as it was if anything is raised, and nothing half-written is left.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove temporary files that killed processes left in a folder.

    Their names do not say on which machine, so of several at once only one should write there.
    """
    for path in folder.glob(".*.part"):
        found = re.fullmatch(r"\..+\.(\d{1,9})\.part", path.name)
        if found and not alive(int(found[1])):
            path.unlink(missing_ok=True)


def alive(pid: int) -> bool:
    """Tell whether this machine has a process of that number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
