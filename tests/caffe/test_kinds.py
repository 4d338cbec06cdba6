"""What is no file of Caffe's is told with its cure: files as their own libraries write them."""

import gzip
import io
import os
import pickle
import tarfile

import numpy as np
import pytest
import torch
from safetensors.numpy import save

from pixels_to_sentiment.caffe import logs, means, models
from pixels_to_sentiment.cli import main
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.networks import weights
from toy_caffe import field, layer, legacy, old_layer, packed, shaped
from toy_files import encoded, zipped

ARRAY, BLACK = np.ones((3, 2, 2), np.float32), np.zeros((8, 8, 3), np.uint8)
BLOB = shaped(3, 2, 2) + field(5, packed([1.0] * 12))
MODEL = layer("conv1", "Convolution", BLOB)
MEAN = legacy(1, 3, 2, 2) + field(5, packed([1.0] * 12))


def by(write, *arguments):
    stream = io.BytesIO()
    write(stream, *arguments)
    return stream.getvalue()


def tarred(stream):
    with tarfile.open(fileobj=stream, mode="w") as file:
        file.addfile(tarfile.TarInfo("a"))


FILL = field(2, field(2, "w") + field(4, "GivenTensorFill"))
CAFFE2 = "or of another program, as Caffe2.*the network it came from"
LINEAR = torch.nn.Linear(2, 2)
KINDS = {
    "npy": (by(np.save, ARRAY), "a NumPy array.*ending .npy"),
    "torch": (by(lambda f: torch.save(LINEAR, f)), "a zip archive.*torch.*save_file"),
    "old torch": (
        by(lambda f: torch.save(LINEAR.state_dict(), f, _use_new_zipfile_serialization=False)),
        r"a PyTorch file\): load it with torch",
    ),
    "pickle": (pickle.dumps([1]), "a pickle of Python.*save_file"),
    "safetensors": (save({"a": ARRAY}), r"a safetensors file.*ending \.safetensors"),
    "gzip": (gzip.compress(MODEL), "gzip.*gunzip"),
    "tar": (by(tarred), "a tar archive.*unpack"),
    "hdf5": (b"\x89HDF\r\n\x1a\n" + bytes(90), "an HDF5 file.*Net.save"),
    "lfs": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS.*git lfs pull"),
    "prototxt": (b'name: "x"\nlayer {\n}\n', "text.*a prototxt"),
    "page": (b"<!DOCTYPE html>", "a web page"),
    "answer": (b'\n {"message": "Not Found"}', "JSON.*a server refused"),
    **{kind: (encoded(BLACK, kind), "a picture") for kind in ("PNG", "JPEG")},
    "lmdb": (bytes(16) + b"\xde\xc0\xef\xbe" + bytes(9), "LMDB"),
    "zip": (zipped([("a.caffemodel", b"")]), "a zip archive.*unpack"),
    "onnx": (field(1, 8) + field(2, "pytorch") + field(7, field(2, "g")), "ONNX.*convert"),
    "caffe2": (FILL, CAFFE2),
    "caffe2 with a device": (FILL + field(5, field(1, 1)), CAFFE2),
    "caffe2 with inputs": (FILL + field(7, "data"), CAFFE2),
    "solver state": (
        field(1, 100) + field(2, "a/l_iter_100.caffemodel") + field(3, BLOB) + field(4, 0),
        r"a solver state.*l_iter_100\.caffemodel",
    ),
    "bare solver state": (field(1, 9) + field(3, BLOB), "a solver state.*same iteration"),
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


READERS = {
    **dict.fromkeys((".binaryproto", ".npy"), (means.read, "a Caffe mean")),
    **dict.fromkeys((".safetensors", ".pth"), (weights.read, "a weights file")),
    ".caffemodel": (weights.read, "a Caffe model"),
    ".log": (logs.read, "a log or a table"),
}
TOLD = [
    *(
        (kind, end, KINDS[kind][1])
        for end in (".binaryproto", ".npy", ".safetensors", ".pth")
        for kind in ("lfs", "gzip")
    ),
    ("safetensors", ".pth", "ending .safetensors"),
    ("pickle", ".pth", "pickle of Python"),
    # The way to a log leads over no weights.
    ("gzip", ".log", "gzip.*gunzip"),
    *(("pickle", ".log", "pickle.*name a Caffe log"), ("PNG", ".log", "picture.*a Caffe log")),
]


@pytest.mark.parametrize(("kind", "end", "said"), TOLD)
def test_every_reader_tells_them(tmp_path, kind, end, said):
    """By what they are, whatever they end in, and not in the words of a library that reads them."""
    reader, what = READERS[end]
    (tmp_path / f"m{end}").write_bytes(KINDS[kind][0])
    with pytest.raises(UserError, match=rf"m{end} is not {what} .*\(it is .*{said}"):
        reader(tmp_path / f"m{end}")


def test_an_old_layer_may_have_no_type(tmp_path, capsys):
    """As Caffe's enumeration has it; what is printed says so."""
    path = tmp_path / "m.caffemodel"
    path.write_bytes(old_layer("conv1", 0, BLOB))
    (layer,) = models.read(path)
    assert (layer.name, layer.type, layer.blobs[0].shape) == ("conv1", "", (3, 2, 2))
    assert main(["caffe", "show", str(path)]) == 0
    assert capsys.readouterr().out.startswith("conv1  no type  ")


@pytest.mark.parametrize("end", READERS)
def test_no_reader_waits_at_a_pipe(tmp_path, end):
    """Nobody may ever write to it."""
    os.mkfifo(tmp_path / f"m{end}")
    with pytest.raises(UserError, match=rf"m{end} cannot be read .*a pipe"):
        READERS[end][0](tmp_path / f"m{end}")


@pytest.mark.parametrize("content", [MODEL, old_layer("conv1", 4, BLOB)])
def test_a_model_is_no_mean(tmp_path, content):
    """The other way round, of either generation."""
    path = tmp_path / "m.binaryproto"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"it is a model.: give it the ending \.caffemodel"):
        means.read(path)
