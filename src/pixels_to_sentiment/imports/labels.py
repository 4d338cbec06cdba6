"""The table of labels of a data set of one's own, and the folds that are made of it."""

import csv
import io
from pathlib import Path, PurePosixPath

import pandas as pd

from pixels_to_sentiment import places
from pixels_to_sentiment.data.folds import WHOLE
from pixels_to_sentiment.errors import UserError, damage

LABELS = {"0": 0, "negative": 0, "1": 1, "positive": 1}
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff")
FEWEST, MOST = 2, 20


def read(labels: Path, column: str) -> pd.DataFrame:
    """Read ``image``, ``label`` (0 or 1) and, of the column if one is named, ``fold`` (text).

    `UserError` names the line that cannot be used.
    """
    wanted = ["image", "label", *([column] if column else [])]
    with damage(labels, "correct it", "a table of labels"):
        with places.reading(labels) as stream:
            rows = csv.DictReader(io.StringIO(stream.read().decode("utf-8-sig"), newline=""))
        if lacking := [one for one in wanted if one not in (rows.fieldnames or ())]:
            raise ValueError(f"its first line names no column {lacking[0]!r}")
        found, seen = [], {}
        for row in rows:
            _check(row, wanted, seen, rows.line_num)
            found.append((row["image"], LABELS[row["label"]], *([row[column]] if column else [])))
    return pd.DataFrame(found, columns=["image", "label", "fold"][: len(wanted)])


def _check(row: dict, wanted: list[str], seen: dict[str, int], line: int) -> None:
    image = row["image"] or ""
    parts = PurePosixPath(image)
    if not all(row[one] for one in wanted) or None in row:
        fault = "has too few values, an empty one, or too many"
    elif row["label"] not in LABELS:
        fault = f"has the label {row['label']!r} where 0 or negative, 1 or positive is meant"
    elif parts.is_absolute() or ".." in parts.parts or str(parts) != image:
        fault = f"has {image!r}, which is no plain path below the folder"
    elif parts.suffix.lower() not in SUFFIXES or not image.isprintable():
        fault = f"has {image!r}, whose name is not that of a picture ({', '.join(SUFFIXES)})"
    elif image in seen:
        fault = f"has {image!r}, as has line {seen[image]}"
    else:
        seen[image] = line
        return
    raise ValueError(f"line {line} {fault}")


def with_folds(
    given: pd.DataFrame, labels: Path, count: int, seed: int, column: str
) -> pd.DataFrame:
    """Give ``image``, ``label``, ``all_fold`` (from 1) and ``all_rank`` (from 0).

    Folds are those that are given, in the order of their values, or else so many, stratified by
    label and shuffled by a seed, as is the order within each. `UserError` if a label has too few
    pictures for them.
    """
    if column:
        values = sorted(set(given["fold"]), key=lambda one: (len(one), one))
        count = len(values)
        given["fold"] = given["fold"].map({value: i for i, value in enumerate(values, 1)})
    if not FEWEST <= count <= MOST:
        made = f"by column {column!r} of {labels}" if column else "that are asked for"
        raise UserError(f"The folds {made} are {count}: give {FEWEST} to {MOST}.")
    if not 0 <= seed < 2**32:
        raise UserError(f"The seed of the folds is {seed}: give a whole number, 0 to 2**32 - 1.")
    for label, word in enumerate(("negative", "positive")):
        own = given[given["label"] == label]
        spread = own["fold"].nunique() if column else len(own)
        if spread < (FEWEST if column else count):
            what = f"in {spread} of the folds" if column else f"{len(own)} for {count} folds"
            raise UserError(
                f"{labels} has too few {word} pictures ({what}): list more of them, or make "
                "other folds."
            )
    if not column:
        # A second that a list of data sets, or a table with folds of its own, need not wait for.
        from sklearn.model_selection import StratifiedKFold

        dealt = StratifiedKFold(count, shuffle=True, random_state=seed)
        for number, (_, test) in enumerate(dealt.split(given, given["label"]), 1):
            given.loc[test, "fold"] = number
    fold = given["fold"].astype(int)
    # A list often has one label after the other, of which a few pictures would be all alike.
    rank = given.sample(frac=1, random_state=seed).groupby(fold).cumcount()
    numbered = {f"{WHOLE}_fold": fold, f"{WHOLE}_rank": rank}
    return given[["image", "label"]].assign(**numbered)
