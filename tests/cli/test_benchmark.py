"""The command prints a report, or gives it as JSON."""

import json
from types import SimpleNamespace

import pytest

from pixels_to_sentiment import cli
from pixels_to_sentiment.benchmarks import results, suite
from pixels_to_sentiment.data import pictures

REPORT = {
    "made": {"hardware": {"cpu": "abacus"}, "versions": {"torch": "9"}, "seconds": 61.0},
    "comparisons": [{"what": "count", "contender": "fingers", "ratio": 1.5}],
    "costs": [],
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


@pytest.mark.usefixtures("isolated")
def test_a_report_is_recorded_whole_or_with_what_a_map_costs_alone(monkeypatch, capsys):
    """Only on the photographs; other parts are for looking at."""
    kept = []
    monkeypatch.setattr(suite, "run", lambda *_, **__: REPORT)
    monkeypatch.setattr(results, "record", lambda report: kept.append(report) or "a file")
    loaded = SimpleNamespace(real=False)
    monkeypatch.setattr(pictures, "load", lambda: loaded)
    assert cli.main(["benchmark", "--record", "--only", "map-cost"]) == 2
    assert "on the photographs" in capsys.readouterr().err
    loaded.real = True
    assert cli.main(["benchmark", "--record", "--only", "map-cost"]) == 0
    assert cli.main(["benchmark", "--record"]) == 0
    assert kept == [REPORT] * 2
    assert cli.main(["benchmark", "--record", "--only", "growth"]) == 2
    assert "--only map-cost" in capsys.readouterr().err
    assert len(kept) == 2
