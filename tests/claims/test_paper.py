"""The claims as data: what they name is there to be run."""

from pixels_to_sentiment import claims, places
from pixels_to_sentiment.claims import RULES
from pixels_to_sentiment.records import catalogue
from pixels_to_sentiment.records.catalogue import Configuration


def test_a_claim_names_its_section_its_rule_and_networks_that_there_are():
    """Of its own networks and those that stand in."""
    tested = places.rows("claims/tested.csv")
    assert {row["claim"] for row in tested} <= {one.name for one in claims.CLAIMS}
    for claim in claims.CLAIMS:
        assert claim.kind in RULES
        assert claim.section == claims.OURS or 4 <= float(claim.section) <= 5
        for one in (*claim.own, *claim.here):
            for configuration in (one,) if isinstance(one, Configuration) else one:
                assert Configuration.parse(str(configuration)) == configuration


def test_every_section_with_claims_and_every_conjecture_has_its_own():
    """By the sections that they are in, and the labels of chapters."""
    sections = {claim.section for claim in claims.CLAIMS}
    assert sections == {"4.1", "4.2", "4.3", "4.4", "4.5", "4.6", "5", claims.OURS}
    assert sum(claim.text.startswith("Conjecture") for claim in claims.CLAIMS) == 2
    chapters = {claim.chapter for claim in claims.CLAIMS}
    assert chapters <= {*catalogue.EXPERIMENTS, "judgement", "performance"}


def test_all_layers_that_the_catalogue_adds_are_compared():
    """Each with the whole network, and with itself above frozen layers but for what settled."""
    tested = {claim.name: claim for claim in claims.CLAIMS}
    every = catalogue.variants(catalogue.find("addition"))
    pairs = [both for both in every if len({one.recipe for one in both}) == 1]
    assert set(tested["addition"].here) == {(whole, added) for added, whole in pairs}
    frozen = {other for _, other in tested["frozen-addition"].here}
    assert frozen == {added for added, _ in pairs if "settled" not in added.recipe}
