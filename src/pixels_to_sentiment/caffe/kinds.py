"""What a file is that was taken for one of Caffe's, and how to come from it to what is wanted."""

from codecs import getincrementaldecoder
from collections.abc import Container
from pathlib import Path

from pixels_to_sentiment import places
from pixels_to_sentiment.caffe import wire
from pixels_to_sentiment.errors import Damaged

_SAFE = "write its parameters with safetensors' save_file and convert that"
# First bytes: what the file is, and what to do with it.
_MAGIC = {
    b"\x89HDF": ("an HDF5 file", "open it with pycaffe and write it with Net.save, or Keras' own"),
    b"\x93NUMPY": ("a NumPy array", "a mean has the ending .npy"),
    # Of protocol 2 and later; of 0 and 1 dictionaries, lists, arrays and objects.
    **dict.fromkeys(
        (b"\x80", b"(dp", b"(lp", b"}q\x00", b"]q\x00", b"cnumpy", b"ccopy_reg"),
        ("a Python pickle", f"if you trust it, load it where it was made, {_SAFE}"),
    ),
    b"\x1f\x8b": ("compressed by gzip", "decompress it with gunzip"),
    b"BZh": ("compressed by bzip2", "decompress it with bunzip2"),
    b"\xfd7zXZ": ("compressed by xz", "decompress it with unxz"),
    b"\x28\xb5\x2f\xfd": ("compressed by Zstandard", "decompress it with unzstd"),
    b"7z\xbc\xaf": ("a 7z archive", "unpack it"),
    b"Rar!": ("a RAR archive", "unpack it"),
    b"version https://git-lfs": ("a pointer of Git LFS", "fetch the file with `git lfs pull`"),
    b"<": ("a web page or XML", "fetch the file from the address that the page links to"),
}


def refuse(path: Path | str, expected: Container[str] = ()) -> None:
    """Raise `Damaged` for a file whose first bytes are of another kind than those expected.

    The kinds have the words of the sentence: ``"a Python pickle"``.
    """
    with places.reading(path) as stream:
        what, cure = _told(stream.read(4096)) or ("", "")
    if what and what not in expected:
        raise Damaged(f"it is {what}", cure)


def _told(head: bytes) -> tuple[str, str] | None:
    if not head:
        return "empty", "fetch it again"
    if head.startswith(b"PK\x03\x04"):
        return _zipped(head[30 : 30 + int.from_bytes(head[26:28], "little")])
    if head[257:262] == b"ustar":
        return "a tar archive", "unpack it"
    if head[5:9] in (b"\0\0\0{", b"\0\0\0 "):
        return "a safetensors file", "give it the ending .safetensors"
    for magic, told in _MAGIC.items():
        if head.startswith(magic):
            return told
    return ("text", "a prototxt describes a network without its weights") if _text(head) else None


def _zipped(first: bytes) -> tuple[str, str]:
    """Tell by its first member."""
    if first.endswith(b".npy"):
        return "an .npz file of NumPy", _SAFE
    if first.endswith((b"/data.pkl", b"/.format_version", b"/byteorder", b"/version")):
        return "a PyTorch file", f"load it with torch, {_SAFE}"
    return "a zip archive", "unpack it"


def _text(head: bytes) -> bool:
    try:
        # Without its end, which may be cut in the middle of a character.
        text = getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return all(letter.isprintable() or letter in "\t\n\r" for letter in text)


def refuse_message(found: wire.Message, expected: str) -> None:
    """Raise `Damaged` for another message of protobuf than the one expected."""

    def has(number: int, kind: int) -> bool:
        return bool(wire.values(found, number, kind))

    what = cure = ""
    if has(1, wire.VARINT) and has(7, wire.BYTES):
        what, cure = "an ONNX model", "Caffe does not read it; convert the network it came from"
    elif has(1, wire.VARINT) and (has(2, wire.BYTES) or has(3, wire.BYTES)):
        model = printable(wire.text(found, 2)) or "the .caffemodel of the same iteration"
        what, cure = "a solver state", f"the weights saved with it are in {model}"
    # Before means, whose numbers are in a field that tells a net of Caffe2 its device.
    elif (operators := wire.values(found, 2, wire.BYTES)) and all(map(_operator, operators)):
        what, cure = "a net of Caffe2", "load it with Caffe2, and " + _SAFE
    elif has(5, wire.BYTES) or (has(1, wire.VARINT) and has(2, wire.VARINT)):
        what, cure = "a mean", "give it the ending .binaryproto"
    elif has(100, wire.BYTES) or has(2, wire.BYTES):
        what, cure = "a model", "give it the ending .caffemodel"
    if what and what != expected:
        raise Damaged(f"it is {what}", cure)


def _operator(content: memoryview) -> bool:
    """Tell an operator of Caffe2 from an old layer of Caffe, whose type in field 5 is a number."""
    try:
        found = wire.message(content)
    except Damaged:
        return False
    return bool(wire.values(found, 4, wire.BYTES)) and not wire.values(found, 5, wire.VARINT)


def printable(text: str) -> str:
    """Give a name from a file as text for the terminal: what is not printable as an escape."""
    return "".join(
        letter if letter.isprintable() else ascii(letter)[1:-1].replace("udc", "x")
        for letter in text
    )
