"""Pictures made into a network's input as Caffe's Python interface makes them, unrounded.

The authors' released script calls ``caffe.io.load_image`` and ``caffe.Classifier.predict`` with
``image_dims=(256, 256)``, ``channel_swap=(2, 1, 0)``, ``raw_scale=255`` and the mean per channel
(Caffe's ``python/caffe/io.py`` and ``classifier.py``). `network_input` gives the same numbers.

The rest of the project takes a faster way to them: `pictures.warp` once, then
`architectures.CAFFE.prepare` on crops that `pictures.cut` takes at `prediction.ten_corners`. It
differs in two things: the resized picture is kept as uint8, so a value in 0..255 is off by its
rounding, at most 0.5; and the outermost pixels of enlarged pictures are those of Caffe's data
layers and not of its Python interface, of which `resize` tells.
"""

from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, UnidentifiedImageError

from pixels_to_sentiment.errors import UserError

SIDE = 256
# What Pillow raises, by format, for a file that is damaged or not a picture.
_DAMAGED = (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError)
# Pillow's modes with 8 bits a channel or fewer, which it turns into RGB without loss.
_MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr")


def load_image(file: Path | str | BinaryIO) -> np.ndarray:
    """Read a picture as ``caffe.io.load_image`` does.

    Grey is repeated to three channels and transparency dropped, not blended; pictures with a
    palette or in CMYK become RGB. An orientation noted in the file (EXIF) is not applied. Of a
    picture with several frames the first counts.

    Parameters
    ----------
    file
        Path, or a file object open for binary reading.

    Returns
    -------
    ndarray
        float32 RGB (h, w, 3), in 0..1.

    Raises
    ------
    UserError
        If the file cannot be read, is not a whole picture, or has more than 8 bits a channel.
    """
    name = file if isinstance(file, Path | str) else getattr(file, "name", "The picture")
    try:
        with Image.open(file) as image:
            mode = image.mode
            pixels = np.asarray(image.convert("RGB")) if mode in _MODES else None
    except _DAMAGED as fault:
        raise UserError(_unreadable(name, fault)) from fault
    if pixels is None:
        raise UserError(
            f"{name} has pixels of mode {mode}: save it with 8 bits a channel and try again."
        )
    return (pixels / 255).astype(np.float32)


def _unreadable(name: object, fault: Exception) -> str:
    if isinstance(fault, OSError) and fault.strerror:
        return f"{name} cannot be read ({fault.strerror}): give the path of a picture."
    if isinstance(fault, UnidentifiedImageError):
        return f"{name} is not a picture: give a JPEG, PNG or another format that Pillow reads."
    return f"{name} is damaged or too large ({fault}): fetch or save the picture again."


def resize(image: np.ndarray, side: int = SIDE, border: str = "constant") -> np.ndarray:
    """Resize to a square as ``caffe.io.resize_image`` does, without keeping the aspect ratio.

    Bilinear between the four nearest pixels and without smoothing first. The centre of output
    pixel i lies at ``(i + 0.5) * size / side - 0.5``. Caffe resizes with scikit-image and, for its
    sake, scales the picture to 0..1 before and back after; that changes no linear interpolation
    but its last bit, and is left out.

    Beyond the outermost centres, which only an enlarged picture reaches, ``caffe.io`` sees the
    smallest value of the picture (scikit-image's ``mode="constant"``, after the scaling), so that
    the outermost row or column fades to it. OpenCV, and with it Caffe's data layers, repeat the
    edge.

    Parameters
    ----------
    image
        Floating point (h, w, 3), in any range.
    side
        Of the square, in pixels.
    border
        ``"constant"`` as in ``caffe.io``, or ``"edge"``.

    Returns
    -------
    ndarray
        float32 (side, side, 3), in the range of `image`.

    Raises
    ------
    UserError
        If the picture is not of that shape and type, the side is below 1, or the border unknown.
    """
    image = _checked(image)
    if side < 1:
        raise UserError(f"A side of {side} pixels is none: give a number from 1 up.")
    if border not in ("constant", "edge"):
        raise UserError(f"There is no border {border!r}: choose constant or edge.")
    beyond = image.min() if border == "constant" else None
    return _stretched(_stretched(image, side, 0, beyond), side, 1, beyond).astype(np.float32)


