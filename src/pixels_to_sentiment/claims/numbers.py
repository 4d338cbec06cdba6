"""The numbers that the article's tables have for each claim."""

from collections.abc import Iterator
from functools import cache
from itertools import pairwise, product

import pandas as pd

from pixels_to_sentiment import reports
from pixels_to_sentiment.claims.paper import VIEW, Claim
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.drawing import figures, tables
from pixels_to_sentiment.judging import scores
from pixels_to_sentiment.records import catalogue
from pixels_to_sentiment.records.catalogue import Configuration
from pixels_to_sentiment.reports import losses


def of_claim(claim: Claim) -> tuple[list[str], list[float]]:
    """Give what the article reports for a claim: lines with marks, and differences of accuracies.

    A claim to reach the article's own accuracy has no difference to it.
    """
    lines, differences = [], [0.0] * (claim.kind == "reached")
    for what, *rows in _cells(claim):
        if all(one is not None for one in rows):
            value = rows[0]["mean"] - sum(other["mean"] for other in rows[1:])
            # What nested subsets differ by is another quantity than what one annotator adds.
            differences += [float(value)] * (len(rows) > 1 and claim.kind != "by count")
            # The least certain of the grades.
            mark = tables.MARKS[max((one["grade"] for one in rows), key="VIR".index)]
            words = what or " − ".join(one["variant"] for one in rows)
            shown = tables.signed(value) if rows[1:] else f"{value:.3f}".removesuffix(".000")
            lines.append(f"{words}: {shown}" + mark)
    if claim.kind == "count":
        lines += [reported(cut, "five", VIEW)["note"].partition(";")[0] for _, cut in claim.own]
    if claim.kind == "depth":
        layers = _layers()
        rho = layers.corrwith(pd.Series(range(len(layers), 0, -1), layers.index), method="spearman")
        lines += [f"{by}: {tables.signed(rho[by], 2)} over {len(layers)} layers" for by in layers]
    if claim.kind == "alike":
        gaps = _layers()["SVM"] - _layers()["softmax"]
        lines.append(f"SVM − softmax, mean of {len(gaps)} layers: {tables.signed(gaps.mean())}")
        differences.append(float(gaps.mean()))
    if claim.kind == "sooner":
        lines.append(_figure_6())
    return lines, differences


def _layers() -> pd.DataFrame:
    """Table the article's accuracies layer by layer, SVM and softmax, last layer first."""
    table = scores.reported("layer-by-layer")
    words = table["variant"].str.partition(" ")
    return table.assign(layer=words[0], by=words[2]).pivot_table("mean", "layer", "by", sort=False)


def _figure_6() -> str:
    """Say what figure 6, read off the picture, gives for the pair of starts that it shows."""
    curves = losses.reported_losses()
    curves = curves.pivot(index="iteration", columns="curve", values="training")
    both = curves[["the paper: DeepSentiBank", "the paper: CaffeNet"]].dropna()
    gap = both.iloc[:, 0].mean() - both.iloc[:, 1].mean()
    span = f"iterations {both.index.min()} to {both.index.max()}"
    words = "DeepSentiBank − CaffeNet, mean training loss (figure 6, read off it)"
    return f"{words}, {span}: {tables.signed(gap, 2)} nats"


def _cells(claim: Claim) -> Iterator[tuple]:
    """Give what a claim is about in the article's tables: words, then a row or two to subtract."""
    name = figures.AGREEMENT_NAMES
    if claim.kind in ("better", "all better", "mostly better"):
        for pair in claim.own:
            yield "", *(reported(one, "five", VIEW) for one in pair)
    elif claim.kind == "layers":
        for pair, kind in product(claim.layers, ("SVM", "softmax")):
            yield "", *(of_layer(one, kind) for one in pair)
    elif claim.kind == "beyond":
        views = (VIEW, ""), ("centre", ", centre crop")
        for (view, words), one, agreement in product(views, claim.own, folds.AGREEMENTS):
            quoted = cell(claim.cells[0], agreement)
            yield name[agreement] + words, reported(one, agreement, view), quoted
    elif claim.kind in ("reached", "views"):
        views = (VIEW, "centre") if claim.kind == "views" else (VIEW,)
        for agreement in folds.AGREEMENTS:
            yield name[agreement], *(reported(claim.own[0], agreement, view) for view in views)
    elif claim.kind == "by count":
        for more, fewer in pairwise(folds.AGREEMENTS):
            rows = (reported(claim.own[0], one, VIEW) for one in (more, fewer))
            yield f"{name[more]} − {name[fewer]}, one subset within the other", *rows
    elif claim.kind == "no more than positive":
        base = {"mean": float(reports.sizes().loc["five", "always_positive"]), "grade": "V"}
        for view, crops in (("centre", "centre crop"), (VIEW, "ten crops")):
            yield f"fc6-2 − always positive, {crops}", reported(claim.own[0], "five", view), base
    elif claim.cells:
        view = {"lost": "centre", "later": VIEW}.get(claim.kind, "")
        yield "", *(cell(one, "five", view) for one in claim.cells)


def cell(named: str, agreement: str = "five", view: str = "") -> pd.Series | None:
    """Find a row of the article's tables by ``experiment: variant``; None if none is so named.

    The view is a key of `scores.VIEWS`, or any if it is empty.
    """
    table = _article()
    chosen = table[(table["named"] == named) & (table["agreement"] == agreement)]
    if view:
        chosen = chosen[chosen["oversampling"] == scores.VIEWS[view]]
    return chosen.iloc[0] if len(chosen) else None


@cache
def _article() -> pd.DataFrame:
    table = scores.reported()
    return table.assign(named=table["experiment"] + ": " + table["variant"])


def of_layer(layer: str, classifier: str) -> pd.Series | None:
    """Find the row of a layer and classifier (``SVM`` or ``softmax``); None if there is none."""
    return cell(f"layer-by-layer: {layer} {classifier}", "five", "centre")


# What the tables call the article's own networks and starts; the first experiment that has one.
_VARIANTS = {
    (one.network, one.start): f"{experiment.reported}: {variant}"
    for experiment in reversed(catalogue.EXPERIMENTS.values())
    for one, variant in zip(experiment.paper, experiment.variants, strict=False)
}


def reported(configuration: Configuration, agreement: str, view: str) -> pd.Series | None:
    """Find the row of the article's tables that has a configuration's number; None if none has."""
    frozen = "frozen" in configuration.recipe
    named = _VARIANTS.get((configuration.network, configuration.start))
    return cell(named, agreement, view) if named and not frozen else None


def difference(first: pd.Series | None, other: pd.Series | None) -> float | None:
    """Subtract what one row of the article's tables reports from another; None if one lacks."""
    return None if first is None or other is None else first["mean"] - other["mean"]
