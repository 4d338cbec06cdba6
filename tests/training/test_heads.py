"""Heads that are fitted to features: they answer as scikit-learn does."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from pixels_to_sentiment.maps import dense
from pixels_to_sentiment.networks import factory
from pixels_to_sentiment.training import heads


@pytest.mark.parametrize("name", ["squeezenet1_1", "caffenet"])
def test_the_fitted_head_answers_as_the_logistic_regression_does(name):
    """On its own features, and through the map that the network makes of a crop."""
    network = factory.create(name, start="random", seed=2)
    generator = torch.manual_seed(0)
    pixels = torch.randint(0, 256, (12, 256, 256, 3), dtype=torch.uint8, generator=generator)
    pixels[::2] //= 3
    labels = np.arange(12) % 2
    head = network.body.get_submodule(network.head)
    features = heads._features(network, head, pixels, 5)
    heads.fit(network, pixels, labels)
    fitted = make_pipeline(StandardScaler(), LogisticRegression(C=heads.COST, max_iter=2000))
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
