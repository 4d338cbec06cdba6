"""Reading Caffe's files, beside reading their bytes and doing nothing with them.

No torch is imported here, so that the memory of the processes is that of the reading.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from pixels_to_sentiment.caffe import models
from pixels_to_sentiment.caffe.models import Layer

BYTES = "its bytes alone"
# Weights of AlexNet as its authors published it.
ALEXNET = {
    "conv1": (96, 3, 11, 11),
    "conv2": (256, 48, 5, 5),
    "conv3": (384, 256, 3, 3),
    "conv4": (384, 192, 3, 3),
    "conv5": (256, 192, 3, 3),
    "fc6": (4096, 9216),
    "fc7": (4096, 4096),
    "fc8": (1000, 4096),
}


def write_model(path: Path, shapes: dict[str, tuple[int, ...]] = ALEXNET) -> Path:
    """Write a model of weights at random, by default of AlexNet's size (244 MB)."""
    dice = np.random.default_rng(0)

    def layer(name: str, shape: tuple[int, ...]) -> Layer:
        kind = "Convolution" if len(shape) == 4 else "InnerProduct"
        bias = np.zeros(shape[0], np.float32)
        return Layer(name, kind, (dice.standard_normal(shape, np.float32), bias))

    models.write(path, (layer(*one) for one in shapes.items()))
    return path


def our_description(path: str) -> Callable[[], object]:
    """Statistics of every blob, as ``caffe show`` prints them."""
    return lambda: models.describe(models.read(path))


def plain_bytes(path: str) -> Callable[[], object]:
    """Give the whole file as one object of bytes."""
    return Path(path).read_bytes
