"""The schema against bytes written by hand."""

from pixels_to_sentiment.caffe import schema
from toy_caffe import field, legacy, packed, shaped


def test_a_blob_has_its_fields_where_caffe_proto_has_them():
    """Shape of either kind, and values as the bytes that a packed list is on the wire."""
    blob = schema.BlobProto.FromString(shaped(2, 300) + field(5, packed([1.5, -2])))
    assert list(blob.shape.dim) == [2, 300]
    assert list(blob.data) == [packed([1.5, -2])]
    blob = schema.BlobProto.FromString(legacy(1, 3, 256, 255) + field(8, packed([7], "d")))
    assert (blob.num, blob.channels, blob.height, blob.width) == (1, 3, 256, 255)
    assert list(blob.double_data) == [packed([7], "d")]


def test_types_have_the_numbers_of_caffe_proto():
    """Those of a network for pictures, and that there are 39 without a gap."""
    known = {4: "Convolution", 6: "Dropout", 14: "InnerProduct", 15: "LRN", 17: "Pooling"}
    known |= {18: "ReLU", 20: "Softmax", 21: "SoftmaxWithLoss", 5: "Data", 39: "Deconvolution"}
    assert known.items() <= schema.V1_TYPES.items()
    assert sorted(schema.V1_TYPES) == list(range(1, 40))
    assert len(set(schema.V1_TYPES.values())) == 39
