"""Maps from the fully convolutional form, and the sliding window that they approximate."""

import numpy as np
import pytest
import torch

from pixels_to_sentiment.data import folds, pictures
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.maps import dense
from pixels_to_sentiment.networks import factory

FAMILIES = ("caffenet", "squeezenet1_1", "mobilenet_v2")


def noise(count, side, seed=0):
    return torch.randint(
        0, 256, (count, side, side, 3), dtype=torch.uint8, generator=torch.manual_seed(seed)
    )


@pytest.fixture(scope="module", params=FAMILIES)
def network(request):
    """With weights that make its outputs differ from place to place and from zero."""
    made = factory.create(request.param, start="random", seed=1).eval()
    last = made.body.get_submodule(made.head)
    last.weight.data *= 30
    if last.bias is not None:
        last.bias.data.uniform_(0.5, 1)  # SqueezeNet's last ReLU would switch all places off
    return made


def classifier(network, pixels):
    with torch.inference_mode():
        logits = network(pixels)
    return logits[:, 1] - logits[:, 0]


def test_at_the_size_of_the_crop_the_map_is_the_classifier(network):
    """One place (CaffeNet) or the mean of all equals its log-odds, however many at a time."""
    crops = noise(2, network.convention.crop)
    found = dense.log_odds(network, crops, batch=1)
    torch.testing.assert_close(found.mean((1, 2)), classifier(network, crops), atol=1e-5, rtol=1e-5)
    assert classifier(network, crops).abs().min() > 1e-3, "or nothing was compared"


def test_windows_classify_the_crops_that_slide_over_the_picture(network):
    """Each is the classifier's answer to the pixels at its place."""
    crop = network.convention.crop
    pixels = noise(2, crop + 40)
    found = dense.windows(network, pixels, batch=3)
    assert found.shape == (2, 2, 2)
    place = pixels[1:, 32 : 32 + crop, :crop]
    torch.testing.assert_close(found[1:, 1, 0], classifier(network, place), atol=1e-4, rtol=1e-4)


def test_the_mean_over_the_window_is_a_window_of_the_map():
    """Averages are over as many places as the map of one crop has, at even distances."""
    maps = torch.arange(36.0).view(1, 6, 6)
    found = dense.windowed(maps, 2, (3, 3))
    expected = [maps[0, r : r + 2, c : c + 2].mean() for r in (0, 2, 4) for c in (0, 2, 4)]
    assert found.flatten().tolist() == pytest.approx([float(v) for v in expected])


def test_caffenet_gives_one_place_at_227_and_8x8_at_451(new_caffenet):
    """As the authors' deploy file has it; what is smaller than its crop is refused."""
    assert dense.log_odds(new_caffenet, noise(1, 227)).shape == (1, 1, 1)
    assert dense.log_odds(new_caffenet, noise(1, 451)).shape == (1, 8, 8)
    with pytest.raises(UserError, match="enlarge them to 227 pixels"):
        dense.log_odds(new_caffenet, noise(1, 200))


def test_enlarged_stand_in_is_the_picture_warped():
    """From the 256 pixels that are all there is of it."""
    loaded = pictures.load("stand-in")
    names = folds.split("five", 1)[1]["image"].head(2)
    found = dense.enlarged(loaded, names, 300)
    assert found.shape == (2, 300, 300, 3)
    np.testing.assert_array_equal(
        found[1], pictures.warp(loaded.pixels[loaded.rows(names)[1]], 300)
    )
