"""What linear classifiers on layers say for or against a claim."""

from collections.abc import Iterator
from itertools import product

import numpy as np
import pandas as pd
from scipy import stats

from pixels_to_sentiment.claims import sides
from pixels_to_sentiment.claims.numbers import cell, difference, of_layer
from pixels_to_sentiment.claims.paper import VIEW, Claim, frozen
from pixels_to_sentiment.claims.recorded import Probed, Recorded, effect
from pixels_to_sentiment.claims.rules import SIGNIFICANT
from pixels_to_sentiment.claims.sides import Row, compared, listed, named
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.drawing import tables
from pixels_to_sentiment.judging.resampling import Effects
from pixels_to_sentiment.records.catalogue import Configuration
from pixels_to_sentiment.reports import layerwise


def depths(claim: Claim, recorded: Recorded) -> Iterator[Row]:
    """Correlate depth and accuracy of the layers, for each network and classifier."""
    for rank, one in _probed(claim, recorded):
        for classifier, some in one.told.groupby("classifier", sort=False):
            means = _over_folds(some["right"], some)[some["layer"].unique()]
            value, p = _rank_correlation(means[::-1])
            side = sides.FOR if value > 0 else sides.AGAINST
            side = side if p < SIGNIFICANT else sides.UNDECIDED
            title = f"{one.title}, {layerwise.CLASSIFIER_TITLES[classifier]}"
            words = f"{tables.signed(value, 2)} over {len(means)} layers (p {tables.p_value(p)})"
            found = Effects(value, np.nan, np.nan)
            yield compared([one], rank, found, side, title=title, words=words)


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
            notes = [f"largest {tables.signed(each[widest])} ({widest})"]
            yield compared([one], rank, found, sides.alike(found), title=title, notes=notes)


def lost(claim: Claim, recorded: Recorded) -> Iterator[Row]:
    """Compare softmax on features of a fine-tuned network with the network cut after them."""
    aim = difference(*(cell(one, "five", "centre") for one in claim.cells))
    for rank, (whole, cut) in listed(claim):
        some = recorded.trained([cut])
        for one in _of_layers(whole, recorded) if some else ():
            features = one.right(claim.layers[0], "softmax")
            if len(features):
                found = effect([features, some[0].right["centre"].droplevel("label")])
                title = f"{one.title}, {claim.layers[0]}, softmax − {named(some)}"
                row = compared(some, rank, found, sides.better(found, aim), title=title)
                yield row._replace(keys=(*one.keys, *row.keys))


def tuned(claim: Claim, recorded: Recorded) -> Iterator[Row]:
    """Compare fine-tuned networks with the same, of which the start's features are frozen."""
    for rank, configuration in listed(claim):
        for kind in ("features", "convolutions"):
            if both := recorded.trained([configuration, frozen(configuration, kind)]):
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


def _rank_correlation(values: pd.Series) -> tuple[float, float]:
    """Correlate values with their place (Spearman); nothing is known of fewer than three."""
    if len(values) < 3 or np.ptp(values) == 0:
        return 0.0, 1.0
    found = stats.spearmanr(np.arange(len(values)), values)
    return float(found.statistic), float(found.pvalue)


def _probed(claim: Claim, recorded: Recorded) -> Iterator[tuple[str, Probed]]:
    return (
        (rank, one)
        for rank, configuration in listed(claim)
        for one in _of_layers(configuration, recorded)
    )


def _of_layers(configuration: Configuration, recorded: Recorded) -> list[Probed]:
    """Give the probes of a fine-tuned network that are there on all folds, of either length."""
    recipe = configuration.recipe.removesuffix("-third")
    for one in (recipe, f"{recipe}-third"):
        found = recorded.probed(f"{configuration.network}:{configuration.start}:{one}", tuned=True)
        if found.told["fold"].nunique() == len(folds.FOLDS):
            return [found]
    return []


def _over_folds(values: pd.Series, of: pd.DataFrame) -> pd.Series:
    """Average by layer the means of its folds."""
    return values.groupby([of["layer"], of["fold"]]).mean().groupby("layer").mean()
