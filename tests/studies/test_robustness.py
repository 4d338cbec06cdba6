"""Robustness and complexity of maps, against other forms of their definitions and by hand."""

import numpy as np
import pytest
import torch

from pixels_to_sentiment.studies import robustness

NOTHING = np.zeros((1, 3, 4))
ALIKE = np.where(np.arange(12) % 2, -2.5, 2.5).reshape(1, 3, 4)
ALONE = np.eye(1, 12).reshape(1, 3, 4)


def test_sparseness_is_half_the_relative_mean_difference():
    """The Gini index as it was defined first: of all pairs of places, without sorting any."""
    maps = np.random.default_rng(0).normal(size=(3, 5, 7))
    sizes = np.abs(maps).reshape(3, -1)
    pairs = np.abs(sizes[:, :, None] - sizes[:, None]).mean((1, 2))
    np.testing.assert_allclose(robustness.sparseness(maps), pairs / (2 * sizes.mean(1)))


def test_sparseness_and_complexity_have_their_ends_where_they_say():
    """All places alike whatever their sign, one place alone, and none."""
    every = np.concatenate([ALIKE, ALONE, NOTHING])
    np.testing.assert_allclose(robustness.sparseness(every), [0, 1 - 1 / 12, np.nan], atol=1e-12)
    np.testing.assert_allclose(robustness.complexity(every), [np.log(12), 0, np.nan], atol=1e-12)


def test_complexity_is_the_entropy_in_nats_whatever_the_scale():
    """Of a half and two quarters it is one and a half bits."""
    maps = np.array([[[2.0, -1.0], [1.0, 0.0]], [[200.0, 100.0], [-100.0, 0.0]]])
    np.testing.assert_allclose(robustness.complexity(maps), 1.5 * np.log(2))


@pytest.mark.parametrize("level", [0, 255])
def test_noise_stays_within_the_radius_and_within_a_byte(level):
    """And takes each step within, none more often than another; it does not begin anew at 256."""
    pixels = torch.full((1, 64, 64, 3), level, dtype=torch.uint8)
    found = torch.stack(list(robustness.noisy(pixels))).int()
    counts = torch.bincount((found - level).abs().flatten()) / found.numel()
    np.testing.assert_allclose(counts, [9 / 17, *[1 / 17] * 8], atol=0.01)


def test_max_sensitivity_of_the_pixels_themselves_is_known():
    """The mean square of -8..8 is 24; a grey of 120 has its length in common with the noise."""
    pixels = torch.full((2, 256, 256, 3), 120, dtype=torch.uint8)
    found = robustness.max_sensitivity(lambda some: some[..., 0].float(), pixels)
    np.testing.assert_allclose(found, np.sqrt(24) / 120, rtol=0.02)


def test_max_sensitivity_is_the_largest_of_the_draws():
    """Each picture has its own; what does not look at the picture does not change."""
    pixels = torch.randint(0, 256, (3, 4, 4, 3), generator=torch.manual_seed(0)).byte()

    def mapping(some):
        return some[..., 0].float()

    draws = np.stack([some[..., 0].numpy() for some in robustness.noisy(pixels)])
    own = pixels[..., 0].numpy().astype(float)
    each = np.sqrt(((draws - own) ** 2).sum((2, 3)) / (own**2).sum((1, 2)))
    assert len(set(each.argmax(0))) > 1
    np.testing.assert_allclose(robustness.max_sensitivity(mapping, pixels), each.max(0))
    blind = robustness.max_sensitivity(lambda some: torch.ones(len(some), 2, 2), pixels)
    np.testing.assert_array_equal(blind, 0)
