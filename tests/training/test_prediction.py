"""Centre crop and ten crops, against Caffe's oversampling written down in NumPy."""

from collections import OrderedDict

import numpy as np
import pytest
import torch
from torch import nn

from pixels_to_sentiment.networks.factory import Convention
from pixels_to_sentiment.networks.network import Network
from pixels_to_sentiment.training import prediction
from toy_maps import noise


def oversample(image, crop):
    """Ten crops of one picture (h, w, 3) in the order of ``caffe.io.oversample``."""
    height, width = image.shape[:2]
    rows, columns = (0, height - crop), (0, width - crop)
    boxes = [(y, x, y + crop, x + crop) for y in rows for x in columns]
    middle = np.array([height, width]) / 2
    # Caffe writes these into an array of integers, which cuts the half off.
    boxes.append(tuple(np.concatenate([middle - crop / 2, middle + crop / 2]).astype(int)))
    crops = [image[top:bottom, left:right] for top, left, bottom, right in boxes]
    return np.stack([*crops, *(one[:, ::-1] for one in crops)])


@pytest.fixture(scope="module")
def pixels():
    return noise(3, 256)


@pytest.fixture(scope="module")
def linear():
    """Classifier of 227-pixel crops whose logits depend on every pixel's place, and its weights."""
    body = nn.Sequential(OrderedDict(flat=nn.Flatten(), head=nn.Linear(227 * 227 * 3, 2)))
    nn.init.normal_(body.head.weight, std=0.01, generator=torch.Generator().manual_seed(0))
    convention = Convention("RGB", 1 / 255, (0.5,) * 3, (0.5,) * 3, 227)
    return Network("linear", body, convention, "head")


def test_probabilities_are_those_of_caffes_crops(linear, pixels):
    """Picture by picture and crop by crop, against the whole computation in NumPy."""
    head = linear.body.head
    weight, bias = head.weight.detach().double().numpy(), head.bias.detach().double().numpy()
    crops = np.stack([oversample(image, 227) for image in pixels.numpy()])
    x = (crops / 255 - 0.5) / 0.5
    logits = x.transpose(0, 1, 4, 2, 3).reshape(3, 10, -1) @ weight.T + bias
    expected = np.exp(logits) / np.exp(logits).sum(2, keepdims=True)
    found = prediction.crop_probabilities(linear, pixels)
    np.testing.assert_allclose(found, expected, atol=1e-4)
    # The ten differ, so that a wrong order would show.
    assert np.abs(np.diff(np.sort(expected[..., 1], axis=1), axis=1)).min() > 2e-4


@pytest.mark.parametrize(("oversample", "batch"), [(True, 1), (True, 64), (False, 7)])
def test_the_batch_size_does_not_matter(tiny, bright_or_dark, oversample, batch):
    """Also where it does not divide the number of crops, or is less than one picture's."""
    network, pixels = tiny(), bright_or_dark[0][:13]
    found, whole = (
        prediction.crop_probabilities(network, pixels, oversample=oversample, batch=size)
        for size in (batch, 10_000)
    )
    assert (found.dtype, found.shape) == (torch.float64, (13, 10 if oversample else 1, 2))
    torch.testing.assert_close(found, whole, rtol=0, atol=1e-6)


def test_the_positive_class_is_the_second(tiny, bright_or_dark):
    """Centre and mean over ten crops are probabilities of label 1, of the same crops."""
    network, pixels = tiny(), bright_or_dark[0]
    with torch.no_grad():
        network.body.head.bias[1] += 3
    centre, oversampled = prediction.centre_and_oversampled(network, pixels)
    crops = prediction.crop_probabilities(network, pixels).numpy()
    alone = prediction.crop_probabilities(network, pixels, oversample=False).numpy()
    np.testing.assert_allclose(centre, alone[:, 0, 1], atol=1e-6)
    np.testing.assert_allclose(oversampled, crops[:, :, 1].mean(1), atol=1e-12)
    assert min(centre.min(), oversampled.min()) > 0.5
    assert not np.allclose(centre, oversampled)


@pytest.mark.parametrize("training", [True, False])
def test_prediction_is_without_dropout_and_leaves_the_mode(tiny, bright_or_dark, training):
    """A network in training is evaluated as if it were not, and goes on training."""
    network = tiny().train(training)
    first = prediction.crop_probabilities(network, bright_or_dark[0])
    assert network.training == network.body.drop.training == training
    assert torch.equal(first, prediction.crop_probabilities(network, bright_or_dark[0]))
    assert torch.equal(first, prediction.crop_probabilities(tiny().eval(), bright_or_dark[0]))


def test_a_cut_networks_two_classes_are_scaled_to_one():
    """Of four outputs only the first two are classes; two outputs are left as they are."""
    many = torch.tensor([[0.1, 0.3, 0.2, 0.4], [0.5, 0.0, 0.5, 0.0]], dtype=torch.float64)
    torch.testing.assert_close(
        prediction.positive(many), torch.tensor([0.75, 0.0], dtype=torch.float64)
    )
    two = torch.rand(5, 2, dtype=torch.float64).softmax(1)
    assert torch.equal(prediction.positive(two), two[:, 1])
