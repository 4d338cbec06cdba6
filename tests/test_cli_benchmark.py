"""The command prints a report, or gives it as JSON."""

import json

import pytest

from pixels_to_sentiment import cli
from pixels_to_sentiment.benchmarks import suite

REPORT = {
    "made": {"hardware": {"cpu": "abacus"}, "versions": {"torch": "9"}, "seconds": 61.0},
    "comparisons": [{"what": "count", "contender": "fingers", "ratio": 1.5}],
    "growth": [],
    "waiting": [{"what": "tea", "seconds": 180.0}],
}


@pytest.mark.usefixtures("isolated")
def test_a_report_is_printed_or_given_as_json(monkeypatch, capsys):
    """Hardware and versions stand first."""
    monkeypatch.setattr(suite, "run", lambda *_, **__: REPORT)
    assert cli.main(["benchmark", "--only", "waiting"]) == 0
    text = capsys.readouterr().out
    assert text.index("abacus") < text.index("torch: 9") < text.index("fingers") < text.index("tea")
    assert cli.main(["benchmark", "--only", "waiting", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == REPORT
