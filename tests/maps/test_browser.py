"""A run for the browser: the same log-odds from ONNX Runtime, and a temperature that calibrates."""

import numpy as np
import onnxruntime
import pytest
import torch

from pixels_to_sentiment.maps import browser, dense
from pixels_to_sentiment.networks import factory


def test_onnx_gives_the_log_odds_of_torch_for_any_count_and_size(tmp_path):
    """Within 1e-4 nats, for one crop, several, and the large input of the map."""
    network = factory.create("squeezenet1_1", start="random", seed=1).eval()
    head = network.body.get_submodule(network.head)
    head.weight.data *= 10
    head.bias.data.uniform_(0.5, 1)  # the last ReLU would switch all places off
    browser.write_onnx(network, tmp_path / browser.MODEL)
    session = onnxruntime.InferenceSession(tmp_path / browser.MODEL)
    for count, side in ((1, 224), (3, 224), (1, dense.SIDE)):
        pixels = torch.randint(0, 256, (count, side, side, 3), dtype=torch.uint8)
        right = dense.log_odds(network, pixels).numpy()
        prepared = network.convention.prepare(pixels).contiguous().numpy()
        (found,) = session.run(None, {"pixels": prepared})
        assert right.std() > 0.01
        np.testing.assert_allclose(found, right, atol=1e-4)


@pytest.mark.parametrize("true", [0.5, 1.0, 3.0])
def test_the_temperature_undoes_what_made_answers_too_sure(true):
    """Labels drawn by known log-odds, answers given with these times a factor: it is found."""
    generator = np.random.default_rng(0)
    odds = generator.normal(0, 2, 20_000)
    labels = generator.random(20_000) < 1 / (1 + np.exp(-odds))
    answers = 1 / (1 + np.exp(-odds * true))
    assert browser.temperature(answers, labels) == pytest.approx(true, rel=0.05)


def test_certain_answers_that_are_right_have_a_finite_temperature():
    """Zero and one have no log-odds; they are taken for nearly certain."""
    assert np.isfinite(browser.temperature(np.array([0.0, 1.0, 0.6]), np.array([0, 1, 0])))
