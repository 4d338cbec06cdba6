"""The claims as a whole, where nothing is recorded: what is said of each, now and before."""

import pytest

from pixels_to_sentiment import claims
from pixels_to_sentiment.claims import REPRODUCED, UNTESTED
from pixels_to_sentiment.files import assets
from toy_claims import judged

pytestmark = pytest.mark.usefixtures("isolated")


def test_nothing_recorded_leaves_all_but_what_is_counted_untested(unrecorded):
    """Each with a reason; weights that are not at hand are named, by network and start."""
    table, verdicts = unrecorded, unrecorded["verdict"].copy()
    assert verdicts.pop("parameters") == REPRODUCED
    assert set(verdicts) == {UNTESTED}
    assert table["why"].str.len().gt(20).all()
    assert "single pictures" in table.loc["errors", "why"]
    assert table.index.is_unique
    assert list(table.index) == [claim.name for claim in claims.CLAIMS]
    missing = "Weights not at hand: CaffeNet from MVSO English, CaffeNet from MVSO Chinese,"
    assert missing in table.loc["chinese", "why"]


def test_no_weights_are_missing_where_the_files_are_there(monkeypatch):
    monkeypatch.setattr(assets, "find", lambda name: name)
    assert "Weights" not in judged("chinese")["why"]


def test_every_former_verdict_stands_beside_one_claim_or_is_no_claim_of_the_article(unrecorded):
    """What was said of fc7-4096 and fc6-4096 is of its predecessor."""
    table, former = unrecorded, claims.former()
    assert set(former.index) - set(table.index) == {"two-way-fc7", "two-way-fc6"}
    assert table.loc["depth", "former"] == former.loc["depth", "verdict"] == "reproduced"
    assert table.loc["previous", "former"] == "could not be tested here"
    assert table.loc["dip", "former"] == ""
