"""The checks tell equal networks from others."""

import pytest

from pixels_to_sentiment.campaign import checks
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.records import catalogue
from toy_runs import RUN, made_up_pictures


@pytest.mark.usefixtures("isolated")
def test_a_processor_agrees_with_itself_and_a_disturbed_network_does_not(monkeypatch):
    """Differences are none for one device and one seed, and seen where a weight is another."""
    monkeypatch.setattr(checks, "CHECKED", catalogue.Configuration(RUN.network, RUN.start, "paper"))
    train, calls = checks.loop.train, []

    def disturbed(network, *arguments, **options):
        """Change a weight after the last of four trainings."""
        train(network, *arguments, **options)
        calls.append(network)
        network.body.classifier.bias.data[1] += len(calls) == 4

    monkeypatch.setattr(checks.loop, "train", disturbed)
    found = checks.equality(made_up_pictures(), "cpu")
    same, between, other = found["rows"]
    assert [(row["what"], row["precision"], row["largest"]) for row in (same, between)] == [
        ("two runs with one seed", "fp32", 0.0),
        ("cpu against cpu", "fp32", 0.0),
    ]
    assert between["met"]
    assert {"commit", "hardware", "versions", "began"} <= found["made"].keys()
    assert (other["what"], other["precision"]) == ("two runs with one seed", "bf16")
    assert other["largest"] > 0.01
    assert checks.in_words(between) == (
        f"cpu against cpu, {RUN.network} fp32: probabilities differ by up to 0.0e+00"
    )
    between |= {"largest": 0.002, "met": False}
    assert checks.in_words(between).endswith("up to 2.0e-03, and at most 0.001 was asked for")


@pytest.mark.usefixtures("isolated")
def test_without_the_weights_the_sentence_says_which(monkeypatch):
    """A machine may have those of other networks alone."""
    lacking = {checks.CHECKED: "None has them."}
    monkeypatch.setattr(checks.experiments, "plan", lambda *_, **__: ([], lacking))
    with pytest.raises(UserError, match=r"squeezenet1_1:.*not at hand\. None has them"):
        checks.equality(made_up_pictures(), "cpu")
