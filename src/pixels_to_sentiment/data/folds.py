"""The published folds as data frames, and the 30 published lists written from them.

The authors cut each agreement subset of the DeepSent photographs (You et al., AAAI 2015) into
five folds and released them as text lists. ``ground_truth/published_folds.csv`` holds the same
facts as one tidy table, from which the lists are written again byte for byte.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from pixels_to_sentiment import places
from pixels_to_sentiment.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

ARCHIVE = "twitter_deepsent.zip"
"""The authors' archive of the photographs, a declared file."""

AGREEMENTS: tuple[str, ...] = ("five", "four", "three")
"""The subsets, strictest first; each complete list contains the one before it."""

FOLDS: tuple[int, ...] = (1, 2, 3, 4, 5)

COLUMNS: tuple[str, ...] = (
    "image",
    "label",
    *(f"{agreement}_{part}" for agreement in AGREEMENTS for part in ("fold", "rank")),
)
"""Columns of the table of published folds."""


@dataclass(frozen=True)
class Subset:
    """The photographs whose label at least ``annotators`` of the five workers chose.

    Attributes
    ----------
    annotators
        Fewest workers, of five, who gave the label.
    listed
        Lines of the complete list, before the remainder of the cut into five was dropped.
    """

    annotators: int
    listed: int


SUBSETS: dict[str, Subset] = {
    "five": Subset(annotators=5, listed=882),
    "four": Subset(annotators=4, listed=1116),
    "three": Subset(annotators=3, listed=1269),
}


def load(path: Path | None = None) -> pd.DataFrame:
    """Read the table of published folds and check it.

    Parameters
    ----------
    path
        Another table in the same form; the published one by default.

    Returns
    -------
    DataFrame
        One row a photograph: ``image`` (file name), ``label`` (int64, 0 negative, 1 positive)
        and for each subset ``*_fold`` (Int64, 1 to 5) and ``*_rank`` (Int64, line of the fold's
        test list counted from 0); both are ``<NA>`` where the subset's folds lack the picture.

    Raises
    ------
    UserError
        When the file cannot be read or is not such a table.
    """
    path = places.ground_truth() / "published_folds.csv" if path is None else Path(path)
    try:
        changed = path.stat().st_mtime_ns
    except OSError as error:
        raise _unusable(path, f"cannot be read as the table of folds ({_flat(error)})") from error
    return _checked(path, changed).copy()


# The published table is asked for hundreds of times to make a page.
@lru_cache(maxsize=4)
def _checked(path: Path, changed: int) -> pd.DataFrame:
    import pandas as pd

    kinds = {column: "Int64" for column in COLUMNS} | {"image": "str"}
    try:
        table = pd.read_csv(path, dtype=kinds)
        problem = _problem(table)
    except (OSError, ValueError, TypeError) as error:
        problem = f"cannot be read as the table of folds ({_flat(error)})"
    if problem:
        raise _unusable(path, problem)
    return table[list(COLUMNS)].astype({"label": "int64"})


def _unusable(path: Path, problem: str) -> UserError:
    return UserError(f"{path} {problem}; restore it from ground_truth/ of the repository.")


def _flat(error: Exception) -> str:
    return " ".join(str(error).split())  # pandas ends some messages with a line feed


def _problem(table: pd.DataFrame) -> str | None:
    if missing := [column for column in COLUMNS if column not in table]:
        return f"lacks the columns {', '.join(missing)}"
    # A blank would break the lines "name label"; a slash would lead out of the pictures' folder.
    if not table["image"].str.fullmatch(r"[^\s/\\]+").eq(True).all():
        return "has a picture without a plain file name"
    if table["image"].duplicated().any():
        return f"names {table.loc[table['image'].duplicated(), 'image'].iloc[0]} twice"
    if not table["label"].isin([0, 1]).all():
        return "has a label that is neither 0 nor 1"
    return next(filter(None, (_fold_problem(table, agreement) for agreement in AGREEMENTS)), None)


