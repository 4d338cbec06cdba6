"""The claims as data: what they name is there to be run."""

from pixels_to_sentiment import claims
from pixels_to_sentiment.claims import RULES
from pixels_to_sentiment.records import catalogue
from pixels_to_sentiment.records.catalogue import Configuration


def test_a_claim_names_its_section_its_rule_and_networks_that_there_are():
    """Of its own networks and those that stand in."""
    for claim in claims.CLAIMS:
        assert claim.kind in RULES
        assert claim.section == claims.OURS or 4 <= float(claim.section) <= 5
        for one in (*claim.own, *claim.nearly, *claim.here):
            for configuration in (one,) if isinstance(one, Configuration) else one:
                assert Configuration.parse(str(configuration)) == configuration


def test_every_section_with_claims_and_every_conjecture_has_its_own():
    """By the sections that they are in, and the labels of chapters."""
    sections = {claim.section for claim in claims.CLAIMS}
    assert sections == {"4.1", "4.2", "4.3", "4.4", "4.5", "4.6", "5", claims.OURS}
    assert sum(claim.text.startswith("Conjecture") for claim in claims.CLAIMS) == 2
    chapters = {claim.chapter for claim in claims.CLAIMS}
    assert chapters <= {*catalogue.EXPERIMENTS, "judgement", "performance"}
