"""Caffe's files as a whole: the real LeNet, read here, against OpenCV."""

import cv2
import numpy as np

from pixels_to_sentiment.caffe import models

# Of examples/mnist/lenet.prototxt of Caffe, what has learnt something.
LEARNT = {
    "conv1": 'type: "Convolution" convolution_param { num_output: 20 kernel_size: 5 }',
    "conv2": 'type: "Convolution" convolution_param { num_output: 50 kernel_size: 5 }',
    "ip1": 'type: "InnerProduct" inner_product_param { num_output: 500 }',
    "ip2": 'type: "InnerProduct" inner_product_param { num_output: 10 }',
}


def test_of_the_real_lenet_opencv_reads_the_same(mirror, tmp_path):
    """Every weight and bias, to the last bit, by an importer that other people wrote."""
    path = mirror / "lenet_iter_10000.caffemodel"
    ours = {layer.name: layer.blobs for layer in models.read(path) if layer.blobs}
    assert list(ours) == list(LEARNT)
    layers = [
        f'layer {{ name: "{name}" bottom: "data" top: "{name}" {words} }}'
        for name, words in LEARNT.items()
    ]
    (tmp_path / "lenet.prototxt").write_text("\n".join(['input: "data"', *layers]))
    net = cv2.dnn.readNetFromCaffe(str(tmp_path / "lenet.prototxt"), str(path))
    for name, blobs in ours.items():
        for place, blob in enumerate(blobs):
            theirs = net.getParam(name, place)
            np.testing.assert_array_equal(theirs.reshape(blob.shape), blob)
