"""What recorded trainings and classifiers of layers say for or against a claim, each in words.

These functions, and those of `measured`, take a claim and what is `Recorded`. They give what is
there on all five folds: what the claim is about first, then what stands in for it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pandas as pd
from scipy import stats

from pixels_to_sentiment import reports
from pixels_to_sentiment.claims import sides
from pixels_to_sentiment.claims.numbers import cell, difference, of_layer, reported
from pixels_to_sentiment.claims.paper import VIEW, Claim
from pixels_to_sentiment.claims.recorded import Probed, Recorded, Trained, effect
from pixels_to_sentiment.claims.rules import MARGIN, SIGNIFICANT
from pixels_to_sentiment.claims.sides import Row, compared, in_words, listed, named, whole
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.drawing import tables
from pixels_to_sentiment.drawing.figures import AGREEMENT_NAMES
from pixels_to_sentiment.judging import crowd, resampling
from pixels_to_sentiment.networks import architectures
from pixels_to_sentiment.records.catalogue import Configuration
from pixels_to_sentiment.reports import layerwise
from pixels_to_sentiment.training import recipes


def pairs(claim: Claim, recorded: Recorded) -> Iterator[Row]:
    """Compare the first of each pair with the other, on the same pictures."""
    for rank, pair in listed(claim):
        if not (both := recorded.trained(pair)):
            continue
        both, left_out, notes = _counted(claim, both)
        frozen = all("frozen" in one.recipe for one in pair)
        if claim.of_layers and frozen:
            left_out = "frozen"
            notes.append("the layers below are frozen: new classifiers on fixed features")
        elif claim.of_layers and not left_out:
            ends = " against ".join(f"{one.last_losses.mean():.2f}" for one in both)
            notes.append(f"training loss at the end {ends} nats")
        found = effect([one.right[VIEW] for one in both])
        # What stands in is held against the article's difference of the first pair of its own.
        theirs = pair if rank == sides.OWN else claim.own[0]
        aim = None if frozen else difference(*(reported(one, "five", VIEW) for one in theirs))
        side = sides.better(found, aim)
        if side == sides.UNDECIDED and aim is not None and not found.low < aim < found.high:
            notes.append(f"without the article's {tables.signed(aim)}")
        yield compared(both, rank, found, side, notes=notes, left_out=left_out)


def levels(claim: Claim, recorded: Recorded) -> Iterator[Row]:
    """Compare each accuracy with the article's own, or with its number for another network."""
    for rank, configuration, agreement, one in whole(claim, recorded):
        own = reported(claim.own[0] if claim.kind == "reached" else configuration, agreement, VIEW)
        quoted = own
        if claim.kind != "reached":
            quoted = cell(claim.cells[0], agreement, VIEW if claim.kind == "later" else "")
        if quoted is None or (claim.of_layers and agreement != "five"):
            continue
        (one,), left_out, notes = _counted(claim, [one])
        if claim.kind == "later" or claim.of_layers:
            sizes = architectures.sizes([configuration.network, "caffenet"])["parameters"]
            notes.append(f"{sizes[0]:.1f} million parameters (CaffeNet {sizes[1]:.1f})")
        number = quoted["mean"]
        found = effect([one.right[VIEW] - number])
        if claim.kind == "reached":
            side = sides.beside(found, -MARGIN)
        else:
            side = sides.better(found, difference(own, quoted))
        texts = {
            "title": named([one], f", {AGREEMENT_NAMES[agreement]}"),
            "words": f"{found.value + number:.3f}, {in_words(found)} from {number:.3f}",
        }
        yield compared([one], rank, found, side, **texts, notes=notes, left_out=left_out)


def views(claim: Claim, recorded: Recorded) -> Iterator[Row]:
    """Compare ten crops with the centre crop, in each network and subset."""
    both = "oversampled", "centre"
    for rank, _, agreement, one in whole(claim, recorded):
        found = effect([one.right[both[0]] - one.right[both[1]]])
        aim = difference(*(reported(claim.own[0], agreement, view) for view in both))
        title = named([one], f", {AGREEMENT_NAMES[agreement]}")
        yield compared([one], rank, found, sides.better(found, aim), title=title)


