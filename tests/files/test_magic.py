"""What is told by first bytes alone; `test_kinds` has the files that other libraries write."""

import io
import json

import pytest

from pixels_to_sentiment.files import magic
from toy_caffe import field, layer, legacy, old_layer, packed, shaped

BLOB = shaped(2, 2) + field(5, packed([1.0] * 4))


@pytest.mark.parametrize("length", [0x12, 0x1F, 0x28, 0x42, 0x80, 0x89, 0x93])
def test_a_safetensors_file_is_one_whatever_its_length_begins_with(length):
    """Such as a pickle, or what is compressed."""
    header = json.dumps({}).ljust(length).encode()
    content = length.to_bytes(8, "little") + header
    assert magic.told(io.BytesIO(content))[0] == "a safetensors file"


@pytest.mark.parametrize("name", ["", "a", "n" * 32, "net " * 30])
def test_what_caffe_writes_is_taken_for_nothing_else(name):
    """Models of either generation with names of any length, and means."""
    net = field(1, name)
    for content in (
        net + layer(name, "Convolution", BLOB),
        net + old_layer(name, 4, BLOB),
        layer(name, "ReLU"),
        BLOB,
        legacy(1, 1, 2, 2) + field(5, packed([1.0] * 4)),
    ):
        assert magic.told(io.BytesIO(content)) is None
