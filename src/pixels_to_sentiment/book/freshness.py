"""What an executed notebook depends on, as one key: while the key stays, nothing needs to rerun.

The key covers the code cells, the parameters, the modules of this library that the notebook
imports (directly or through one another), the pinned versions, the published folds and numbers,
the recorded results and the Python version; and, for a notebook that looks at the others, the runs
that they made. It does not cover prose, cell ids, or tags that only say how a cell is shown.
"""

import ast
import hashlib
import json
import platform
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from pixels_to_sentiment import places

_PACKAGE = Path(__file__).resolve().parents[1]
# Tags that change what runs: where parameters go, what is skipped, what may fail.
_RUNNING_TAGS = {"parameters", "skip-execution", "raises-exception"}


def key(notebook: Mapping, parameters: Mapping[str, object], inputs: Mapping[str, object]) -> str:
    """Give the key (SHA-256) of a source notebook executed with parameters.

    The inputs are what it shares with the other notebooks, from `shared_inputs`.
    """
    cells = _code(notebook)
    tags = [sorted(_RUNNING_TAGS & set(cell["metadata"].get("tags", []))) for cell in cells]
    sources = [cell["source"] for cell in cells]
    covered = {
        "cells": list(zip(sources, tags, strict=True)),
        "parameters": dict(parameters),
        "library": _digest(library_modules(sources), _PACKAGE),
        "inputs": dict(inputs),
    }
    return hashlib.sha256(json.dumps(covered, sort_keys=True, default=str).encode()).hexdigest()


def shared_inputs(extra: Iterable[str] = ()) -> dict[str, object]:
    """Give digests of what every notebook depends on, and further inputs in words."""
    root = places.checkout() or _PACKAGE
    not_code = {path for path in _files(_PACKAGE) if path.suffix not in {".py", ".pyc"}}
    return {
        "constraints": _digest(root.glob("constraints.txt"), root),
        "ground_truth": _digest(_files(places.ground_truth()), places.ground_truth()),
        "results": _digest(_files(places.results()), places.results()),
        "package_data": _digest(not_code, _PACKAGE),
        "python": platform.python_version(),
        "extra": list(extra),
    }


def looks_at_others(notebook: Mapping) -> bool:
    """Whether a notebook reads the others as executed: its code imports `book`."""
    book = _PACKAGE / "book" / "__init__.py"
    return book in library_modules(cell["source"] for cell in _code(notebook))


def library_modules(sources: Iterable[str]) -> set[Path]:
    """Find the files of this library that code imports, and those that they import in turn.

    Imports inside functions count. Lines of magic (``%``) are passed over; any other code that is
    not plain Python (``!`` and ``%%``) may reach anything, and so counts as importing every module.
    """
    found: set[Path] = set()
    plain = (re.sub(r"^%(?!%).*$", "", source, flags=re.MULTILINE) for source in sources)
    try:
        waiting = {name for source in plain for name in _imports(source, ())}
        while waiting:
            module = waiting.pop()
            path = _file_of(module)
            if path is not None and path not in found:
                found.add(path)
                here = module if path.name == "__init__.py" else module[:-1]
                waiting |= _imports(path.read_text(), here)
    except SyntaxError:
        return set(_PACKAGE.rglob("*.py"))
    return found


def _imports(source: str, here: tuple[str, ...]) -> set[tuple[str, ...]]:
    """Dotted names that code imports, with their parents; ``here`` is the package it lies in."""
    names: set[tuple[str, ...]] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {tuple(alias.name.split(".")) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = here[: len(here) - node.level + 1] if node.level else ()
            base += tuple(node.module.split(".")) if node.module else ()
            names |= {(*base, alias.name) for alias in node.names}
    return {name[:length] for name in names for length in range(1, len(name) + 1)}


def _file_of(module: tuple[str, ...]) -> Path | None:
    if module[0] != "pixels_to_sentiment":
        return None
    path = _PACKAGE.joinpath(*module[1:])
    candidates = (path / "__init__.py", path.with_name(f"{path.name}.py"))
    return next((file for file in candidates if file.is_file()), None)


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
