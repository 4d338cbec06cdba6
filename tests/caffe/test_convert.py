"""Caffe's models as safetensors and back."""

import numpy as np
import pytest
from safetensors import safe_open

from pixels_to_sentiment.caffe import convert, models
from pixels_to_sentiment.caffe.models import Layer
from pixels_to_sentiment.errors import UserError
from toy_caffe import field, layer, packed, shaped, some_layers
from toy_files import with_header


def test_safetensors_and_back_lose_nothing(path):
    """Order, types, shapes and values; the parameters have the names of layers and kinds.

    Names that are not UTF-8 have escapes there, and are themselves in the metadata.
    """
    odd = [
        Layer("one", "PReLU", (np.array(0.25),)),
        Layer("\udcbe\udced", "Scale", (np.ones(1, np.float32),)),
    ]
    models.write(path, [*some_layers(), *odd])
    target, again = path.with_suffix(".safetensors"), path.with_name("again.caffemodel")
    convert.to_safetensors(path, target)
    with safe_open(target, "np") as file:
        assert set(file.keys()) == {
            *("conv1.weight", "conv1.bias", "fc/x.weight", "norm.0", "norm.1", "norm.2", "one.0"),
            r"\xbe\xed.0",
        }
    models.write(again, convert.from_safetensors(target))
    assert again.read_bytes() == path.read_bytes()


def test_two_blobs_of_one_name_are_refused(path):
    """One of them would be lost in a file that goes by names."""
    blob = shaped(1) + field(5, packed([1]))
    path.write_bytes(layer("a", "InnerProduct", blob) + layer("a", "InnerProduct", blob))
    with pytest.raises(UserError, match=r"m\.caffemodel has two blobs named a\.weight"):
        convert.to_safetensors(path, path.with_suffix(".safetensors"))
    assert list(path.parent.iterdir()) == [path]


ONE = {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"x" * 100, ""),
        (with_header({"a.weight": ONE}, bytes(4)), "which layers .*: convert .*caffe export"),
        (with_header({"a.weight": ONE | {"dtype": "BF16", "shape": [2]}}, bytes(4)), "as float32"),
        *(
            (with_header({"__metadata__": {"caffe_layers": text}, "a.weight": ONE}, bytes(4)), "")
            for text in ("[", "3", "[]", '[{"name": "a"}]',
                         '[{"name": "a", "type": "X", "blobs": ["b.weight"]}]')
        ),
        (with_header({"a.weight": ONE}, bytes(4))[:-1], ""),
    ],
)  # fmt: skip
def test_odd_safetensors_are_told(tmp_path, content, said):
    """A type that NumPy has not, no metadata, or such as would lose a tensor."""
    path = tmp_path / "w.safetensors"
    path.write_bytes(content)
    with pytest.raises(UserError, match=rf"w\.safetensors is not a safetensors file.*{said}"):
        list(convert.from_safetensors(path))
