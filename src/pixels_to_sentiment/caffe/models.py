"""Caffe's model files: reading and writing ``.caffemodel``.

A model is read a layer at a time, so that the file is never in memory beside its arrays.
"""

import os
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from google.protobuf.message import DecodeError

from pixels_to_sentiment import places
from pixels_to_sentiment.caffe import schema
from pixels_to_sentiment.errors import UserError

# Fields of NetParameter that hold layers: `layer`, and `layers` of the generation before.
_LAYER, _V1_LAYERS = 100, 2
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MAGIC = {
    b"PK": "a zip archive or a PyTorch file",
    b"\x80": "a Python pickle",
    b"\x89HDF": "an HDF5 file",
    b"\x93NUMPY": "a NumPy array",
    b"<": "a web page",
    b"version https://git-lfs": "a pointer of Git LFS",
}
# Blobs of the layers that have a weight and a bias; those of others go by number.
_NAMED = ("Convolution", "InnerProduct", "Deconvolution")


@dataclass(frozen=True)
class Layer:
    """A layer of a model file.

    Attributes
    ----------
    name, type
        As in the file; the enumerated types of the old generation under their present names.
    blobs
        Weights, biases and whatever else the layer has learnt: float32 or float64, of the shape in
        the file, where the old generation always has four dimensions.
    """

    name: str
    type: str
    blobs: tuple[np.ndarray, ...]


def read(path: Path | str) -> Iterator[Layer]:
    """Read the layers of a ``.caffemodel`` one by one, in their order.

    Both generations are read (``layer``, and ``layers`` with enumerated types), blobs with
    ``shape`` or with ``num``, ``channels``, ``height`` and ``width``, single and double
    precision, packed or not.

    Raises
    ------
    UserError
        If the file cannot be read, is cut short, is something else or holds no layers.
    """
    path = Path(path)
    count = 0
    try:
        with path.open("rb") as stream:
            _refuse_others(path, stream.read(4096))
            stream.seek(0)
            for message in _layer_messages(stream, path):
                count += 1
                yield _layer(message, path)
    except OSError as fault:
        raise unreadable(path, fault.strerror) from fault
    if not count:
        raise unreadable(path, "it holds no layers")


def write(path: Path | str, layers: Iterable[Layer], *, name: str = "") -> None:
    """Write a ``.caffemodel`` of the present generation, under a temporary name until it is whole.

    Parameters
    ----------
    layers
        In their order. Blobs of float64 are written in double precision, others as float32.
    name
        Of the network.
    """
    path = Path(path)
    try:
        with places.written_whole(path) as temporary, temporary.open("wb") as stream:
            stream.write(b"\x0a" + _varint(len(name.encode())) + name.encode())
            for layer in layers:
                content = _message(layer).SerializeToString()
                stream.write(_varint(_LAYER << 3 | _BYTES) + _varint(len(content)))
                stream.write(content)
    except OSError as fault:
        raise UserError(f"{path} cannot be written ({fault.strerror}).") from fault


def describe(layers: Iterable[Layer]) -> list[dict]:
    """List layers with the statistics of their blobs.

    Returns
    -------
    list of dict
        ``name``, ``type``, ``blobs``: for each its ``shape``, ``dtype``, ``mean``, ``std``,
        ``min``, ``max``; ``None`` where a blob has no values or they are not finite.
    """
    return [
        {"name": layer.name, "type": layer.type, "blobs": [statistics(b) for b in layer.blobs]}
        for layer in layers
    ]


def blob_names(layer: Layer) -> list[str]:
    """Name the blobs of a layer as parameters: ``conv1.weight``, ``conv1.bias`` or ``bn1.0``."""
    if layer.type in _NAMED and len(layer.blobs) <= 2:
        return [f"{layer.name}.{kind}" for kind in ("weight", "bias")[: len(layer.blobs)]]
    return [f"{layer.name}.{place}" for place in range(len(layer.blobs))]


def _refuse_others(path: Path, head: bytes) -> None:
    if not head:
        raise unreadable(path, "it is empty")
    for magic, what in _MAGIC.items():
        if head.startswith(magic):
            raise unreadable(path, f"it is {what}")
    if head[5:9] == b"\0\0\0{":
        raise unreadable(path, "it is a safetensors file")
    if _is_text(head):
        raise unreadable(path, "it is text; a prototxt describes a network without its weights")


def _is_text(head: bytes) -> bool:
    try:
        # Without its end, which may be cut in the middle of a character.
        text = getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return all(character.isprintable() or character in "\t\n\r" for character in text)


def _layer_messages(stream: BinaryIO, path: Path) -> Iterator[object]:
    """Walk the fields of a NetParameter, giving those that are layers, skipping the others."""
    size = os.fstat(stream.fileno()).st_size
    while stream.tell() < size:
        key = _read_varint(stream, path)
        number, wire = key >> 3, key & 7
        if wire == _VARINT:
            _read_varint(stream, path)
            continue
        lengths = {_FIXED64: 8, _FIXED32: 4}
        if number == 0 or (wire != _BYTES and wire not in lengths):
            raise unreadable(path, f"what stands at byte {stream.tell()} is not a field of one")
        length = lengths.get(wire) or (_read_varint(stream, path) if wire == _BYTES else 0)
        left = size - stream.tell()
        if length > left:
            raise unreadable(
                path, f"it is cut short: {length:,} bytes should follow and {left:,} do"
            )
        if wire == _BYTES and number in (_LAYER, _V1_LAYERS):
            yield _parsed(number, stream.read(length), path)
        else:
            stream.seek(length, os.SEEK_CUR)


