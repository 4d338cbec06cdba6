"""Maps on evidence that is known, and the head that learns to tell it."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from pixels_to_sentiment.maps import dense
from pixels_to_sentiment.networks import factory
from pixels_to_sentiment.studies import evidence

CORNER = torch.zeros(1, 16, 16, dtype=torch.bool)
CORNER[:, :8, :8] = True


def test_the_largest_relevance_on_evidence_is_a_hit():
    """Beside it a miss; a map that is the same everywhere hits as often as evidence covers it."""
    relevance = torch.zeros(1, 4, 4)
    relevance[0, 0, 0] = 1
    assert evidence.pointing(relevance, CORNER).item() == 1
    assert evidence.pointing(relevance.flip(1), CORNER).item() == 0
    assert evidence.pointing(torch.ones(1, 4, 4), CORNER).item() == 0.25


def test_only_positive_relevance_counts_in_the_share():
    """Three quarters of it lie on the evidence here."""
    relevance = torch.tensor([[[3.0, -9.0], [1.0, 0.0]]])
    masks = torch.zeros(1, 2, 2, dtype=torch.bool)
    masks[0, 0, 0] = True
    assert evidence.energy_share(relevance, masks).item() == 0.75
    assert evidence.covered(masks).item() == 0.25


def test_a_picture_without_evidence_has_no_score():
    """Nor has a map without positive relevance a share."""
    nothing = torch.zeros(1, 4, 4, dtype=torch.bool)
    assert torch.isnan(evidence.pointing(torch.ones(1, 2, 2), nothing)).all()
    assert torch.isnan(evidence.energy_share(-torch.ones(1, 4, 4), CORNER)).all()


@pytest.mark.parametrize("name", ["squeezenet1_1", "caffenet"])
def test_the_fitted_head_answers_as_the_logistic_regression_does(name):
    """On its own features, and through the map that the network makes of a crop."""
    network = factory.create(name, start="random", seed=2)
    generator = torch.manual_seed(0)
    pixels = torch.randint(0, 256, (12, 256, 256, 3), dtype=torch.uint8, generator=generator)
    pixels[::2] //= 3
    labels = np.arange(12) % 2
    head = network.body.get_submodule(network.head)
    features = evidence._features(network, head, pixels, 5)
    evidence.fit_head(network, pixels, labels)
    fitted = make_pipeline(StandardScaler(), LogisticRegression(C=evidence.COST, max_iter=2000))
    expected = fitted.fit(features, labels).decision_function(features)
    crop = network.convention.crop
    margin = (256 - crop) // 2
    middle = pixels[:, margin : margin + crop, margin : margin + crop]
    with torch.inference_mode():
        logits = network(middle)
    np.testing.assert_allclose(logits[:, 1] - logits[:, 0], expected, atol=2e-3)
    assert np.ptp(expected) > 0.1, "or nothing was learned"
    maps = dense.log_odds(network, middle)
    np.testing.assert_allclose(maps.mean((1, 2)), expected, atol=2e-3)
