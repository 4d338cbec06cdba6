"""What limits a verdict beyond its rule, in sentences that stand behind it."""

from collections.abc import Iterator, Sequence

import pandas as pd

from pixels_to_sentiment.claims.evidence import probes_of
from pixels_to_sentiment.claims.paper import Claim
from pixels_to_sentiment.claims.recorded import Recorded
from pixels_to_sentiment.claims.sides import FOR, OTHER, UNDECIDED, Row, beside, listed
from pixels_to_sentiment.records.catalogue import SETTLED
from pixels_to_sentiment.reports import layerwise
from pixels_to_sentiment.studies import measures


def of_claim(claim: Claim, rows: Sequence[Row], recorded: Recorded) -> list[str]:
    """Give the notes on a claim: its own, empty unless others stand in, then those computed."""
    counted = [row for row in rows if not row.left_out]
    if not counted:
        return [""]
    stands_in = claim.note * all(row.rank == OTHER for row in counted)
    computed = _COMPUTED.get(claim.kind, lambda *_: ())
    return [stands_in, *computed(claim, counted, recorded)]


def _subsets(_: Claim, rows: Sequence[Row], __: Recorded) -> Iterator[str]:
    """Say which networks are recorded on which subset."""
    networks, lone = {}, {}
    for row in rows:
        network, *_, subset = row.text.partition(" (seed")[0].split(", ")
        networks.setdefault(subset, {})[network] = None
        lone[subset] = row.lone and lone.get(subset, True)
    if len(networks) > 1:
        told = (
            f"{subset}: {', '.join(some)}{' (one seed)' * lone[subset]}"
            for subset, some in networks.items()
        )
        yield f"By subset, {'; '.join(told)}."
        yield (
            "Ten crops are compared, as in the article's abstract and conclusions; its gains from "
            "the centre crop are smaller."
        )


def _seeds(claim: Claim, _: Sequence[Row], recorded: Recorded) -> Iterator[str]:
    """Say how the seed whose layers were classified does beside the others of its network."""
    for _, configuration in listed(claim):
        both = probes_of(configuration, recorded), recorded.trained([configuration])
        for one, whole in zip(*both, strict=False):
            each = whole.right["centre"].groupby("fold").mean().mean()
            others = each.drop(one.seeds, errors="ignore")
            if one.title != whole.title or len(one.seeds) > 1 or len(others) in (0, len(each)):
                continue
            (seed,), scores = one.seeds, " and ".join(f"{score:.3f}" for score in others)
            yield (
                f"The layers are of seed {seed} alone, with which the network scores "
                f"{each[seed]:.3f} (centre crop); with the others it scores {scores}."
            )
            for layer in set.intersection(*map(set, claim.layers)):
                rights = [one.right(layer, kind) for kind in layerwise.CLASSIFIER_TITLES]
                means = [right.groupby("fold").mean().mean().mean() for right in rights]
                yield f"Its {layer} alone gives {' and '.join(f'{mean:.3f}' for mean in means)}."


def _consistent(_: Claim, rows: Sequence[Row], __: Recorded) -> Iterator[str]:
    """Say that means are compared, and where one within the margin is of a side all the same."""
    yield "Tested is the mean difference over all layers, and not which is better on each."
    sided = sum(row.side == FOR and beside(row) != UNDECIDED for row in rows)
    if sided:
        yield (
            f"In {sided} of those for it the interval lies on one side of zero: a difference "
            "within that margin, but a consistent one."
        )


def _rivals(claim: Claim, _: Sequence[Row], recorded: Recorded) -> Iterator[str]:
    """Count by all scores what the rule leaves out: edges of the nearest network, and Grad-CAM."""
    yield "Tested is whether taking away what a map points at moves the network's answer more."
    every = pd.concat(recorded.mapped(one)[1].assign(of=str(one)) for _, one in listed(claim))
    edges = every[(every["map"] == measures.EDGES) & (every["of"] == str(SETTLED))]
    for some, whose, rival in (
        (edges, f"the map of {SETTLED.title}", "edges"),
        (every[every["map"] == measures.GRAD_CAM], "sentiment maps", "Grad-CAM"),
    ):
        if len(some):
            better, worse = (some["low"] > 0).sum(), (some["high"] < 0).sum()
            yield (
                f"By deletion, insertion and ROAD, {whose} against {rival}: better in "
                f"{better or 'none'}, worse in {worse or 'none'} of {len(some)}."
            )


_COMPUTED = {"beyond": _subsets, "layers": _seeds, "alike": _consistent, "maps": _rivals}
