"""Weights from files into networks: names, shapes, Caffe's models of every kind."""

from collections import OrderedDict

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from pixels_to_sentiment.caffe import models
from pixels_to_sentiment.caffe.models import Layer
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.networks import factory, network, surgery, weights
from pixels_to_sentiment.networks.declared import CAFFE

pytestmark = pytest.mark.usefixtures("isolated")


@pytest.fixture
def body():
    """Two layers and a head, filled with ones."""
    made = nn.Sequential(
        OrderedDict(conv=nn.Conv2d(3, 4, 3), fc=nn.Linear(4, 5), head=nn.Linear(5, 2))
    )
    for parameter in made.parameters():
        nn.init.ones_(parameter)
    return made


@pytest.fixture
def whole():
    """Weights for all of `body`, with the 1000-way head of another task."""
    dice = torch.Generator().manual_seed(0)
    shapes = {
        "conv.weight": (4, 3, 3, 3),
        "conv.bias": (4,),
        "fc.weight": (5, 4),
        "fc.bias": (5,),
        "head.weight": (1000, 5),
        "head.bias": (1000,),
    }
    return {name: torch.randn(shape, generator=dice) for name, shape in shapes.items()}


@pytest.mark.parametrize(("name", "save"), [("w.safetensors", save_file), ("w.pth", torch.save)])
def test_a_file_fills_all_but_the_head(tmp_path, body, whole, name, save):
    """The head of another task is passed over; torchvision publishes what torch saves."""
    save(whole, tmp_path / name)
    weights.load(body, tmp_path / name, "head")
    state = body.state_dict()
    assert all(torch.equal(state[k], v) for k, v in whole.items() if not k.startswith("head"))
    assert (state["head.weight"] == 1).all()


def test_every_layer_that_does_not_fit_is_named(tmp_path, body, whole):
    """Missing, unknown and of another shape, each with both shapes; nothing is loaded then."""
    del whole["fc.bias"]
    whole["conv.weight"] = torch.zeros(4, 3, 5, 5)
    whole["fc9.weight"] = torch.zeros(7, 5)
    save_file(whole, tmp_path / "w.safetensors")
    with pytest.raises(UserError) as caught:
        weights.load(body, tmp_path / "w.safetensors", "head", new=("conv.*",))
    said = str(caught.value)
    assert "w.safetensors" in said
    assert "fc.bias (absent in the file, (5,) in the network)" in said
    assert "conv.weight ((4, 3, 5, 5) in the file, (4, 3, 3, 3) in the network)" in said
    assert "fc9.weight ((7, 5) in the file, absent in the network)" in said
    assert "head" not in said
    assert "conv.bias" not in said
    assert all((p == 1).all() for p in body.parameters())


def test_a_bias_that_the_file_lacks_starts_at_zero(tmp_path, body, whole):
    """A weight that the file lacks keeps its filler."""
    part = {"conv.weight": whole["conv.weight"]}
    save_file(part, tmp_path / "w.safetensors")
    weights.load(body, tmp_path / "w.safetensors", "head", new=("conv.bias", "fc.*"))
    assert torch.equal(body.conv.weight, part["conv.weight"])
    assert (body.conv.bias == 0).all()
    assert (body.fc.weight == 1).all()
    assert (body.fc.bias == 0).all()


@pytest.mark.parametrize("name", ["w.safetensors", "w.pth"])
@pytest.mark.parametrize("content", [b"<html>", b"", None, b"PK\x03\x04", "truncated"])
def test_a_damaged_weights_file_is_named(tmp_path, body, whole, name, content):
    """One sentence with the path, whatever happened to the file."""
    path = tmp_path / name
    (save_file if path.suffix == ".safetensors" else torch.save)(whole, path)
    if content is None:
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-9] if content == "truncated" else content)
    with pytest.raises(UserError, match=rf"{name} (is not a weights file that can|cannot) be read"):
        weights.load(body, path, "head")


# Caffe's models. The file is the network's own weights under the names and shapes of a release.


