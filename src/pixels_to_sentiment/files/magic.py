"""What a file is by its first bytes, when it is not what was asked for, and the cure."""

import io
from ast import literal_eval
from contextlib import suppress
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile

from pixels_to_sentiment import places

# For the parameters of a network that another library made.
SAFE = "write its parameters with safetensors' save_file and convert that"
# By place and bytes, what has them and what to do then. What does not stand at the beginning comes
# first, as the length that a safetensors file begins with may look like a pickle. Pickles are those
# of protocol 2 and later; of 0 and 1, of dictionaries, lists, arrays and objects.
_EVERY = {
    (int(row["at"]), literal_eval(f"b'{row['bytes']}'")): (
        row["what"],
        row["cure"].format(safe=SAFE),
    )
    for row in places.rows("files/magic.csv")
}
SAFETENSORS, _PAGE = _EVERY[5, b"\0\0\0{"], _EVERY[0, b"<"]
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
        return _zipped(stream)
    if _OLD_TORCH in head[:32]:
        return _torch(head)
    for (place, magic), known in _EVERY.items():
        if head.startswith(magic, place):
            return known
    with suppress(UnicodeDecodeError):
        text = head.decode("utf-8-sig")
        # A message of protobuf has control characters: lengths, and the numbers of its fields.
        if all(letter.isprintable() or letter in "\t\n\r" for letter in text):
            return {"<": _PAGE, "{": _JSON, "[": _JSON}.get(text.lstrip()[:1], _TEXT)
    return None


def _zipped(stream: BinaryIO) -> tuple[str, str]:
    with suppress(BadZipFile), ZipFile(stream) as archive:
        for end, known in _ZIPPED.items():
            for name in archive.namelist():
                if name.endswith(end):
                    pickled = archive.open(name).read(1 << 16)
                    return _torch(pickled) if known == _TORCH else known
    return "a zip archive", "fetch it again, or unpack it"


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
