"""Map and classifier are timed on the same pictures, and divided round by round."""

import pytest
import torch

from pixels_to_sentiment.benchmarks import costs, results
from pixels_to_sentiment.maps import dense
from pixels_to_sentiment.networks import factory

pytestmark = pytest.mark.usefixtures("isolated")


def test_ratios_are_those_of_each_round():
    """By hand: a slow round slows both, and does not change the ratio."""
    seconds = {
        "this project, classifier": [1.0, 2.0, 1.0],
        "this project, map": [3.0, 6.0, 4.0],
        "OpenCV, classifier": [1.0, 1.0, 1.0],
        "OpenCV, map": [5.0, 4.0, 6.0],
    }
    ours, peer = costs.rows(10, seconds)
    assert (ours["contender"], peer["contender"]) == (results.OURS, costs.PEER)
    assert (ours["ratio"], ours["least"], ours["most"], peer["ratio"]) == (3, 3, 4, 5)
    assert (ours["classifier"], ours["map"], ours["pictures"], ours["rounds"]) == (1, 4, 10, 3)
    assert (ours["low"], ours["high"]) == results.spread([3, 3, 4])
    (alone,) = costs.rows(1, dict(list(seconds.items())[:2]))
    assert alone == ours | {"pictures": 1}


@pytest.mark.parametrize("batch", costs.BATCHES)
def test_the_map_has_64_outputs_where_the_classifier_has_one(batch):
    """The same network and batch on both sides, and this project's on the device asked for."""
    ours_one, ours_map, *peers = costs.entries("cpu", batch)
    for one in (ours_one, ours_map):
        assert {"network": "caffenet", "batch": batch, "device": "cpu"}.items() <= (
            one.options.items()
        )
    assert [one.options.get("maps", False) for one in peers] == [False, True]
    on_gpu = costs.entries("cuda:0", batch)
    assert [one.options["device"] for one in on_gpu] == ["cuda:0"] * 2
    network = factory.create("caffenet", start="random")
    side = ours_map.options["side"]
    pixels = torch.zeros(1, side, side, 3, dtype=torch.uint8)
    assert dense.log_odds(network, pixels).numel() == 64


def test_at_least_five_rounds_are_timed(monkeypatch):
    """Whatever the time that is left, and all in turn."""
    asked = []

    def spy(entries, **options):
        asked.append(options)
        return {one.name: [1.0] * options["least"] for one in entries}, {}

    monkeypatch.setattr(costs, "alternate", spy)
    found = costs.measured("cpu", 0.1)
    assert {one["rounds"] for one in found} == {5}
    assert [one["budget"] for one in asked] == [0.1, 0.1]
