"""The fields of Caffe's ``caffe.proto`` that hold a trained network, as protobuf messages.

Only what this library reads or writes is declared; a parser skips the rest. Numbers and types are
those of ``src/caffe/proto/caffe.proto``, but for one: the values of a blob are declared as bytes.
On the wire a packed list of floats and a string of bytes are the same, and NumPy takes bytes
without making a Python number of each of 60 million weights.
"""

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_PACKAGE = "pixels_to_sentiment.caffe"
_FIELD = descriptor_pb2.FieldDescriptorProto
_TYPES = {
    "string": _FIELD.TYPE_STRING,
    "bytes": _FIELD.TYPE_BYTES,
    "int32": _FIELD.TYPE_INT32,
    "int64": _FIELD.TYPE_INT64,
}

# Message: its fields as (number, name, type, whether it is a list).
_MESSAGES = {
    "BlobShape": [(1, "dim", "int64", True)],
    "BlobProto": [
        (1, "num", "int32", False),
        (2, "channels", "int32", False),
        (3, "height", "int32", False),
        (4, "width", "int32", False),
        (5, "data", "bytes", True),
        (7, "shape", "BlobShape", False),
        (8, "double_data", "bytes", True),
    ],
    "LayerParameter": [
        (1, "name", "string", False),
        (2, "type", "string", False),
        (7, "blobs", "BlobProto", True),
    ],
    # A layer of the generation before. Its field 1 holds one of the generation before that.
    "V1LayerParameter": [
        (1, "layer", "bytes", False),
        (4, "name", "string", False),
        (5, "type", "int32", False),
        (6, "blobs", "BlobProto", True),
    ],
    "NetParameter": [
        (1, "name", "string", False),
        (2, "layers", "V1LayerParameter", True),
        (100, "layer", "LayerParameter", True),
    ],
}

# V1LayerParameter.LayerType, under the names that Caffe's upgrade_proto.cpp gives the types.
_NAMES = """
    Accuracy BNLL Concat Convolution Data Dropout EuclideanLoss Flatten HDF5Data HDF5Output
    Im2col ImageData InfogainLoss InnerProduct LRN MultinomialLogisticLoss Pooling ReLU Sigmoid
    Softmax SoftmaxWithLoss Split TanH WindowData Eltwise Power SigmoidCrossEntropyLoss
    HingeLoss MemoryData ArgMax Threshold DummyData Slice MVN AbsVal Silence ContrastiveLoss
    Exp Deconvolution
"""
V1_TYPES = dict(enumerate(_NAMES.split(), 1))


def _messages() -> dict[str, type]:
    file = descriptor_pb2.FileDescriptorProto(
        name="pixels_to_sentiment/caffe.proto", package=_PACKAGE, syntax="proto2"
    )
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for number, field, kind, several in fields:
            label = _FIELD.LABEL_REPEATED if several else _FIELD.LABEL_OPTIONAL
            added = message.field.add(name=field, number=number, label=label)
            if kind in _TYPES:
                added.type = _TYPES[kind]
                added.options.packed = several and kind == "int64"
            else:
                added.type, added.type_name = _FIELD.TYPE_MESSAGE, f".{_PACKAGE}.{kind}"
    # A pool of its own: another package in the process may have declared Caffe's messages too.
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.{name}"))
        for name in _MESSAGES
    }


_CLASSES = _messages()
BlobProto = _CLASSES["BlobProto"]
LayerParameter = _CLASSES["LayerParameter"]
V1LayerParameter = _CLASSES["V1LayerParameter"]
NetParameter = _CLASSES["NetParameter"]
