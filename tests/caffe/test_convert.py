"""Caffe's models as safetensors and back."""

import json

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

from pixels_to_sentiment.caffe import convert, models
from pixels_to_sentiment.caffe.models import Layer
from pixels_to_sentiment.errors import UserError
from toy_caffe import field, layer, packed, shaped, some_layers


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


def test_layers_are_told_from_parameters(tmp_path):
    """A file without metadata: four dimensions a convolution, two an inner product."""
    path = tmp_path / "w.safetensors"
    weights = {"a.b.weight": np.ones((2, 3, 1, 1), np.float32), "a.b.bias": np.float32([5, 6])}
    save_file(weights | {"fc.weight": np.zeros((2, 2), np.float32)}, path)
    found = {x.name: (x.type, [b.shape for b in x.blobs]) for x in convert.from_safetensors(path)}
    assert found == {
        "a.b": ("Convolution", [(2, 3, 1, 1), (2,)]),
        "fc": ("InnerProduct", [(2, 2)]),
    }


@pytest.mark.parametrize(
    ("tensors", "said"),
    [
        ({"norm.running_mean": 2}, "no layer of Caffe has parameters like those of 'norm'"),
        (
            {"fc.weight": (2, 2), "fc.mean": 2},
            "no layer of Caffe has parameters like those of 'fc'",
        ),
        ({"fc.bias": (2, 2)}, "no layer of Caffe has parameters like those of 'fc'"),
        ({"weight": 2}, "no layer of Caffe has parameters like those of ''"),
        (None, "not a safetensors file that can be read"),
    ],
)
def test_parameters_that_tell_no_layers_are_refused(tmp_path, tensors, said):
    """The sentence names the file and the parameter."""
    path = tmp_path / "w.safetensors"
    if tensors is None:
        path.write_bytes(b"x" * 100)
    else:
        save_file({k: np.ones(n, np.float32) for k, n in tensors.items()}, path)
    with pytest.raises(UserError, match=rf"w\.safetensors.*{said}"):
        list(convert.from_safetensors(path))


def test_two_blobs_of_one_name_are_refused(path):
    """One of them would be lost in a file that goes by names."""
    blob = shaped(1) + field(5, packed([1]))
    path.write_bytes(layer("a", "InnerProduct", blob) + layer("a", "InnerProduct", blob))
    with pytest.raises(UserError, match=r"m\.caffemodel has two blobs named a\.weight"):
        convert.to_safetensors(path, path.with_suffix(".safetensors"))
    assert list(path.parent.iterdir()) == [path]


def by_hand(header, data=b""):
    content = json.dumps(header).encode()
    return len(content).to_bytes(8, "little") + content + data


ONE = {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (by_hand({}), "holds no layers"),
        (by_hand({"a.weight": ONE | {"dtype": "BF16", "shape": [2]}}, bytes(4)), "as float32"),
        *(
            (by_hand({"__metadata__": {"caffe_layers": text}, "a.weight": ONE}, bytes(4)), "")
            for text in ("[", "3", "[]", '[{"name": "a"}]',
                         '[{"name": "a", "type": "X", "blobs": ["b.weight"]}]')
        ),
        (by_hand({"a.weight": ONE}, bytes(4))[:-1], ""),
    ],
)  # fmt: skip
def test_odd_safetensors_are_told(tmp_path, content, said):
    """A type that NumPy has not, and metadata that would lose a tensor."""
    path = tmp_path / "w.safetensors"
    path.write_bytes(content)
    with pytest.raises(UserError, match=rf"w\.safetensors is not a safetensors file.*{said}"):
        list(convert.from_safetensors(path))
