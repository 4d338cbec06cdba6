"""Means of Caffe: reading ``.binaryproto`` and ``.npy``, writing ``.npy``."""

from pathlib import Path

import numpy as np
from google.protobuf.message import DecodeError

from pixels_to_sentiment import places
from pixels_to_sentiment.caffe import models, schema
from pixels_to_sentiment.errors import UserError


def read(path: Path | str) -> np.ndarray:
    """Read a mean, ``.binaryproto`` or ``.npy``; anything else is refused.

    It is float32, (3, h, w) or, where an ``.npy`` holds one value a channel, (3,); in the order of
    the file, which is BGR for Caffe's means, in 0..255.
    """
    path = Path(path)
    try:
        with places.reading(path) as stream:
            if path.suffix == ".npy":
                mean = np.load(stream, allow_pickle=False)
            else:
                mean = models.array_of(schema.BlobProto.FromString(stream.read()), "the mean")
    except (OSError, models.Unreadable) as fault:
        raise models.unreadable(path, getattr(fault, "strerror", fault), "mean") from fault
    except (DecodeError, ValueError, EOFError) as fault:
        raise models.unreadable(path, "it is damaged or something else", "mean") from fault
    if mean.ndim == 4 and mean.shape[0] == 1:
        mean = mean[0]
    if mean.shape[:1] != (3,) or mean.ndim not in (1, 3):
        raise models.unreadable(path, f"its shape is {mean.shape} and not (3, h, w)", "mean")
    return mean.astype(np.float32)


def write(path: Path | str, mean: np.ndarray) -> None:
    """Write a mean as ``.npy``, under a temporary name until it is whole."""
    path = Path(path)
    try:
        with places.written_whole(path) as temporary, temporary.open("wb") as stream:
            np.save(stream, mean)
    except OSError as fault:
        raise UserError(f"{path} cannot be written ({fault.strerror}).") from fault


def describe(path: Path | str) -> dict:
    """Describe a mean as `models.describe` does a layer."""
    return models.describe([models.Layer("mean", "BlobProto", (read(path),))])[0]
