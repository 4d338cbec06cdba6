"""A step of a campaign ends in time with all that it started, and says why it failed.

The checks tell equal networks from others.
"""

import os
import time
from pathlib import Path

import pytest

from pixels_to_sentiment.campaign import steps
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.records import catalogue
from toy_runs import RUN, made_up_pictures

CHILD = """#!/bin/sh
sleep 600 &
echo $! > child
echo ready
"""


def program(folder, monkeypatch, text):
    """Put a program in the place of Python."""
    path = folder / "program"
    path.write_text(text)
    path.chmod(0o755)
    monkeypatch.chdir(folder)
    monkeypatch.setattr(steps.sys, "executable", str(path))


def test_a_benchmark_that_takes_too_long_is_ended_with_its_processes(tmp_path, monkeypatch):
    """What it started would go on beside the runs."""
    program(tmp_path, monkeypatch, CHILD + "sleep 600\n")
    with pytest.raises(UserError, match="was ended after 1 s"):
        steps.take("benchmark", None, "cpu", 1.0)
    child = Path("/proc") / (tmp_path / "child").read_text().strip() / "stat"
    for _ in range(100):
        if not child.exists() or child.read_text().split()[2] == "Z":
            break
        time.sleep(0.05)
    else:
        os.kill(int(child.parent.name), 9)
        pytest.fail("the child of the benchmark went on")


def test_a_benchmark_that_fails_is_told_by_its_last_line(tmp_path, monkeypatch):
    """As the command prints its one sentence last."""
    program(tmp_path, monkeypatch, "#!/bin/sh\necho warning >&2\necho no memory >&2\nexit 2\n")
    with pytest.raises(UserError, match=r"^no memory$"):
        steps.take("benchmark", None, "cpu", 30.0)


def test_what_is_known_from_before_is_not_done_again():
    """Without pictures, on which the checks would fail."""
    assert steps.take("checks", None, "cpu", 30.0, {"rows": []}) == {"rows": []}


@pytest.mark.usefixtures("isolated")
def test_a_processor_agrees_with_itself_and_a_disturbed_network_does_not(monkeypatch):
    """Differences are none for one device and one seed, and seen where a weight is another."""
    monkeypatch.setattr(steps, "CHECKED", catalogue.Configuration(RUN.network, RUN.start, "paper"))
    train, calls = steps.loop.train, []

    def disturbed(network, *arguments, **options):
        """Change a weight after the last of four trainings."""
        train(network, *arguments, **options)
        calls.append(network)
        network.body.classifier.bias.data[1] += len(calls) == 4

    monkeypatch.setattr(steps.loop, "train", disturbed)
    found = steps.equality(made_up_pictures(), "cpu")
    same, between, other = found["rows"]
    assert [(row["what"], row["precision"], row["largest"]) for row in (same, between)] == [
        ("two runs with one seed", "fp32", 0.0),
        ("cpu against cpu", "fp32", 0.0),
    ]
    assert between["met"]
    assert {"commit", "hardware", "versions", "began"} <= found["made"].keys()
    assert (other["what"], other["precision"]) == ("two runs with one seed", "bf16")
    assert other["largest"] > 0.01


@pytest.mark.usefixtures("isolated")
def test_without_the_weights_the_sentence_says_which(monkeypatch):
    """A machine may have those of other networks alone."""
    lacking = {steps.CHECKED: "None has them."}
    monkeypatch.setattr(steps.experiments, "plan", lambda *_, **__: ([], lacking))
    with pytest.raises(UserError, match=r"squeezenet1_1:.*not at hand\. None has them"):
        steps.equality(made_up_pictures(), "cpu")
