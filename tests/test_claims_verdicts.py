"""Verdicts wait for all that their test takes, and what cannot be tested stays untested."""

from dataclasses import replace

import pytest

import toy_claims
from pixels_to_sentiment import catalogue
from pixels_to_sentiment.catalogue import PAPERS
from pixels_to_sentiment.claims import NOT_REPRODUCED, REPRODUCED, UNTESTED
from toy_claims import judged

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


def test_what_is_untestable_stays_so(ran):
    """Whatever is recorded, and with its reason."""
    records = ran(replace(PAPERS, start="mvso-english"), 0.95)
    row = judged("improvement", records)
    assert (row["verdict"], row["grade"], row["paper"]) == (UNTESTED, "V", "+0.061")
    assert "PCNN" in row["why"]
