"""Verdicts wait for all that their test takes, and what cannot be tested stays untested."""

from dataclasses import replace

import pytest

import toy_claims
from pixels_to_sentiment import assets, catalogue
from pixels_to_sentiment.catalogue import PAPERS
from pixels_to_sentiment.claims import NOT_REPRODUCED, REPRODUCED, UNTESTED
from toy_claims import judged, random

pytestmark = pytest.mark.usefixtures("isolated")


@pytest.fixture
def ran(tmp_path):
    return toy_claims.runs_in(tmp_path)


def test_best_of_all_needs_every_pair(ran):
    """All eight must be recorded, and in all the first must be better."""
    others = [start for start in ("imagenet", "places", "deepsentibank", *catalogue.MVSO)]
    others.remove("mvso-english")
    records = ran(replace(PAPERS, start="mvso-english"), 0.9)
    for start in others[:-1]:
        records += ran(replace(PAPERS, start=start), 0.7)
    row = judged("mvso-english", records)
    assert row["verdict"] == UNTESTED
    assert "Of the 8 pairs that it takes, 7 are recorded" in row["why"]
    last = replace(PAPERS, start=others[-1])
    assert judged("mvso-english", records + ran(last, 0.7))["verdict"] == REPRODUCED
    assert judged("mvso-english", records + ran(last, 0.9))["verdict"] == NOT_REPRODUCED


def test_weights_that_are_not_at_hand_are_named(monkeypatch):
    """By network and start; none where the files are there."""
    row = judged("related")
    assert "Weights not at hand: CaffeNet from Places, CaffeNet from ImageNet," in row["why"]
    monkeypatch.setattr(assets, "find", lambda name: name)
    assert "Weights" not in judged("related")["why"]


def test_what_is_untestable_stays_so(ran):
    """Whatever is recorded, and with its reason."""
    records = ran(replace(PAPERS, start="mvso-english"), 0.95)
    row = judged("improvement", records)
    assert (row["verdict"], row["grade"], row["paper"]) == (UNTESTED, "V", "+0.061")
    assert "PCNN" in row["why"]


def test_a_verdict_that_hangs_on_a_seed_says_so(ran):
    """A seed with which the comparison comes out otherwise is counted and does not decide."""
    records = ran(catalogue.SQUEEZENET, 0.9) + ran(random(catalogue.SQUEEZENET), 0.7)
    row = judged("start", records + ran(catalogue.SQUEEZENET, 0.7, seed=1))
    assert row["verdict"] == REPRODUCED
    assert row["why"].endswith("One of them lies elsewhere with other seeds.")
    assert "of 2 combinations 1 above and 0 below zero" in row["evidence"]
    assert row["keys"].count(", ") == 14, "or a number has no run to be traced to"
    alike = judged("start", records + ran(catalogue.SQUEEZENET, 0.92, seed=1))
    assert "elsewhere" not in alike["why"]
    assert "seed by seed" not in judged("start", records)["evidence"]
