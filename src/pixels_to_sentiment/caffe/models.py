"""Caffe's model files: reading and writing ``.caffemodel``.

A file is mapped into memory, and the arrays are windows into it, so that reading costs what is
looked at. The numbers of the fields are those of ``src/caffe/proto/caffe.proto``.
"""

import math
import mmap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pixels_to_sentiment import places
from pixels_to_sentiment.caffe import kinds, wire
from pixels_to_sentiment.errors import Damaged, damage, printable

# Fields of NetParameter that hold layers: `layer`, and `layers` of the generation before.
_LAYER, _OLD_LAYER = 100, 2
# Fields of the lists of values in a BlobProto, with the type of one that is not packed.
_VALUES = {8: ("<f8", wire.FIXED64), 5: ("<f4", wire.FIXED32)}
# NVCaffe's fields for the type of raw values and for their bytes, and its types.
_RAW_TYPE, _RAW_DATA = 10, 12
_RAW = {0: "<f8", 1: "<f4", 2: "<f2"}
# Caffe's kMaxBlobAxes.
_MOST_DIMENSIONS = 32
# Values whose statistics are taken at once.
_CHUNK = 1 << 16
# Blobs of the layers that have a weight and a bias; those of others go by number.
_NAMED = ("Convolution", "InnerProduct", "Deconvolution")
# Ends the name of the Scale layer that follows a BatchNorm of Caffe, which has no scale itself.
SCALE = "/scale"
# V1LayerParameter.LayerType, under the names that Caffe's upgrade_proto.cpp gives the types.
_NAMES = """
    Accuracy BNLL Concat Convolution Data Dropout EuclideanLoss Flatten HDF5Data HDF5Output
    Im2col ImageData InfogainLoss InnerProduct LRN MultinomialLogisticLoss Pooling ReLU Sigmoid
    Softmax SoftmaxWithLoss Split TanH WindowData Eltwise Power SigmoidCrossEntropyLoss
    HingeLoss MemoryData ArgMax Threshold DummyData Slice MVN AbsVal Silence ContrastiveLoss
    Exp Deconvolution
"""
V1_TYPES = {0: "", **dict(enumerate(_NAMES.split(), 1))}


@dataclass(frozen=True)
class Layer:
    """A layer of a model file.

    Attributes
    ----------
    name, type
        As in the file; the enumerated types of the old generation under their present names, and
        empty where there is none (``NONE``). Bytes that are not UTF-8 are kept as surrogates
        (PEP 383) and written as they were.
    blobs
        Weights, biases and whatever else the layer has learnt: float32, float64, or NVCaffe's
        float16, of the shape in the file, where the old generation always has four dimensions.
    """

    name: str
    type: str
    blobs: tuple[np.ndarray, ...]


def read(path: Path | str) -> Iterator[Layer]:
    """Read the layers of a ``.caffemodel`` one by one, in their order.

    Both generations are read (``layer``, and ``layers`` with enumerated types), blobs with
    ``shape`` or with ``num``, ``channels``, ``height`` and ``width``, single and double
    precision, packed or not, and NVCaffe's raw ones. Arrays can be read only.

    Raises
    ------
    UserError
        If the file cannot be read, is cut short, is something else or holds no layers.
    """
    with damage(path, what="a Caffe model"):
        found = contents(path, "a model")
        new, old = (wire.values(found, one, wire.BYTES) for one in (_LAYER, _OLD_LAYER))
        if not new and not old:
            raise Damaged("it holds no layers", "name a .caffemodel as a solver saves it")
        yield from map(_layer, new)
        yield from map(_old_layer, old)


def contents(path: Path | str, expected: str) -> wire.Message:
    """Give the fields of a file that holds a message of Caffe; `Damaged` for another kind."""
    kinds.refuse(path)
    with places.reading(path) as stream:
        mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    found = wire.message(memoryview(mapped))
    kinds.refuse_message(found, expected)
    return found


def write(path: Path | str, layers: Iterable[Layer], *, name: str = "") -> None:
    """Write a ``.caffemodel`` of the present generation, under a temporary name until it is whole.

    Blobs of a type whose values float32 holds are written as that, others in double precision;
    `name` is the network's.
    """
    with places.written(Path(path)) as temporary, temporary.open("wb") as stream:
        stream.writelines(encoded(layers, name))


def encoded(layers: Iterable[Layer], name: str) -> Iterator[bytes | memoryview]:
    """Give what `write` writes, piece by piece; anything with a layer's attributes is one."""
    yield wire.field(1, name)
    for layer in layers:
        # Messages that follow each other are one, whose lists are joined.
        yield from _message(layer)


def describe(layers: Iterable[Layer]) -> list[dict]:
    """List layers with the statistics of their blobs, ready for JSON.

    ``name``, ``type``, ``blobs``: for each its ``shape``, ``dtype``, ``mean``, ``std``, ``min``,
    ``max``; ``None`` where a blob has no values or they are not finite.
    """
    return [
        {"name": layer.name, "type": layer.type, "blobs": [_statistics(b) for b in layer.blobs]}
        for layer in layers
    ]


