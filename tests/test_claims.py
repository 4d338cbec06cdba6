"""The paper's claims as a whole: what is said of each where nothing is recorded."""

import pytest

from pixels_to_sentiment import claims
from pixels_to_sentiment.claims import UNTESTED

pytestmark = pytest.mark.usefixtures("isolated")


def test_nothing_recorded_leaves_all_claims_untested():
    """Each with a reason, and the only verified one is that of the preprint's abstract."""
    table = claims.judge([], [], [])
    assert set(table["verdict"]) == {UNTESTED}
    assert table["why"].str.len().gt(20).all()
    assert table["name"].is_unique
    assert len(table) == len(claims.CLAIMS)
    assert table.loc[table["grade"] != "R", "name"].to_list() == ["improvement"]
