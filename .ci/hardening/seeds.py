"""Small valid files of every kind that is read, and odd ones, made here and stored nowhere."""

import gzip
import io
import json
import pickle
import tempfile
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image
from safetensors.numpy import save

import toy_caffe
from hardening import readers
from toy_caffe import field, layer, old_layer, one_by_one, packed, shaped
from toy_files import with_header

GLOG = "I1128 10:00:0{second}.25 1234 solver.cpp:2{line}] "
STEPS = (
    "Iteration {n}, loss = 0.7{n}",
    "    Train net output #0: loss = 0.6{n} (* 1 = 0.6{n} loss)",
    "Iteration {n}, lr = 0.001",
    "Iteration {n}, Testing net (#0)",
    "    Test net output #0: accuracy = 0.5",
    "    Test net output #1: loss = 0.71 (* 1 = 0.71 loss)",
)


def logs() -> list[bytes]:
    """Training logs in the forms of several years, cut and joined."""
    lines = [
        GLOG.format(second=n, line=place) + step.format(n=n)
        for n in range(3)
        for place, step in enumerate(STEPS)
    ]
    plain = "\n".join(lines) + "\n"
    created = "Log file created at: 2016/02/29 23:59:59\n"
    other = (
        ("Iteration 0 (1.5 iter/s, 2s/20 iters), loss = 1.5\n", "Iteration 0, lr = 1e-05\n"),
        ("    [0.0] Iteration 100 (2.1 iter/s, 12.0s/100 iter), 0.5/1.0ep, loss = 1.25\n",),
        ("Iteration 5, loss: nan\n", "Iteration 6, loss = -1.#IND\n", "Iteration 7, loss = inf\n"),
        ("Iteration 9, Testing net\n", "Test score #0: 0.5\n", "Test net output mAP #0: x = 1\n"),
    )
    return [
        one.encode()
        for one in (plain, created + plain, plain[200:-30], plain + plain, *map("".join, other))
    ]


def curves() -> list[bytes]:
    """Tables as the library's own runs have them."""
    head = "iteration,seconds,rate,train_loss\n"
    rows = ("", "1,0.5,0.001,0.7\n2,1.0,0.001,0.6\n", "2,,nan,\n1,0,1e-3,inf\n", "1,2,3,4,5\n")
    return [(head + row).encode() for row in rows] + [b"\xef\xbb\xbfiteration,a\n1,2\n"]


def models() -> list[bytes]:
    """Models of three generations, in every way to write values, and what only looks like one."""
    values = packed((1.0, 2.0, 3.0, 4.0))
    blobs = (
        shaped(2, 2) + field(5, values),
        toy_caffe.legacy(1, 1, 2, 2) + field(5, values),
        shaped(2, 2) + one_by_one(5, (1.0, 2.0, 3.0, 4.0)),
        shaped(4) + field(8, packed((1.0, 2.0, 3.0, 4.0), "d")),
        shaped(2, 2) + field(10, 1) + field(12, np.arange(4, dtype="f2").tobytes()),
        shaped() + field(5, b""),
    )
    named = [layer("conv1", "Convolution", blob) for blob in blobs]
    norm = layer("bn", "BatchNorm", *(shaped(1) + field(5, packed((2.0,))) for _ in range(3)))
    old = old_layer("fc/x", 14, blobs[1], blobs[3])
    net = field(1, "net")
    return [
        *(net + one for one in named),
        net + b"".join(named) + norm,
        net + old,
        net + field(2, field(1, field(1, "of the first format"))),
        net + field(7, b"unknown \x1a\x02") + field(100, field(1, b"\xff\xfe") + field(2, "ReLU")),
        *others(),
    ]


def others() -> list[bytes]:
    """Files of other kinds that lie beside models."""
    state = (
        field(1, 100)
        + field(2, "lenet_iter_100.caffemodel")
        + field(3, shaped(1) + field(5, packed((0.5,))))
    )
    caffe2 = field(1, "init_net") + field(2, field(2, "conv1_w") + field(4, "GivenTensorFill"))
    onnx = field(1, 7) + field(2, "pytorch") + field(7, field(1, field(1, "x") + field(4, "Conv")))
    stream = io.BytesIO()
    np.savez(stream, a=np.ones(2))
    text = b'name: "net"\nlayer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1" }\n'
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n"
    return [
        state,
        caffe2,
        onnx,
        stream.getvalue(),
        text,
        pointer,
        gzip.compress(text, mtime=0),
        pickle.dumps({"a": 1}),
        b"\x89HDF\r\n\x1a\n" + bytes(24),
        b"<!DOCTYPE html><html></html>",
    ]


def means() -> list[bytes]:
    """Means of three channels, of one, and of other shapes, as a BlobProto."""
    shapes = ((3, 2, 2), (1, 2, 2), (1, 3, 1, 1))
    made = [shaped(*shape) + field(5, np.zeros(shape, "f4").tobytes()) for shape in shapes]
    return [*made, toy_caffe.legacy(1, 3, 1, 1) + field(5, packed((104.0, 117.0, 123.0)))]


def arrays() -> list[bytes]:
    """Arrays of NumPy of many types and shapes."""
    made = (
        *(np.zeros((3, 2, 2), kind) for kind in ("f4", "f8", ">f4", "u1", "c8", "?", "S3", "U2")),
        *(np.zeros(3), np.array(1.0), np.zeros((3, 0, 2)), np.zeros((1, 3, 2, 2), order="F")),
        np.zeros(3, [("a", "f4"), ("b", "i2")]),
        np.array(["2020-01-01"] * 3, "M8[D]"),
    )
    return [_saved(array) for array in made]


