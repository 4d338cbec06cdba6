"""What a file is by its first bytes, when it is not what was asked for, and the cure."""

import io
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from contextlib import suppress
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile

SAFETENSORS = "a safetensors file", "give it the ending .safetensors"
# For the parameters of a network that another library made.
SAFE = "write its parameters with safetensors' save_file and convert that"
_PAGE = "a web page or XML", "fetch the file from the address that the page links to"
_PICTURE = "a picture", "name the file of the model or of its mean"
# First bytes: what the file is, and what to do with it.
_MAGIC = {
    b"\x89HDF": ("an HDF5 file", "open it with pycaffe and write it with Net.save, or Keras' own"),
    b"\x93NUMPY": ("a NumPy array", "a mean has the ending .npy"),
    # Of protocol 2 and later; of 0 and 1 dictionaries, lists, arrays and objects.
    **dict.fromkeys(
        (b"\x80", b"(dp", b"(lp", b"}q\x00", b"]q\x00", b"cnumpy", b"ccopy_reg"),
        ("a pickle of Python", f"if you trust it, load it where it was made, {SAFE}"),
    ),
    b"\x04\0\0\0\x01\0\0\0\x03\0\0\0V 1": ("a file of Torch 7", f"load it there, {SAFE}"),
    b"\x12\x01\0\0\0\0\0\0\0": ("a file of MXNet", f"load it with MXNet, {SAFE}"),
    b"MATLAB ": ("a file of MATLAB", f"load it with scipy.io.loadmat, {SAFE}"),
    b"\x1f\x8b": ("compressed by gzip", "decompress it with gunzip"),
    b"BZh": ("compressed by bzip2", "decompress it with bunzip2"),
    b"\xfd7zXZ": ("compressed by xz", "decompress it with unxz"),
    b"\x28\xb5\x2f\xfd": ("compressed by Zstandard", "decompress it with unzstd"),
    b"7z\xbc\xaf": ("a 7z archive", "unpack it"),
    b"Rar!": ("a RAR archive", "unpack it"),
    b"PK\x05\x06": ("a zip archive with nothing in it", "fetch it again"),
    b"version https://git-lfs": ("a pointer of Git LFS", "fetch the file with `git lfs pull`"),
    **dict.fromkeys((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"RIFF"), _PICTURE),
    b"<": _PAGE,
    b"%PDF": ("a PDF", "fetch the file that it speaks of"),
}
# The same, where they stand after the beginning.
_LATER = {
    (257, b"ustar"): ("a tar archive", "unpack it"),
    (16, b"\xde\xc0\xef\xbe"): ("a database of LMDB", "name a model or a mean, not what they saw"),
    (4, b"TFL3"): ("a model of TensorFlow Lite", "convert the network it came from"),
    **dict.fromkeys(((5, b"\0\0\0{"), (5, b"\0\0\0 ")), SAFETENSORS),
}
# The later first, as the length that a safetensors file begins with may look like a pickle.
_EVERY = _LATER | {(0, magic): known for magic, known in _MAGIC.items()}
# Beginnings of texts.
_JSON = "JSON", "see in it whether a server refused the file, and fetch that again"
_TEXT = "text", "name the file that holds the values, as a prototxt and the like do not"
# What a log may be.
TEXTS = ("empty", "text", "JSON", "a web page or XML")
_TORCH = "a PyTorch file", f"load it with torch, {SAFE}"
_STATE = "load it with torch where it was made, and save its state_dict alone"
# What `torch.save` began with until version 1.6, after the mark of a pickle: a number.
_OLD_TORCH = b"\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
# Whence a pickle of torch takes what it makes tensors of.
_TENSORS = (
    *("torch", "torch._utils", "torch.storage", "torch._tensor", "torch.nn.parameter"),
    *("collections", "builtins", "__builtin__", "_codecs"),
)
# A member of a zip archive by its end: what that is.
_ZIPPED = {
    ".npy": ("an .npz file of NumPy", SAFE),
    "/constants.pkl": ("a TorchScript archive", f"load it with torch.jit.load, {SAFE}"),
    "archive_format": ("a program of torch.export", f"load it with torch.export.load, {SAFE}"),
    "model.weights.h5": ("a Keras model", f"load it with Keras, {SAFE}"),
    "/data.pkl": _TORCH,
}


def told(stream: BinaryIO) -> tuple[str, str] | None:
    """Tell what a file is, such as ``"a pickle of Python"``, and how to come from it to Caffe's.

    ``None`` for what is not known by its bytes.
    """
    head = stream.read(4096)
    if not head:
        return "empty", "fetch it again"
    if head.startswith(b"PK\x03\x04"):
        return _zipped(head, stream)
    if _OLD_TORCH in head[:32]:
        return _torch(head)
    for (place, magic), known in _EVERY.items():
        if head.startswith(magic, place):
            return known
    text = _text(head)
    if text is None:
        return None
    return {"<": _PAGE, "{": _JSON, "[": _JSON}.get(text.lstrip()[:1], _TEXT)


def _zipped(head: bytes, stream: BinaryIO) -> tuple[str, str]:
    """Tell by its members, or by the first of what is cut off."""
    pickled = b""
    try:
        archive = ZipFile(stream)
        names = archive.namelist()
        with suppress(Exception):
            pickled = archive.open(next(n for n in names if n.endswith("/data.pkl"))).read(1 << 16)
    except BadZipFile:
        names = [head[30 : 30 + int.from_bytes(head[26:28], "little")].decode("latin-1")]
    for end, known in _ZIPPED.items():
        if any(name.endswith(end) for name in names):
            return _torch(pickled) if known == _TORCH else known
    return "a zip archive", "unpack it"


def _torch(pickled: bytes) -> tuple[str, str]:
    """Tell a file of tensors from one of objects, whose code torch would have to run."""
    # Seldom needed, and slow to be imported.
    from pickletools import genops

    stream = io.BytesIO(pickled)
    # Until what is no pickle, or cut off.
    with suppress(Exception):
        while stream.tell() < len(pickled):
            for code, name, _ in genops(stream):
                if code.name == "GLOBAL" and name.split()[0] not in _TENSORS:
                    what = f"a PyTorch file of objects, such as {name.replace(' ', '.')}"
                    return what, _STATE
    return _TORCH


def _text(head: bytes) -> str | None:
    """Give what is text, in UTF-8 or 16, or of another coding with few letters that are not ASCII.

    A message of protobuf has control characters: lengths, and the numbers of its fields.
    """
    wide = head.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    text = head.decode("utf-16" if wide else "utf-8-sig", "replace")
    known = all(letter.isprintable() or letter in "\t\n\r" for letter in text)
    # Fewer than might be by chance.
    few = 8 * text.count("\N{REPLACEMENT CHARACTER}") <= len(text)
    return text if known and few else None