def _read_varint(stream: BinaryIO, path: Path) -> int:
    value = 0
    for shift in range(0, 70, 7):
        byte = stream.read(1)
        if not byte:
            raise unreadable(path, "it is cut short")
        value |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            return value
    raise unreadable(path, f"what stands at byte {stream.tell()} is not a number of one")


def _varint(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _parsed(number: int, content: bytes, path: Path) -> object:
    message = (schema.LayerParameter if number == _LAYER else schema.V1LayerParameter)()
    try:
        message.ParseFromString(content)
    except DecodeError as fault:
        raise unreadable(path, "a layer in it is damaged") from fault
    return message


def _layer(message: object, path: Path) -> Layer:
    kind = message.type
    if isinstance(message, schema.V1LayerParameter):
        if message.HasField("layer"):
            raise unreadable(
                path,
                "it is of Caffe's first format; convert it with Caffe's upgrade_net_proto_binary",
            )
        kind = schema.V1_TYPES.get(kind, str(kind))
    blobs = tuple(array_of(blob, path, message.name) for blob in message.blobs)
    return Layer(message.name, kind, blobs)


def array_of(blob: object, path: Path, layer: str) -> np.ndarray:
    """Give the values of a BlobProto in its shape; `layer` is what an error calls it."""
    values = _values(blob)
    legacy = ("num", "channels", "height", "width")
    shape = [len(values)]
    if blob.HasField("shape"):
        shape = list(blob.shape.dim)
    elif any(blob.HasField(name) for name in legacy):
        shape = [getattr(blob, name) for name in legacy]
    if int(np.prod(shape, dtype=object)) != len(values) or min(shape, default=0) < 0:
        raise unreadable(
            path, f"a blob of {layer} has {len(values):,} values for a shape of {tuple(shape)}"
        )
    return values.reshape(shape)


def _values(blob: object) -> np.ndarray:
    for packed, number, dtype in ((blob.double_data, 8, "<f8"), (blob.data, 5, "<f4")):
        if len(packed):
            # As a list: a packed field may come in several pieces.
            return np.frombuffer(packed[0] if len(packed) == 1 else b"".join(packed), dtype)
        found = _unpacked(blob, number, dtype)
        if len(found):
            return found
    return np.empty(0, np.float32)


def _unpacked(blob: object, number: int, dtype: str) -> np.ndarray:
    """Values written one by one, each after its tag, which the schema's bytes do not take in."""
    rest = type(blob)()
    rest.CopyFrom(blob)
    for field, _ in blob.ListFields():
        rest.ClearField(field.name)
    raw, at, found = rest.SerializeToString(), 0, [np.empty(0, dtype)]
    wanted = number << 3 | {"<f4": _FIXED32, "<f8": _FIXED64}[dtype]
    while at < len(raw):
        item = np.dtype(
            [("tag", "u1"), ("value", {_FIXED32: "<f4", _FIXED64: "<f8"}.get(raw[at] & 7, "u1"))]
        )
        items = np.frombuffer(raw, item, (len(raw) - at) // item.itemsize, at)
        ends = np.flatnonzero(items["tag"] != raw[at])
        run = items[: ends[0]] if len(ends) else items
        if raw[at] == wanted:
            found.append(run["value"])
        at += max(run.nbytes, 1)
    return np.concatenate(found)


def _message(layer: Layer) -> object:
    message = schema.LayerParameter(name=layer.name, type=layer.type)
    for array in layer.blobs:
        blob = message.blobs.add()
        blob.shape.dim.extend(array.shape)
        if array.dtype == np.float64:
            blob.double_data.append(np.ascontiguousarray(array, "<f8").tobytes())
        else:
            blob.data.append(np.ascontiguousarray(array, "<f4").tobytes())
    return message


def statistics(blob: np.ndarray) -> dict:
    """Describe an array: ``shape``, ``dtype``, and what `describe` gives of its values."""
    facts = {"shape": list(blob.shape), "dtype": blob.dtype.name}
    if not blob.size:
        return facts | dict.fromkeys(("mean", "std", "min", "max"))
    values = {
        "mean": blob.mean(dtype=np.float64),
        # About the mean, in pieces: a copy of a layer in double precision would be in the way.
        "std": np.sqrt(_variance(blob)),
        "min": blob.min(),
        "max": blob.max(),
    }
    return facts | {k: float(v) if np.isfinite(v) else None for k, v in values.items()}


def _variance(blob: np.ndarray) -> float:
    mean = blob.mean(dtype=np.float64)
    pieces = np.array_split(blob.reshape(-1), max(1, blob.size // 2**20))
    return sum(((piece - mean) ** 2).sum(dtype=np.float64) for piece in pieces) / blob.size


def unreadable(path: Path, reason: str | None, what: str = "model") -> UserError:
    """Make the error of a file that cannot be read, with its reason."""
    return UserError(f"{path} is not a Caffe {what} that can be read: {reason}.")
