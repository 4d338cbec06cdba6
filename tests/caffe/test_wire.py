"""The wire format against protobuf's own parser, told the fields of ``caffe.proto``."""

import random

import numpy as np
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from pixels_to_sentiment.caffe import models
from toy_caffe import field, layer, one_by_one, packed, shaped, varint

# Message: its fields as number, name, type and whether it is a list, packed where it is numbers.
CAFFE_PROTO = {
    "BlobShape": [(1, "dim", "INT64", True)],
    "BlobProto": [
        *((number, f"side{number}", "INT32", False) for number in (1, 2, 3, 4)),
        (5, "data", "FLOAT", True),
        (7, "shape", "BlobShape", False),
        (8, "double_data", "DOUBLE", True),
    ],
    "LayerParameter": [
        (1, "name", "BYTES", False),
        (2, "type", "BYTES", False),
        (7, "blobs", "BlobProto", True),
    ],
    "NetParameter": [(1, "name", "BYTES", False), (100, "layer", "LayerParameter", True)],
}


def protobufs_class():
    made = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="c.proto", package="c", syntax="proto2")
    for name, listed in CAFFE_PROTO.items():
        message = file.message_type.add(name=name)
        for number, field_name, kind, several in listed:
            added = message.field.add(name=field_name, number=number, label=3 if several else 1)
            if kind in CAFFE_PROTO:
                added.type, added.type_name = made.TYPE_MESSAGE, f".c.{kind}"
            else:
                added.type = getattr(made, f"TYPE_{kind}")
                added.options.packed = several
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("c.NetParameter"))


def a_blob(dice):
    """Write values in one of the ways there are, among fields of some descendant of Caffe."""
    values = [dice.choice([0.0, 999.98, 123.0, -1e-8]) for _ in range(dice.randrange(1, 9))]
    number, code = dice.choice([(5, "f"), (8, "d")])
    cut = dice.randrange(len(values) + 1)
    ways = [
        [field(number, packed(values, code))],
        [one_by_one(number, values, code)],
        [field(number, packed(values[:cut], code)), one_by_one(number, values[cut:], code)],
    ]
    # Contents that look like values of the known fields, were they scanned for tags.
    looks = one_by_one(5, [123.0]) + one_by_one(8, [123.0], "d") + shaped(7)
    foreign = [field(dice.randrange(10, 40), looks), field(6, packed([9.0] * len(values)))]
    parts = [*dice.choice(ways), *foreign, shaped(len(values)), varint(11 * 8) + varint(2**63)]
    return b"".join([parts[0], *dice.sample(parts[1:], len(parts) - 1)])


def test_what_protobuf_reads_is_read(tmp_path):
    """Values however they are written, and no value out of the contents of an unknown field."""
    dice, net = random.Random(0), protobufs_class()
    for _ in range(100):
        blobs = [a_blob(dice) for _ in range(dice.randrange(3))]
        content = layer("bn", "BatchNorm", *blobs) + field(dice.randrange(9, 99), b"\xff\xff")
        (tmp_path / "m.caffemodel").write_bytes(content)
        (ours,), (theirs,) = models.read(tmp_path / "m.caffemodel"), net.FromString(content).layer
        assert ours.name.encode() == theirs.name
        for one, other in zip(ours.blobs, theirs.blobs, strict=True):
            assert list(one.shape) == list(other.shape.dim)
            assert one.dtype == (np.float64 if other.double_data else np.float32)
            np.testing.assert_array_equal(one, list(other.double_data or other.data))
