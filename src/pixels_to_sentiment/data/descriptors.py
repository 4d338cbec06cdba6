"""What arithmetic alone can tell of a picture: size, colours, edges, faces, a hash.

Pixels are those of the warped squares; only width, height and the size of the file tell of the
picture as it was posted.
"""

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd
from scipy.fft import dctn

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.data.pictures import SIDE, Pictures
from pixels_to_sentiment.files import archives, assets

HASH_BITS = 64
# Red, green and blue in the brightness that is seen (ITU-R BT.601).
_BRIGHTNESS = np.array([0.299, 0.587, 0.114], np.float32)
# Of the quarters of red, green and blue in the number of one of 64 colours.
_PLACES = np.array([16, 4, 1], np.uint8)
# Grey levels from one pixel to the next: letters and outlines are steeper, shading is not.
_STEEP = 30
_FACE = "haarcascade_frontalface_default.xml"


def blind(loaded: Pictures) -> dict[str, np.ndarray]:
    """Features that see no content, by name in words: a row a picture, float64 (n, k).

    The logarithms of width, height and their ratio; with that of the size of the file (the stand-in
    has no files, so no size of them); with a histogram of 4 x 4 x 4 colours, too; the means of 8 x
    8 blocks; and the mean gradient of 4 x 4 blocks. The first has nothing at all, which leaves the
    share of positives.
    """
    width, height = loaded.files[["width", "height"]].to_numpy(float).T
    size = np.log(np.stack([width, height, width / height, *_bytes(loaded)], axis=1))
    codes = (one // 64 @ _PLACES for one in loaded.pixels)
    colours = np.stack([np.bincount(one.ravel(), minlength=64) for one in codes]) / SIDE**2
    thumbnails = _blocks(loaded.pixels, 8)
    edges = _blocks(np.stack([_gradient(_grey(one)) for one in loaded.pixels]), 4)
    return {
        "share of positives in training": np.zeros((len(size), 1)),
        "width and height": size[:, :3],
        "size of file and picture": size,
        "size and colours": np.hstack([size, colours]),
        "thumbnails of 8 × 8": thumbnails.reshape(len(size), -1),
        "edge energy of 4 × 4": edges.reshape(len(size), -1),
    }


def _bytes(loaded: Pictures) -> list[np.ndarray]:
    if not loaded.real:
        return []
    with archives.open_archive(assets.fetch(folds.ARCHIVE)) as archive:
        members = archives.members_by_name(archive, loaded.names).values()
        return [np.array([one.file_size for one in members], float)]


def _blocks(pictures: Iterable[np.ndarray], count: int) -> np.ndarray:
    """Average each of count x count blocks, (n, count, count, ...)."""
    shape = count, SIDE // count, count, SIDE // count
    # Along one axis after the other, which takes a quarter of the time of both together.
    return np.stack([one.reshape(*shape, *one.shape[2:]).mean(1).mean(2) for one in pictures])


def _grey(pixels: np.ndarray) -> np.ndarray:
    return pixels.astype(np.float32) @ _BRIGHTNESS


def _gradient(grey: np.ndarray) -> np.ndarray:
    """Give the grey levels by which each pixel differs from the next, (256, 256)."""
    return np.hypot(*np.gradient(grey))


def describe(loaded: Pictures, images: Iterable[str]) -> pd.DataFrame:
    """Measure some pictures, by ``image``.

    Returns
    -------
    DataFrame
        ``aspect`` (width by height), ``size`` (pixels of the longer side), ``brightness`` (mean
        grey level, 0 to 255), ``colourfulness`` (Hasler and Süsstrunk, Measuring Colourfulness in
        Natural Images, 2003), ``edges`` (share of pixels with a steep gradient, as letters have)
        and ``faces``, how many OpenCV's cascade finds, missing where there is no OpenCV below 5:
        upright ones of at least a tenth of the longer side, some of them none, and some missed.
    """
    images = pd.Index(images, name="image")
    width, height = loaded.files.set_index("image").loc[images, ["width", "height"]].to_numpy().T
    find, rows = _face_finder(), []
    for row, *shape in zip(loaded.rows(images), width, height, strict=True):
        pixels = loaded.pixels[row].astype(np.float32)
        red, green, blue = np.moveaxis(pixels, -1, 0)
        opponents = np.stack([red - green, (red + green) / 2 - blue])
        spread = np.hypot(*opponents.std((1, 2))) + 0.3 * np.hypot(*opponents.mean((1, 2)))
        grey = _grey(pixels)
        steep = (_gradient(grey) > _STEEP).mean()
        faces = find(loaded.pixels[row], *shape)
        rows.append((grey.mean(), spread, steep, faces))
    table = pd.DataFrame(rows, images, ["brightness", "colourfulness", "edges", "faces"])
    table.insert(0, "aspect", width / height)
    table.insert(1, "size", np.maximum(width, height))
    return table


def _face_finder() -> Callable[[np.ndarray, int, int], float]:
    try:
        import cv2

        cascade = cv2.CascadeClassifier(cv2.data.haarcascades + _FACE)
    except (ImportError, AttributeError):
        return lambda *_: np.nan

    def find(pixels: np.ndarray, width: int, height: int) -> float:
        # Back in its own proportions, for the cascade knows no stretched faces.
        shape = [max(1, round(SIDE * side / max(width, height))) for side in (width, height)]
        grey = cv2.resize(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), shape)
        return float(len(cascade.detectMultiScale(grey, 1.2, 5, minSize=(SIDE // 10,) * 2)))

    return find


def strata(described: pd.DataFrame) -> dict[str, pd.Series]:
    """Part pictures by what `describe` measured: groups in words, by ``image`` and property.

    Thirds of these pictures, but for the shape and the faces; a property that is not known of any
    picture is left out.
    """
    thirds = ["lowest third", "middle third", "highest third"]
    shapes, counts = ["upright", "about square", "wide"], ["none", "one", "several"]
    parts = {"shape": pd.cut(described["aspect"], [0, 0.9, 1.1, np.inf], labels=shapes)}
    for name in ("size", "brightness", "colourfulness", "edges"):
        parts[name] = pd.qcut(described[name].rank(method="first"), 3, labels=thirds)
    if described["faces"].notna().any():
        parts["faces"] = pd.cut(described["faces"], [-1, 0, 1, np.inf], labels=counts)
    return parts


def hashes(pixels: Iterable[np.ndarray]) -> np.ndarray:
    """Hash pictures so that near copies differ in few bits: bool (n, 64).

    Which of the 64 lowest frequencies of the discrete cosine transform of 32 x 32 grey blocks are
    above their median. One half always is, so two hashes differ in an even number of bits.
    """
    small = _blocks(pixels, 32) @ _BRIGHTNESS
    low = dctn(small, axes=(1, 2))[:, :8, :8].reshape(len(small), HASH_BITS)
    return low > np.median(low, axis=1, keepdims=True)
