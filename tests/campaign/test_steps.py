"""A step of a campaign ends in time with all that it started, and says why it failed."""

import os
import time
from pathlib import Path

import pytest

from pixels_to_sentiment.campaign import steps
from pixels_to_sentiment.errors import UserError

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


def test_what_the_ways_found_is_said_in_a_line_each():
    """With the rate, or why there is none."""
    one = {"way": "a stream each", "network": "caffenet", "runs": 5, "precision": "bf16"}
    rows = [one | {"rate": 12345.6, "failed": None}, one | {"rate": None, "failed": "no memory"}]
    assert steps.in_words("ways", rows) == [
        "training 5 x caffenet bf16, a stream each: 12345.6 pictures a second",
        "training 5 x caffenet bf16, a stream each: no memory",
    ]


def test_what_is_known_from_before_is_not_done_again():
    """Without pictures, on which the checks would fail."""
    assert steps.take("checks", None, "cpu", 30.0, {"rows": []}) == {"rows": []}
