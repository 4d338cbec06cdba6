"""Where the places of maps lie, against the pixels that a place really answers to."""

from copy import deepcopy

import numpy as np
import pytest
import torch
from torch import nn

from pixels_to_sentiment.networks import compat  # noqa: F401  (before timm)

# isort: split
from timm.layers import AvgPool2dSame, Conv2dSame

from pixels_to_sentiment.maps import dense, geometry, rivals
from pixels_to_sentiment.networks import factory, surgery


def answering(body, side, place):
    """Pixels along a side that change a place of the output, by automatic differentiation.

    Every window takes the mean of each channel: so nothing that a place sees is without effect.
    """
    body = deepcopy(body).eval()
    for name, layer in list(body.named_modules()):
        parent, _, last = name.rpartition(".")
        if isinstance(layer, nn.Conv2d | nn.MaxPool2d):
            ceil = getattr(layer, "ceil_mode", False)
            made = nn.AvgPool2d(layer.kernel_size, layer.stride, layer.padding, ceil)
            if isinstance(layer, Conv2dSame):
                made = AvgPool2dSame(layer.kernel_size, layer.stride)
            setattr(body.get_submodule(parent), last, made)
        elif list(layer.parameters(recurse=False)) or not list(layer.children()):
            setattr(body.get_submodule(parent), last, nn.Identity())
    image = torch.rand(1, 1, side, side, dtype=torch.float64).requires_grad_()
    body(image)[0, 0, place, place].backward()
    reached = image.grad[0, 0].abs().sum(0).nonzero()[:, 0]
    return reached.min().item(), reached.max().item()


@pytest.mark.parametrize(
    ("name", "side", "count"),
    [
        *(("squeezenet1_0", 1027, 64), ("squeezenet1_1", 1027, 64), ("mobilenet_v2", 1027, 33)),
        # Its padding depends on the size.
        *(("efficientnet_lite0", 1027, 33), ("efficientnet_lite0", 1024, 32)),
        ("resnet50", 1027, 33),
    ],
)
def test_a_place_lies_in_the_middle_of_the_pixels_that_it_answers_to(name, side, count):
    """Of each network's fully convolutional form, where its window lies inside the picture."""
    body = surgery.fully_convolutional(factory.blank(name, start="random"))
    low, high = answering(body, side, count // 2)
    assert 0 < low < high < side - 1, "the window lies inside"
    middle = geometry.shares(body, side, count)[count // 2] * side - 0.5
    assert middle == pytest.approx((low + high) / 2)


def test_caffenets_places_are_its_windows(build):
    """Of 227 pixels, 32 apart, none of whose middles lies in the outer quarter of 451 pixels."""
    body = surgery.fully_convolutional(build("caffenet", seed=1))
    middles = 113.5 + 32 * np.arange(8)
    np.testing.assert_allclose(geometry.shares(body, dense.SIDE, 8), middles / 451)


def test_grad_cams_places_are_those_of_its_layer(build):
    """Nothing above the layer counts, though it has windows of its own."""
    for name, first in (("caffenet", 17), ("squeezenet1_1", 15)):
        network = build(name, seed=1).eval()
        pixels = torch.zeros(1, 227, 227, 3, dtype=torch.uint8)
        cam = rivals.grad_cam(network, pixels, torch.tensor([1]))
        found = rivals.places(network, cam, 227) * 227 - 0.5
        np.testing.assert_allclose(found, first + 16 * np.arange(cam.shape[-1]))


def test_pixels_have_their_nearest_place_and_lie_linearly_between():
    """By search through all places; beyond the outermost ones it is the outermost."""
    at, pixels = np.array([0.21, 0.3, 0.77]), (np.arange(90) + 0.5) / 90
    expected = np.abs(pixels[:, None] - at).argmin(1)
    np.testing.assert_array_equal(geometry.nearest(at, 90), expected)
    weights = geometry.between(at, 90)
    np.testing.assert_allclose(weights.sum(1), 1)
    np.testing.assert_allclose(weights @ at, pixels.clip(at[0], at[-1]))


def test_around_a_place_is_what_is_nearer_to_it_than_to_the_next():
    """Of places in the middle nothing at the rim; parts of pixels count by their part."""
    at = np.array([0.4, 0.5, 0.6])
    weights = geometry.around(at, 40)
    np.testing.assert_allclose(weights.sum(1), 1)
    for place, row in zip(at, weights, strict=True):
        np.testing.assert_array_equal(np.flatnonzero(row), 40 * place - 2 + np.arange(4))
    np.testing.assert_allclose(geometry.around(at, 10)[0], [0, 0, 0, 0.5, 0.5, 0, 0, 0, 0, 0])


def test_around_places_beyond_the_side_is_its_outermost_pixel():
    """A map may have a place in the padding; a single place has the whole side around it."""
    weights = geometry.around(np.array([-0.4, 0.5, 1.4]), 10)
    assert weights[0, 0] == weights[2, 9] == 1
    np.testing.assert_allclose(geometry.around(np.array([0.5]), 4), [[0.25] * 4])