def counts(claim: Claim, recorded: Recorded) -> Iterator[Row]:
    """Compare pictures of which more annotators gave the label with those of which one fewer."""
    exact = crowd.exact()
    for rank, _, agreement, one in whole(claim, recorded):
        right = one.right[VIEW]
        of = exact.reindex(right.index.get_level_values("image")).to_numpy()
        for more, fewer in pairwise(sorted(set(of), reverse=True)):
            of_more = of[(of == more) | (of == fewer)] == more
            weights = np.where(of_more, 1 / of_more.sum(), -1 / (~of_more).sum())
            found = effect([right[(of == more) | (of == fewer)]], weights)
            title = named([one], f", trained on {AGREEMENT_NAMES[agreement]}")
            title += f", exactly {more} − exactly {fewer}"
            yield compared([one], rank, found, sides.better(found), title=title)


def positive(claim: Claim, recorded: Recorded) -> Iterator[Row]:
    """Compare networks with always answering positive."""
    for rank, configuration in listed(claim):
        for one in recorded.trained([configuration]):
            found = one.beyond_positive(VIEW)
            area = reports.by_seed(one.records)["auc"].mean()
            ended = f"training loss at the end {one.last_losses.mean():.2f} nats"
            notes = [f"area under ROC {area:.2f}, {ended}"]
            yield compared([one], rank, found, sides.alike(found), notes=notes)


def sooner(claim: Claim, recorded: Recorded) -> Iterator[Row]:
    """Compare the mean training loss of two starts over the iterations that both have."""
    for rank, pair in listed(claim):
        if both := recorded.trained(pair):
            curves = [one.losses for one in both]
            last = min(curve.dropna().index.max() for curve in curves)
            means = [curve.loc[:last].mean().unstack().to_numpy() for curve in curves]
            found = resampling.random_effects(means, np.zeros(means[0].shape[1]))
            title = f"{named(both)}, mean loss of {last} iterations in nats"
            yield compared(both, rank, found, sides.beside(found), title=title)


def _counted(claim: Claim, both: Sequence[Trained]) -> tuple[list[Trained], str, list[str]]:
    """Keep, in a claim about layers, the seeds that learned; where none of one did, all.

    Gives what is kept, why it does not count, and notes of what is left out.
    """
    kept, left_out, notes = [], "", []
    for one in both:
        idle = one.idle if claim.of_layers else {}
        learned = [seed for seed in one.seeds if seed not in idle]
        kept.append(one.only(learned) if learned else one)
        left_out = left_out if learned else "idle"
        for words in dict.fromkeys(idle.values()):
            seeds = ", ".join(str(seed) for seed, why in idle.items() if why == words)
            notes.append(f"{one.title}, seed {seeds}: {words}, so not counted")
    return kept, left_out, notes


def depths(claim: Claim, recorded: Recorded) -> Iterator[Row]:
    """Correlate depth and accuracy of the layers, for each network and classifier."""
    for rank, one in _probed(claim, recorded):
        for classifier, some in one.told.groupby("classifier", sort=False):
            means = _over_folds(some["right"], some)[some["layer"].unique()][::-1]
            value, p = _trend(means)
            side = sides.FOR if value > 0 else sides.AGAINST
            side = side if p < SIGNIFICANT else sides.UNDECIDED
            title = f"{one.title}, {layerwise.CLASSIFIER_TITLES[classifier]}"
            words = f"{tables.signed(value, 2)} over {len(means)} layers (p {tables.p_value(p)})"
            found = resampling.Effects(value, np.nan, np.nan)
            yield compared([one], rank, found, side, title=title, words=words)


def _trend(means: np.ndarray) -> tuple[float, float]:
    """Give the rank correlation of values with their order, and its p by permuting them.

    ``spearmanr`` takes a distribution that few values do not have: it calls three in order certain.
    """
    if len(means) < 2 or np.ptp(means) == 0:
        return 0.0, 1.0
    depth, ranks = stats.zscore(np.arange(len(means))), stats.zscore(stats.rankdata(means))

    def correlation(ranks, axis):
        return (ranks * depth).mean(axis)

    found = stats.permutation_test([ranks], correlation, permutation_type="pairings", rng=0)
    return found.statistic, found.pvalue


