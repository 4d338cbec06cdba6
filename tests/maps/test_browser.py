"""A run for the browser: the same log-odds from ONNX Runtime."""

import numpy as np
import onnxruntime
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
