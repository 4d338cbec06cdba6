"""Caffe's model files written byte by byte, from the numbers in ``caffe.proto``."""

import struct

import numpy as np

from pixels_to_sentiment.caffe.models import Layer


def varint(value):
    """Encode a number, seven bits a byte."""
    out = b""
    while value > 127:
        out, value = out + bytes([value % 128 + 128]), value // 128
    return out + bytes([value])


def field(number, content):
    """Encode a field: a number, a text, or bytes with their length."""
    if isinstance(content, int):
        return varint(number * 8) + varint(content)
    content = content.encode() if isinstance(content, str) else content
    return varint(number * 8 + 2) + varint(len(content)) + content


def packed(values, code="f"):
    return struct.pack(f"<{len(values)}{code}", *values)


def one_by_one(number, values, code="f"):
    """Encode values that are not packed, each after its tag."""
    tag = varint(number * 8 + (5 if code == "f" else 1))
    return b"".join(tag + struct.pack(f"<{code}", value) for value in values)


def shaped(*sides):
    return field(7, field(1, b"".join(map(varint, sides))))


def legacy(*sides):
    return b"".join(field(number, side) for number, side in enumerate(sides, 1))


def layer(name, kind, *blobs):
    """Encode an element of ``layer``, the present generation."""
    return field(100, field(1, name) + field(2, kind) + b"".join(field(7, b) for b in blobs))


def old_layer(name, kind, *blobs):
    """Encode an element of ``layers``, with the type as a number."""
    return field(2, field(4, name) + field(5, kind) + b"".join(field(6, b) for b in blobs))


def some_layers():
    """Make layers without blobs, with named and with numbered ones, in single and in double."""
    dice = np.random.default_rng(0)
    one, two = np.ones(4, np.float32), np.array([1, 2], np.float32)
    return [
        Layer("data", "Input", ()),
        Layer("conv1", "Convolution", (dice.random((4, 3, 2, 2), np.float32), one)),
        Layer("norm", "BatchNorm", (two, two + 2, one[:1])),
        Layer("fc/x", "InnerProduct", (dice.random((2, 4)),)),
    ]
