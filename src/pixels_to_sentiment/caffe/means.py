"""Means of Caffe: reading ``.binaryproto`` and ``.npy``, writing ``.npy``."""

from pathlib import Path

import numpy as np

from pixels_to_sentiment import places
from pixels_to_sentiment.caffe import kinds, models
from pixels_to_sentiment.errors import damage


def read(path: Path | str) -> np.ndarray:
    """Read a mean, ``.binaryproto`` or ``.npy``; anything else is refused.

    It is float32, (c, h, w) or, where an ``.npy`` holds one value a channel, (c,), for one channel
    or three; in the order of the file, which is BGR for Caffe's means, in 0..255.
    """
    path = Path(path)
    with damage(path, what="a Caffe mean"), np.errstate(over="raise"):
        if path.suffix == ".npy":
            kinds.refuse(path, ("a NumPy array",))
            # Mapped, since its size is held against that of the file first.
            mean = np.lib.format.open_memmap(path, "r")
        else:
            mean = models.array_of(models.contents(path, "a mean"), "the mean")
        if mean.ndim == 4 and mean.shape[0] == 1:
            mean = mean[0]
        if mean.ndim == 2:
            mean = mean[None]
        if mean.ndim not in (1, 3) or mean.shape[0] not in (1, 3) or not mean.size:
            raise ValueError(f"its shape is {mean.shape} and not (3, h, w) or (1, h, w)")
        if mean.dtype.kind not in "fiu":
            raise ValueError(f"its values are {mean.dtype} and no numbers")
        return np.array(mean, np.float32)


def write(path: Path | str, mean: np.ndarray) -> None:
    """Write a mean as ``.npy``, under a temporary name until it is whole."""
    with places.written(Path(path)) as temporary, temporary.open("wb") as stream:
        np.save(stream, mean)
