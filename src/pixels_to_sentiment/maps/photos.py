"""Photographs of one's own: files of many kinds, opened as the data set's pictures are."""

import hashlib
import os
import stat
import warnings
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageOps, PngImagePlugin, TiffImagePlugin

from pixels_to_sentiment import places
from pixels_to_sentiment.errors import UserError, parsing

# As Pillow calls them.
FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "BMP", "TIFF")
SUFFIXES = (
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".avif", ".gif", ".bmp", ".tif", ".tiff"),
    # Not read. Taken all the same, so that what is left out of a folder is said.
    *(".heic", ".heif", ".jxl"),
)
# Bytes that text or a colour profile in a PNG may unpack to: Pillow takes one MiB for a bomb.
PngImagePlugin.MAX_TEXT_CHUNK = 64 << 20
# Pillow's own reader of uncompressed TIFFs has wrong colours where 16 bits lie in planes.
TiffImagePlugin.READ_LIBTIFF = True
# Longest side of what is kept to be drawn, in pixels.
SHOWN = 640
# Ends the names of drawings, which lie in a folder of photographs if one wants them there.
DRAWN = ".map.png"


@dataclass(frozen=True)
class Photo:
    """A photograph, opened.

    Attributes
    ----------
    sha256
        Of the file, in hex.
    width, height
        As it is seen, turned upright, in pixels.
    small, large
        Warped for the classifier and for the map, uint8 RGB (256, 256, 3) and (451, 451, 3).
    shown
        To be drawn, uint8 RGB (h, w, 3) of at most `SHOWN` pixels a side.
    """

    path: Path
    sha256: str
    width: int
    height: int
    small: np.ndarray
    large: np.ndarray
    shown: np.ndarray


def listed(given: Iterable[Path]) -> list[Path]:
    """List the photographs among files and in folders.

    Of a folder, files with one of `SUFFIXES` in the order of their names; what is hidden, what
    `DRAWN` ends, and what lies in folders of the folder is left out. A file named itself is taken
    whatever it is called, and none is taken twice.

    Raises
    ------
    UserError
        If there is no such file or folder, or no photograph in a folder.
    """
    found: dict[str, Path] = {}
    for path in given:
        try:
            folder = stat.S_ISDIR(path.stat().st_mode)
            for one in _in_folder(path) if folder else [path]:
                found.setdefault(os.path.realpath(one), one)
        except OSError as fault:
            raise UserError(
                f"{in_print(path)} cannot be looked at ({fault.strerror}): name a file or folder "
                "that is there and can be read."
            ) from fault
    return list(found.values())


def _in_folder(folder: Path) -> list[Path]:
    found = [
        path
        for path in sorted(folder.iterdir())
        if path.suffix.lower() in SUFFIXES
        and not path.name.startswith(".")
        and not path.name.endswith(DRAWN)
        and not path.is_dir()
    ]
    if not found:
        raise UserError(
            f"{in_print(folder)} has no photographs ({', '.join(SUFFIXES)}): name a folder that "
            "has, or the files themselves; folders in it are not looked into."
        )
    return found


def in_print(path: Path | str) -> str:
    """Give a file's name so that it can be printed in one line, whatever bytes it is made of."""
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in str(path)
    )


def opened(path: Path) -> Photo:
    """Open a photograph and warp it as the data set's pictures are warped.

    Raises
    ------
    UserError
        If it cannot be read, is no picture of `FORMATS`, is damaged, or has more pixels than Pillow
        takes: to warp it takes 20 bytes each.
    """
    # Pillow warns of damage beside the pixels, too. Damage makes its readers raise all kinds of
    # errors, and none tells it from a kind that is not known.
    cure = (
        "if another program opens it, save it there as PNG with 8 bits; if none does, fetch it "
        "anew or leave it out"
    )
    with parsing(in_print(path), "a photograph", cure), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with places.reading(path) as stream:
            with _recognised(stream, path) as image:
                pixels = upright(image)
            stream.seek(0)
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    # With torch, which listing photographs can do without.
    from pixels_to_sentiment.data import pictures
    from pixels_to_sentiment.maps.dense import SIDE

    height, width = pixels.shape[:2]
    shown = Image.fromarray(pixels)
    shown.thumbnail((SHOWN, SHOWN))
    small, large = pictures.warp(pixels), pictures.warp(pixels, SIDE)
    return Photo(path, digest, width, height, small, large, np.asarray(shown))


def _recognised(stream: BinaryIO, path: Path) -> Image.Image:
    try:
        return Image.open(stream, formats=FORMATS)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise UserError(
            f"{in_print(path)} has more than {Image.MAX_IMAGE_PIXELS:,} pixels: make it smaller or "
            "leave it out."
        ) from None
    except Image.UnidentifiedImageError:
        raise ValueError(f"it is empty, or no {', '.join(FORMATS)} of a common kind") from None


def upright(image: Image.Image) -> np.ndarray:
    """Turn a picture of any mode into pixels, uint8 RGB (h, w, 3), turned as its EXIF says.

    What is transparent lies on white, 16 bits become 8 by leaving out the lower ones, CMYK is
    converted without a colour profile, and of several frames it is the first.

    Raises
    ------
    ValueError
        If its values are not whole numbers of 8 or 16 bits, or its colours are not convertible.
    """
    deep = image.mode.startswith(("I", "F"))
    tags = getattr(image, "tag_v2", {})
    if tags and (deep or image.mode in ("LA", "La")):
        _require_common(tags)
    image.load()
    # EXIF that is damaged does not say how to turn the picture, which is whole.
    with suppress(Exception):
        image = ImageOps.exif_transpose(image)
    if deep:
        values = np.asarray(image)
        clear = image.info.get("transparency")
        grey = np.where(values == clear, 255, values >> 8).astype(np.uint8)
        return np.repeat(grey[:, :, None], 3, axis=2)
    if image.mode == "La":
        image = image.convert("LA")
    if image.has_transparency_data:
        above = image.convert("RGBA")
        image = Image.new("RGBA", above.size, "white")
        image.alpha_composite(above)
    return np.asarray(image.convert("RGB"))


def _require_common(tags: TiffImagePlugin.ImageFileDirectory_v2) -> None:
    """Refuse a grey TIFF with numbers or planes that Pillow would give wrongly."""
    common = {
        TiffImagePlugin.BITSPERSAMPLE: ((16,), (8, 8)),
        TiffImagePlugin.SAMPLEFORMAT: ((1,), (1, 1)),
        # Not white as zero.
        TiffImagePlugin.PHOTOMETRIC_INTERPRETATION: (1,),
        TiffImagePlugin.PLANAR_CONFIGURATION: (1,),
    }
    for tag, known in common.items():
        if tags.get(tag, known[0]) not in known:
            raise ValueError("its grey values are of an unusual kind")
