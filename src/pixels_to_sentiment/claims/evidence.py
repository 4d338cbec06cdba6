"""What recorded trainings say for or against a claim: comparisons, each in words.

These functions, and those of `probed` and `measured`, take a claim and what is `Recorded`. They
give what is there on all five folds: what the claim is about first, then what stands in for it.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np

from pixels_to_sentiment import reports
from pixels_to_sentiment.claims import sides
from pixels_to_sentiment.claims.numbers import cell, reported
from pixels_to_sentiment.claims.paper import VIEW, Claim
from pixels_to_sentiment.claims.recorded import Recorded, Trained, effect
from pixels_to_sentiment.claims.rules import MARGIN
from pixels_to_sentiment.claims.sides import Row, in_words, level, listed, named, of_trained, whole
from pixels_to_sentiment.drawing.figures import AGREEMENT_NAMES
from pixels_to_sentiment.judging import crowd, resampling
from pixels_to_sentiment.networks import architectures
from pixels_to_sentiment.records import catalogue
from pixels_to_sentiment.records.catalogue import Configuration


def pairs(claim: Claim, recorded: Recorded) -> Iterator[Row]:
    """Compare the first of each pair with the other, on the same pictures."""
    for rank, pair in listed(claim):
        if not (both := recorded.trained(pair)):
            continue
        left_out, notes = "", []
        if claim.of_layers:
            both, left_out, notes = _that_learned(both)
        if claim.of_layers and all("frozen" in one.recipe for one in pair):
            left_out = "frozen"
            notes.append("the layers below are frozen: new classifiers on fixed features")
        found = effect([one.right[VIEW] for one in both])
        text = "; ".join([f"{named(both)}: {in_words(found)}", *notes])
        side = sides.better(found, _aim(pair))
        yield of_trained(both, found, side, rank, text, left_out=left_out)


def beyond(claim: Claim, recorded: Recorded) -> Iterator[Row]:
    """Compare each accuracy with a number that the article has for another network."""
    for rank, configuration, agreement, one in whole(claim, recorded):
        number = cell(claim.cells[0], agreement, VIEW if claim.kind == "later" else "")
        if number is None or (claim.of_layers and agreement != "five"):
            continue
        own, aim, left_out, notes = reported(configuration, agreement, VIEW), None, "", []
        if own is not None:
            aim = own["mean"] - number["mean"]
        if claim.of_layers:
            (one,), left_out, notes = _that_learned([one])
        if claim.kind == "later" or claim.of_layers:
            size = architectures.sizes([configuration.network])["parameters"][0]
            notes.append(f"{size:.1f} million parameters")
        found = effect([one.right[VIEW] - number["mean"]])
        text = f"{named([one], _on(agreement))}: {level(found, number['mean'])}"
        text, side = "; ".join([text, *notes]), sides.better(found, aim)
        yield of_trained([one], found, side, rank, text, left_out=left_out)


def levels(claim: Claim, recorded: Recorded) -> Iterator[Row]:
    """Compare each accuracy with the article's own."""
    for rank, _, agreement, one in whole(claim, recorded):
        aim = reported(claim.own[0], agreement, VIEW)["mean"]
        found = effect([one.right[VIEW] - aim])
        text = f"{named([one], _on(agreement))}: {level(found, aim)}"
        yield of_trained([one], found, sides.beside(found, -MARGIN), rank, text)


def views(claim: Claim, recorded: Recorded) -> Iterator[Row]:
    """Compare ten crops with the centre crop, in each network and subset."""
    for rank, _, agreement, one in whole(claim, recorded):
        found = effect([one.right["oversampled"] - one.right["centre"]])
        told = [reported(claim.own[0], agreement, view) for view in ("oversampled", "centre")]
        side = sides.better(found, told[0]["mean"] - told[1]["mean"])
        text = f"{named([one], _on(agreement))}: {in_words(found)}"
        yield of_trained([one], found, side, rank, text)


