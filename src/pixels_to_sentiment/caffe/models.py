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
from google.protobuf.unknown_fields import UnknownFieldSet

from pixels_to_sentiment import places
from pixels_to_sentiment.caffe import schema
from pixels_to_sentiment.errors import UserError

# Fields of NetParameter that hold layers: `layer`, and `layers` of the generation before.
_LAYERS = {100: schema.LayerParameter, 2: schema.V1LayerParameter}
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


class Unreadable(Exception):
    """Why a file is not one of Caffe's: the end of a sentence that begins with its path."""


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
    count = 0
    try:
        with places.reading(path) as stream:
            _refuse_others(stream.read(4096))
            stream.seek(0)
            for message in _layer_messages(stream):
                count += 1
                yield _layer(message)
        if not count:
            raise Unreadable("it holds no layers")
    except OSError as fault:
        raise unreadable(path, fault.strerror) from fault
    except DecodeError as fault:
        raise unreadable(path, "a layer in it is damaged") from fault
    except Unreadable as reason:
        raise unreadable(path, reason) from reason


def write(path: Path | str, layers: Iterable[Layer], *, name: str = "") -> None:
    """Write a ``.caffemodel`` of the present generation, under a temporary name until it is whole.

    Blobs of float64 are written in double precision, others as float32; `name` is the network's.
    """
    path = Path(path)
    try:
        with places.written_whole(path) as temporary, temporary.open("wb") as stream:
            stream.write(schema.NetParameter(name=name).SerializeToString())
            for layer in layers:
                # Messages that follow each other are one, whose lists are joined.
                stream.write(schema.NetParameter(layer=[_message(layer)]).SerializeToString())
    except OSError as fault:
        raise UserError(f"{path} cannot be written ({fault.strerror}).") from fault


def describe(layers: Iterable[Layer]) -> list[dict]:
    """List layers with the statistics of their blobs, ready for JSON.

    ``name``, ``type``, ``blobs``: for each its ``shape``, ``dtype``, ``mean``, ``std``, ``min``,
    ``max``; ``None`` where a blob has no values or they are not finite.
    """
    return [
        {"name": layer.name, "type": layer.type, "blobs": [_statistics(b) for b in layer.blobs]}
        for layer in layers
    ]


def _statistics(blob: np.ndarray) -> dict:
    facts = {"shape": list(blob.shape), "dtype": blob.dtype.name}
    wide, values = {"dtype": np.float64}, {}
    if blob.size:
        values = {"mean": blob.mean(**wide), "std": blob.std(**wide)}
        values |= {"min": blob.min(), "max": blob.max()}
    finite = {name: float(value) for name, value in values.items() if np.isfinite(value)}
    return facts | {name: finite.get(name) for name in ("mean", "std", "min", "max")}


def blob_names(layer: Layer) -> list[str]:
    """Name the blobs of a layer as parameters: ``conv1.weight``, ``conv1.bias`` or ``bn1.0``."""
    if layer.type in _NAMED and len(layer.blobs) <= 2:
        return [f"{layer.name}.{kind}" for kind in ("weight", "bias")[: len(layer.blobs)]]
    return [f"{layer.name}.{place}" for place in range(len(layer.blobs))]


def _refuse_others(head: bytes) -> None:
    if not head:
        raise Unreadable("it is empty")
    for magic, what in _MAGIC.items():
        if head.startswith(magic):
            raise Unreadable(f"it is {what}")
    if head[5:9] == b"\0\0\0{":
        raise Unreadable("it is a safetensors file")
    try:
        # Without its end, which may be cut in the middle of a character.
        text = getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return
    if all(character.isprintable() or character in "\t\n\r" for character in text):
        raise Unreadable("it is text; a prototxt describes a network without its weights")


def _layer_messages(stream: BinaryIO) -> Iterator[object]:
    """Walk the fields of a NetParameter, giving those that are layers, skipping the others."""
    size = os.fstat(stream.fileno()).st_size
    while stream.tell() < size:
        key = _read_varint(stream)
        number, wire = key >> 3, key & 7
        if number == 0 or wire not in (_VARINT, _FIXED64, _BYTES, _FIXED32):
            raise Unreadable(f"what stands at byte {stream.tell()} is not a field of one")
        if wire == _VARINT:
            _read_varint(stream)
            continue
        length = {_FIXED64: 8, _FIXED32: 4}.get(wire) or _read_varint(stream)
        left = size - stream.tell()
        if length > left:
            raise Unreadable(f"it is cut short: {length:,} bytes should follow and {left:,} do")
        if wire == _BYTES and number in _LAYERS:
            yield _LAYERS[number].FromString(stream.read(length))
        else:
            stream.seek(length, os.SEEK_CUR)


def _read_varint(stream: BinaryIO) -> int:
    value = 0
    for shift in range(0, 70, 7):
        byte = stream.read(1)
        if not byte:
            raise Unreadable("it is cut short")
        value |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            return value
    raise Unreadable(f"what stands at byte {stream.tell()} is not a number of one")


def _layer(message: object) -> Layer:
    kind = message.type
    if isinstance(message, schema.V1LayerParameter):
        if message.HasField("layer"):
            raise Unreadable(
                "it is of Caffe's first format; convert it with Caffe's upgrade_net_proto_binary"
            )
        kind = schema.V1_TYPES.get(kind, str(kind))
    return Layer(message.name, kind, tuple(array_of(b, message.name) for b in message.blobs))


def array_of(blob: object, layer: str) -> np.ndarray:
    """Give the values of a BlobProto in its shape; `layer` is what `Unreadable` calls it."""
    values = _values(blob)
    legacy = ("num", "channels", "height", "width")
    shape = [len(values)]
    if blob.HasField("shape"):
        shape = list(blob.shape.dim)
    elif any(blob.HasField(name) for name in legacy):
        shape = [getattr(blob, name) for name in legacy]
    if int(np.prod(shape, dtype=object)) != len(values) or min(shape, default=0) < 0:
        raise Unreadable(
            f"a blob of {layer} has {len(values):,} values for a shape of {tuple(shape)}"
        )
    return values.reshape(shape)


def _values(blob: object) -> np.ndarray:
    for packed, number, wire, kind in (
        (blob.double_data, 8, _FIXED64, "8"),
        (blob.data, 5, _FIXED32, "4"),
    ):
        if len(packed):
            # As a list: a packed field may come in several pieces.
            content = packed[0] if len(packed) == 1 else b"".join(packed)
            if len(content) % int(kind):
                raise Unreadable("a layer in it is damaged")
            return np.frombuffer(content, f"<f{kind}")
        # Written one by one, each after its tag, which the schema's bytes do not take in.
        rest = [one for one in UnknownFieldSet(blob) if one.field_number == number]
        found = [one.data for one in rest if one.wire_type == wire]
        if found:
            return np.array(found, f"<u{kind}").view(f"<f{kind}")
    return np.empty(0, np.float32)


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


def unreadable(path: Path | str, reason: object, what: str = "model") -> UserError:
    """Make the error of a file that cannot be read, with its reason."""
    return UserError(f"{path} is not a Caffe {what} that can be read: {reason}.")