@np.errstate(all="ignore")
def _statistics(blob: np.ndarray) -> dict:
    facts = {"shape": list(blob.shape), "dtype": blob.dtype.name}
    if not blob.size:
        return facts | dict.fromkeys(("mean", "std", "min", "max"))
    # In pieces that stay in the processor's cache.
    pieces = np.array_split(blob.reshape(-1), 1 + blob.size // _CHUNK)
    mean = sum(piece.sum(dtype=float) for piece in pieces) / blob.size
    apart = (piece.astype(float) - mean for piece in pieces)
    variance = sum(some @ some for some in apart) / blob.size
    values = {"mean": mean, "std": np.sqrt(variance), "min": blob.min(), "max": blob.max()}
    return facts | {k: float(one) if np.isfinite(one) else None for k, one in values.items()}


def blob_names(layer: Layer) -> list[str]:
    """Name the blobs of a layer as parameters: ``conv1.weight``, ``conv1.bias`` or ``bn1.0``."""
    name = printable(layer.name)
    if layer.type in _NAMED and len(layer.blobs) <= 2:
        return [f"{name}.{kind}" for kind in ("weight", "bias")[: len(layer.blobs)]]
    return [f"{name}.{place}" for place in range(len(layer.blobs))]


def parameters(path: Path | str) -> Iterator[tuple[str, np.ndarray]]:
    """Read the blobs of a ``.caffemodel`` by name, those of norms as torch has them.

    A BatchNorm of Caffe holds sums and how many they are of (``batch_norm_layer.cpp``), which
    become ``running_mean`` and ``running_var``; the Scale after it holds ``weight`` and ``bias``.
    """
    for layer in read(path):
        if layer.type == "BatchNorm" and len(layer.blobs) == 3:
            *sums, count = (np.asarray(blob, np.float32) for blob in layer.blobs)
            share = 0 if count.sum() == 0 else 1 / count.sum()
            for kind, blob in zip(("mean", "var"), sums, strict=True):
                yield f"{layer.name}.running_{kind}", blob * share
        elif layer.type == "Scale":
            name = layer.name.removesuffix(SCALE)
            named = zip(("weight", "bias"), layer.blobs, strict=False)
            yield from ((f"{name}.{kind}", blob) for kind, blob in named)
        else:
            yield from zip(blob_names(layer), layer.blobs, strict=True)


def _layer(content: memoryview) -> Layer:
    found = wire.message(content)
    name, kind = wire.text(found, 1), wire.text(found, 2)
    return Layer(name, kind, _blobs(wire.values(found, 7, wire.BYTES), name))


def _old_layer(content: memoryview) -> Layer:
    found = wire.message(content)
    number = wire.values(found, 5, wire.VARINT)
    if not number:
        raise Damaged(
            "it is of Caffe's first format, or of another program, as Caffe2",
            "convert it with Caffe's upgrade_net_proto_binary, or the network it came from",
        )
    name, kind = wire.text(found, 4), V1_TYPES.get(number[-1], str(number[-1]))
    return Layer(name, kind, _blobs(wire.values(found, 6, wire.BYTES), name))


def _blobs(given: list[memoryview], layer: str) -> tuple[np.ndarray, ...]:
    return tuple(array_of(wire.message(blob), layer) for blob in given)


def array_of(blob: wire.Message, layer: str) -> np.ndarray:
    """Give the values of a BlobProto in its shape; `layer` is what `Damaged` calls it."""
    values, shape = _values(blob), _shape(blob)
    shape = [len(values)] if shape is None else shape
    few = len(shape) <= _MOST_DIMENSIONS
    if few and math.prod(shape) == len(values) and min(shape, default=0) >= 0:
        return values.reshape(shape)
    sides = tuple(shape) if few else f"{len(shape):,} sides, of which Caffe has at most 32"
    what = f"{printable(layer)} has {len(values):,} values for a shape of {sides}"
    # Fields in which a descendant of Caffe may have put the values.
    if foreign := ", ".join(str(number) for number in sorted(blob) if number > 9):
        what += f", and fields that Caffe itself has not ({foreign})"
    raise Damaged(f"a blob of {what}")


def _shape(blob: wire.Message) -> list[int] | None:
    if given := wire.values(blob, 7, wire.BYTES):
        # A message that is there twice is one, whose lists are joined.
        return [side for one in given for side in wire.integers(wire.message(one), 1)]
    sides = [wire.integers(blob, number)[-1:] for number in (1, 2, 3, 4)]
    return [sum(side) for side in sides] if any(sides) else None


def _values(blob: wire.Message) -> np.ndarray:
    for number, (dtype, one) in _VALUES.items():
        # A packed field may come in several pieces.
        pieces = wire.values(blob, number, wire.BYTES, one)
        if any(len(piece) for piece in pieces):
            return _numbers(pieces, dtype)
    kind = wire.values(blob, _RAW_TYPE, wire.VARINT)[-1:]
    raw = wire.values(blob, _RAW_DATA, wire.BYTES)[-1:]
    if kind and raw and kind[0] in _RAW:
        return _numbers(raw, _RAW[kind[0]])
    return np.empty(0, np.float32)


def _numbers(pieces: list[memoryview], dtype: str) -> np.ndarray:
    size = np.dtype(dtype).itemsize
    if odd := [len(piece) for piece in pieces if len(piece) % size]:
        raise Damaged(f"{odd[0]:,} bytes are no values of {size} bytes each")
    return np.frombuffer(pieces[0] if len(pieces) == 1 else b"".join(pieces), dtype)


def _message(layer: Layer) -> Iterator[bytes | memoryview]:
    parts: list[bytes | np.ndarray] = [wire.field(1, layer.name), wire.field(2, layer.type)]
    for array in layer.blobs:
        double = not np.can_cast(array.dtype, np.float32)
        values = np.asarray(array, "<f8" if double else "<f4", order="C")
        shape = wire.field(7, wire.field(1, b"".join(map(wire.varint, array.shape))))
        data = [wire.head(8 if double else 5, values.nbytes), values]
        blob = [shape, *data] if double else [*data, shape]
        parts += [wire.head(7, sum(map(_length, blob))), *blob]
    yield wire.head(_LAYER, sum(map(_length, parts)))
    for part in parts:
        yield part if isinstance(part, bytes) else part.reshape(-1).view(np.uint8).data


def _length(part: bytes | np.ndarray) -> int:
    return len(part) if isinstance(part, bytes) else part.nbytes
