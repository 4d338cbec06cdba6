"""Grad-CAM, held against the package that most people use, and maps that know nothing."""

import numpy as np
import pytest
import torch

from pixels_to_sentiment.networks import compat  # noqa: F401  (before what imports torchvision)

# isort: split
from pytorch_grad_cam import GradCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

from pixels_to_sentiment.maps import rivals
from pixels_to_sentiment.networks import factory
from toy_maps import alive, noise


def network(name):
    return alive(factory.create(name, start="random", seed=1).eval())


def of_the_package(made, layer, pixels, classes):
    """Give maps of the grad-cam package: rectified, enlarged to the input, scaled to 0..1."""
    cam = GradCAM(made.body, [made.body.get_submodule(layer)])
    targets = [ClassifierOutputTarget(int(one)) for one in classes]
    return cam(input_tensor=made.convention.prepare(pixels), targets=targets)


def scaled(maps, side):
    """Enlarge as OpenCV's bilinear resize does, and scale each map to 0..1."""
    large = torch.nn.functional.interpolate(maps[:, None], (side, side), mode="bilinear")[:, 0]
    low, high = (getattr(large, end)((1, 2), keepdim=True) for end in ("amin", "amax"))
    return ((large - low) / (1e-7 + high - low)).numpy()


@pytest.mark.parametrize("name", ["squeezenet1_1", "mobilenet_v2", "efficientnet_lite0"])
def test_grad_cam_is_that_of_the_package(name):
    """The same layer and class give the same map, for pictures of different classes at once."""
    made = network(name)
    side = made.convention.crop
    pixels, classes = noise(3, side), torch.tensor([0, 1, 1])
    ours = rivals.grad_cam(made, pixels, classes, batch=2)
    assert (ours.amax((1, 2)) > 0).any(), "or nothing was compared"
    theirs = of_the_package(made, rivals.LAST_CONVOLUTIONAL[name], pixels, classes)
    # The package sums in another order and scales the small map before it is enlarged.
    np.testing.assert_allclose(scaled(ours, side), theirs, atol=2e-3)


def test_grad_cam_of_several_classes_is_that_of_each():
    made = network("squeezenet1_1")
    pixels, classes = noise(3, made.convention.crop), torch.tensor([[0, 1], [1, 1], [1, 0]])
    together = rivals.grad_cam(made, pixels, classes, batch=2)
    for column in range(2):
        alone = rivals.grad_cam(made, pixels, classes[:, column])
        assert (alone.amax((1, 2)) > 0).any(), "or nothing was compared"
        torch.testing.assert_close(together[:, column], alone, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(
    "name", ["squeezenet1_1", "mobilenet_v2", "efficientnet_lite0", "resnet50"]
)
def test_grad_cam_of_a_network_that_averages_is_its_class_activation_map(name):
    """Rectified, and but for one factor a picture: of features and last layer, no gradients."""
    made, kept = network(name), []
    pixels, classes = noise(2, made.convention.crop), torch.tensor([0, 1])
    layer = made.body.get_submodule(rivals.LAST_CONVOLUTIONAL[name])
    hook = layer.register_forward_hook(lambda *passed: kept.append(passed[2].detach().clone()))
    made(pixels)
    hook.remove()
    weights = made.body.get_submodule(made.head).weight.detach().flatten(1)[classes]
    activation = torch.einsum("nchw,nc->nhw", kept[0], weights).relu()
    found = rivals.grad_cam(made, pixels, classes)
    some = found.amax((1, 2)) > 0
    assert some.any(), "or nothing was compared"
    ours, theirs = (one[some] / one[some].amax((1, 2), keepdim=True) for one in (found, activation))
    torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=1e-3)
    assert (ours > 0).float().mean() > 0.05


def test_maps_that_know_nothing_are_what_they_are_called():
    """Numbers by their seed; and what is largest in the middle, the same on all sides."""
    one, same, other = (rivals.randomly(2, (3, 3), seed) for seed in (0, 0, 1))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
    found = rivals.centre(2, (7, 7))
    assert found.shape == (2, 7, 7)
    assert found[0].argmax() == 24
    assert torch.equal(found[0], found[0].T)
    assert torch.equal(found[0], found[0].flip(0))


def test_edge_energy_is_where_the_brightness_changes():
    """A vertical edge has energy along it and nowhere else."""
    pixels = torch.zeros(1, 64, 64, 3, dtype=torch.uint8)
    pixels[:, :, 32:] = 200
    found = rivals.edge_energy(pixels, (np.arange(8) + 0.5) / 8)[0]
    assert found[:, [0, 1, 2, 5, 6, 7]].max() == 0
    # Sobel of a step of 200 is 800 on the two columns beside it, of eight in a cell one is.
    assert found[4, 3].item() == pytest.approx(100, rel=1e-4)
