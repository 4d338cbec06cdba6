"""The claims as a whole: what is said of each where nothing is recorded, and before."""

import pytest

from pixels_to_sentiment import claims
from pixels_to_sentiment.claims import REPRODUCED, UNTESTED

pytestmark = pytest.mark.usefixtures("isolated")


def test_nothing_recorded_leaves_all_but_what_is_counted_untested():
    """Each with a reason."""
    table = claims.judge([], [], []).set_index("name")
    assert table["verdict"].pop("parameters") == REPRODUCED
    assert set(table["verdict"].drop("parameters")) == {UNTESTED}
    assert table["why"].str.len().gt(20).all()
    assert "single pictures" in table.loc["errors", "why"]
    assert table.index.is_unique
    assert list(table.index) == [claim.name for claim in claims.CLAIMS]


def test_every_former_verdict_stands_beside_one_claim_or_is_no_claim_of_the_article():
    """What was said of fc7-4096 and fc6-4096 is of its predecessor."""
    former, table = claims.former(), claims.judge([], [], []).set_index("name")
    assert set(former.index) - set(table.index) == {"two-way-fc7", "two-way-fc6"}
    assert table.loc["depth", "former"] == former.loc["depth", "verdict"] == "reproduced"
    assert table.loc["previous", "former"] == "could not be tested here"
    assert table.loc["dip", "former"] == ""
