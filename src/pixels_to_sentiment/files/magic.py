"""What a file is by its first bytes, when it is not what was asked for, and the cure."""

from ast import literal_eval
from contextlib import suppress
from typing import BinaryIO

from pixels_to_sentiment import places

# For the parameters of a network that another library made.
SAFE = "write its parameters with safetensors' save_file and convert that"
# By place and bytes, what has them and what to do then. What does not stand at the beginning comes
# first, as the length that a safetensors file begins with may look like a pickle. Pickles are those
# of protocol 2 and later; of 0 and 1, of dictionaries, lists, arrays and objects. What torch saved
# until version 1.6 begins with a number in a pickle; since then it is a zip archive.
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


def told(stream: BinaryIO) -> tuple[str, str] | None:
    """Tell what a file is, such as ``"a pickle of Python"``, and how to come from it to Caffe's.

    ``None`` for what is not known by its bytes.
    """
    head = stream.read(4096)
    if not head:
        return "empty", "fetch it again"
    for (place, magic), known in _EVERY.items():
        if head.startswith(magic, place):
            return known
    with suppress(UnicodeDecodeError):
        text = head.decode("utf-8-sig")
        # A message of protobuf has control characters: lengths, and the numbers of its fields.
        if all(letter.isprintable() or letter in "\t\n\r" for letter in text):
            return {"<": _PAGE, "{": _JSON, "[": _JSON}.get(text.lstrip()[:1], _TEXT)
    return None
