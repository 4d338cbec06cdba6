"""Which parameters each notebook is given.

A tier is a papermill parameter file, ``notebooks/tiers/TIER.yaml``, so that ``papermill -f`` on a
single notebook gives what `book.execute` gives. Each notebook takes the parameters it declares.
papermill only logs one that a notebook does not declare, so everything is compared with the
notebooks before a kernel starts.
"""

import logging
from collections.abc import Collection, Mapping
from pathlib import Path

import yaml

from pixels_to_sentiment.book import notebooks
from pixels_to_sentiment.errors import UserError, damage

_NULL = "null", "None"
# In the comment of a parameter: it may be left out, and what that means.
NOTHING = "None:"
TYPES = {"int": int, "float": (int, float), "str": str, "bool": bool, "list": list, "dict": dict}
_GIVEN = "the parameters given"
# Characters of a tier, of which PyYAML reads some 100,000 a second.
_LONGEST = 20_000
# By what text of the command line is read: without it 010 is eight, as YAML 1.1 has it.
_READ = {"int": int, "float": float, "str": str}


def paths() -> dict[str, Path]:
    """Give the tier files by name."""
    folder = notebooks.root() / "notebooks" / "tiers"
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def values(tier: str) -> dict[str, object]:
    """Read a tier's file; a `UserError` says what is wrong with it."""
    notebooks.require(tier, paths(), "tier", notebooks.root() / "notebooks" / "tiers")
    file = paths()[tier]
    with damage(file, "correct it", "valid YAML"):
        text = file.read_text(encoding="utf-8")
        if len(text) > _LONGEST:
            raise UserError(f"{file} has {len(text):,} characters, a tier at most {_LONGEST:,}.")
        content = yaml.safe_load(text) or {}
    if not isinstance(content, dict) or not all(isinstance(name, str) for name in content):
        raise UserError(f"{file}: write parameter: value lines.")
    return content


def declared_parameters(path: Path) -> dict[str, dict[str, str]]:
    """Give the parameters a source notebook declares, by name, as `papermill.inspect_notebook`."""
    import papermill

    notebooks.read(path)
    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    with damage(path, "open it with the kernel Python 3 and save it", "a notebook"):
        return papermill.inspect_notebook(str(path))


def plan(
    tier: str,
    overrides: Mapping[str, object] | None = None,
    chosen: Collection[str] | None = None,
) -> dict[str, dict[str, object]]:
    """Settle the parameters of every notebook by name, checked against those it declares.

    The tier is checked as a whole. The overrides, text as on the command line, win over it in those
    of the chosen notebooks (by default all) that declare them, of which there must be one.
    """
    declared = {name: declared_parameters(at) for name, at in notebooks.source_paths().items()}
    offered, file = values(tier), paths()[tier]
    overrides = overrides or {}
    chosen = declared if chosen is None else chosen
    for given, some, origin in ((offered, declared, file), (overrides, chosen, _GIVEN)):
        known = list(dict.fromkeys(parameter for name in some for parameter in declared[name]))
        for parameter in given:
            notebooks.require(parameter, known, "parameter of a notebook", origin)
    settled = {}
    for name, known in declared.items():
        of_tier = {one: value for one, value in offered.items() if one in known}
        given = {
            one: _read(one, value, known[one]["inferred_type_name"])
            for one, value in overrides.items()
            if one in known and name in chosen
        }
        _check(name, known, of_tier, file)
        _check(name, known, given, _GIVEN)
        settled[name] = of_tier | given
    return settled


def _read(name: str, text: object, kind: str) -> object:
    """Read a value of the command line by the type that is declared, or as YAML."""
    if not isinstance(text, str):
        return text
    cure = "write numbers as they are, lists as '[1, 2]' and nothing, where it is a choice, as null"
    with damage(f"{_GIVEN}: {text!r} for {name}", cure, "a value"):
        text.encode()
        return None if text in _NULL else _READ.get(kind, yaml.safe_load)(text)


def _check(name: str, known: Mapping, values: Mapping, origin: object) -> None:
    for parameter, value in values.items():
        annotation = known[parameter]["inferred_type_name"]
        wanted = TYPES.get(annotation.partition("[")[0].strip())
        if wanted is None:
            raise UserError(
                f"notebooks/{name}.ipynb: annotate {parameter} with one of {', '.join(TYPES)}."
            )
        # In Python a bool is an int.
        fits = isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool))
        if not fits and not (value is None and NOTHING in known[parameter]["help"]):
            raise UserError(
                f"{origin}: {parameter} of {name} must be {annotation}, "
                f"but {value!r} is {type(value).__name__}{f': write [{value}]' * (wanted is list)}."
            )
