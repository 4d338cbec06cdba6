"""Reading and writing Caffe's model files, against files written byte by byte and OpenCV."""

import json

import numpy as np
import pytest

from pixels_to_sentiment.caffe import models
from pixels_to_sentiment.caffe.models import Layer
from pixels_to_sentiment.errors import UserError
from toy_caffe import field, layer, legacy, old_layer, packed, shaped, some_layers, varint

VALUES = [0.5, -1.25, 3.0, 1e-8, -7.5, 2.0]


def listed(path):
    return [(x.name, x.type, [b.tolist() for b in x.blobs]) for x in models.read(path)]


@pytest.mark.parametrize("write", [layer, old_layer], ids=["layer", "layers"])
def test_layers_of_both_generations_come_in_their_order(path, write):
    """Types of the old one have their present names; what is no layer is passed over."""
    kinds = ("Data", "Convolution", "InnerProduct") if write is layer else (5, 4, 14)
    blob = shaped(2, 3) + field(5, packed(VALUES))
    content = field(1, "net") + field(4, 10) + write("data", kinds[0]) + field(50, b"solver")
    content += write("conv1", kinds[1], blob, shaped(1) + field(5, packed([2.5])))
    # A descendant of Caffe may have types of its own, which keep their number.
    path.write_bytes(content + write("fc", kinds[2], blob) + old_layer("x", 143))
    weight = np.float32(VALUES).reshape(2, 3).tolist()
    assert listed(path) == [
        ("data", "Data", []),
        ("conv1", "Convolution", [weight, [2.5]]),
        ("fc", "InnerProduct", [weight]),
        ("x", "143", []),
    ]


def test_shapes_are_those_of_the_file(path):
    """The old kind has four dimensions, ones included; without any shape values are in a row."""
    blobs = [legacy(1, 1, 2, 3), shaped(6), shaped(3, 1, 2, 1), b""]
    path.write_bytes(layer("x", "Scale", *(b + field(5, packed(VALUES)) for b in blobs)))
    (found,) = models.read(path)
    assert [b.shape for b in found.blobs] == [(1, 1, 2, 3), (6,), (3, 1, 2, 1), (6,)]


@pytest.mark.parametrize(("kind", "dtype"), [(0, "<f8"), (1, "<f4"), (2, "<f2")])
@pytest.mark.parametrize("write", [layer, old_layer])
def test_nvcaffes_raw_values_are_read(path, write, kind, dtype):
    """In their own precision: field 10 is the type and field 12 has the bytes."""
    raw = varint(10 * 8) + varint(kind) + field(12, np.array(VALUES, dtype).tobytes())
    path.write_bytes(write("fc", "InnerProduct" if write is layer else 14, shaped(2, 3) + raw))
    (found,) = models.read(path)
    assert found.blobs[0].dtype == dtype
    np.testing.assert_array_equal(found.blobs[0], np.array(VALUES, dtype).reshape(2, 3))


def test_fields_of_other_descendants_are_not_taken_for_raw_values(path):
    """One that prunes has masks and indices there, and the values where Caffe has them."""
    fork = varint(10 * 8) + varint(1) + field(11, bytes(24)) + field(12, packed([9.0] * 6))
    path.write_bytes(layer("fc", "InnerProduct", shaped(6) + field(5, packed(VALUES)) + fork))
    (found,) = models.read(path)
    np.testing.assert_array_equal(found.blobs[0], np.float32(VALUES))


