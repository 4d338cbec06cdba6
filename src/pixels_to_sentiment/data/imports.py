"""Data sets of one's own: a folder of pictures and their labels, made to be used as the article's.

A data set is a folder of `places.datasets` that holds

``folds.csv``
    ``image``, ``label`` (0 negative, 1 positive), ``all_fold`` (from 1) and ``all_rank`` (from 0).
``pixels.npy``, ``files.csv``
    The pictures, decoded and warped as the article's are, and their files: see `pictures.Pictures`.
``whole.json``
    SHA-256 of these files; written last.

Until it is whole it lies under a hidden name, and an import that was killed goes on from there.
"""

import csv
import fcntl
import hashlib
import io
import json
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cache, partial
from pathlib import Path, PurePosixPath
from types import ModuleType

import numpy as np
import pandas as pd
from PIL import Image
from sklearn.model_selection import StratifiedKFold
from tqdm import tqdm

from pixels_to_sentiment import places
from pixels_to_sentiment.data import pictures
from pixels_to_sentiment.data.folds import DIGESTS, TABLE, WHOLE
from pixels_to_sentiment.data.pictures import SIDE
from pixels_to_sentiment.errors import NoPlace, UserError, damage
from pixels_to_sentiment.files import assets

LABELS = {"0": 0, "negative": 0, "1": 1, "positive": 1}
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff")
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF")
# How many folds there may be.
FEWEST, MOST = 2, 20
# Pictures that are decoded before they are written, 50 MB; what is written is kept after a kill.
CHUNK = 256
_FACTS = ["image", "sha256", "width", "height"]


def add(
    folder: Path, labels: Path, name: str, *, count: int = 5, seed: int = 0, column: str = ""
) -> tuple[pd.DataFrame, list[str]]:
    """Import a folder of pictures as the data set of a name.

    Parameters
    ----------
    labels
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
    given = _given(labels, column)
    _require_files(folder, given["image"], labels)
    table = _with_folds(given, labels, count, seed, column)
    content = table.to_csv(index=False).encode()
    if target.exists():
        files = _same_or_refuse(target, content, folder)
    else:
        files = _made(target, content, table, folder)
    return table, _odd(table, files, folder)


def names() -> list[str]:
    """Name the data sets that are whole."""
    return sorted(path.parent.name for path in places.datasets().glob(f"[!.]*/{DIGESTS}"))


def _given(labels: Path, column: str) -> pd.DataFrame:
    """Read ``image``, ``label`` and, if there is a column for it, ``fold``."""
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


def _require_files(folder: Path, images: pd.Series, labels: Path) -> None:
    if not folder.is_dir():
        raise UserError(f"There is no folder {folder}: name that of the pictures.")
    missing = [one for one in images if not (folder / one).is_file()]
    if missing:
        raise UserError(
            f"{folder} lacks {len(missing):,} of the {len(images):,} pictures that {labels} lists "
            f"({_some(missing)}): put them there, or take their lines out."
        )


def _with_folds(
    given: pd.DataFrame, labels: Path, count: int, seed: int, column: str
) -> pd.DataFrame:
    if column:
        values = sorted(set(given["fold"]), key=lambda one: (len(one), one))
        count = len(values)
        given["fold"] = given["fold"].map({value: i for i, value in enumerate(values, 1)})
    if not FEWEST <= count <= MOST:
        what = f"column {column!r} of {labels} has" if column else "asked for are"
        raise UserError(f"{what} {count} folds: give {FEWEST} to {MOST}.".capitalize())
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
        dealt = StratifiedKFold(count, shuffle=True, random_state=seed)
        for number, (_, test) in enumerate(dealt.split(given, given["label"]), 1):
            given.loc[test, "fold"] = number
    fold = given["fold"].astype(int)
    numbered = {f"{WHOLE}_fold": fold, f"{WHOLE}_rank": given.groupby(fold).cumcount()}
    return given[["image", "label"]].assign(**numbered)


def _same_or_refuse(target: Path, content: bytes, folder: Path) -> pd.DataFrame:
    """Give the files of a data set that is there already, if it is the same."""
    same = (target / DIGESTS).is_file() and (target / TABLE).read_bytes() == content
    if same:
        files = pd.read_csv(target / "files.csv")
        known = zip(files["image"], files["sha256"], strict=True)
        same = all(assets.sha256(folder / image) == digest for image, digest in known)
    if not same:
        raise UserError(
            f"{target} is there with other pictures, labels or folds: give another --name, or "
            "delete it, with all runs on it, to import it anew."
        )
    return files


def _made(target: Path, content: bytes, table: pd.DataFrame, folder: Path) -> pd.DataFrame:
    try:
        with _partial(target, content) as home:
            files = _decoded(home, table["image"].to_list(), folder)
            written = (TABLE, "files.csv", "pixels.npy")
            digests = {one: assets.sha256(home / one) for one in written}
            (home / DIGESTS).write_text(json.dumps(digests))
            (home / "lock").unlink()
            os.replace(home, target)
    except OSError as fault:
        raise NoPlace(
            f"{target.parent} cannot take the data set ({fault.strerror or fault}): make room and "
            "run again, which goes on where it stopped, or name another folder in "
            "PIXELS_TO_SENTIMENT_DATASETS."
        ) from fault
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
            with places.written_whole(table) as whole:
                whole.write_bytes(content)
        try:
            yield home
        except UserError:
            shutil.rmtree(home)
            raise


def _decoded(home: Path, images: list[str], folder: Path) -> pd.DataFrame:
    """Decode what is not decoded yet, a chunk at a time, and give the files of all."""
    pixels, facts = home / "pixels.npy", home / "files.csv"
    done = _kept(facts, len(images))
    if not done:
        array = pictures._array(pixels, len(images))
        del array
    _write(facts, [_FACTS, *done], "w")
    begin = np.load(pixels, mmap_mode="r").offset
    # Written as a file is: what is written to a map stays in the memory of the process.
    chunk = np.empty((CHUNK, SIDE, SIDE, 3), np.uint8)
    bar = tqdm(desc="Decoding", total=len(images), initial=len(done), disable=None)
    threads = ThreadPoolExecutor(len(os.sched_getaffinity(0)))
    with bar, threads, pixels.open("r+b") as out:
        for at in range(len(done), len(images), CHUNK):
            some = images[at : at + CHUNK]
            told = list(threads.map(partial(_read, folder), some, chunk))
            out.seek(begin + at * chunk[0].nbytes)
            out.write(chunk[: len(some)])
            out.flush()
            os.fdatasync(out.fileno())
            _write(facts, told, "a")
            done += told
            bar.update(len(some))
    broken = [image for image, digest, *_ in done if not digest]
    if broken:
        raise UserError(
            f"{len(broken):,} of {len(images):,} pictures in {folder} cannot be decoded to 8 bits "
            f"a colour, or have more than {Image.MAX_IMAGE_PIXELS:,} pixels ({_some(broken)}): "
            "mend them, or take their lines out."
        )
    return pd.read_csv(facts)


def _kept(facts: Path, count: int) -> list[list[str]]:
    """Give the facts that a killed import left, of whole chunks, whose pixels are on the disk."""
    if not facts.is_file():
        return []
    with facts.open(newline="") as stream:
        rows = [row for row in csv.reader(stream) if len(row) == len(_FACTS)][1:]
    return rows if len(rows) == count else rows[: len(rows) // CHUNK * CHUNK]


def _write(facts: Path, rows: list, mode: str) -> None:
    with facts.open(mode, newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)
        stream.flush()
        os.fsync(stream.fileno())


def _read(folder: Path, image: str, room: np.ndarray) -> tuple:
    """Decode a picture into its room, as the article's are; give its facts, or none if it fails."""
    try:
        with places.reading(folder / image) as stream:
            content = stream.read()
        with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
            width, height = opened.size
            # Pillow would cut off what has more than 8 bits.
            if width * height > Image.MAX_IMAGE_PIXELS or opened.mode.startswith(("I", "F")):
                raise ValueError
            whole = opened if opened.mode == "RGB" else opened.convert("RGB")
            room[:] = warp(np.asarray(whole))
    # Pillow raises a dozen kinds at damaged bytes.
    except Exception:
        return image, "", "", ""
    return image, hashlib.sha256(content).hexdigest(), width, height


