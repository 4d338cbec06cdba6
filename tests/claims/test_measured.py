"""What is counted, timed and mapped, for or against a claim."""

import pandas as pd
import pytest

from pixels_to_sentiment.benchmarks import results
from pixels_to_sentiment.claims import (
    CONTRADICTED,
    INCONCLUSIVE,
    REPRODUCED,
    SUPPORTED,
    UNTESTED,
    measured,
)
from pixels_to_sentiment.claims.sides import AGAINST
from pixels_to_sentiment.records import catalogue
from toy_claims import judged, mapped

pytestmark = pytest.mark.usefixtures("isolated")


def test_parameters_are_counted_by_hand():
    """4096 x 4096 weights and as many biases, and what becomes of the last layer."""
    one = 4096 * 4096 + 4096
    two = one + 9216 * 4096 + 4096 + 4096 * 2 - 9216 * 2
    words = f"({one / 1e6:.2f} to {two / 1e6:.2f} million parameters)"
    assert words in judged("parameters")["why"]


@pytest.mark.parametrize(
    ("kind", "low", "verdict"),
    [("gpu", 2.5, REPRODUCED), ("gpu", 3.5, CONTRADICTED), ("cpu", 3.5, INCONCLUSIVE)],
)
def test_a_measured_time_is_held_against_three_times(monkeypatch, kind, low, verdict):
    """With its spread; a CPU does not contradict what is said of a GPU."""
    row = {"contender": "a", "pictures": 1, "ratio": 4.0, "low": low, "high": 5.0}
    row["date"] = "2026-11-25"
    tables = {kind: pd.DataFrame([row])}
    monkeypatch.setattr(results, "map_costs", lambda one: tables.get(one, pd.DataFrame()))
    found = judged("maps-speed")
    assert (found["verdict"], found["rows"][0].timed) == (verdict, "2026-11-25")
    assert "(4.0 times the time)" in found["why"], "the ratio itself, and its unit"


@pytest.mark.parametrize(
    ("kind", "ten", "verdict"),
    [("gpu", 0.01, REPRODUCED), ("gpu", 0.05, CONTRADICTED), ("cpu", 0.05, INCONCLUSIVE)],
)
def test_ten_crops_are_timed_against_one(monkeypatch, kind, ten, verdict):
    """A CPU does not contradict what is said of a GPU."""
    made = [
        {
            "what": f"CaffeNet forward, {n} at once",
            "contender": results.OURS,
            "seconds": [taken] * 3,
        }
        for n, taken in ((10, ten), (1, 0.01))
    ]
    reports = {f"{kind}-*": [{"comparisons": made, "made": {"date": "2026-11-25"}}]}
    monkeypatch.setattr(results, "recorded", lambda one: reports.get(one, []))
    row = judged("oversampling-speed")
    assert ("None on a GPU, and a CPU contradicts nothing." in row["why"]) == (kind == "cpu")
    assert (row["verdict"], f"{ten / 0.01:.1f} times" in row["evidence"]) == (verdict, True)
    assert row["rows"][0].timed == "2026-11-25"


def test_maps_have_to_beat_what_knows_nothing_of_the_network():
    """Random numbers, the centre and edges, on all folds; Grad-CAM does not decide."""
    made = mapped(catalogue.SQUEEZENET, 0.05)
    found = judged("maps", studies=made)
    assert found["verdict"] == SUPPORTED
    assert found["evidence"].count("<br>") == 2
    assert "grad-cam" not in found["evidence"].lower()
    assert set(found["keys"].split(", ")) == {one.key for one in made}
    assert judged("maps", studies=made[:2])["verdict"] == UNTESTED
    worse = judged("maps", studies=mapped(catalogue.SQUEEZENET, -0.05))
    assert {row.side for row in worse["rows"]} == {AGAINST}


@pytest.mark.parametrize(
    ("low", "network", "verdict"),
    [
        (0.02, "CaffeNet from ImageNet", REPRODUCED),
        (0.02, "CaffeNet-conv", SUPPORTED),
        (0.0, "CaffeNet from ImageNet", INCONCLUSIVE),
    ],
)
def test_the_mean_of_local_answers_lies_apart_by_more_than_the_margin(
    monkeypatch, low, network, verdict
):
    """Of the article's own network, or of another start."""
    row = {"configuration": f"{network}, paper's recipe", "crops": "centre", "keys": ("k",)}
    row |= {"pictures": 880, "difference": 0.03, "low": low, "high": 0.05, "changed": 0.1}
    monkeypatch.setattr(measured, "against_global", lambda *_: pd.DataFrame([row]))
    assert judged("maps-mean")["verdict"] == verdict
