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
from pixels_to_sentiment.errors import UserError

# In the comment of a parameter: it may be left out, and what that means.
NOTHING = "None:"
TYPES = {"int": int, "float": (int, float), "str": str, "bool": bool, "list": list, "dict": dict}
_GIVEN = "the parameters given"


def paths() -> dict[str, Path]:
    """Give the tier files by name."""
    folder = notebooks.root() / "notebooks" / "tiers"
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def values(tier: str) -> dict[str, object]:
    """Read a tier's file.

    Raises
    ------
    UserError
        If there is no such tier, or its file is not a mapping.
    """
    notebooks.require(tier, paths(), "tier", notebooks.root() / "notebooks" / "tiers")
    return _read(paths()[tier])


def declared_parameters(path: Path) -> dict[str, dict[str, str]]:
    """Give the parameters a source notebook declares, as `papermill.inspect_notebook` does.

    Returns
    -------
    dict
        By name: ``name``, ``inferred_type_name``, ``default`` (source code) and ``help``.

    Raises
    ------
    UserError
        If the notebook cannot be read or names no kernel, or papermill is not installed.
    """
    try:
        import papermill
    except ModuleNotFoundError as error:
        raise UserError('Notebooks need papermill: pip install -e ".[book]"') from error
    notebooks.read(path)
    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    try:
        return papermill.inspect_notebook(str(path))
    except ValueError as error:
        raise UserError(f"{path}: {error} Open it with the kernel Python 3 and save it.") from error


def plan(
    tier: str,
    overrides: Mapping[str, object] | None = None,
    chosen: Collection[str] | None = None,
) -> dict[str, dict[str, object]]:
    """Settle the parameters of every notebook, checked against those it declares.

    Parameters
    ----------
    tier
        Name of the tier; its file is checked as a whole, whatever is chosen.
    overrides
        Parameters that win over the tier's. Each must be declared by one of the chosen notebooks,
        and goes to all of them that declare it.
    chosen
        Notebooks the overrides are for, by default all.

    Returns
    -------
    dict
        Parameters by name, by notebook.

    Raises
    ------
    UserError
        If the tier does not exist or is not a mapping, names a parameter that no notebook declares,
        or gives a value of another type than declared.
    """
    declared = {name: declared_parameters(at) for name, at in notebooks.source_paths().items()}
    given_by_tier = values(tier)
    file = paths()[tier]
    chosen = declared if chosen is None else chosen
    _require_somewhere(given_by_tier, declared.values(), file)
    _require_somewhere(overrides or {}, [declared[name] for name in chosen], _GIVEN)
    settled = {}
    for name, known in declared.items():
        given = _declared_among(overrides or {}, known) if name in chosen else {}
        tiered = _declared_among(given_by_tier, known)
        _check(name, known, tiered, file)
        _check(name, known, given, _GIVEN)
        settled[name] = tiered | given
    return settled


def _read(file: Path) -> dict[str, object]:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UserError(f"{file} is not valid YAML: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict) or not all(isinstance(name, str) for name in content):
        raise UserError(f"{file}: write parameter: value lines.")
    return content


def _declared_among(values: Mapping[str, object], known: Mapping) -> dict[str, object]:
    return {name: value for name, value in values.items() if name in known}


def _require_somewhere(values: Mapping, declared: Collection[Mapping], origin: object) -> None:
    everything = {name: None for known in declared for name in known}
    for name in values:
        notebooks.require(name, everything, "parameter of a notebook", origin)


def _check(name: str, known: Mapping, values: Mapping, origin: object) -> None:
    for parameter, value in values.items():
        notebooks.require(parameter, known, f"parameter of {name}", origin)
        annotation = known[parameter]["inferred_type_name"]
        wanted = TYPES.get(annotation.partition("[")[0].strip())
        if wanted is None:
            raise UserError(
                f"notebooks/{name}.ipynb: annotate {parameter} with one of {', '.join(TYPES)}."
            )
        if not _fits(value, wanted) and not (value is None and NOTHING in known[parameter]["help"]):
            raise UserError(
                f"{origin}: {parameter} of {name} must be {annotation}, "
                f"but {value!r} is {type(value).__name__}."
            )


def _fits(value: object, wanted: type | tuple[type, ...]) -> bool:
    return isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool))