def _checked(image: np.ndarray) -> np.ndarray:
    image = np.asarray(image)
    if image.ndim != 3 or image.shape[2] != 3 or 0 in image.shape or image.dtype.kind != "f":
        raise UserError(
            f"A picture of shape {image.shape} and type {image.dtype} is none of load_image: give "
            "floating point (h, w, 3), and integers divided by 255."
        )
    return image


def _stretched(image: np.ndarray, side: int, axis: int, beyond: float | None) -> np.ndarray:
    """Interpolate along one axis, in double precision as scikit-image does.

    Beyond the image lies one value, or its edge where that is ``None``.
    """
    size = image.shape[axis]
    places = (np.arange(side) + 0.5) * (size / side) - 0.5
    low = np.floor(places).astype(int)
    share = np.expand_dims(places - low, [a for a in range(3) if a != axis])
    before, after = (_taken(image, at, axis, beyond) for at in (low, low + 1))
    # In this form a constant picture stays what it is, to the last bit.
    return before + share * (after - before)


def _taken(image: np.ndarray, at: np.ndarray, axis: int, beyond: float | None) -> np.ndarray:
    taken = image.take(at.clip(0, image.shape[axis] - 1), axis).astype(np.float64)
    outside = (at < 0) | (at >= image.shape[axis])
    if beyond is not None and outside.any():
        taken[outside if axis == 0 else (slice(None), outside)] = beyond
    return taken


def network_input(
    image: np.ndarray, mean: np.ndarray, crop: int = 227, oversample: bool = True
) -> np.ndarray:
    """Make the input of one picture as ``caffe.Classifier.predict`` does.

    The picture is resized to 256 pixels a side, cropped, turned into BGR, multiplied by 255, and
    the mean subtracted. The ten crops are those of ``caffe.io.oversample``: top left, top right,
    bottom left, bottom right, centre, then the mirrors of the five. An odd margin puts the centre
    crop half a pixel up and left.

    Parameters
    ----------
    image
        RGB in 0..1 (h, w, 3), as `load_image` gives it.
    mean
        BGR in 0..255: per channel (3,); or of whole pictures (3, 256, 256), of which each crop
        loses the part it lies on before it is mirrored, as in Caffe's data layers
        (``src/caffe/data_transformer.cpp``); or of crops (3, crop, crop), which is subtracted from
        each crop after mirroring (``caffe.io.Transformer``). At ``crop=256`` the mean is taken for
        one of whole pictures.
    crop
        Side of the crops in pixels, up to 256.
    oversample
        All ten crops, or the centre crop alone.

    Returns
    -------
    ndarray
        float32 BGR (10, 3, crop, crop), or (1, 3, crop, crop).

    Raises
    ------
    UserError
        If the picture, the mean or the crop does not fit.
    """
    if not 1 <= crop <= SIDE:
        raise UserError(f"A crop of {crop} pixels is not one of {SIDE}: give 1 to {SIDE}.")
    mean = _checked_mean(mean, crop)
    whole = resize(image).transpose(2, 0, 1)[::-1] * np.float32(255)
    of_crops = mean.shape[1] not in (1, SIDE)
    if not of_crops:
        whole = (whole - mean).astype(np.float32)
    crops = _crops(whole, crop, oversample)
    return (crops - mean).astype(np.float32) if of_crops else crops


def _checked_mean(mean: np.ndarray, crop: int) -> np.ndarray:
    """Give a mean of a known shape in double precision, one per channel as (3, 1, 1)."""
    mean = np.asarray(mean, np.float64)
    if mean.shape not in ((3,), (3, SIDE, SIDE), (3, crop, crop)):
        raise UserError(
            f"A mean of shape {mean.shape} does not fit crops of {crop} pixels: give (3,), "
            f"(3, {SIDE}, {SIDE}) or (3, {crop}, {crop})."
        )
    return mean.reshape(3, 1, 1) if mean.ndim == 1 else mean


def _crops(planes: np.ndarray, crop: int, oversample: bool) -> np.ndarray:
    """Cut the centre, or Caffe's ten crops, out of (3, 256, 256)."""
    low = SIDE - crop
    corners = [(low // 2, low // 2)]
    if oversample:
        corners = [(0, 0), (0, low), (low, 0), (low, low), *corners]
    five = np.stack([planes[:, y : y + crop, x : x + crop] for y, x in corners])
    return np.concatenate([five, five[..., ::-1]]) if oversample else five
