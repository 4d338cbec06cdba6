"""Caffe's models as safetensors, and back."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save

from pixels_to_sentiment import places
from pixels_to_sentiment.caffe import kinds
from pixels_to_sentiment.caffe.models import Layer, blob_names, read
from pixels_to_sentiment.errors import Damaged, UserError, damage

_METADATA = "caffe_layers"
_CURE = "convert a network of this project with `pixels-to-sentiment caffe export`"


def to_safetensors(path: Path | str, target: Path | str) -> None:
    """Convert a ``.caffemodel``; order and types of the layers are kept in the metadata.

    Weights and biases are named ``conv1.weight`` and ``conv1.bias``, the blobs of layers that
    have others by number (``bn1.0``).
    """
    tensors: dict[str, np.ndarray] = {}
    listed = []
    for layer in read(path):
        names = blob_names(layer)
        if doubled := [name for name in names if name in tensors]:
            raise UserError(f"{path} has two blobs named {doubled[0]}: rename one of the layers.")
        tensors |= zip(names, layer.blobs, strict=True)
        listed.append({"name": layer.name, "type": layer.type, "blobs": names})
    with places.written(Path(target)) as temporary:
        temporary.write_bytes(save(tensors, metadata={_METADATA: json.dumps(listed)}))


def from_safetensors(path: Path | str) -> Iterator[Layer]:
    """Give the layers of a safetensors file, as `models.read` gives those of a ``.caffemodel``.

    `UserError` without the metadata that `to_safetensors` writes, as nothing else tells layers.
    """
    with damage(path, "save its parameters as float32, or fetch it again", "a safetensors file"):
        kinds.refuse(path, ("a safetensors file",))
        with safe_open(path, "np") as file:
            tensors = {key: file.get_tensor(key) for key in list(file.keys())}
            told = (file.metadata() or {}).get(_METADATA)
        if told is None:
            raise Damaged("it does not tell which layers of Caffe it is of", _CURE)
        listed = json.loads(told)
        named = [name for layer in listed for name in layer["blobs"]]
        if not listed or sorted(named) != sorted(tensors):
            raise ValueError("it holds no layers, or others than its metadata tell")
        for layer in listed:
            blobs = tuple(tensors[name] for name in layer["blobs"])
            yield Layer(str(layer["name"]), str(layer["type"]), blobs)
