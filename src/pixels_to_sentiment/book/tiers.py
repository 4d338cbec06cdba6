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
    """Read a tier's file."""
    notebooks.require(tier, paths(), "tier", notebooks.root() / "notebooks" / "tiers")
    file = paths()[tier]
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UserError(f"{file} is not valid YAML: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict) or not all(isinstance(name, str) for name in content):
        raise UserError(f"{file}: write parameter: value lines.")
    return content


def declared_parameters(path: Path) -> dict[str, dict[str, str]]:
    """Give the parameters a source notebook declares, by name, as `papermill.inspect_notebook`."""
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
    """Settle the parameters of every notebook by name, checked against those it declares.

    Parameters
    ----------
    tier
        Its file is checked as a whole, whatever is chosen.
    overrides
        Parameters that win over the tier's. Each must be declared by one of the chosen notebooks,
        and goes to all of them that declare it.
    chosen
        Notebooks the overrides are for, by default all.
    """
    declared = {name: declared_parameters(at) for name, at in notebooks.source_paths().items()}
    given_by_tier = values(tier)
    file = paths()[tier]
    chosen = declared if chosen is None else chosen
    _require_somewhere(given_by_tier, declared.values(), file)
    _require_somewhere(overrides or {}, [declared[name] for name in chosen], _GIVEN)
    settled = {name: {} for name in declared}
    for name, known in declared.items():
        winning = (overrides or {}) if name in chosen else {}
        for origin, offered in ((file, given_by_tier), (_GIVEN, winning)):
            given = {one: value for one, value in offered.items() if one in known}
            _check(name, known, given, origin)
            settled[name] |= given
    return settled


def _require_somewhere(values: Mapping, declared: Collection[Mapping], origin: object) -> None:
    everything = {name: None for known in declared for name in known}
    for name in values:
        notebooks.require(name, everything, "parameter of a notebook", origin)


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
                f"but {value!r} is {type(value).__name__}."
            )
