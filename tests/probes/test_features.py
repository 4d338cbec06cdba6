"""Features of named layers: what they are, and how they come within the memory there is."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from pixels_to_sentiment.networks import factory
from pixels_to_sentiment.probes import features

pytestmark = pytest.mark.usefixtures("isolated")

# The paper's layers from the last to the first, with their features a picture.
CAFFENET = {
    "fc8_twitter": 2,
    "fc7": 4096,
    "fc6": 4096,
    "pool5": 256 * 6 * 6,
    "conv5": 256 * 13 * 13,
    "conv4": 384 * 13 * 13,
    "conv3": 384 * 13 * 13,
    "norm2": 256 * 13 * 13,
    "pool2": 256 * 13 * 13,
    "conv2": 256 * 27 * 27,
    "norm1": 96 * 27 * 27,
    "pool1": 96 * 27 * 27,
    "conv1": 96 * 55 * 55,
}


@pytest.fixture(scope="module")
def pixels():
    dice = torch.Generator().manual_seed(0)
    return torch.randint(0, 256, (3, 256, 256, 3), dtype=torch.uint8, generator=dice)


def step_by_step(network, pixels):
    """Run CaffeNet's layers one after the other, none of them in place."""
    x = network.convention.prepare(pixels[:, 14:241, 14:241])
    found = {}
    with torch.no_grad():
        for name, layer in network.body.named_children():
            relu = isinstance(layer, nn.ReLU)
            x = F.relu(x) if relu else layer(x)
            if relu:
                name = ("conv" if name[-1] in "12345" else "fc") + name[-1]
            found[name] = np.ascontiguousarray(x.numpy()).reshape(len(x), -1)
    return found


def tapped(network, pixels, layer, **options):
    return np.concatenate(list(features.tap(network, pixels, layer, **options)), axis=1)


# What is tapped


def test_caffenets_layers_are_those_of_the_paper(new_caffenet, pixels):
    """All 13, in the paper's order, after ReLU, as channel, row, column, as a hand computes them.

    The centre crop is pixels 14 to 241 of each picture.
    """
    expected = step_by_step(new_caffenet, pixels[:1])
    assert list(features.LAYERS["caffenet"]) == list(CAFFENET)
    for name, width in CAFFENET.items():
        x = tapped(new_caffenet, pixels[:1], name)
        assert (x.dtype, x.shape) == (np.float32, (1, width))
        np.testing.assert_allclose(x, expected[name], rtol=1e-4, atol=1e-4, err_msg=name)
        assert name == "fc8_twitter" or x.min() >= 0
    assert CAFFENET["conv1"] == 290_400


@pytest.mark.parametrize("name", sorted({*features.LAYERS} - {"caffenet"}))
def test_layers_are_listed_from_the_last_to_the_first(name, pixels):
    """Every name leads to a layer of the network, which a picture passes in the opposite order.

    SqueezeNet's are taken after ReLU: none is negative, and those that are not averaged have zeros.
    """
    network = factory.create(name, start="random").eval()
    passed = []
    for layer, tap in features.taps(network).items():
        module = network.body.get_submodule(tap.module)
        module.register_forward_hook(lambda *_, layer=layer: passed.append(layer))
    with torch.inference_mode():
        network(features.centre_crops(pixels[:1], network.convention.crop))
    assert passed[::-1] == list(features.LAYERS[name])
    for layer in features.LAYERS[name] if name.startswith("squeezenet") else ():
        x = tapped(network, pixels[:1], layer)
        assert x.min() >= 0
        assert (x == 0).any() or layer in ("logits", "pooled", "pool1")


def test_the_penultimate_features_of_timms_networks_are_its_own(pixels):
    """As timm gives them: ``forward_head`` with ``pre_logits``."""
    network = factory.create("timm/test_efficientnet", start="random")
    assert features.default_layers(network.name, "random") == ("logits", "penultimate")
    found = {layer: tapped(network, pixels, layer) for layer in ("penultimate", "logits")}
    side = network.convention.crop
    body = network.eval().body
    crops = features.centre_crops(pixels, side)
    with torch.no_grad():
        maps = body.forward_features(network.convention.prepare(crops))
        expected = body.forward_head(maps, pre_logits=True)
        np.testing.assert_allclose(found["penultimate"], expected, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(found["logits"], body.forward_head(maps), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "layers"),
    [
        ("caffenet+fc7-2", ["penultimate", "fc6", *list(CAFFENET)[3:]]),
        ("caffenet+fc6-4096", list(CAFFENET)[3:]),
        ("caffenet+fc9-2", ["penultimate", *list(CAFFENET)[1:]]),
        ("squeezenet1_1+fire9-512", list(features.LAYERS["squeezenet1_1"])[1:]),
    ],
)
def test_a_variant_has_what_is_left_of_its_architecture(name, layers):
    """The logits first, then what its own last layer sees, if it has one, and the layers kept."""
    assert features.default_layers(name, "random") == ("logits", *layers)


# How it is done


@pytest.mark.parametrize(("batch", "columns"), [(7, 1), (100, 5), (1, 1000)])
@pytest.mark.parametrize(("layer", "width"), [("logits", 2), ("penultimate", 16)])
def test_neither_batches_nor_memory_change_the_features(
    tiny, bright_or_dark, batch, columns, layer, width
):
    """A layer that is too large comes in parts, none larger than what may be held at once.

    Without dropout, and with no hook left behind.
    """
    network, pixels = tiny().train(), bright_or_dark[0][:13]
    (whole,) = features.tap(network, pixels, layer)
    assert whole.shape == (13, width)
    at_once = columns * 13 * 4
    parts = list(features.tap(network, pixels, layer, batch=batch, at_once=at_once))
    assert max(x.nbytes for x in parts) <= at_once
    np.testing.assert_allclose(np.concatenate(parts, axis=1), whole, rtol=1e-4, atol=1e-6)
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in network.modules())
