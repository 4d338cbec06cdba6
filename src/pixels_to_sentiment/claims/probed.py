"""What linear classifiers on layers say for or against a claim."""

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd
from scipy import stats

from pixels_to_sentiment import reports
from pixels_to_sentiment.claims.numbers import cell
from pixels_to_sentiment.claims.paper import VIEW, Claim
from pixels_to_sentiment.claims.recorded import Recorded, effect
from pixels_to_sentiment.claims.rules import SIGNIFICANT
from pixels_to_sentiment.claims.sides import (
    AGAINST,
    FOR,
    UNDECIDED,
    Row,
    alike,
    better,
    in_words,
    is_lone,
    keys_of,
    listed,
    of_seeds,
)
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.drawing import tables
from pixels_to_sentiment.records.catalogue import Configuration
from pixels_to_sentiment.reports import layerwise


def depths(claim: Claim, recorded: Recorded) -> list[Row]:
    """Correlate depth and accuracy of the layers, for each network and classifier."""
    rows = []
    for rank, told, keys in _probed(claim, recorded):
        for classifier, some in told.groupby("classifier", sort=False):
            right = (some["positive"] == some["label"]).groupby([some["layer"], some["fold"]])
            means = right.mean().groupby("layer").mean()[list(dict.fromkeys(some["layer"]))]
            value, p = rank_correlation(means[::-1])
            side = UNDECIDED if not p < SIGNIFICANT else FOR if value > 0 else AGAINST
            title = f"{_title(some)}, {layerwise.CLASSIFIER_TITLES[classifier]}"
            text = f"{title}: {tables.signed(value, 2)} over {len(means)} layers"
            text = f"{text} (p {tables.p_value(p)})"
            rows.append(Row(text, value, side, rank, keys, lone=some["seed"].nunique() == 1))
    return rows


def dips(claim: Claim, recorded: Recorded) -> list[Row]:
    """Compare two layers of a network, by each classifier."""
    rows = []
    for rank, told, keys in _probed(claim, recorded):
        for (first, other), kind in ((p, k) for p in claim.layers for k in ("svm", "softmax")):
            both = [_right(told, layer, kind) for layer in (first, other)]
            if all(len(one) for one in both):
                found = effect(both)
                title = layerwise.CLASSIFIER_TITLES[kind]
                text = f"{_title(told)}, {title}, {first} − {other}: {in_words(found)}"
                aim = _layer_aim(first, other, kind)
                side = better(found.low, found.high, aim)
                lone = len(both[0].columns) == 1
                rows.append(Row(text, found.value, side, rank, keys, lone=lone))
    return rows


def classifiers(claim: Claim, recorded: Recorded) -> list[Row]:
    """Compare two classifiers over all layers of each network."""
    rows = []
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
            side, lone = alike(found.low, found.high), told["seed"].nunique() == 1
            rows.append(Row(text, found.value, side, rank, keys, lone=lone))
    return rows


def lost(claim: Claim, recorded: Recorded) -> list[Row]:
    """Compare softmax on features of a fine-tuned network with the network cut after them."""
    rows = []
    first, other = (cell(one, "five", "centre") for one in claim.cells)
    for rank, (whole, cut) in listed(claim):
        for told, keys in _of_layers(whole, recorded):
            features, some = _right(told, claim.layers[0], "softmax"), recorded.trained([cut])
            if len(features) and some:
                found = effect([features, some[0].right["centre"].droplevel("label")])
                text = f"{_title(told)}, {claim.layers[0]}, softmax − {some[0].title} "
                text += f"({of_seeds(some)}): {in_words(found)}"
                side = better(found.low, found.high, first["mean"] - other["mean"])
                used = keys + some[0].keys
                rows.append(Row(text, found.value, side, rank, used, lone=is_lone(some)))
    return rows


def tuned(claim: Claim, recorded: Recorded) -> list[Row]:
    """Compare fine-tuned networks with the same, of which the start's features are frozen."""
    rows = []
    for rank, one in listed(claim):
        for kind in ("features", "convolutions"):
            if both := recorded.trained([one, _frozen(one, kind)]):
                found = effect([some.right[VIEW] for some in both])
                what = reports.difference_in_words(*(some.title for some in both))
                text = f"{what} ({of_seeds(both)}): {in_words(found)}"
                side, used = better(found.low, found.high), keys_of(both)
                rows.append(Row(text, found.value, side, rank, used, lone=is_lone(both)))
        told, keys = recorded.probed(f"{one.network}:{one.start}", tuned=False)
        trained = recorded.trained([one])
        # Of several layers the last, which comes first.
        features = _right(told, told["layer"].iloc[0], "softmax") if len(told) else ()
        if len(features) and trained:
            found = effect([trained[0].right["centre"].droplevel("label"), features])
            text = f"{trained[0].title} ({of_seeds(trained)}) − softmax on {_title(told)}, "
            text += f"{told['layer'].iloc[0]}, centre crop: {in_words(found)}"
            side, used = better(found.low, found.high), trained[0].keys + keys
            rows.append(Row(text, found.value, side, rank, used, lone=is_lone(trained)))
    return rows


def _frozen(one: Configuration, kind: str) -> Configuration:
    ending = "-third" if one.recipe.endswith("-third") else ""
    recipe = f"{one.recipe.removesuffix(ending)}-frozen-{kind}{ending}"
    return Configuration(one.network, one.start, recipe)


def rank_correlation(values: Iterable[float]) -> tuple[float, float]:
    """Correlate values with their place in the row (Spearman): the correlation and its p.

    It is 0 with p 1 where there are fewer than three values or all are alike.
    """
    values = np.array(list(values))
    if len(values) < 3 or np.ptp(values) == 0:
        return 0.0, 1.0
    found = stats.spearmanr(np.arange(len(values)), values)
    return float(found.statistic), float(found.pvalue)


def _probed(
    claim: Claim, recorded: Recorded
) -> Iterator[tuple[str, pd.DataFrame, tuple[str, ...]]]:
    for rank, configuration in listed(claim):
        for told, keys in _of_layers(configuration, recorded):
            yield rank, told, keys


def _of_layers(
    configuration: Configuration, recorded: Recorded
) -> list[tuple[pd.DataFrame, tuple[str, ...]]]:
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