def thin(std):
    """Make thin layers as CaffeNet has around its flattening, Gaussian of a deviation."""
    layers = OrderedDict(conv5=nn.Conv2d(1, 256, 3), flatten=nn.Flatten(), fc6=nn.Linear(9216, 4))
    layers |= {"fc7": nn.Linear(4, 3), "fc8_twitter": nn.Linear(3, 2)}
    made = nn.Sequential(layers)
    dice = torch.Generator().manual_seed(0)
    for parameter in made.parameters():
        nn.init.normal_(parameter, std=std, generator=dice)
    return network.Network("caffenet", made, CAFFE, "fc8_twitter")


def released(body, form):
    """Give the layers of CaffeNet's file: a classifier, its convolutional twin, or an old one."""
    layers = [Layer("data", "Input", ()), Layer("relu1", "ReLU", ())]
    for name, module in body.named_children():
        if not hasattr(module, "weight"):
            continue
        weight, bias = (p.detach().numpy() for p in (module.weight, module.bias))
        kind = "Convolution" if weight.ndim == 4 else "InnerProduct"
        if form == "convolutional" and weight.ndim == 2:
            name, kind = f"{name}-conv", "Convolution"
            window = (256, 6, 6) if weight.shape[1] == 9216 else (weight.shape[1], 1, 1)
            weight = weight.reshape(len(weight), *window)
        if form == "old":
            weight = weight.reshape((1,) * (4 - weight.ndim) + weight.shape)
            bias = bias.reshape(1, 1, 1, -1)
        layers.append(Layer(name, kind, (weight, bias)))
    return layers


def equal(body, other):
    ones, others = list(body.parameters()), list(other.parameters())
    return len(ones) == len(others) and all(
        torch.equal(a.flatten(), b.flatten()) for a, b in zip(ones, others, strict=True)
    )


@pytest.mark.parametrize("form", ["classifier", "convolutional", "old"])
@pytest.mark.parametrize("into", ["classifier", "convolutional"])
def test_a_released_model_in_each_of_its_forms_fits_both_of_ours(tmp_path, form, into):
    """The classifier, its fully convolutional twin, and a file of the old generation's shapes."""
    given, other = thin(1.0), thin(0.0)
    models.write(tmp_path / "m.caffemodel", released(given.body, form))
    body = other.body if into == "classifier" else surgery.fully_convolutional(other)
    weights.load(body, tmp_path / "m.caffemodel", "")
    assert equal(body, given.body)


def test_layers_of_squeezenet_have_their_published_names():
    """conv1, fire2/squeeze1x1 and so on, by which a file of Caffe fits."""
    names = {
        "features.0": "conv1",
        "features.3.squeeze": "fire2/squeeze1x1",
        "features.5.expand3x3": "fire4/expand3x3",
        "features.7.expand1x1": "fire5/expand1x1",
        "features.12.expand3x3": "fire9/expand3x3",
        "classifier.1": "conv10",
    }
    body = factory.create("squeezenet1_0", start="random").body
    assert names.items() <= weights.caffe_names(body).items()


def test_norms_of_caffe_are_sums_and_their_number(tmp_path):
    """BatchNorm holds sums and how many they are of; Scale, a layer of its own, the rest."""
    body = nn.Sequential(OrderedDict(norm=nn.BatchNorm2d(2), head=nn.Conv2d(2, 2, 1)))
    f = np.float32
    layers = [
        Layer("norm", "BatchNorm", (np.array([2, 4], f), np.array([6, 8], f), np.array([2], f))),
        Layer("norm/scale", "Scale", (np.array([5, 6], f), np.array([7, 8], f))),
    ]
    models.write(tmp_path / "m.caffemodel", layers)
    weights.load(body, tmp_path / "m.caffemodel", "head")
    state = {k.removeprefix("norm."): v.tolist() for k, v in body.norm.state_dict().items()}
    assert state == {
        "running_mean": [1, 2],
        "running_var": [3, 4],
        "weight": [5, 6],
        "bias": [7, 8],
        "num_batches_tracked": 0,
    }
