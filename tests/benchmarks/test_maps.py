"""What is timed of maps gives the same on both sides; otherwise their times say nothing."""

import numpy as np
import pytest
import torch

from pixels_to_sentiment.benchmarks import maps
from pixels_to_sentiment.networks import factory
from pixels_to_sentiment.studies import faithfulness
from toy_maps import alive

pytestmark = pytest.mark.usefixtures("isolated")


@pytest.fixture(autouse=True)
def _alive(monkeypatch):
    """Start networks at random weights that carry a picture through to the logits."""
    create = factory.create

    monkeypatch.setattr(factory, "create", lambda name, **more: alive(create(name, **more)))


def test_one_pass_gives_the_packages_maps_of_both_classes():
    """Of each picture and class, one by one, enlarged and scaled as the package does."""
    ours = maps.our_class_maps("squeezenet1_1", 2, "cpu")()
    theirs = maps.package_grad_cam("squeezenet1_1", 2, "cpu", "classifier.2", each=True)()
    assert ours.shape == theirs.shape == (4, 224, 224)
    np.testing.assert_allclose(ours, theirs, atol=2e-3)
    assert (theirs.std((1, 2)) > 0.05).all(), "or nothing was compared"
    assert np.abs(theirs[0] - theirs[2]).max() > 0.1, "the classes' maps differ"


def test_grad_cam_is_the_packages():
    """On the same layer, of both classes, all pictures at once."""
    ours = maps.our_grad_cam("squeezenet1_1", 2, "cpu")()
    theirs = maps.package_grad_cam("squeezenet1_1", 2, "cpu")()
    np.testing.assert_allclose(ours, theirs, atol=2e-3)
    assert (theirs.std((1, 2)) > 0.05).any(), "or nothing was compared"


def test_the_same_pixels_are_filled_on_both_sides():
    """Two fifths of each picture; what is there is left as it is."""
    pixels, missing = maps._holed("squeezenet1_1", 1)
    assert missing.float().mean().item() == pytest.approx(faithfulness.ROAD_SHARES[1], abs=0.002)
    ours = maps.our_filling("squeezenet1_1", 1)()
    theirs = 255 * maps.package_filling("squeezenet1_1", 1)().permute(0, 2, 3, 1)
    known = ~missing
    assert torch.equal(ours[known], pixels[known])
    torch.testing.assert_close(theirs[known], pixels[known].float(), atol=1e-3, rtol=0)
    error = (ours[missing].float() - theirs[missing]).abs().mean()
    assert error < 8, "of noise, which is harder to continue than photographs"
    assert (ours[missing] != pixels[missing]).float().mean() > 0.9
