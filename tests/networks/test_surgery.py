"""Networks made of networks: the fully convolutional form."""

import pytest
import torch

from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.networks import declared, factory, surgery

pytestmark = pytest.mark.usefixtures("isolated")


def prepared(network, side, seed=0):
    dice = torch.Generator().manual_seed(seed)
    pixels = torch.randint(0, 256, (2, side, side, 3), dtype=torch.uint8, generator=dice)
    return network.convention.prepare(pixels), pixels


def test_caffenets_single_place_says_what_the_classifier_says(new_caffenet):
    """At 227 its fully convolutional form gives the same logits; at 451 eight by eight."""
    body = surgery.fully_convolutional(new_caffenet)
    x, pixels = prepared(new_caffenet, 227)
    with torch.no_grad():
        single, expected = body(x), new_caffenet(pixels)
        assert body(prepared(new_caffenet, 451)[0]).shape == (2, 2, 8, 8)
    assert single.shape == (2, 2, 1, 1)
    torch.testing.assert_close(single.flatten(1), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", ["squeezenet1_0", "squeezenet1_1"])
def test_squeezenets_answer_is_the_mean_of_its_map(name):
    """It averages after its last layer."""
    network = factory.create(name, start="random", seed=0).eval()
    x, pixels = prepared(network, network.convention.crop)
    with torch.no_grad():
        given = surgery.fully_convolutional(network)(x)
        torch.testing.assert_close(given.mean((2, 3)), network(pixels))
    assert given.shape[2] > 10


def test_mobilenets_answer_is_the_mean_of_its_map():
    """It averages before its last layer, which is linear."""
    network = factory.create("mobilenet_v2", start="random", seed=0).eval()
    x, pixels = prepared(network, 224)
    with torch.no_grad():
        given = surgery.fully_convolutional(network)(x)
        torch.testing.assert_close(given.mean((2, 3)), network(pixels), rtol=1e-4, atol=1e-5)
    assert given.shape[2:] == (7, 7)


def test_the_form_is_a_copy():
    """Changing it leaves the network as it was."""
    network = factory.create("squeezenet1_1", start="random", seed=0)
    before = network.body.features[0].weight.clone()
    surgery.fully_convolutional(network).features[0].weight.data.zero_()
    assert torch.equal(network.body.features[0].weight, before)
    assert network.training


def test_other_networks_have_no_such_form(tiny):
    """The sentence says which have."""
    with pytest.raises(UserError, match=r"tiny has no fully convolutional form.*'caffenet'"):
        surgery.fully_convolutional(tiny())


def test_the_networks_that_have_the_form_are_named():
    """Each of them has it, and the sentence that refuses others lists them."""
    names = declared.FULLY_CONVOLUTIONAL
    for name in names:
        assert surgery.fully_convolutional(factory.create(name, start="random"))
    with pytest.raises(UserError, match=names[0]):
        surgery.fully_convolutional(factory.create("timm/test_efficientnet", start="random"))