def dips(claim: Claim, recorded: Recorded) -> Iterator[Row]:
    """Compare two layers of a network, by each classifier."""
    for rank, one in _probed(claim, recorded):
        for pair, (kind, words) in product(claim.layers, layerwise.REPORTED.items()):
            both = [one.right(layer, kind) for layer in pair]
            if all(len(right) for right in both):
                found = effect(both)
                title = f"{one.title}, {layerwise.CLASSIFIER_TITLES[kind]}, {' − '.join(pair)}"
                side = sides.better(found, difference(*(of_layer(name, words) for name in pair)))
                yield compared([one], rank, found, side, title=title)


def classifiers(claim: Claim, recorded: Recorded) -> Iterator[Row]:
    """Compare two classifiers over all layers of each network."""
    for rank, one in _probed(claim, recorded):
        table = one.told.pivot_table("right", ["fold", "image", "layer"], "classifier")
        if {"svm", "softmax"} <= set(table):
            gaps = (table["svm"] - table["softmax"]).dropna().rename("gap").reset_index()
            found = effect([gaps.groupby(["fold", "image"])["gap"].mean().to_frame()])
            each = _over_folds(gaps["gap"], gaps)
            widest = each.abs().idxmax()
            title = f"{one.title}, SVM − softmax, mean of {len(each)} layers"
            notes = [
                f"largest {tables.signed(each[widest])} ({widest})",
                f"the SVM ahead on {(each > 0).sum()}, softmax on {(each < 0).sum()}",
            ]
            yield compared([one], rank, found, sides.alike(found), title=title, notes=notes)


def lost(claim: Claim, recorded: Recorded) -> Iterator[Row]:
    """Compare softmax on features of a fine-tuned network with the network cut after them."""
    aim = difference(*(cell(one, "five", "centre") for one in claim.cells))
    for rank, (entire, cut) in listed(claim):
        some = recorded.trained([cut])
        for one in probes_of(entire, recorded) if some else ():
            features = one.right(claim.layers[0], "softmax")
            if len(features):
                (kept,), left_out, notes = _counted(claim, some)
                found = effect([features, kept.right["centre"].droplevel("label")])
                title = f"{one.title}, {claim.layers[0]}, softmax − {named([kept])}"
                more = {"title": title, "notes": notes, "left_out": left_out}
                row = compared([kept], rank, found, sides.better(found, aim), **more)
                yield row._replace(keys=(*one.keys, *row.keys))


def tuned(claim: Claim, recorded: Recorded) -> Iterator[Row]:
    """Compare fine-tuned networks with the same, of which the start's features are frozen."""
    for rank, configuration in listed(claim):
        recipe = configuration.recipe.removesuffix(recipes.THIRD)
        for kind in ("features", "convolutions"):
            frozen = replace(configuration, recipe=f"{recipe}-frozen-{kind}")
            if both := recorded.trained([configuration, frozen]):
                found = effect([some.right[VIEW] for some in both])
                yield compared(both, rank, found, sides.better(found))
        start = f"{configuration.network}:{configuration.start}"
        one, trained = recorded.probed(start, tuned=False), recorded.trained([configuration])
        layers = one.told.loc[one.told["classifier"] == "softmax", "layer"]
        if len(layers) and trained:
            # Of several layers the last, which comes first.
            layer = layers.iloc[0]
            right = trained[0].right["centre"].droplevel("label")
            found = effect([right, one.right(layer, "softmax")])
            title = f"{named(trained)} − softmax on {one.title}, {layer}, centre crop"
            row = compared(trained, rank, found, sides.better(found), title=title)
            yield row._replace(keys=(*one.keys, *row.keys))


def _probed(claim: Claim, recorded: Recorded) -> Iterator[tuple[str, Probed]]:
    return (
        (rank, one)
        for rank, configuration in listed(claim)
        for one in probes_of(configuration, recorded)
    )


def probes_of(configuration: Configuration, recorded: Recorded) -> list[Probed]:
    """Give the probes of a fine-tuned network that are there on all folds, of either length."""
    recipe = configuration.recipe.removesuffix(recipes.THIRD)
    for one in (recipe, recipe + recipes.THIRD):
        found = recorded.probed(f"{configuration.network}:{configuration.start}:{one}", tuned=True)
        if found.told["fold"].nunique() == len(folds.FOLDS):
            return [found]
    return []


def _over_folds(values: pd.Series, of: pd.DataFrame) -> pd.Series:
    """Average by layer the means of its folds."""
    return values.groupby([of["layer"], of["fold"]]).mean().groupby("layer").mean()