@pytest.mark.parametrize("dtype", ["<f2", "<i2", "<i4", "<i8", "bool"])
def test_values_are_written_in_a_precision_that_holds_them(path, dtype):
    """Single for small types, double for integers of 32 bits and more; in C order."""
    large = 2**24 + 1 if dtype in ("<i4", "<i8") else 1
    values = np.array([[1, 0], [large, 3]], dtype, order="F")
    models.write(path, [Layer("a", "X", (values,))])
    (found,) = models.read(path)
    np.testing.assert_array_equal(found.blobs[0], values)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is empty"),
        (b"PK\x03\x04" + bytes(30), "a zip archive"),
        (field(1, "net\x01"), "it holds no layers"),
        (layer("conv1", "Convolution", b"\x01" * 300)[:-5], "short: 323 bytes .* 318 do"),
        (layer("a", "b", b"")[:1], "it is cut short"),
        (layer("a", "b") + b"\x07\x07", "is not a field"),
        (field(100, b"\xff" * 9), "it is cut short"),
        (layer("fc", "InnerProduct", shaped(7) + field(5, packed([1.0]))),
         r"a blob of fc has 1 values for a shape of \(7,\)"),
        (layer("fc", "InnerProduct", field(5, b"123")), "3 bytes are no values"),
        (layer("fc", "InnerProduct", field(5, b"1234") + field(5, b"12")), "2 bytes are no values"),
        (layer("fc", "X", shaped(*[1] * 65) + field(5, packed([1.0]))), "of 65 sides"),
        (layer("fc", "X", shaped(0, 2**62, 2**62)), "array is too big"),
        (layer("fc", "X", shaped(2**64 - 1, 2**64 - 1) + field(5, packed([1.0]))), r"\(-1, -1\)"),
        (layer("fc", "X", shaped(4) + field(14, b"1234")), r"0 values .* itself has not \(14\)"),
        (layer(b"\x1b[2J\xff", "X", shaped(4)), r"a blob of \\x1b\[2J\\xff has 0 values"),
        (field(2, field(1, field(1, "conv1"))), "upgrade_net_proto_binary"),
    ],
)  # fmt: skip
def test_what_is_no_model_is_told_with_its_reason(path, content, said):
    """One sentence that names the file."""
    path.write_bytes(content)
    with pytest.raises(UserError, match=rf"m\.caffemodel is not a Caffe model.*{said}"):
        list(models.read(path))


def test_what_is_written_is_read_again(path):
    """To the last bit, double precision included, and the bytes are those of the schema."""
    models.write(path, iter(some_layers()), name="net")
    assert list(path.parent.iterdir()) == [path]
    for one, other in zip(models.read(path), some_layers(), strict=True):
        assert (one.name, one.type, len(one.blobs)) == (other.name, other.type, len(other.blobs))
        for a, b in zip(one.blobs, other.blobs, strict=True):
            assert a.dtype == b.dtype
            np.testing.assert_array_equal(a, b)
    models.write(
        path, [Layer("fc", "InnerProduct", (np.float32(VALUES).reshape(2, 3),))], name="net"
    )
    blob = field(5, packed(VALUES)) + shaped(2, 3)
    assert path.read_bytes() == field(1, "net") + layer("fc", "InnerProduct", blob)


def test_blobs_are_described_by_numpys_statistics(path):
    """Shape, dtype, mean, standard deviation and range, ready for JSON."""
    models.write(path, some_layers())
    described = json.loads(json.dumps(models.describe(models.read(path))))
    assert [(d["name"], d["type"], len(d["blobs"])) for d in described] == [
        ("data", "Input", 0),
        ("conv1", "Convolution", 2),
        ("norm", "BatchNorm", 3),
        ("fc/x", "InnerProduct", 1),
    ]
    for blob, facts in zip(some_layers()[1].blobs, described[1]["blobs"], strict=True):
        wide = blob.astype(np.float64)
        assert (facts["shape"], facts["dtype"]) == (list(blob.shape), "float32")
        for name in ("mean", "std", "min", "max"):
            assert facts[name] == pytest.approx(getattr(wide, name)(), abs=1e-12), name
    assert described[3]["blobs"][0]["dtype"] == "float64"


def test_statistics_of_many_values_lose_no_digits():
    """Far from zero and close together, where the sum of squares would leave nothing."""
    blob = 1e6 + np.random.default_rng(0).normal(0, 1e-3, (700, 300))
    (facts,) = models.describe([Layer("a", "X", (blob.T,))])[0]["blobs"]
    assert facts["std"] == pytest.approx(blob.std(), rel=1e-6)
    assert facts["mean"] == pytest.approx(blob.mean(), rel=1e-14)
    assert (facts["min"], facts["max"]) == (blob.min(), blob.max())


def test_values_that_are_not_finite_are_described_as_none(path):
    """JSON has no word for them; an empty blob has no statistics either."""
    blobs = [shaped(2) + field(5, packed([1.0, float("nan")])), shaped(0)]
    path.write_bytes(layer("a", "InnerProduct", *blobs))
    (described,) = models.describe(models.read(path))
    for blob in described["blobs"]:
        assert [blob[name] for name in ("mean", "std", "min", "max")] == [None] * 4
