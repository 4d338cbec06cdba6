"""What a file is that was taken for one of Caffe's, and how to come from it to what is wanted."""

from collections.abc import Container
from pathlib import Path

from pixels_to_sentiment import places
from pixels_to_sentiment.caffe import wire
from pixels_to_sentiment.errors import Damaged, printable
from pixels_to_sentiment.files.magic import SAFETENSORS, told


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
    counted, shaped = _has(found, 1, wire.VARINT), _has(found, 7)
    meant = shaped or _has(found, 5, wire.BYTES, wire.FIXED32) or _has(found, 2, wire.VARINT)
    if counted and shaped:
        what, cure = "an ONNX model", "Caffe does not read it; convert the network it came from"
    elif counted and _has(found, 3):
        weights = printable(wire.text(found, 2)) or "the .caffemodel of the same iteration"
        what, cure = "a solver state", f"the weights saved with it are in {weights}"
    elif meant and not _has(found, 2):  # where a net of Caffe2 has its operators
        what, cure = "a mean", "give it the ending .binaryproto"
    else:
        what, cure = "a model", "give it the ending .caffemodel"
    if what != expected and (what != "a model" or _has(found, 2) or _has(found, 100)):
        raise Damaged(f"it is {what}", cure)


def _has(found: wire.Message, number: int, *kinds: int) -> bool:
    return bool(wire.values(found, number, *(kinds or (wire.BYTES,))))