def counts(claim: Claim, recorded: Recorded) -> Iterator[Row]:
    """Compare pictures of which more annotators gave the label with those of which one fewer."""
    exact = crowd.exact()
    for rank, _, agreement, one in whole(claim, recorded):
        right = one.right[VIEW]
        of = exact.reindex(right.index.get_level_values("image")).to_numpy()
        for more, fewer in pairwise(sorted(set(of), reverse=True)):
            some, of_some = right[(of == more) | (of == fewer)], of[(of == more) | (of == fewer)]
            shares = [np.sum(of_some == count) for count in (more, fewer)]
            weights = np.where(of_some == more, 1 / shares[0], -1 / shares[1])
            found = effect([some], weights)
            text = named([one], f", trained on {AGREEMENT_NAMES[agreement]}")
            text += f", exactly {more} − exactly {fewer}: {in_words(found)}"
            yield of_trained([one], found, sides.better(found), rank, text)


def positive(claim: Claim, recorded: Recorded) -> Iterator[Row]:
    """Compare networks with always answering positive."""
    for rank, _, agreement, one in whole(claim, recorded):
        if agreement == "five":
            right = one.right[VIEW]
            found = effect([right.sub(right.index.get_level_values("label").to_numpy(), axis=0)])
            area = reports.by_seed(one.records)["auc"].mean()
            last = one.last_losses().mean()
            text = f"{named([one])}: {in_words(found)}; area under ROC {area:.2f}, "
            text += f"training loss at the end {last:.2f} nats"
            yield of_trained([one], found, sides.alike(found), rank, text)


def sooner(claim: Claim, recorded: Recorded) -> Iterator[Row]:
    """Compare the mean training loss of two starts over the iterations that both have."""
    for rank, pair in listed(claim):
        if both := recorded.trained(pair):
            curves = [one.losses() for one in both]
            last = min(curve.dropna().index.max() for curve in curves)
            means = [curve.loc[:last].mean().unstack().to_numpy() for curve in curves]
            found = resampling.random_effects(means, np.zeros(means[0].shape[1]))
            text = f"{named(both)}, mean loss of {last} iterations in nats: {in_words(found)}"
            yield of_trained(both, found, sides.beside(found), rank, text)


def _on(agreement: str) -> str:
    return f", {AGREEMENT_NAMES[agreement]}"


def _that_learned(both: Sequence[Trained]) -> tuple[list[Trained], str, list[str]]:
    """Keep the seeds that learned; where none of one did, all, and say so."""
    kept, left_out, notes = [], "", []
    for one in both:
        idle = one.idle(VIEW)
        learned = [seed for seed in one.seeds if seed not in idle]
        kept.append(one.only(learned) if learned else one)
        left_out = left_out if learned else "idle"
        for words in dict.fromkeys(idle.values()):
            seeds = ", ".join(str(seed) for seed, why in idle.items() if why == words)
            notes.append(f"{one.title}, seed {seeds}: {words}, so not counted")
    return kept, left_out, notes


def _aim(pair: Iterable[Configuration]) -> float | None:
    """Give the article's difference of what two configurations are or stand in for."""
    alike = [_in_the_article(one) for one in pair]
    rows = [reported(one, "five", VIEW) if one else None for one in alike]
    return None if any(row is None for row in rows) else rows[0]["mean"] - rows[1]["mean"]


_TOPS = {
    **dict.fromkeys(("", "fc7-2", "fc6-2", "fc9-2")),
    **{"fire9-2": "fc7-2", "conv18-2": "fc7-2", "fire8-2": "fc6-2", "block17-2": "fc6-2"},
    **{"conv11-2": "fc9-2", "fc20-2": "fc9-2"},
}


def _in_the_article(one: Configuration) -> Configuration | None:
    """Give the article's configuration that another corresponds to; None if none does."""
    variant = one.network.partition(architectures.VARIANT)[2]
    if one.start == "random" or variant not in _TOPS or "frozen" in one.recipe:
        return None
    own = catalogue.PAPERS
    start = one.start if one.start in catalogue.MVSO else own.start
    if one.network == own.network and one.start in ("places", "deepsentibank"):
        start = one.start
    variant = _TOPS[variant] or variant
    network = own.network + (architectures.VARIANT + variant if variant else "")
    return Configuration(network, start, own.recipe)
