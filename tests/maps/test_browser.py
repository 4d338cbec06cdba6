"""A run for the browser: the same log-odds from ONNX Runtime."""

import numpy as np
import onnxruntime

from pixels_to_sentiment.maps import browser, dense
from toy_maps import noise, restless


def test_onnx_gives_the_log_odds_of_torch_for_any_count_and_size(tmp_path):
    """Within 1e-4 nats, for one crop, several, and the large input of the map."""
    network = restless("squeezenet1_1", by=10)
    browser.write_onnx(network, tmp_path / browser.MODEL)
    session = onnxruntime.InferenceSession(tmp_path / browser.MODEL)
    for count, side in ((1, 224), (3, 224), (1, dense.SIDE)):
        pixels = noise(count, side)
        right = dense.log_odds(network, pixels).numpy()
        prepared = network.convention.prepare(pixels).contiguous().numpy()
        (found,) = session.run(None, {"pixels": prepared})
        assert right.std() > 0.01
        np.testing.assert_allclose(found, right, atol=1e-4)
