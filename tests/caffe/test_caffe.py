"""Caffe's files as a whole: the real LeNet, read here and computed, against OpenCV."""

import cv2
import numpy as np
import torch
from torch.nn import functional as F

from pixels_to_sentiment.caffe import models

# What examples/mnist/lenet.prototxt of Caffe describes.
LENET = """
name: "LeNet"
input: "data"
input_shape { dim: 2 dim: 1 dim: 28 dim: 28 }
layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
  convolution_param { num_output: 20 kernel_size: 5 } }
layer { name: "pool1" type: "Pooling" bottom: "conv1" top: "pool1"
  pooling_param { pool: MAX kernel_size: 2 stride: 2 } }
layer { name: "conv2" type: "Convolution" bottom: "pool1" top: "conv2"
  convolution_param { num_output: 50 kernel_size: 5 } }
layer { name: "pool2" type: "Pooling" bottom: "conv2" top: "pool2"
  pooling_param { pool: MAX kernel_size: 2 stride: 2 } }
layer { name: "ip1" type: "InnerProduct" bottom: "pool2" top: "ip1"
  inner_product_param { num_output: 500 } }
layer { name: "relu1" type: "ReLU" bottom: "ip1" top: "ip1" }
layer { name: "ip2" type: "InnerProduct" bottom: "ip1" top: "ip2"
  inner_product_param { num_output: 10 } }
layer { name: "prob" type: "Softmax" bottom: "ip2" top: "prob" }
"""


def digits():
    """Two drawn digits in 0..1, (2, 1, 28, 28)."""
    drawn = np.zeros((2, 28, 28), np.uint8)
    for canvas, digit in zip(drawn, "72", strict=True):
        cv2.putText(canvas, digit, (5, 23), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 255, 2, cv2.LINE_AA)
    return drawn[:, None].astype(np.float32) / 256


def test_the_real_lenet_computes_what_opencv_computes(mirror, tmp_path):
    """From the blobs of our reader, and it knows the digits that were drawn."""
    path = mirror / "lenet_iter_10000.caffemodel"
    layers = {layer.name: [torch.tensor(b) for b in layer.blobs] for layer in models.read(path)}
    x = torch.from_numpy(digits())
    for name in ("conv1", "conv2"):
        x = F.max_pool2d(F.conv2d(x, *layers[name]), 2)
    x = F.linear(F.relu(F.linear(x.flatten(1), *layers["ip1"])), *layers["ip2"])

    (tmp_path / "lenet.prototxt").write_text(LENET)
    net = cv2.dnn.readNetFromCaffe(str(tmp_path / "lenet.prototxt"), str(path))
    net.setInput(digits())
    np.testing.assert_allclose(net.forward("ip2"), x, rtol=1e-4, atol=1e-4)
    assert x.argmax(1).tolist() == [7, 2]
