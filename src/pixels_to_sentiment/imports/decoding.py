"""Pictures of a data set of one's own, decoded and warped as the article's are, in chunks."""

import csv
import hashlib
import io
import os
import warnings
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from itertools import takewhile
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from PIL import ExifTags, Image, ImageOps, PngImagePlugin, TiffImagePlugin
from torch.nn import functional
from tqdm import tqdm

from pixels_to_sentiment import places
from pixels_to_sentiment.data import pictures
from pixels_to_sentiment.data.pictures import SIDE
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.files import assets

try:
    import cv2
except ImportError:
    cv2 = None

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF")
# As `maps.photos` has them, where it is told why.
PngImagePlugin.MAX_TEXT_CHUNK = PngImagePlugin.MAX_TEXT_MEMORY = 64 << 20
TiffImagePlugin.READ_LIBTIFF = True
# Pictures that are decoded before they are written, 50 MB; what is written is kept after a kill.
CHUNK = 256
FACTS = ["image", "sha256", "width", "height", "turned"]


def decode(home: Path, images: list[str], folder: Path) -> pd.DataFrame:
    """Decode what is not decoded yet into ``pixels.npy``, and give the files of all.

    As many pictures as two chunks have are in memory at a time, whatever their number. `UserError`
    tells which cannot be decoded.
    """
    pixels, facts = home / "pixels.npy", home / "files.csv"
    done = _kept(facts, len(images), folder)
    if not done:
        array = pictures._array(pixels, len(images))
        del array
    _write(facts, [FACTS, *done], "w")
    begin = np.load(pixels, mmap_mode="r").offset
    # Written as a file is: what is written to a map stays in the memory of the process.
    chunks = np.empty((2, CHUNK, SIDE, SIDE, 3), np.uint8)
    parts = [images[at : at + CHUNK] for at in range(len(done), len(images), CHUNK)]
    bar = tqdm(desc="Decoding", total=len(images), initial=len(done), disable=None)
    # Threads of torch's own in each would wait for those of the others.
    threads = ThreadPoolExecutor(len(os.sched_getaffinity(0)), "", torch.set_num_threads, (1,))
    with bar, threads, pixels.open("r+b") as out, warnings.catch_warnings():
        # Pillow's, of pictures that are whole, would come between the lines.
        warnings.simplefilter("ignore")

        def decoded(n: int) -> Iterable[tuple]:
            part = parts[n] if n < len(parts) else ()
            return threads.map(partial(_read, folder), part, chunks[n % 2])

        begun = decoded(0)
        for n, part in enumerate(parts):
            # Written while the next part is decoded.
            told, begun = list(begun), decoded(n + 1)
            out.seek(begin + len(done) * chunks[0, 0].nbytes)
            out.write(chunks[n % 2][: len(part)])
            out.flush()
            os.fdatasync(out.fileno())
            _write(facts, told, "a")
            done += told
            bar.update(len(part))
    broken = [image for image, digest, *_ in done if not digest]
    if broken:
        raise UserError(
            f"{len(broken):,} of {len(images):,} pictures in {folder} cannot be decoded to 8 bits "
            f"a colour, or have more than {Image.MAX_IMAGE_PIXELS:,} pixels ({first_few(broken)}): "
            "mend them, or take their lines out."
        )
    return pd.read_csv(facts)


def _kept(facts: Path, count: int, folder: Path) -> list[list[str]]:
    """Give the facts that a killed import left, of whole chunks, whose pixels are on the disk.

    As far as the files are still the same: the folder may be another, or a picture mended.
    """
    if not facts.is_file():
        return []
    text = facts.read_text()
    # The last line may have been cut off anywhere.
    rows = list(csv.reader(text[: text.rfind("\n") + 1].splitlines()))[1:]
    rows = [*takewhile(lambda row: assets.sha256(folder / row[0]) == row[1], rows)]
    return rows if len(rows) == count else rows[: len(rows) // CHUNK * CHUNK]


def _write(facts: Path, rows: list, mode: str) -> None:
    with facts.open(mode, newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)
        stream.flush()
        os.fsync(stream.fileno())


def _read(folder: Path, image: str, room: np.ndarray) -> tuple:
    """Decode a picture into its room, as the article's are but upright, and give its facts.

    There are none of one that cannot be decoded.
    """
    try:
        with places.reading(folder / image) as stream:
            content = stream.read()
        with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
            # Of grey Pillow would cut off what has more than 8 bits; in planes of their own it
            # reads CIELab and transparent grey wrongly.
            odd = opened.mode.startswith(("I", "F")) or (
                opened.mode in ("LA", "La", "LAB")
                and getattr(opened, "tag_v2", {}).get(TiffImagePlugin.PLANAR_CONFIGURATION) == 2
            )
            if odd or opened.width * opened.height > Image.MAX_IMAGE_PIXELS:
                raise ValueError
            turned = _turn(opened)
            whole = opened if opened.mode == "RGB" else opened.convert("RGB")
            room[:] = warp(np.asarray(whole))
    # Pillow raises a dozen kinds at damaged bytes.
    except Exception:
        return image, "", "", "", ""
    return image, hashlib.sha256(content).hexdigest(), *whole.size, int(turned)


def _turn(opened: Image.Image) -> bool:
    """Turn a picture as its EXIF says, and tell whether that says so; damaged, it says nothing."""
    turned = False
    with suppress(Exception):
        turned = opened.getexif().get(ExifTags.Base.Orientation) in range(2, 9)
        if turned:
            ImageOps.exif_transpose(opened, in_place=True)
    return turned


def warp(pixels: np.ndarray) -> np.ndarray:
    """Warp as `pictures.warp` does, equal to the bit, and sooner where OpenCV can.

    Weights are multiples of 2**-9, or of a larger power for even sides. Where both sides together
    have two factors of 2, products of pixels and weights fit into the 24 bits of a float32, so that
    no sum is rounded in any order and all that compute it agree.
    """
    powers = sum((side & -side).bit_length() - 1 for side in pixels.shape[:2])
    exact = pixels.astype(np.float32)
    if cv2 is None or powers < 2:
        # As there, where turning bytes into floats takes longer than all the rest.
        planes = torch.from_numpy(exact).permute(2, 0, 1)[None]
        made = functional.interpolate(planes, (SIDE, SIDE), mode="bilinear", align_corners=False)
        made = made[0].permute(1, 2, 0).numpy()
    else:
        made = cv2.resize(exact, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
    return np.rint(made, out=made).astype(np.uint8)


def first_few(names: list[str]) -> str:
    """Name the first few of some pictures."""
    return ", ".join(names[:5]) + ", ..." * (len(names) > 5)
