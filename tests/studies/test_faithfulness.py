"""What is taken away, in which order, and what it is filled with."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from pixels_to_sentiment.networks import compat  # noqa: F401  (before what imports torchvision)

# isort: split
from pytorch_grad_cam.metrics.road import NoisyLinearImputer
from scipy.interpolate import RegularGridInterpolator
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from pixels_to_sentiment.networks import declared
from pixels_to_sentiment.studies import faithfulness


def smooth(count, side, seed=0):
    """Pictures with the smoothness of photographs: noise at several scales."""
    generator = torch.manual_seed(seed)
    total = torch.zeros(count, 3, side, side)
    for scale in (4, 16, 64):
        grain = torch.rand(count, 3, scale, scale, generator=generator)
        total += torch.nn.functional.interpolate(grain, (side, side), mode="bilinear") / scale
    total = total / total.amax()
    return (255 * total).byte().permute(0, 2, 3, 1).contiguous()


class OneDevice(TorchDispatchMode):
    """Refuse to compute with tensors of several devices, as a GPU does and ``meta`` does not."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        tensors = [one for one in (*args, *(kwargs or {}).values()) if isinstance(one, Tensor)]
        devices = {one.device.type for one in tensors if one.dim()}
        assert len(devices) < 2 or "copy" in func.__name__, f"{func} of {devices}"
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize(
    "made",
    [
        faithfulness.blurred,
        lambda crops: faithfulness.filled(crops, torch.empty(crops.shape[:3], device="meta") > 0),
    ],
)
def test_pictures_on_another_device_are_changed_there(made):
    """With no constant left on the CPU; ``meta`` stands for a GPU, which tests do without."""
    crops = torch.empty(2, 64, 64, 3, dtype=torch.uint8, device="meta")
    with OneDevice():
        found = made(crops)
    assert (found.device, found.shape, found.dtype) == (crops.device, crops.shape, crops.dtype)


def test_cells_are_ranked_from_the_most_relevant_and_equal_ones_in_no_direction():
    """Of a map that is the same everywhere no half of the picture goes first."""
    found = faithfulness.ranked(torch.arange(784.0).view(1, 28, 28))
    assert torch.equal(found.flatten(), torch.arange(783, -1, -1))
    found = faithfulness.ranked(torch.zeros(1, 28, 28))[0].float()
    assert sorted(found.flatten().tolist()) == list(range(784))
    assert abs(found[:14].mean() - found[14:].mean()) < 60


def test_a_cell_is_the_mean_of_pixels_between_places():
    """By SciPy's interpolation, with places that reach beyond the crop or do not reach its edge."""
    maps = torch.rand(2, 5, 5, generator=torch.manual_seed(0))
    at = np.array([-0.1, 0.15, 0.4, 0.65, 0.9])
    pixels = (np.arange(84) + 0.5) / 84
    inside = np.clip(pixels, at[0], at[-1])
    for found, one in zip(faithfulness.cells(maps, at, 84), maps.double().numpy(), strict=True):
        fine = RegularGridInterpolator((at, at), one)(np.stack(np.meshgrid(inside, inside), -1)).T
        expected = fine.reshape(28, 3, 28, 3).mean((1, 3))
        np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("share", [0.2, 0.6])
def test_missing_pixels_are_near_the_exact_solution(share, monkeypatch):
    """Of the sparse equations, solved by the imputer that the grad-cam package took from ROAD."""
    monkeypatch.setattr(faithfulness, "NOISE", 0.0)
    crops = smooth(1, 96)
    chosen = torch.rand(1, 28, 28, generator=torch.manual_seed(1)) < share
    missing = faithfulness.spread(chosen, 96)
    found = faithfulness.filled(crops, missing)[0].float()
    exact = NoisyLinearImputer(noise=0)(crops[0].permute(2, 0, 1).float(), (~missing[0]).float())
    error = (found - exact.permute(1, 2, 0)).abs()
    assert error[missing[0]].mean() < 3
    assert error[~missing[0]].max() == 0


def test_what_is_filled_goes_on_evenly_with_noise_and_the_rest_stays():
    """Of about a hundredth of the range, at the border too, the same for the same seed."""
    crops = torch.full((1, 64, 64, 3), 128, dtype=torch.uint8)
    missing = torch.zeros(1, 64, 64, dtype=torch.bool)
    missing[:, :40, :40] = True
    one, same, other = (faithfulness.filled(crops, missing, seed) for seed in (0, 0, 1))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
    assert (one[~missing] == 128).all()
    assert one[missing].float().mean().item() == pytest.approx(128, abs=0.2)
    assert one[missing].float().std().item() == pytest.approx(2.55, rel=0.15)


def test_a_blurred_picture_keeps_its_mean_and_loses_its_detail():
    """An even one stays as it is."""
    crops = smooth(1, 96)
    noisy = (crops.float() + 40 * torch.randn(crops.shape)).clamp(0, 255).byte()
    found = faithfulness.blurred(noisy).float()
    assert abs(found.mean() - noisy.float().mean()) < 4
    assert found.diff(dim=1).abs().mean() < 2
    even = torch.full((1, 96, 96, 3), 9, dtype=torch.uint8)
    assert torch.equal(faithfulness.blurred(even), even)


@pytest.mark.parametrize("name", ["caffenet", "squeezenet1_1"])
def test_the_mean_colour_is_nothing_to_the_network(name):
    """Prepared, it is zero within rounding, in either channel order."""
    convention = declared.ARCHITECTURES[name].convention
    pixel = faithfulness.mean_colour(SimpleNamespace(convention=convention)).view(1, 1, 1, 3)
    one_level = convention.scale / min(convention.std)
    assert convention.prepare(pixel).abs().max() <= 0.5 * one_level + 1e-6


class Brightness(torch.nn.Module):
    """Answers the class by how bright one cell is, the fourth down and the sixth across."""

    convention = declared.ARCHITECTURES["squeezenet1_1"].convention

    def forward(self, pixels):
        value = pixels[:, 12:16, 20:24].float().mean((1, 2, 3)) / 255
        return torch.stack([1 - value, value], 1) * 10


def test_curves_fall_when_what_matters_goes_first():
    """A map that points at the one cell that counts is told from one that points elsewhere."""
    crops = torch.full((2, 112, 112, 3), 250, dtype=torch.uint8)
    right, wrong = torch.zeros(2, 28, 28), torch.ones(2, 28, 28)
    right[:, 3, 5], wrong[:, 3, 5] = 1, 0
    classes = torch.tensor([1, 1])
    network = Brightness()
    ends = faithfulness.ends(network, crops, classes)
    good, bad = (faithfulness.curves(network, crops, one, classes, ends) for one in (right, wrong))
    assert (good["deletion"][:, 1] < 0.6).all()
    assert (bad["deletion"][:, 1:-1] > 0.9).all()
    assert (bad["deletion"][:, -1] < 0.6).all()
    for found in (good, bad):
        assert torch.equal(found["deletion"][:, 0], found["insertion"][:, -1])
        assert found["deletion"].shape == (2, len(faithfulness.SHARES))
        assert found["road-most"].shape == (2, len(faithfulness.ROAD_SHARES))
