"""The published folds as data frames, and the 30 published lists written from them.

The authors cut each agreement subset of the DeepSent photographs (You et al., AAAI 2015) into
five folds and released them as text lists. ``ground_truth/published_folds.csv`` holds the same
facts as one tidy table, from which the lists are written again byte for byte.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections import defaultdict
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pixels_to_sentiment import places
from pixels_to_sentiment.errors import UserError, damage

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

ARCHIVE = "twitter_deepsent.zip"
"""The authors' archive of the photographs, a declared file."""

AGREEMENTS: tuple[str, ...] = ("five", "four", "three")
"""The subsets, strictest first; each complete list contains the one before it."""

FOLDS: tuple[int, ...] = (1, 2, 3, 4, 5)

_SHA256 = "57399a5da08d2ee95639d8fb62d8be5b0e082e6c3a7cd00b7861c97bfc9e9daf"
_CURE = "restore it from ground_truth/ of the repository"


class Subset(NamedTuple):
    """The photographs whose label at least so many of the five annotators chose.

    ``listed`` counts the complete list, before the remainder of the cut into five was dropped.
    """

    annotators: int
    listed: int


# The one subset of a data set of one's own, whose labels have no annotators to agree.
WHOLE = "all"
# Files of a data set of one's own: the table of its folds, and the digests of all its files.
TABLE, DIGESTS = "folds.csv", "whole.json"

SUBSETS = {"five": Subset(5, 882), "four": Subset(4, 1116), "three": Subset(3, 1269)}


def load() -> pd.DataFrame:
    """Read the table of the folds in use; a published one that is not as published is refused.

    One row a photograph: ``image`` (file name), ``label`` (int64, 0 negative, 1 positive) and for
    each subset ``*_fold`` (Int64, 1 to 5) and ``*_rank`` (Int64, line of the fold's test list
    counted from 0); both are ``<NA>`` where the subset's folds lack the picture.
    A data set of one's own has the subset `WHOLE` alone, and as many folds as it was given.
    """
    return _known(_read)


def _known(read: Callable[..., pd.DataFrame], *more: str) -> pd.DataFrame:
    """Give what is read from the table of the folds in use, as it is now."""
    if own := places.dataset():
        require_own()
        path = own / TABLE
        with damage(path, f"delete {own} and import it again"):
            digest = json.loads((own / DIGESTS).read_text())[TABLE]
            return read(*more, path, path.stat().st_mtime_ns, digest).copy()
    path = places.ground_truth() / "published_folds.csv"
    with damage(path, _CURE):
        return read(*more, path, path.stat().st_mtime_ns).copy()


# The published table is asked for hundreds of times to make a page, and so is each subset.
@lru_cache(maxsize=4)
def _read(path: Path, changed: int, digest: str = _SHA256) -> pd.DataFrame:
    import pandas as pd

    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != digest:
        raise ValueError("it is not as it was written")
    kinds = defaultdict(lambda: "Int64", image="str", label="int64")
    return pd.read_csv(io.BytesIO(content), dtype=kinds)


def require_own() -> None:
    """Stop where a data set of one's own is in use and not there."""
    own = places.dataset()
    if own and not (own / DIGESTS).is_file():
        raise UserError(
            f"There is no data set {own.name} in {own.parent}: import it, or choose from "
            "`pixels-to-sentiment data list`."
        )


def agreements() -> tuple[str, ...]:
    """Give the subsets of the data set in use."""
    return (WHOLE,) if places.dataset() else AGREEMENTS


def strictest() -> str:
    """Give the subset by which networks are judged, where no other is named."""
    return agreements()[0]


def numbers() -> tuple[int, ...]:
    """Give the folds of the data set in use."""
    # As Python's own numbers, which a key and a parameter of a notebook can hold.
    return tuple(sorted(load()[f"{WHOLE}_fold"].unique().tolist())) if places.dataset() else FOLDS


def subset(agreement: str, table: pd.DataFrame | None = None) -> pd.DataFrame:
    """Photographs in the folds of one subset: ``image``, ``label``, ``fold``, ``rank``.

    Sorted by fold (from 1), then rank (from 0). Raises ``UserError`` for an unknown subset.
    """
    if agreement not in agreements():
        raise UserError(f"There is no subset {agreement!r}; use one of {', '.join(agreements())}.")
    return _known(_subset, agreement) if table is None else _of_subset(agreement, table)


@lru_cache(maxsize=12)
def _subset(agreement: str, path: Path, changed: int, digest: str = _SHA256) -> pd.DataFrame:
    return _of_subset(agreement, _read(path, changed, digest))


def _of_subset(agreement: str, table: pd.DataFrame) -> pd.DataFrame:
    columns = {f"{agreement}_{part}": part for part in ("fold", "rank")}
    chosen = table[["image", "label", *columns]].rename(columns=columns).dropna()
    chosen = chosen.astype({"fold": "int64", "rank": "int64"})
    return chosen.sort_values(["fold", "rank"], ignore_index=True)


def split(
    agreement: str, fold: int, table: pd.DataFrame | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Training and test photographs of one fold, in the published order, as `subset` has them.

    The training list is the test lists of the other folds, one after the other. Raises
    ``UserError`` for an unknown subset or fold.
    """
    chosen = subset(agreement, table)
    if fold not in (known := numbers()):
        raise UserError(f"There is no fold {fold!r}; use one of 1 to {known[-1]}.")
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
    with damage(path, _CURE):
        pairs = [line.split("  ", 1) for line in path.read_text("utf-8").splitlines()]
        return {name: digest for digest, name in pairs}


def export(directory: Path | str, force: bool = False) -> list[Path]:
    """Write the 30 published lists below ``directory`` and return their paths.

    One that is there with other content is overwritten with ``force`` alone; without, nothing is
    written.
    """
    contents = {Path(directory) / name: data for name, data in lists().items()}
    with places.taking(directory, "name a folder you can write to"):
        for path, data in contents.items():
            if not force and path.exists() and path.read_bytes() != data:
                raise UserError(
                    f"{path} exists with other content; choose an empty folder, or use --force."
                )
        for path, data in contents.items():
            places.keep(path, data)
    return list(contents)