def _saved(array: np.ndarray, **options: object) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, **options)
    return stream.getvalue()


def objects() -> bytes:
    """Give an array of Python objects, which only unpickling would read."""
    return _saved(np.array([{"a": 1}, None, "x"], object), allow_pickle=True)


def safetensors() -> list[bytes]:
    """Weights with and without what a conversion notes in the metadata."""
    weights = {
        "conv1.weight": np.zeros((2, 1, 1, 1), "f4"),
        "conv1.bias": np.zeros(2, "f4"),
        "fc.weight": np.zeros((2, 3), "f4"),
    }
    listed = [{"name": "conv1", "type": "Convolution", "blobs": ["conv1.weight", "conv1.bias"]}]
    noted = {"caffe_layers": json.dumps(listed)}
    kinds = ("f2", "f8", "i8", "u1", "?")
    return [
        save(weights),
        save(weights, metadata=noted),
        save({"bn.0": np.zeros(2, "f4")}),
        *(save({"a.weight": np.zeros((1, 2), kind)}) for kind in kinds),
        *(
            with_header(one)
            for one in ({}, {"__metadata__": {}}, {"__metadata__": {"caffe_layers": "{}"}})
        ),
        with_header(
            {"a.weight": {"dtype": "F8_E4M3", "shape": [1, 2], "data_offsets": [0, 2]}}, bytes(2)
        ),
        with_header(
            {"a.weight": {"dtype": "BF16", "shape": [1, 1], "data_offsets": [0, 2]}}, bytes(2)
        ),
    ]


def torch_files() -> list[bytes]:
    """Weights as torch saves them."""
    import torch

    found = []
    for content in ({"conv1.weight": torch.zeros(2, 1, 1, 1)}, {}, {"a": 1}, [torch.zeros(1)]):
        for new in (True, False):
            stream = io.BytesIO()
            torch.save(content, stream, _use_new_zipfile_serialization=new)
            found.append(stream.getvalue())
    return found


def pictures() -> list[bytes]:
    """Pictures of every kind that is read, in many modes."""
    pixels = np.arange(8 * 6 * 4, dtype=np.uint8).reshape(6, 8, 4)
    base = Image.fromarray(pixels[..., :3])
    made = [(base, kind, {}) for kind in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")]
    modes = ("1", "L", "P", "CMYK", "YCbCr", "LAB")
    made += [(base.convert(mode), "TIFF", {}) for mode in modes]
    made += [(base.convert("L").convert("I;16"), "TIFF", {})]
    made += [(base.convert(mode), "PNG", {}) for mode in ("1", "L", "P", "LA", "RGBA")]
    made += [(base.convert(mode), "JPEG", {}) for mode in ("L", "CMYK")]
    squeezed = ("tiff_lzw", "tiff_adobe_deflate", "packbits")
    made += [(base, "TIFF", {"compression": one}) for one in squeezed]
    made += [(base, "GIF", {"save_all": True, "append_images": [base.rotate(90)]})]
    exif = Image.Exif()
    exif[0x0112] = 6
    made += [(base, "JPEG", {"exif": exif}), (base, "PNG", {"exif": exif})]
    return [_picture(image, kind, **options) for image, kind, options in made]


def _picture(image: Image.Image, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def archives() -> list[bytes]:
    """Zip archives, stored and deflated."""
    found = []
    for how in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", how) as archive:
            archive.writestr("folder/a.jpg", b"a" * 50)
            archive.writestr("b.txt", "five agree\n" * 9)
        found.append(stream.getvalue())
    return found


def labels() -> list[bytes]:
    """Tables of labels, with folds and without, quoted, with another column, and in words."""
    plain = "image,label\n" + "".join(f"{n}.jpg,{n % 2}\n" for n in range(6))
    folds = "image,label,fold\n" + "".join(f"a/{n}.png,{n % 2},{n % 4 // 2}\n" for n in range(8))
    words = 'fold,"label",image,note\r\nx,negative,"a,b.jpg",\r\ny,positive,\u00e9.webp,"1\n2"\r\n'
    made = (plain, folds, words, words.replace(",note", ""), "image,label\n../a.jpg,0\n", "image\n")
    return [one.encode() for one in made] + [b"\xef\xbb\xbf" + plain.encode()]


def tiers() -> list[bytes]:
    """Parameters of a tier."""
    made = (
        "iterations: 2\nlimit: null\nconfigurations: ['a:b:c']\nrate: 1.0e-3\n",
        "a: &x [1, 2]\nb: *x\n",
        "a: {b: true, c: 'text'}\n# a comment\n",
        "a: 2020-01-01\nb: 0x1f\nc: 1:30\nd: .nan\ne: ~\n<<: {f: 1}\n",
        "---\n- a\n- b\n...\n",
        "a: !!python/name:os.getcwd\n",
        "a: |\n  text\n  more\n? b\n: c\n",
    )
    return [one.encode() for one in made]


def folders() -> list[bytes]:
    """Files of finished work, each after its place among them, and wrong ones."""
    with tempfile.TemporaryDirectory() as home:
        whole = readers.finished(Path(home))
    wrong = [json.dumps(one).encode() for one in ({}, [], None, {"key": 1, "run": {}, "data": []})]
    return [
        bytes([place]) + content
        for place, file in enumerate(whole.values())
        for content in (file, *wrong, file[: len(file) // 2])
    ]
