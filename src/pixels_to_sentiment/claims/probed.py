"""What linear classifiers on layers say for or against a claim."""

from collections.abc import Iterator
from itertools import product

import numpy as np
import pandas as pd
from scipy import stats

from pixels_to_sentiment.claims import sides
from pixels_to_sentiment.claims.numbers import cell, difference, of_layer
from pixels_to_sentiment.claims.paper import VIEW, Claim, frozen
from pixels_to_sentiment.claims.recorded import Recorded, effect
from pixels_to_sentiment.claims.rules import SIGNIFICANT
from pixels_to_sentiment.claims.sides import Row, in_words, listed, named, of_trained
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.drawing import tables
from pixels_to_sentiment.records.catalogue import Configuration
from pixels_to_sentiment.reports import layerwise


def depths(claim: Claim, recorded: Recorded) -> Iterator[Row]:
    """Correlate depth and accuracy of the layers, for each network and classifier."""
    for rank, told, keys in _probed(claim, recorded):
        for classifier, some in told.groupby("classifier", sort=False):
            means = _over_folds(some["right"], some)[some["layer"].unique()]
            value, p = _rank_correlation(means[::-1])
            side = sides.FOR if value > 0 else sides.AGAINST
            side = side if p < SIGNIFICANT else sides.UNDECIDED
            title = f"{_title(some)}, {layerwise.CLASSIFIER_TITLES[classifier]}"
            text = f"{title}: {tables.signed(value, 2)} over {len(means)} layers"
            text += f" (p {tables.p_value(p)})"
            yield Row(text, value, side, rank, keys, lone=_lone(some))


def dips(claim: Claim, recorded: Recorded) -> Iterator[Row]:
    """Compare two layers of a network, by each classifier."""
    for rank, told, keys in _probed(claim, recorded):
        for pair, (kind, words) in product(claim.layers, layerwise.REPORTED.items()):
            both = [_right(told, layer, kind) for layer in pair]
            if all(len(one) for one in both):
                found = effect(both)
                title = f"{_title(told)}, {layerwise.CLASSIFIER_TITLES[kind]}"
                text = f"{title}, {' − '.join(pair)}: {in_words(found)}"
                side = sides.better(found, difference(*(of_layer(one, words) for one in pair)))
                ends = {"low": found.low, "high": found.high}
                yield Row(text, found.value, side, rank, keys, lone=_lone(told), **ends)


def classifiers(claim: Claim, recorded: Recorded) -> Iterator[Row]:
    """Compare two classifiers over all layers of each network."""
    for rank, told, keys in _probed(claim, recorded):
        table = told.pivot_table("right", ["fold", "image", "layer"], "classifier")
        if {"svm", "softmax"} <= set(table):
            gaps = (table["svm"] - table["softmax"]).dropna().rename("gap").reset_index()
            found = effect([gaps.groupby(["fold", "image"])["gap"].mean().to_frame()])
            each = _over_folds(gaps["gap"], gaps)
            widest = each.abs().idxmax()
            text = f"{_title(told)}, SVM − softmax, mean of {len(each)} layers: {in_words(found)}"
            text += f"; largest {tables.signed(each[widest])} ({widest})"
            side, ends = sides.alike(found), {"low": found.low, "high": found.high}
            yield Row(text, found.value, side, rank, keys, lone=_lone(told), **ends)


def lost(claim: Claim, recorded: Recorded) -> Iterator[Row]:
    """Compare softmax on features of a fine-tuned network with the network cut after them."""
    aim = difference(*(cell(one, "five", "centre") for one in claim.cells))
    for rank, (whole, cut) in listed(claim):
        some = recorded.trained([cut])
        for told, keys in _of_layers(whole, recorded) if some else ():
            features = _right(told, claim.layers[0], "softmax")
            if len(features):
                found = effect([features, some[0].right["centre"].droplevel("label")])
                text = f"{_title(told)}, {claim.layers[0]}, softmax − {named(some)}: "
                row = of_trained(
                    some, rank, found, sides.better(found, aim), text + in_words(found)
                )
                yield row._replace(keys=(*keys, *row.keys))


def tuned(claim: Claim, recorded: Recorded) -> Iterator[Row]:
    """Compare fine-tuned networks with the same, of which the start's features are frozen."""
    for rank, one in listed(claim):
        for kind in ("features", "convolutions"):
            if both := recorded.trained([one, frozen(one, kind)]):
                found = effect([some.right[VIEW] for some in both])
                yield of_trained(both, rank, found, sides.better(found))
        told, keys = recorded.probed(f"{one.network}:{one.start}", tuned=False)
        told, trained = told[told["classifier"] == "softmax"], recorded.trained([one])
        if len(told) and trained:
            # Of several layers the last, which comes first.
            layer = told["layer"].iloc[0]
            features = _right(told, layer, "softmax")
            found = effect([trained[0].right["centre"].droplevel("label"), features])
            text = f"{named(trained)} − softmax on {_title(told)}, "
            text += f"{layer}, centre crop: {in_words(found)}"
            row = of_trained(trained, rank, found, sides.better(found), text)
            yield row._replace(keys=(*keys, *row.keys))


def _rank_correlation(values: pd.Series) -> tuple[float, float]:
    """Correlate values with their place (Spearman); nothing is known of fewer than three."""
    if len(values) < 3 or np.ptp(values) == 0:
        return 0.0, 1.0
    found = stats.spearmanr(np.arange(len(values)), values)
    return float(found.statistic), float(found.pvalue)


def _probed(claim: Claim, recorded: Recorded) -> Iterator[tuple]:
    for rank, configuration in listed(claim):
        for told, keys in _of_layers(configuration, recorded):
            yield rank, told, keys


def _of_layers(configuration: Configuration, recorded: Recorded) -> list[tuple]:
    """Give the probes of a fine-tuned network that are there on all folds, of either length."""
    recipe = configuration.recipe.removesuffix("-third")
    for one in (recipe, f"{recipe}-third"):
        text = f"{configuration.network}:{configuration.start}:{one}"
        told, keys = recorded.probed(text, tuned=True)
        if told["fold"].nunique() == len(folds.FOLDS):
            return [(told, keys)]
    return []


def _right(told: pd.DataFrame, layer: str, classifier: str) -> pd.DataFrame:
    """Table whether each picture is answered rightly on a layer, (fold and image) by seed."""
    some = told[(told["layer"] == layer) & (told["classifier"] == classifier)]
    return some.pivot_table("right", ["fold", "image"], "seed").dropna(axis=1)


def _over_folds(values: pd.Series, of: pd.DataFrame) -> pd.Series:
    """Average by layer the means of its folds."""
    return values.groupby([of["layer"], of["fold"]]).mean().groupby("layer").mean()


def _lone(told: pd.DataFrame) -> bool:
    return told["seed"].nunique() == 1


def _title(told: pd.DataFrame) -> str:
    return told["configuration"].iloc[0].rpartition(": ")[0]
