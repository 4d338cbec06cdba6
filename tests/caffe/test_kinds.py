"""What is no file of Caffe's is told with its cure: files as their own libraries write them."""

import bz2
import gzip
import io
import lzma
import os
import pickle
import tarfile

import numpy as np
import pytest
import torch
from safetensors.numpy import save

from pixels_to_sentiment.caffe import means, models
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.networks import weights
from toy_caffe import field, layer, legacy, old_layer, packed, shaped, varint

ARRAY = np.ones((3, 2, 2), np.float32)
BLOB = shaped(3, 2, 2) + field(5, packed([1.0] * 12))
MODEL = layer("conv1", "Convolution", BLOB)
MEAN = legacy(1, 3, 2, 2) + field(5, packed([1.0] * 12))


def by(write, *arguments):
    stream = io.BytesIO()
    write(stream, *arguments)
    return stream.getvalue()


def tarred():
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as file:
        file.addfile(tarfile.TarInfo("a"))
    return stream.getvalue()


def number(place, value):
    return varint(place * 8) + varint(value)


RELU = field(2, field(1, "x") + field(2, "y") + field(4, "Relu"))
FILL = field(2, field(2, "w") + field(4, "GivenTensorFill") + field(5, field(1, "shape")))
KINDS = {
    "npz": (by(np.savez, ARRAY), "an .npz file.*save_file"),
    "npy": (by(np.save, ARRAY), "a NumPy array.*ending .npy"),
    "torch": (by(lambda f: torch.save({"a": torch.ones(1)}, f)), "a PyTorch file.*save_file"),
    "old pickle": (pickle.dumps({"a": 1}, protocol=0), "a Python pickle"),
    "old binary pickle": (pickle.dumps([1], protocol=1), "a Python pickle"),
    "pickle": (pickle.dumps([1]), "a Python pickle.*save_file"),
    "safetensors": (save({"a": ARRAY}), r"a safetensors file.*ending \.safetensors"),
    "gzip": (gzip.compress(MODEL), "gzip.*gunzip"),
    "bzip2": (bz2.compress(MODEL), "bzip2.*bunzip2"),
    "xz": (lzma.compress(MODEL), "xz.*unxz"),
    "tar": (tarred(), "a tar archive.*unpack"),
    "hdf5": (b"\x89HDF\r\n\x1a\n" + bytes(90), "an HDF5 file.*Net.save"),
    "lfs": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS.*git lfs pull"),
    "prototxt": (b'name: "x"\nlayer {\n}\n', "text.*a prototxt"),
    "page": (b"<!DOCTYPE html>", "a web page"),
    "onnx": (number(1, 8) + field(2, "pytorch") + field(7, field(2, "g")), "ONNX.*convert"),
    "caffe2": (field(1, "init") + FILL, "Caffe2.*save_file"),
    "caffe2 on a GPU": (field(1, "n") + RELU + field(5, field(1, 1)), "Caffe2"),
    "caffe2 without arguments": (field(1, "n") + RELU, "Caffe2"),
    "solver state": (
        number(1, 100) + field(2, "a/l_iter_100.caffemodel") + field(3, BLOB) + number(4, 0),
        r"a solver state.*l_iter_100\.caffemodel",
    ),
    "bare solver state": (number(1, 9) + field(3, BLOB), "a solver state.*same iteration"),
    "mean": (MEAN, r"a mean.*ending \.binaryproto"),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_of_another_kind_is_told_with_its_cure(tmp_path, kind):
    """And is never called damaged, as it is whole."""
    content, said = KINDS[kind]
    path = tmp_path / "m.caffemodel"
    path.write_bytes(content)
    with pytest.raises(UserError, match=rf"m\.caffemodel is not a Caffe model.*{said}") as told:
        list(models.read(path))
    assert "damaged" not in str(told.value)


@pytest.mark.parametrize("end", [".binaryproto", ".npy", ".safetensors", ".pth"])
@pytest.mark.parametrize("kind", ["lfs", "gzip", "hdf5", "page"])
def test_every_reader_tells_them(tmp_path, end, kind):
    """Means and weights of any ending."""
    content, said = KINDS[kind]
    (tmp_path / f"m{end}").write_bytes(content)
    reader = means.read if end in (".binaryproto", ".npy") else weights.read
    with pytest.raises(UserError, match=rf"m{end} is not .*{said}"):
        reader(tmp_path / f"m{end}")


@pytest.mark.parametrize("end", [".caffemodel", ".binaryproto", ".npy", ".safetensors", ".pth"])
def test_no_reader_waits_at_a_pipe(tmp_path, end):
    """Nobody may ever write to it."""
    os.mkfifo(tmp_path / f"m{end}")
    reader = means.read if end in (".binaryproto", ".npy") else weights.read
    with pytest.raises(UserError, match=rf"m{end} cannot be read .*a pipe"):
        reader(tmp_path / f"m{end}")


@pytest.mark.parametrize("content", [MODEL, old_layer("conv1", 4, BLOB)])
def test_a_model_is_no_mean(tmp_path, content):
    """The other way round, of either generation."""
    path = tmp_path / "m.binaryproto"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"it is a model.: give it the ending \.caffemodel"):
        means.read(path)
