"""Rank correlation of maps, and weights drawn anew."""

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

from pixels_to_sentiment.networks import factory
from pixels_to_sentiment.studies import agreement


def test_rank_correlation_is_scipys_and_nothing_where_nothing_is_ranked():
    """Ties included, a picture at a time; a map that is the same everywhere ranks no place."""
    generator = torch.manual_seed(0)
    one, other = (torch.randint(0, 9, (4, 5, 6), generator=generator).float() for _ in range(2))
    expected = [
        spearmanr(a.flatten(), b.flatten()).statistic for a, b in zip(one, other, strict=True)
    ]
    np.testing.assert_allclose(agreement.spearman(one, other), expected)
    assert agreement.spearman(one[:1], torch.ones(1, 5, 6)).tolist() == [0.0]


def changed(one, other):
    pairs = zip(one.body.named_parameters(), other.body.parameters(), strict=True)
    return {name.rpartition(".")[0] for (name, a), b in pairs if not torch.equal(a, b)}


@pytest.fixture(scope="module")
def network():
    return factory.create("squeezenet1_1", start="random")


@pytest.mark.parametrize(("share", "count"), [(0.0, 1), (0.5, 13), (1.0, 26)])
def test_only_the_last_share_of_the_layers_is_drawn_anew(network, share, count):
    """The head alone, the last half, all, with their spread; the network stays as it was."""
    before = [p.clone() for p in network.parameters()]
    layers = [name for name, m in network.body.named_modules() if hasattr(m, "weight")]
    made = agreement.randomised(network, share)
    assert changed(network, made) == set(layers[-count:])
    assert not made.training
    assert all(torch.equal(a, b) for a, b in zip(before, network.parameters(), strict=True))
    for a, b in zip(network.parameters(), made.parameters(), strict=True):
        if a.numel() > 1000 and a.std() > 0:
            assert abs(a.std() / b.std() - 1) < 0.1
