"""Networks made of networks: the fully convolutional form."""

import pytest
import torch
from torch import nn

from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.networks import declared, factory, surgery
from toy_maps import noise

pytestmark = pytest.mark.usefixtures("isolated")


def test_caffenets_single_place_says_what_the_classifier_says(build):
    """At 227 its fully convolutional form gives the same logits; at 451 eight by eight."""
    network = build("caffenet", seed=3).eval()
    body = surgery.fully_convolutional(network)
    pixels, prepare = noise(2, 227), network.convention.prepare
    with torch.no_grad():
        single, expected = body(prepare(pixels)), network(pixels)
        assert body(prepare(noise(2, 451))).shape == (2, 2, 8, 8)
    assert single.shape == (2, 2, 1, 1)
    torch.testing.assert_close(single.flatten(1), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "places"),
    [
        *(("squeezenet1_0", 13), ("squeezenet1_1", 13), ("mobilenet_v2", 7)),
        *(("efficientnet_lite0", 7), ("resnet50", 7)),
    ],
)
def test_the_answer_is_the_mean_of_the_map(name, places):
    """They average before or after their last layer, which is linear; the form is a copy."""
    network = factory.create(name, start="random", seed=0).eval()
    pixels = noise(2, network.convention.crop)
    form = surgery.fully_convolutional(network)
    with torch.no_grad():
        given, expected = form(network.convention.prepare(pixels)), network(pixels)
        torch.testing.assert_close(given.mean((2, 3)), expected, rtol=1e-4, atol=1e-5)
        assert given.shape[2:] == (places, places)
        first = next(m for m in form.modules() if isinstance(m, nn.Conv2d))
        nn.init.zeros_(first.weight)
        assert torch.equal(network(pixels), expected)


def test_the_networks_that_have_the_form_are_named(tiny):
    """Each of them has it, and the sentence that refuses others lists them."""
    for name in declared.FULLY_CONVOLUTIONAL:
        with torch.device("meta"):
            assert surgery.fully_convolutional(factory.blank(name, start="random"))
    with pytest.raises(UserError, match=r"tiny has no fully convolutional form.*'caffenet'"):
        surgery.fully_convolutional(tiny())
