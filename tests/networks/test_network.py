"""A network: how it computes, what of it is trained, and what its layers are."""

from collections import OrderedDict

import pytest
import torch
from torch import nn

from pixels_to_sentiment.networks import factory, network
from pixels_to_sentiment.networks.declared import CAFFE
from toy_maps import noise

pytestmark = pytest.mark.usefixtures("isolated")


@pytest.mark.parametrize("name", ["squeezenet1_1", "mobilenet_v2", "caffenet"])
def test_what_is_fast_changes_no_result(build, name):
    """Loss and every gradient are those of the plain arrangement."""
    made = build(name, seed=3).eval()
    crops = noise(2, made.convention.crop)

    def gradients(fast):
        arranged = made.arrange(channels_last=fast, banded=fast, onednn=fast)
        arranged.zero_grad()
        loss = nn.functional.cross_entropy(arranged(crops), torch.tensor([0, 1]))
        loss.backward()
        return {n: p.grad.clone() for n, p in made.named_parameters()} | {"loss": loss.detach()}

    plain = gradients(False)
    for parameter, found in gradients(True).items():
        atol = 5e-5 * plain[parameter].abs().max().item() + 1e-12
        torch.testing.assert_close(found, plain[parameter], rtol=0, atol=atol)


def test_a_frozen_norm_does_not_drift():
    """Pictures pass it without a trace until it is trained again."""
    layers = OrderedDict(norm=nn.BatchNorm2d(3), flat=nn.Flatten(), head=nn.Linear(243, 2))
    made = network.Network("x", nn.Sequential(layers), CAFFE, "head")
    pixels = torch.randint(256, (4, 9, 9, 3), dtype=torch.uint8)
    made(pixels)
    before = made.body.norm.running_mean.clone()
    made.freeze(["norm"])
    made(pixels)
    assert made.train().body.norm.running_mean.equal(before)
    made.freeze([])
    made(pixels)
    assert not made.body.norm.running_mean.equal(before)


def test_freezing_goes_by_layer_name(tiny):
    """A name, a pattern or a group of layers; the rest, and the head with all, goes on learning."""

    def trained(*patterns):
        network = tiny()
        network.freeze(patterns)
        return {name for name, p in network.body.named_parameters() if p.requires_grad}

    assert trained() == {"conv.weight", "conv.bias", "head.weight", "head.bias"}
    assert trained("conv") == trained("c*v") == {"head.weight", "head.bias"}
    assert trained("conv", "head") == set()
    assert trained("*") == {"head.weight", "head.bias"}
    squeezenet = factory.create("squeezenet1_1", start="random")
    squeezenet.freeze(["features"])
    trains = {n for n, p in squeezenet.body.named_parameters() if p.requires_grad}
    assert trains == {"classifier.1.weight", "classifier.1.bias"}


@pytest.mark.parametrize("training", [True, False])
def test_layers_are_listed_without_a_trace(tiny, training):
    """The table of layers; afterwards no hook is left and the mode is the one before."""
    network = tiny().train(training)
    layers = network.layers()
    assert layers.columns.to_list() == ["layer", "kind", "output", "parameters"]
    assert layers.iloc[0].to_list() == ["conv", "Conv2d", (4, 5, 5), 3 * 4 * 9 + 4]
    assert layers.iloc[-1].to_list() == ["head", "Linear", (2,), 34]
    assert network.training == training
    assert not any(module._forward_hooks for module in network.modules())