def _fold_problem(table: pd.DataFrame, agreement: str) -> str | None:
    fold, rank = table[f"{agreement}_fold"], table[f"{agreement}_rank"]
    if not fold.isna().equals(rank.isna()):
        return f"has a picture with only one of {agreement}_fold and {agreement}_rank"
    ranks = rank.dropna().groupby(fold.dropna()).agg(sorted)
    if tuple(ranks.index) != FOLDS:
        return f"has not exactly the folds 1 to 5 in {agreement}_fold"
    # The authors cut five equal slices, so a lost line shows as a gap or as a shorter fold.
    expected = list(range(fold.count() // len(FOLDS)))
    if wrong := [number for number in FOLDS if ranks[number] != expected]:
        return f"has {agreement}_rank not running 0, 1, 2, ... over equal folds (fold {wrong[0]})"
    return None


def subset(agreement: str, table: pd.DataFrame | None = None) -> pd.DataFrame:
    """Photographs in the folds of one subset: ``image``, ``label``, ``fold``, ``rank``.

    Sorted by fold (1 to 5), then rank (from 0). Raises ``UserError`` for an unknown subset.
    """
    if agreement not in AGREEMENTS:
        raise UserError(f"There is no subset {agreement!r}; use one of {', '.join(AGREEMENTS)}.")
    table = load() if table is None else table
    columns = {f"{agreement}_{part}": part for part in ("fold", "rank")}
    chosen = table[["image", "label", *columns]].rename(columns=columns).dropna()
    chosen = chosen.astype({"fold": "int64", "rank": "int64"})
    return chosen.sort_values(["fold", "rank"], ignore_index=True)


def split(
    agreement: str, fold: int, table: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Training and test photographs of one fold, in the published order.

    The training list is the test lists of the other four folds, one after the other.

    Returns
    -------
    train, test : DataFrame
        Columns ``image``, ``label``, ``fold`` (whose test list the picture is in), ``rank``.

    Raises
    ------
    UserError
        When the subset or the fold is unknown.
    """
    chosen = subset(agreement, table)
    if fold not in FOLDS:
        raise UserError(f"There is no fold {fold!r}; use one of 1 to 5.")
    testing = chosen["fold"] == fold
    return chosen[~testing].reset_index(drop=True), chosen[testing].reset_index(drop=True)


def lists(table: pd.DataFrame | None = None) -> dict[str, bytes]:
    """Contents of the 30 published lists by path, ``NAME_agrees/testK/{test,train}.txt``.

    Each line is ``name label`` and ends in a line feed.
    """
    table = load() if table is None else table
    contents = {}
    for agreement, fold in product(AGREEMENTS, FOLDS):
        train, test = split(agreement, fold, table)
        for name, frame in (("test", test), ("train", train)):
            lines = (f"{i} {y}\n" for i, y in zip(frame["image"], frame["label"], strict=True))
            contents[f"{agreement}_agrees/test{fold}/{name}.txt"] = "".join(lines).encode()
    return contents


def checksums() -> dict[str, str]:
    """SHA-256 (hex) of the 30 lists as the authors published them, by path."""
    path = places.ground_truth() / "published_lists.sha256"
    try:
        pairs = [line.split("  ", 1) for line in path.read_text("utf-8").splitlines()]
        return {name: digest for digest, name in pairs}
    except (OSError, ValueError) as error:
        cure = "restore it from ground_truth/ of the repository"
        raise UserError(f"{path} cannot be read as SHA-256 sums ({error}); {cure}.") from error


def export(
    directory: Path | str, table: pd.DataFrame | None = None, force: bool = False
) -> list[Path]:
    """Write the 30 published lists below ``directory`` and return their paths.

    A file that already has the right content is left alone, so an export can be repeated.

    Raises
    ------
    UserError
        When a file with other content is in the way and ``force`` is false (nothing is written
        then), or when the folder cannot be written.
    """
    contents = {Path(directory) / name: data for name, data in lists(table).items()}
    try:
        changed = {p: data for p, data in contents.items() if not _holds(p, data)}
        if not force and (other := [path for path in changed if path.exists()]):
            raise UserError(
                f"{other[0]} exists with other content; choose an empty folder, or use --force."
            )
        for path, data in changed.items():
            _write(path, data)
    except OSError as error:
        cure = "name a folder you can write to"
        raise UserError(f"{directory} cannot take the lists ({error}); {cure}.") from error
    return list(contents)


def _holds(path: Path, data: bytes) -> bool:
    return path.is_file() and path.read_bytes() == data


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with places.written_whole(path) as temporary:
        temporary.write_bytes(data)
