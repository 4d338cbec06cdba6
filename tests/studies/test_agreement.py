"""Rank correlation of maps, and weights drawn anew."""

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

from pixels_to_sentiment.networks import factory
from pixels_to_sentiment.studies import agreement


def test_rank_correlation_is_scipys():
    """Ties included, a picture at a time."""
    generator = torch.manual_seed(0)
    one = torch.randint(0, 9, (4, 5, 6), generator=generator).float()
    other = torch.randint(0, 9, (4, 5, 6), generator=generator).float()
    expected = [
        spearmanr(a.flatten(), b.flatten()).statistic for a, b in zip(one, other, strict=True)
    ]
    np.testing.assert_allclose(agreement.spearman(one, other), expected)


def test_a_map_that_is_the_same_everywhere_agrees_with_nothing():
    """It ranks no place before another."""
    one = torch.arange(4.0).view(1, 2, 2)
    assert agreement.spearman(one, torch.ones(1, 2, 2)).tolist() == [0.0]
    assert agreement.spearman(one, 3 * one + 1).tolist() == pytest.approx([1.0])


def changed(one, other):
    pairs = zip(one.body.named_parameters(), other.body.parameters(), strict=True)
    return {name.rpartition(".")[0] for (name, a), b in pairs if not torch.equal(a, b)}


def test_only_the_last_share_of_the_layers_is_drawn_anew():
    """The head alone, the last half, all; the network itself stays as it was."""
    network = factory.create("caffenet", start="random")
    before = [p.clone() for p in network.parameters()]
    head, half, whole = (agreement.randomised(network, share) for share in (0.0, 0.5, 1.0))
    assert changed(network, head) == {"fc8_twitter"}
    assert changed(network, half) == {"conv5", "fc6", "fc7", "fc8_twitter"}
    assert {"conv1", "conv2", "fc8_twitter"} <= changed(network, whole)
    assert all(torch.equal(a, b) for a, b in zip(before, network.parameters(), strict=True))


def test_weights_drawn_anew_keep_their_spread():
    """So that what they give keeps its scale."""
    network = factory.create("caffenet", start="random")
    made = agreement.randomised(network, 1.0)
    for a, b in zip(network.parameters(), made.parameters(), strict=True):
        if a.numel() > 1000 and a.std() > 0:
            assert abs(a.std() / b.std() - 1) < 0.1
    assert not made.training


def test_the_same_seed_draws_the_same_weights():
    """And another others."""
    network = factory.create("squeezenet1_1", start="random")
    one, same, other = (agreement.randomised(network, 0.5, seed) for seed in (0, 0, 1))
    assert not changed(one, same)
    assert changed(one, other)


def test_mirroring_twice_changes_nothing():
    """Columns are swapped, and nothing else."""
    pixels = torch.arange(24, dtype=torch.uint8).view(1, 2, 4, 3)
    assert torch.equal(agreement.mirrored(agreement.mirrored(pixels)), pixels)
    assert torch.equal(agreement.mirrored(pixels)[0, 0, 0], pixels[0, 0, 3])
