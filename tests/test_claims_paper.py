"""The claims as data, and the paper's numbers of each."""

import pytest

from pixels_to_sentiment import catalogue, claims, tables
from pixels_to_sentiment.catalogue import PAPERS, Configuration
from toy_claims import random

pytestmark = pytest.mark.usefixtures("isolated")


def test_the_papers_numbers_stand_beside_without_a_mark():
    """As differences, from the table of reported results; none where it has none."""
    table = claims.judge([], [], []).set_index("name")["paper"]
    assert table["addition"].startswith(
        "fc9-2, ILSVRC-2012 − CaffeNet, ILSVRC-2012: \N{MINUS SIGN}0.027"
    )
    assert tables.MARKS["R"] not in table["addition"]
    assert "four agree: 0.787" in table["accuracy"]
    assert "five agree: +0.013" in table["oversampling"]
    assert "four agree − three agree: +0.038" in table["agreement"]
    assert table["start"] == ""


def configurations(claim):
    for one in (*claim.own, *claim.here):
        yield from (one,) if isinstance(one, Configuration) else one


@pytest.mark.parametrize("claim", claims.CLAIMS, ids=lambda claim: claim.name)
def test_a_claim_is_tested_on_what_the_catalogue_has(claim):
    """So that running the catalogue records all that it takes."""
    known = {one for each in catalogue.EXPERIMENTS.values() for one in each.configurations}
    # The paper has no run from random weights.
    beyond = random(PAPERS) if claim.name == "start" else None
    assert set(configurations(claim)) - {beyond} <= known
    for one in configurations(claim):
        assert Configuration.parse(str(one)) == one
