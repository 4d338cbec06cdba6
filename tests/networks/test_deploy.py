"""Networks written for Caffe, computed by OpenCV's importer of Caffe's files."""

import cv2
import numpy as np
import pytest
import torch
from torch import nn

from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.networks import deploy, surgery

# isort: split
from timm.layers import Conv2dSame

from toy_maps import noise

pytestmark = pytest.mark.usefixtures("isolated")

NAMES = ["caffenet", "squeezenet1_1", "mobilenet_v2"]


def with_norms(network):
    """Give batch norms statistics at random."""
    dice = torch.Generator().manual_seed(5)
    for module in network.body.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1, generator=dice)
            module.running_var.uniform_(0.5, 2, generator=dice)
    return network


@pytest.fixture(scope="module", params=NAMES)
def exported(request, tmp_path_factory, build):
    """Give a network whose weights and norms are random, and the folder it was written to."""
    network = with_norms(build(request.param, seed=4).eval())
    # So that the two classes differ by more than the last digits.
    network.body.get_submodule(network.head).weight.data.mul_(20)
    folder = tmp_path_factory.mktemp("exported")
    deploy.export(network, folder, "net")
    yield network, folder
    for path in folder.iterdir():
        path.unlink()


def by_opencv(folder, form, x, layer=None):
    net = cv2.dnn.readNetFromCaffe(
        str(folder / f"{form}_deploy.prototxt"), str(folder / f"{form}.caffemodel")
    )
    net.setInput(np.ascontiguousarray(x.numpy()))
    return net.forward(layer) if layer else net.forward()


def relative(found, expected):
    """Largest difference in parts of the largest value."""
    return np.abs(found - expected).max() / np.abs(expected).max()


@pytest.mark.parametrize("form", ["net", "net_conv"])
def test_opencv_computes_the_same_from_what_is_written(exported, form):
    """At the size of the crop and at 451: output before and after softmax."""
    network, folder = exported
    side = network.convention.crop if form == "net" else 451
    x = network.convention.prepare(noise(2, side))
    body = network.body if form == "net" else surgery.fully_convolutional(network)
    taken = {}
    theirs = deploy.caffe_names(network.body).get(network.head, network.head)
    ours = network.head
    if form == "net_conv" and network.name == "caffenet":
        ours = theirs = f"{network.head}-conv"
    hook = body.get_submodule(ours).register_forward_hook(
        lambda *call: taken.update(logits=call[2].clone())
    )
    with torch.no_grad():
        expected = body.eval()(x)
    hook.remove()
    found = by_opencv(folder, form, x, theirs)
    assert relative(found.reshape(taken["logits"].shape), taken["logits"].numpy()) < 1e-4
    probabilities = by_opencv(folder, form, x).reshape(expected.shape)
    np.testing.assert_allclose(probabilities, expected.softmax(1), rtol=1e-4, atol=1e-7)
    assert np.ptp(found) > 1e-2


class Sine(nn.Module):
    def forward(self, x):
        return torch.sin(x)


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        (nn.Sigmoid(), "1 .*Sigmoid"),
        (nn.MaxPool2d(3, 2), "1 .*MaxPool2d"),  # rounds down
        (nn.AdaptiveAvgPool2d(2), "1 .*AdaptiveAvgPool2d"),
        (Sine(), ".*sin"),  # a step that is no module
        (Conv2dSame(2, 2, 3, stride=2), "a step .* that looks at its input"),
    ],
)
def test_what_caffe_cannot_express_is_named(layer, said):
    """Nothing is written in another way."""
    with pytest.raises(UserError, match=f"Caffe has no layer for {said}"):
        deploy.steps(nn.Sequential(nn.Conv2d(3, 2, 3), layer))


def test_a_network_that_cannot_go_to_caffe_leaves_nothing(tmp_path, tiny):
    """It is said before the folder is made."""
    with pytest.raises(UserError, match=r"AdaptiveAvgPool2d|tiny"):
        deploy.export(tiny(), tmp_path / "new")
    assert not (tmp_path / "new").exists()
