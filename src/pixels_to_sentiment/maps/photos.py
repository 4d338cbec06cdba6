"""Photographs of one's own: files of many kinds, opened as the data set's pictures are."""

import hashlib
import os
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageOps, PngImagePlugin, TiffImagePlugin

from pixels_to_sentiment import places
from pixels_to_sentiment.errors import Damaged, UserError, damage

# As Pillow calls them.
FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "BMP", "TIFF")
SUFFIXES = (
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".avif", ".gif", ".bmp", ".tif", ".tiff"),
    # Not read. Taken all the same, so that what is left out of a folder is said.
    *(".heic", ".heif", ".jxl"),
)
# Width times height; what Pillow takes for a decompression bomb. Warping takes 20 bytes a pixel.
PIXELS = Image.MAX_IMAGE_PIXELS
# Bytes that text or a colour profile in a PNG may unpack to: Pillow takes one MiB for a bomb.
PngImagePlugin.MAX_TEXT_CHUNK = PngImagePlugin.MAX_TEXT_MEMORY = 64 << 20
# Pillow's own reader of uncompressed TIFFs has wrong colours where 16 bits lie in planes.
TiffImagePlugin.READ_LIBTIFF = True
# Pillow does not tell damage from a kind that it does not know.
_CURE = (
    "if another program opens it, save it there as PNG with 8 bits; if none does, fetch it anew or "
    "leave it out"
)
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
        if not os.path.exists(path):
            raise UserError(f"There is no file or folder {in_print(path)} that can be read.")
        for one in _in_folder(path) if path.is_dir() else [path]:
            found.setdefault(os.path.realpath(one), one)
    return list(found.values())


def _in_folder(folder: Path) -> list[Path]:
    with damage(in_print(folder)):
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
        If it cannot be read, is no picture of `FORMATS`, is damaged, or has more than `PIXELS`.
    """
    with _told(path):
        pixels, digest = _decoded(path)
        # With torch, which listing photographs can do without.
        from pixels_to_sentiment.data import pictures
        from pixels_to_sentiment.maps.dense import SIDE

        height, width = pixels.shape[:2]
        shown = Image.fromarray(pixels)
        shown.thumbnail((SHOWN, SHOWN))
        small, large = pictures.warp(pixels), pictures.warp(pixels, SIDE)
        return Photo(path, digest, width, height, small, large, np.asarray(shown))


def require_one(paths: Sequence[Path]) -> None:
    """Raise what `opened` would of the first, if none can be opened; quick, as without torch."""
    first = None
    for path in paths:
        try:
            with _told(path):
                _decoded(path)
            return
        except UserError as fault:
            first = first or fault
    others = f" None of these {len(paths)} can be opened." if len(paths) > 1 else ""
    raise UserError(f"{first}{others}")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    with damage(in_print(path), _CURE, "a photograph"), warnings.catch_warnings():
        # Pillow warns of damage beside the pixels.
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield


def _decoded(path: Path) -> tuple[np.ndarray, str]:
    """Give the pixels, as of `upright`, and the file's checksum."""
    with places.reading(path) as stream:
        if not stream.read(1):
            raise Damaged("it is empty", "fetch it anew or leave it out")
        stream.seek(0)
        with _recognised(stream) as image:
            pixels = upright(image)
        stream.seek(0)
        return pixels, hashlib.file_digest(stream, "sha256").hexdigest()


def _recognised(stream: BinaryIO) -> Image.Image:
    try:
        return Image.open(stream, formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        what = f"it has more than {PIXELS:,} pixels, the limit here"
        raise Damaged(what, "make it smaller or leave it out") from None
    except (Image.UnidentifiedImageError, KeyError):
        what = "it is no JPEG, PNG, WebP, AVIF, GIF, BMP or TIFF of a common kind"
        raise Damaged(what, _CURE) from None


def upright(image: Image.Image) -> np.ndarray:
    """Turn a picture of any mode into pixels, uint8 RGB (h, w, 3), turned as its EXIF says.

    What is transparent lies on white, 16 bits become 8 by leaving out the lower ones, CMYK is
    converted without a colour profile, and of several frames it is the first.

    Raises
    ------
    Damaged
        If its numbers have no known range, or its colours are not convertible.
    """
    tags = getattr(image, "tag_v2", {})
    bits = tags.get(TiffImagePlugin.BITSPERSAMPLE, (16,))[0]
    planes = tags.get(TiffImagePlugin.PLANAR_CONFIGURATION) == 2
    # In planes Pillow has other colours of these modes; of the other kinds nobody knows the range.
    rare = planes and image.mode in ("LA", "La", "LAB")
    if rare or bits > 16 or tags.get(TiffImagePlugin.SAMPLEFORMAT, (1,))[0] != 1:
        what = "it is a TIFF with signs, fractions, more than 16 bits or grey or CIELab in planes"
        raise Damaged(what, "save it as PNG with 8 bits")
    image.load()
    # EXIF that is damaged does not say how to turn the picture, which is whole.
    with suppress(Exception):
        image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):
        values = np.asarray(image)
        # Pillow keeps the range of 12 bits.
        grey = (values.astype(np.uint16) >> bits - 8).astype(np.uint8)
        if tags.get(TiffImagePlugin.PHOTOMETRIC_INTERPRETATION) == 0:  # white is zero
            grey = 255 - grey
        if isinstance(clear := image.info.get("transparency"), int):
            grey = np.where(values == clear, np.uint8(255), grey)
        return np.repeat(grey[:, :, None], 3, axis=2)
    if image.mode == "La":
        image = image.convert("LA")
    if image.has_transparency_data:
        above = image.convert("RGBA")
        image = Image.new("RGBA", above.size, "white")
        image.alpha_composite(above)
    return np.asarray(image.convert("RGB"))
