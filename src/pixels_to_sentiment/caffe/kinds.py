"""What a file is that was taken for one of Caffe's, and how to come from it to what is wanted."""

from collections.abc import Container, Iterator
from pathlib import Path

from pixels_to_sentiment import places
from pixels_to_sentiment.caffe import wire
from pixels_to_sentiment.errors import Damaged
from pixels_to_sentiment.files.magic import SAFE, SAFETENSORS, told


def refuse(path: Path | str, expected: Container[str] = (), cure: str = "") -> None:
    """Raise `Damaged` for a file whose bytes are those of another kind than those expected.

    The kinds have the words of the sentence: ``"a pickle of Python"``. A cure of one's own takes
    the place of those that lead to a model.
    """
    with places.reading(path) as stream:
        what, known = told(stream) or ("", "")
    # Of several that are expected the ending tells which is read.
    named = (what == SAFETENSORS[0]) == str(path).endswith(".safetensors")
    if what and (what not in expected or not (named or SAFETENSORS[0] not in expected)):
        fits = not cure or known.startswith(("decompress", "unpack", "fetch"))
        raise Damaged(f"it is {what}", known if fits else cure)


def refuse_message(found: wire.Message, expected: str) -> None:
    """Raise `Damaged` for another message of protobuf than the one expected."""
    what, cure = next(
        ((k, cure) for k, (cure, tells) in _MESSAGES.items() if tells(found)), ("", "")
    )
    if what == "a solver state":
        cure += printable(wire.text(found, 2)) or "the .caffemodel of the same iteration"
    if what and what != expected:
        raise Damaged(f"it is {what}", cure)


def _has(found: wire.Message, number: int, *kinds: int) -> bool:
    return bool(wire.values(found, number, *(kinds or (wire.BYTES,))))


def _within(found: wire.Message, number: int) -> Iterator[wire.Message]:
    """Give the messages in a field, an empty one for bytes that are none."""
    for content in wire.values(found, number, wire.BYTES):
        try:
            yield wire.message(content)
        except Damaged:
            yield {}


def _is_saved_model(found: wire.Message) -> bool:
    """Tell by the graph within, where a solver state has a path."""
    graph = next(_within(found, 2), {})
    return _has(found, 1, wire.VARINT) and _has(graph, 1) and _has(graph, 2)


def _is_graph(found: wire.Message) -> bool:
    """Tell by its first node, which has a name and an operation, where a net has its own name."""
    node = next(_within(found, 1), {})
    numbered = 100 not in found and (_has(found, 3, wire.VARINT) or _has(found, 4))
    return numbered and _has(node, 1) and _has(node, 2)


def _is_caffe2(found: wire.Message) -> bool:
    """Tell operators from old layers of Caffe, whose type in field 5 is a number.

    An operator has text in 1 or 5, and a net of layers without a type has blobs in 6.
    """
    named = (_has(one, 4) and not _has(one, 5, wire.VARINT) for one in _within(found, 2))
    texts = (_has(one, 1) or _has(one, 5) for one in _within(found, 2))
    blobs = (_has(one, 6) for one in _within(found, 2))
    return _has(found, 2) and all(named) and (any(texts) or not any(blobs))


def _is_mean(found: wire.Message) -> bool:
    numbers = _has(found, 5, wire.BYTES, wire.FIXED32) or _has(found, 7)
    return numbers or (_has(found, 1, wire.VARINT) and _has(found, 2, wire.VARINT))


_CONVERT = "Caffe does not read it; convert the network it came from"
_TENSORFLOW = f"load it with TensorFlow, {SAFE}"
# What a message of protobuf is, and the cure; the first that fits.
_MESSAGES = {
    "an ONNX model": (_CONVERT, lambda found: _has(found, 1, wire.VARINT) and _has(found, 7)),
    "a Core ML model": (_CONVERT, lambda found: _has(found, 1, wire.VARINT) and max(found) >= 200),
    "a saved model of TensorFlow": (_TENSORFLOW, _is_saved_model),
    "a solver state": (
        "the weights saved with it are in ",
        lambda found: _has(found, 1, wire.VARINT) and (_has(found, 2) or _has(found, 3)),
    ),
    # Before means, whose numbers are in a field that tells a net of Caffe2 its device.
    "a net of Caffe2": (f"load it with Caffe2, {SAFE}", _is_caffe2),
    "a graph of TensorFlow": (_TENSORFLOW, _is_graph),
    "a mean": ("give it the ending .binaryproto", _is_mean),
    "a model": ("give it the ending .caffemodel", lambda found: _has(found, 100) or _has(found, 2)),
}


def printable(text: str) -> str:
    """Give a name from a file as text for the terminal: what is not printable as an escape."""
    return "".join(
        letter if letter.isprintable() else ascii(letter)[1:-1].replace("udc", "x")
        for letter in text
    )
