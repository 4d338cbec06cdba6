"""Heads that are fitted to features: they answer as scikit-learn does."""

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from pixels_to_sentiment.maps import dense
from pixels_to_sentiment.networks import factory
from pixels_to_sentiment.training import heads
from pixels_to_sentiment.training.prediction import centre_crops
from toy_maps import noise


def test_the_fitted_head_answers_as_the_logistic_regression_does():
    """On its own features, and through the map that the network makes of a crop."""
    network = factory.create("squeezenet1_1", start="random", seed=2)
    pixels = noise(8, 256)
    pixels[::2] //= 3
    labels = np.arange(8) % 2
    features = heads._features(network, network.body.get_submodule(network.head), pixels, 5)
    fitted = make_pipeline(StandardScaler(), LogisticRegression(C=heads.COST, max_iter=2000))
    expected = fitted.fit(features, labels).decision_function(features)
    assert np.ptp(expected) > 0.1, "or nothing was learned"
    heads.fit(network, pixels, labels)
    crops = centre_crops(pixels, network.convention.crop)
    with torch.inference_mode():
        logits = network(crops)
    np.testing.assert_allclose(logits[:, 1] - logits[:, 0], expected, atol=2e-3)
    maps = dense.log_odds(network, crops)
    np.testing.assert_allclose(maps.mean((1, 2)), expected, atol=2e-3)
