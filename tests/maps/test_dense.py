"""Maps from the fully convolutional form, and the sliding window that they approximate."""

import numpy as np
import pytest
import torch

from pixels_to_sentiment.data import folds, pictures
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.maps import dense
from toy_maps import noise, restless
from toy_studies import blocks


@pytest.fixture(scope="module")
def network():
    return restless("squeezenet1_1")


def classifier(network, pixels):
    with torch.inference_mode():
        logits = network(pixels)
    return logits[:, 1] - logits[:, 0]


def test_at_the_size_of_the_crop_the_map_is_the_classifier(network):
    """The mean of all places equals its log-odds, however many pictures at a time.

    That the forms of all networks answer as the networks do is held where they are made.
    """
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


def test_pictures_smaller_than_the_crop_are_refused(network):
    with pytest.raises(UserError, match="enlarge them to 224 pixels"):
        dense.log_odds(network, noise(1, 223))


def test_enlarged_stand_in_is_the_picture_warped():
    """From the pixels that are all there is of it."""
    loaded = blocks()
    names = folds.split("five", 1)[1]["image"].head(2)
    found = dense.enlarged(loaded, names, 300)
    assert found.shape == (2, 300, 300, 3)
    np.testing.assert_array_equal(
        found[1], pictures.warp(loaded.pixels[loaded.rows(names)[1]], 300)
    )
