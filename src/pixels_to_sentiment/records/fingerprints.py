"""Fingerprints of code: what decides a result, hashed so that prose and layout do not count."""

import ast
import csv
import hashlib
from functools import cache
from pathlib import Path

EQUAL_CODE = Path(__file__).with_name("equal_code.csv")
_LIBRARY = Path(__file__).parents[1]


@cache
def same_as(code: str) -> str:
    """Give the fingerprint of the first code that was shown to have the results of this one.

    ``equal_code.csv`` lists which were, by comparison with which commit and, since that is kept,
    of what; ``.ci/same_results.py`` compares. Without a row there a code equals itself alone.
    """
    with EQUAL_CODE.open(newline="") as rows:
        return {row["code"]: row["same_as"] for row in csv.DictReader(rows)}.get(code, code)


@cache
def of_modules(modules: tuple[str, ...], library: Path = _LIBRARY) -> str:
    """Hash the code of modules (12 hex digits), on every version of Python the same.

    Comments, docstrings, layout and imports do not count: a module that moves changes what others
    import and no result.

    Parameters
    ----------
    modules
        Files below the package, without extension, as in ``training/loop``.
    """
    digest = hashlib.sha256()
    for name in modules:
        tree = ast.parse((library / f"{name}.py").read_text())
        tree.body = [one for one in tree.body if not isinstance(one, ast.Import | ast.ImportFrom)]
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body:
                first = node.body[0]
                if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                    node.body = node.body[1:]
        digest.update(dump(tree).encode())
    return digest.hexdigest()[:12]


def dump(node: object) -> str:
    """Write a syntax tree the same on every Python, which `ast.dump` does not.

    A version's new fields are empty where the code does not use them, and empty fields are left
    out.
    """
    if isinstance(node, list):
        return f"[{', '.join(map(dump, node))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = [
        f"{name}={dump(value)}"
        for name, value in ast.iter_fields(node)
        if value is not None and value != []
    ]
    return f"{type(node).__name__}({', '.join(fields)})"
