"""The checks tell equal networks from others."""

import pytest

from pixels_to_sentiment.campaign import checks
from pixels_to_sentiment.records import catalogue
from pixels_to_sentiment.training import loop
from toy_runs import made_up_pictures


@pytest.mark.usefixtures("isolated")
def test_a_processor_agrees_with_itself_and_a_disturbed_network_does_not(monkeypatch):
    """Differences are none for one device and one seed, and seen where a weight is another."""
    start = catalogue.Configuration("squeezenet1_1", "random", "paper")
    monkeypatch.setattr(checks, "CHECKED", start)
    train, calls = loop.train, []

    def disturbed(network, *arguments, **options):
        curve = train(network, *arguments, **options)
        calls.append(options["precision"])
        network.body.classifier[1].bias.data[1] += calls.count("bf16")
        return curve

    monkeypatch.setattr(loop, "train", disturbed)
    found = checks.equality(made_up_pictures(), "cpu")
    assert [(row["what"], row["precision"], row["largest"] < 1e-12) for row in found["rows"]] == [
        ("two runs with one seed", "fp32", True),
        ("cpu against cpu", "fp32", True),
        ("two runs with one seed", "bf16", False),
    ]
    assert found["rows"][1]["met"]
    assert {"commit", "hardware", "versions", "began"} <= found["made"].keys()
