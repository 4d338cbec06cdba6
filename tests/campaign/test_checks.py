"""The checks tell equal networks from others."""

import pytest

from pixels_to_sentiment.campaign import checks
from pixels_to_sentiment.records import catalogue


@pytest.mark.usefixtures("isolated")
def test_a_processor_agrees_with_itself_and_a_disturbed_network_does_not(monkeypatch):
    """Differences are none for one device and one seed, and seen where a weight is another."""
    from pixels_to_sentiment.data import pictures

    start = catalogue.Configuration("squeezenet1_1", "random", "paper")
    monkeypatch.setattr(checks, "CHECKED", start)
    loaded = pictures.load("stand-in")
    found = checks.equality(loaded, "cpu")
    assert [(row["what"], row["precision"], row["largest"]) for row in found["rows"]] == [
        ("two runs with one seed", "fp32", 0.0),
        ("cpu against cpu", "fp32", 0.0),
        ("two runs with one seed", "bf16", 0.0),
    ]
    assert found["rows"][1]["met"]
    assert {"commit", "hardware", "versions", "began"} <= found["made"].keys()
    train, calls = checks.loop.train, []

    def disturbed(network, *arguments, **options):
        train(network, *arguments, **options)
        calls.append(network)
        network.body.classifier[1].bias.data[1] += len(calls)

    monkeypatch.setattr(checks.loop, "train", disturbed)
    assert checks.equality(loaded, "cpu")["rows"][0]["largest"] > 0.01
