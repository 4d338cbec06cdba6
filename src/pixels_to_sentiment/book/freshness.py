"""What an executed notebook depends on, as one key: while the key stays, nothing needs to rerun.

The key covers the code cells, the parameters, the modules of this library that the notebook
imports (directly or through one another), the pinned versions, the published folds and numbers,
the recorded results and the Python version; for a notebook that looks at the others, the runs that
they made; and, for one with the rules of the claims, their last commit, which dates them. It does
not cover prose, cell ids, or tags that only say how a cell is shown.
"""

import hashlib
import json
import platform
import re
from collections.abc import Iterable, Mapping
from functools import cache
from modulefinder import ModuleFinder
from pathlib import Path

from pixels_to_sentiment import places, provenance

_PACKAGE = Path(__file__).resolve().parents[1]
# Of which a page says when its lines were committed.
_DATED = _PACKAGE / "claims" / "rules.py"
# Tags that change what runs: where parameters go, what is skipped, what may fail.
_RUNNING_TAGS = {"parameters", "skip-execution", "raises-exception"}


def key(notebook: Mapping, parameters: Mapping[str, object], inputs: Mapping[str, object]) -> str:
    """Give the key (SHA-256) of a source notebook executed with parameters.

    The inputs are what it shares with the other notebooks, from `shared_inputs`.
    """
    cells = _code(notebook)
    tags = [sorted(_RUNNING_TAGS & set(cell["metadata"].get("tags", []))) for cell in cells]
    sources = [cell["source"] for cell in cells]
    modules = library_modules(sources)
    covered = {
        "cells": list(zip(sources, tags, strict=True)),
        "parameters": dict(parameters),
        "library": _digest(modules, _PACKAGE),
        "dated": provenance.last_commit(_DATED) if _DATED in modules else "",
        "inputs": dict(inputs),
    }
    return hashlib.sha256(json.dumps(covered, sort_keys=True, default=str).encode()).hexdigest()


def shared_inputs(extra: Iterable[str] = ()) -> dict[str, object]:
    """Give digests of what every notebook depends on, and further inputs in words."""
    root = places.checkout() or _PACKAGE
    names = "ground_truth", "results", "choices", "again", "benchmarks"
    folders = {name: getattr(places, name)() for name in names}
    not_code = {path for path in _files(_PACKAGE) if path.suffix not in {".py", ".pyc"}}
    return {
        "constraints": _digest(root.glob("constraints.txt"), root),
        **{name: _digest(_files(folder), folder) for name, folder in folders.items()},
        "package_data": _digest(not_code, _PACKAGE),
        "python": platform.python_version(),
        "extra": list(extra),
    }


def looks_at_others(notebook: Mapping) -> bool:
    """Whether a notebook reads the others as executed: its code imports `book`."""
    book = _PACKAGE / "book" / "__init__.py"
    return book in library_modules(cell["source"] for cell in _code(notebook))


def library_modules(sources: Iterable[str]) -> frozenset[Path]:
    """Find the files of this library that code imports, and those that they import in turn.

    Imports inside functions count. Lines of magic (``%``) are passed over; any other code that is
    not plain Python (``!`` and ``%%``) may reach anything, and so counts as importing every module.
    """
    return _reached(tuple(sources), _PACKAGE)


# Asked several times for each notebook, and slow.
@cache
def _reached(sources: tuple[str, ...], package: Path) -> frozenset[Path]:
    finder = ModuleFinder([str(package.parent)])
    try:
        for source in sources:
            plain = re.sub(r"^%(?!%).*$", "", source, flags=re.MULTILINE)
            finder.scan_code(compile(plain, "cell", "exec"), finder.add_module("__main__"))
    except SyntaxError:
        return frozenset(package.rglob("*.py"))
    return frozenset(Path(one.__file__) for one in finder.modules.values() if one.__file__)


def _code(notebook: Mapping) -> list[Mapping]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def _files(folder: Path) -> list[Path]:
    """Files that say something to a notebook: neither hidden nor prose."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return [path for path in found if path.suffix != ".md" and not path.name.startswith(".")]


def _digest(paths: Iterable[Path], root: Path) -> str:
    """SHA-256 over the names, relative to ``root``, and contents of files."""
    total = hashlib.sha256()
    for path in sorted(paths):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(root).as_posix()} {content}\n".encode())
    return total.hexdigest()
