"""Caffe's models as safetensors, and back."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from pixels_to_sentiment import places
from pixels_to_sentiment.caffe import kinds
from pixels_to_sentiment.caffe.models import Layer, blob_names, read
from pixels_to_sentiment.errors import Damaged, UserError, damage

_METADATA = "caffe_layers"
# Types of safetensors that NumPy has too.
_TYPES = {"F64", "F32", "F16", "I64", "I32", "I16", "I8", "U64", "U32", "U16", "U8", "BOOL"}


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
        # safetensors writes the bytes of an array as they lie, whatever their order.
        tensors |= zip(names, (np.asarray(one, order="C") for one in layer.blobs), strict=True)
        listed.append({"name": layer.name, "type": layer.type, "blobs": names})
    with places.written(Path(target)) as temporary:
        temporary.touch()
        mode = temporary.stat().st_mode
        try:
            save_file(tensors, temporary, metadata={_METADATA: json.dumps(listed)})
        except SafetensorError as fault:
            raise OSError(str(fault)) from fault
        temporary.chmod(mode)  # safetensors lets nobody else read it


def from_safetensors(path: Path | str) -> Iterator[Layer]:
    """Give the layers of a safetensors file, as `models.read` gives those of a ``.caffemodel``.

    Without the metadata that `to_safetensors` writes, a layer is what its weight looks like: four
    dimensions a convolution, two an inner product; `UserError` where that does not tell.
    """
    with damage(path, what="a safetensors file"):
        kinds.refuse(path, ("a safetensors file",))
        with safe_open(path, "np") as file:
            slices = {key: file.get_slice(key) for key in list(file.keys())}
            types = {key: one.get_dtype() for key, one in slices.items()}
            if foreign := [key for key, dtype in types.items() if dtype not in _TYPES]:
                what = f"{foreign[0]} in it is {types[foreign[0]]}, which NumPy does not have"
                raise Damaged(what, "save it as float32")
            listed = json.loads((file.metadata() or {}).get(_METADATA, "null"))
            if listed is None:
                shapes = {key: one.get_shape() for key, one in slices.items()}
                listed = _guessed(shapes)
            elif not _describes(listed, set(slices)):
                raise ValueError(
                    f"the list of layers in its metadata ({_METADATA}) is not that of its tensors"
                )
            if not listed:
                raise ValueError("it holds no layers")
            for layer in listed:
                blobs = tuple(file.get_tensor(name) for name in layer["blobs"])
                yield Layer(layer["name"], layer["type"], blobs)


def _describes(listed: object, keys: set[str]) -> bool:
    """Tell whether a list of layers names each tensor once, so that none would be lost."""
    named = [name for layer in listed for name in layer["blobs"]]
    texts = [layer[kind] for layer in listed for kind in ("name", "type")]
    return all(isinstance(text, str) for text in texts) and sorted(named) == sorted(keys)


def _guessed(shapes: dict[str, list[int]]) -> list[dict]:
    """Tell layers from the names and shapes of parameters, in the order of the file."""
    types, listed = {4: "Convolution", 2: "InnerProduct"}, []
    cure = "convert a network of this project with `pixels-to-sentiment caffe export`"
    for layer in dict.fromkeys(key.rpartition(".")[0] for key in shapes):
        given = {kind: f"{layer}.{kind}" for kind in ("weight", "bias")}
        kind = types.get(len(shapes.get(given["weight"], ())))
        blobs = [name for name in given.values() if name in shapes]
        if not layer or kind is None:
            raise Damaged(f"no layer of Caffe has parameters like those of {layer!r}", cure)
        listed.append({"name": layer, "type": kind, "blobs": blobs})
    if other := shapes.keys() - {name for layer in listed for name in layer["blobs"]}:
        raise Damaged(f"{min(other)} in it is neither a weight nor a bias", cure)
    return listed
