"""The wire format of protocol buffers, in which Caffe writes its models.

A message is taken apart field by field and by type, in time that grows with its size. Nothing is
copied, and a field that nobody asks for is passed over whole, so the descendants of Caffe may have
fields of their own. The parser of protobuf's Python package makes an object of each value of an
unknown field, and differs between its two implementations in what it raises.
"""

from collections import defaultdict
from collections.abc import Iterator

from pixels_to_sentiment.errors import Damaged

# Of groups, an old form of message between 2 and 5, Caffe has none.
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_WIDTHS = {FIXED64: 8, FIXED32: 4}

# By number, types and values in their order: an int, or the bytes of what is longer.
Message = dict[int, list[tuple[int, "int | memoryview"]]]


def message(content: memoryview) -> Message:
    """Give the fields of a message; `Damaged` if the bytes are none."""
    found: Message = defaultdict(list)
    place, end = 0, len(content)
    while place < end:
        key, place = _varint(content, place)
        number, kind = key >> 3, key & 7
        if number == 0 or kind not in (VARINT, FIXED64, BYTES, FIXED32):
            raise Damaged(f"what stands at byte {place:,} is not a field of one")
        if kind == VARINT:
            value, place = _varint(content, place)
        else:
            length = _WIDTHS.get(kind)
            if length is None:
                length, place = _varint(content, place)
            if length > end - place:
                raise Damaged(
                    f"it is cut short: {length:,} bytes should follow and {end - place:,} do"
                )
            value, place = content[place : place + length], place + length
        found[number].append((kind, value))
    return found


def values(found: Message, number: int, *kinds: int) -> list:
    """Give the values of a field that have one of these types; another makes it unknown."""
    return [value for kind, value in found.get(number, ()) if kind in kinds]


def integers(found: Message, number: int) -> list[int]:
    """Give a list of int64, packed or not."""
    listed = []
    for value in values(found, number, VARINT, BYTES):
        listed += [value] if isinstance(value, int) else _unpacked(value)
    return [value - 2**64 if value >= 2**63 else value for value in listed]


def text(found: Message, number: int) -> str:
    """Give the text of a field, the last if it stands there twice.

    What is not UTF-8 is kept as surrogates, which `field` turns back into the same bytes.
    """
    given = values(found, number, BYTES)
    return bytes(given[-1]).decode("utf-8", "surrogateescape") if given else ""


def varint(value: int) -> bytes:
    """Encode a number of 64 bits, seven bits a byte."""
    value, out = value % 2**64, bytearray()
    while value > 127:
        out.append(value % 128 + 128)
        value //= 128
    return bytes([*out, value])


def head(number: int, length: int) -> bytes:
    """Encode what stands before the bytes of a field."""
    return varint(number * 8 + BYTES) + varint(length)


def field(number: int, content: bytes | str) -> bytes:
    """Encode a field of bytes or text."""
    if isinstance(content, str):
        content = content.encode("utf-8", "surrogateescape")
    return head(number, len(content)) + content


def _unpacked(content: memoryview) -> Iterator[int]:
    place = 0
    while place < len(content):
        value, place = _varint(content, place)
        yield value


def _varint(content: memoryview, place: int) -> tuple[int, int]:
    if place < len(content) and content[place] < 128:
        return content[place], place + 1  # almost always, and the loop takes its time
    value = 0
    for shift in range(0, 70, 7):
        if place >= len(content):
            raise Damaged("it is cut short")
        byte = content[place]
        place += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value % 2**64, place
    raise Damaged(f"what stands at byte {place:,} is not a number of one")