def warp(pixels: np.ndarray) -> np.ndarray:
    """Warp as `pictures.warp` does, equal to the bit, and sooner where OpenCV can.

    Weights are multiples of 2**-9, or of a larger power for even sides. Where both sides together
    have two factors of 2, products of pixels and weights fit into the 24 bits of a float32, so that
    no sum is rounded in any order and all that compute it agree.
    """
    cv2 = _opencv()
    powers = sum((side & -side).bit_length() - 1 for side in pixels.shape[:2])
    if cv2 is None or powers < 2:
        return pictures.warp(pixels)
    made = cv2.resize(pixels.astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
    return np.rint(made, out=made).astype(np.uint8)


@cache
def _opencv() -> ModuleType | None:
    with suppress(ImportError):
        import cv2

        return cv2
    return None


def _odd(table: pd.DataFrame, files: pd.DataFrame, folder: Path) -> list[str]:
    listed, said = set(table["image"]), []
    found = (one.relative_to(folder) for one in folder.rglob("*"))
    names = sorted(one.as_posix() for one in found if one.suffix.lower() in SUFFIXES)
    if unlisted := [one for one in names if one not in listed]:
        said.append(f"{len(unlisted):,} pictures are in {folder} and not listed: left out.")
    folds = table[f"{WHOLE}_fold"].groupby(files["sha256"]).nunique()
    if several := int((folds > 1).sum()):
        said.append(
            f"{several:,} pictures have an identical copy in another fold, so that a network is "
            "tested on what it was trained on: use recipes -without-twins, or list each once."
        )
    return said


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + ", ..." * (len(names) > 5)
