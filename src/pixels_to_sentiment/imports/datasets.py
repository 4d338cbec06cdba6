"""Data sets of one's own: a folder of pictures and their labels, made to be used as the article's.

A data set is a folder of `places.datasets` that holds

``folds.csv``
    ``image``, ``label`` (0 negative, 1 positive), ``all_fold`` (from 1) and ``all_rank`` (from 0).
``pixels.npy``, ``files.csv``
    The pictures, decoded and warped as the article's are but turned as their EXIF says, and their
    files: see `pictures.Pictures`, and ``turned``, whether one was (0 or 1).
``whole.json``
    SHA-256 of these files; written last.

Until it is whole it lies under a hidden name, and an import that was killed goes on from there.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from pixels_to_sentiment import places
from pixels_to_sentiment.data.folds import DIGESTS, TABLE, WHOLE
from pixels_to_sentiment.errors import NoPlace, UserError
from pixels_to_sentiment.files import assets
from pixels_to_sentiment.imports import decoding, labels

_CURE = (
    "make room and run again, which goes on where it stopped, or name another folder in "
    "PIXELS_TO_SENTIMENT_DATASETS"
)


def add(
    folder: Path, listed: Path, name: str, *, count: int = 5, seed: int = 0, column: str = ""
) -> tuple[pd.DataFrame, list[str]]:
    """Import a folder of pictures as the data set of a name.

    Parameters
    ----------
    listed
        CSV with the columns ``image`` (path below the folder) and ``label`` (0 or negative, 1 or
        positive); only pictures in it are taken.
    count, seed
        Folds, stratified by label, and the seed of their shuffling.
    column
        Column of the labels with each picture's fold, instead; its values in order are 1, 2, ...

    Returns
    -------
    table : DataFrame
        As in ``folds.csv``.
    odd : list of str
        What is odd about the pictures, but no fault; a sentence each.

    Raises
    ------
    UserError
        If the labels, the pictures or the name cannot be used; nothing is left then. That another
        process imports the name now.
    """
    target = places.dataset(name)
    given = labels.read(listed, column)
    _require_files(folder, given["image"], listed)
    table = labels.with_folds(given, listed, count, seed, column)
    content = table.to_csv(index=False).encode()
    if target.exists():
        files = _same_or_refuse(target, content, folder)
    else:
        with places.taking(target.parent, _CURE, NoPlace), _partial(target, content) as home:
            files = decoding.decode(home, table["image"].to_list(), folder)
            written = (TABLE, "files.csv", "pixels.npy")
            digests = {one: assets.sha256(home / one) for one in written}
            (home / DIGESTS).write_text(json.dumps(digests))
            (home / "lock").unlink()
            os.replace(home, target)
    return table, _odd(table, files, folder)


def names() -> list[str]:
    """Name the data sets that are whole."""
    return sorted(path.parent.name for path in places.datasets().glob(f"[!.]*/{DIGESTS}"))


def _require_files(folder: Path, images: pd.Series, listed: Path) -> None:
    if not folder.is_dir():
        raise UserError(f"There is no folder {folder}: name that of the pictures.")
    missing = [one for one in images if not (folder / one).is_file()]
    if missing:
        raise UserError(
            f"{folder} lacks {len(missing):,} of the {len(images):,} pictures that {listed} lists "
            f"({decoding.first_few(missing)}): put them there, or take their lines out."
        )


def _same_or_refuse(target: Path, content: bytes, folder: Path) -> pd.DataFrame:
    """Give the files of a data set that is there already, if it is the same."""
    same = (target / DIGESTS).is_file() and (target / TABLE).read_bytes() == content
    if same:
        files = pd.read_csv(target / "files.csv").reindex(columns=decoding.FACTS)
        known = zip(files["image"], files["sha256"], strict=True)
        same = all(assets.sha256(folder / image) == digest for image, digest in known)
    if not same:
        raise UserError(
            f"{target} is there with other pictures, labels or folds: give another --name, or "
            "delete it, with all runs on it, to import it anew."
        )
    return files


@contextmanager
def _partial(target: Path, content: bytes) -> Iterator[Path]:
    """Give the folder of an unfinished import, of the same table or new, to one process alone."""
    home = target.with_name(f".{target.name}.importing")
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError(f"Another process imports {target.name} now: wait for it.") from None
        table = home / TABLE
        if not (table.is_file() and table.read_bytes() == content):
            for one in (home / "files.csv", home / "pixels.npy"):
                one.unlink(missing_ok=True)
            places.keep(table, content)
        try:
            yield home
        except UserError:
            shutil.rmtree(home)
            raise


def _odd(table: pd.DataFrame, files: pd.DataFrame, folder: Path) -> list[str]:
    listed, said = set(table["image"]), []
    found = (one.relative_to(folder) for one in folder.rglob("*"))
    names = sorted(one.as_posix() for one in found if one.suffix.lower() in labels.SUFFIXES)
    if unlisted := [one for one in names if one not in listed]:
        said.append(f"{len(unlisted):,} pictures are in {folder} and not listed: left out.")
    if turned := int(files["turned"].sum()):
        said.append(f"{turned:,} pictures were turned upright, as their EXIF says.")
    folds = table[f"{WHOLE}_fold"].groupby(files["sha256"]).nunique()
    if several := int((folds > 1).sum()):
        said.append(
            f"{several:,} pictures have an identical copy in another fold, so that a network is "
            "tested on what it was trained on: use recipes -without-twins, or list each once."
        )
    return said
