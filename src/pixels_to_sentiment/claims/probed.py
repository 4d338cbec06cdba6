"""What linear classifiers on layers say for or against a claim."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import stats

from pixels_to_sentiment.claims import sides
from pixels_to_sentiment.claims.numbers import cell
from pixels_to_sentiment.claims.paper import VIEW, Claim, frozen
from pixels_to_sentiment.claims.recorded import Recorded, effect
from pixels_to_sentiment.claims.rules import SIGNIFICANT
from pixels_to_sentiment.claims.sides import (
    AGAINST,
    FOR,
    UNDECIDED,
    Row,
    in_words,
    listed,
    named,
    of_trained,
)
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.drawing import tables
from pixels_to_sentiment.records.catalogue import Configuration
from pixels_to_sentiment.reports import layerwise


def depths(claim: Claim, recorded: Recorded) -> Iterator[Row]:
    """Correlate depth and accuracy of the layers, for each network and classifier."""
    for rank, told, keys in _probed(claim, recorded):
        for classifier, some in told.groupby("classifier", sort=False):
            right = (some["positive"] == some["label"]).groupby([some["layer"], some["fold"]])
            means = right.mean().groupby("layer").mean()[list(dict.fromkeys(some["layer"]))]
            value, p = _rank_correlation(means[::-1])
            side = UNDECIDED if not p < SIGNIFICANT else FOR if value > 0 else AGAINST
            title = f"{_title(some)}, {layerwise.CLASSIFIER_TITLES[classifier]}"
            text = f"{title}: {tables.signed(value, 2)} over {len(means)} layers"
            text += f" (p {tables.p_value(p)})"
            yield Row(text, value, side, rank, keys, lone=some["seed"].nunique() == 1)


def dips(claim: Claim, recorded: Recorded) -> Iterator[Row]:
    """Compare two layers of a network, by each classifier."""
    for rank, told, keys in _probed(claim, recorded):
        for (first, other), kind in ((p, k) for p in claim.layers for k in ("svm", "softmax")):
            both = [_right(told, layer, kind) for layer in (first, other)]
            if all(len(one) for one in both):
                found = effect(both)
                title = layerwise.CLASSIFIER_TITLES[kind]
                text = f"{_title(told)}, {title}, {first} − {other}: {in_words(found)}"
                side = sides.better(found, _layer_aim(first, other, kind))
                lone = len(both[0].columns) == 1
                yield Row(text, found.value, side, rank, keys, "", lone, found.low, found.high)


def classifiers(claim: Claim, recorded: Recorded) -> Iterator[Row]:
    """Compare two classifiers over all layers of each network."""
    for rank, told, keys in _probed(claim, recorded):
        right = (told["positive"] == told["label"]).astype(float)
        table = told.assign(right=right).pivot_table(
            "right", ["fold", "image", "layer"], "classifier", aggfunc="mean"
        )
        if {"svm", "softmax"} <= set(table):
            gaps = (table["svm"] - table["softmax"]).dropna()
            found = effect([gaps.groupby(["fold", "image"]).mean().to_frame()])
            each = gaps.groupby(["layer", "fold"]).mean().groupby("layer").mean()
            widest = each.abs().idxmax()
            text = f"{_title(told)}, SVM − softmax, mean of {len(each)} layers: {in_words(found)}"
            text += f"; largest {tables.signed(each[widest])} ({widest})"
            side, lone = sides.alike(found), told["seed"].nunique() == 1
            yield Row(text, found.value, side, rank, keys, "", lone, found.low, found.high)


def lost(claim: Claim, recorded: Recorded) -> Iterator[Row]:
    """Compare softmax on features of a fine-tuned network with the network cut after them."""
    first, other = (cell(one, "five", "centre") for one in claim.cells)
    for rank, (whole, cut) in listed(claim):
        for told, keys in _of_layers(whole, recorded):
            features, some = _right(told, claim.layers[0], "softmax"), recorded.trained([cut])
            if len(features) and some:
                found = effect([features, some[0].right["centre"].droplevel("label")])
                text = f"{_title(told)}, {claim.layers[0]}, softmax − {named(some)}: "
                text += in_words(found)
                side = sides.better(found, first["mean"] - other["mean"])
                yield of_trained(some, found, side, rank, text, keys)


def tuned(claim: Claim, recorded: Recorded) -> Iterator[Row]:
    """Compare fine-tuned networks with the same, of which the start's features are frozen."""
    for rank, one in listed(claim):
        for kind in ("features", "convolutions"):
            if both := recorded.trained([one, frozen(one, kind)]):
                found = effect([some.right[VIEW] for some in both])
                text = f"{named(both)}: {in_words(found)}"
                yield of_trained(both, found, sides.better(found), rank, text)
        told, keys = recorded.probed(f"{one.network}:{one.start}", tuned=False)
        trained = recorded.trained([one])
        # Of several layers the last, which comes first.
        features = _right(told, told["layer"].iloc[0], "softmax") if len(told) else ()
        if len(features) and trained:
            found = effect([trained[0].right["centre"].droplevel("label"), features])
            text = f"{named(trained)} − softmax on {_title(told)}, "
            text += f"{told['layer'].iloc[0]}, centre crop: {in_words(found)}"
            yield of_trained(trained, found, sides.better(found), rank, text, keys)


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
    some = some.assign(right=(some["positive"] == some["label"]).astype(float))
    return some.pivot_table("right", ["fold", "image"], "seed").dropna(axis=1)


def _title(told: pd.DataFrame) -> str:
    return told["configuration"].iloc[0].rpartition(": ")[0]


def _layer_aim(first: str, other: str, kind: str) -> float | None:
    words = {"svm": "SVM", "softmax": "softmax"}[kind]
    rows = [cell(f"layer-by-layer: {one} {words}", "five", "centre") for one in (first, other)]
    return None if any(row is None for row in rows) else rows[0]["mean"] - rows[1]["mean"]
