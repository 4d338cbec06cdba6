"""The numbers that the article's tables have for each claim."""

from collections.abc import Iterator
from functools import cache
from itertools import pairwise, product
from pathlib import Path

import pandas as pd

from pixels_to_sentiment import places, reports
from pixels_to_sentiment.claims.paper import VIEW, Claim
from pixels_to_sentiment.data import audit, folds
from pixels_to_sentiment.drawing import figures, tables
from pixels_to_sentiment.judging import scores
from pixels_to_sentiment.records import catalogue
from pixels_to_sentiment.records.catalogue import Configuration


def reported_lines(claim: Claim) -> list[str]:
    """Give the numbers that the article reports for a claim, with their marks, in words."""
    lines = []
    for what, *rows in _cells(claim):
        if all(one is not None for one in rows):
            first, *others = rows
            value = first["mean"] - sum(other["mean"] for other in others)
            # The least certain of the grades.
            mark = tables.MARKS[max((one["grade"] for one in rows), key="VIR".index)]
            words = what or " − ".join(one["variant"] for one in rows)
            shown = tables.signed(value) if others else f"{value:.3f}".removesuffix(".000")
            lines.append(f"{words}: {shown}" + mark)
    if claim.kind == "count":
        lines += [reported(cut, "five", VIEW)["note"].partition(";")[0] for _, cut in claim.own]
    if claim.kind in ("alike", "depth"):
        lines += _of_all_layers(claim.kind)
    if claim.kind == "sooner":
        lines.append(_figure_6())
    return lines


def reported_differences(claim: Claim) -> list[float]:
    """Give the differences of accuracies that the article's numbers make for a claim.

    A claim to reach the article's own accuracy has none to it.
    """
    if claim.kind == "reached":
        return [0.0]
    if claim.kind == "alike":
        table = _layers()
        return [float((table["SVM"] - table["softmax"]).mean())]
    found = ([first, *others] for _, first, *others in _cells(claim))
    return [
        float(first["mean"] - other["mean"])
        for first, *others in found
        for other in others
        if first is not None and other is not None
    ]


def _layers() -> pd.DataFrame:
    """Table the article's accuracies layer by layer, SVM and softmax, last layer first."""
    table = scores.reported("layer-by-layer")
    words = table["variant"].str.partition(" ")
    return table.assign(layer=words[0], by=words[2]).pivot_table("mean", "layer", "by", sort=False)


def _of_all_layers(kind: str) -> list[str]:
    """Say what the article's table of all layers gives for a claim about all of them."""
    table = _layers()
    if kind == "alike":
        gap = (table["SVM"] - table["softmax"]).mean()
        return [f"SVM − softmax, mean of {len(table)} layers: {tables.signed(gap)}"]
    depth = pd.Series(range(len(table), 0, -1), index=table.index)
    rho = table.corrwith(depth, method="spearman")
    return [f"{by}: {tables.signed(rho[by], 2)} over {len(table)} layers" for by in table]


def _figure_6() -> str:
    """Say what figure 6, read off the picture, gives for the pair of starts that it shows."""
    curves = reports.reported_losses()
    curves = curves.pivot(index="iteration", columns="curve", values="training")
    both = curves[["the paper: DeepSentiBank", "the paper: CaffeNet"]].dropna()
    gap = both.iloc[:, 0].mean() - both.iloc[:, 1].mean()
    span = f"iterations {both.index.min()} to {both.index.max()}"
    words = "DeepSentiBank − CaffeNet, mean training loss (figure 6, read off it)"
    return f"{words}, {span}: {tables.signed(gap, 2)} nats"


def _cells(claim: Claim) -> Iterator[tuple]:
    """Give what a claim is about in the article's tables: words, then a row or two to subtract."""
    if claim.kind in ("better", "all better", "mostly better"):
        for pair in claim.own:
            yield "", *(reported(one, "five", VIEW) for one in pair)
    elif claim.kind == "layers":
        for pair, kind in product(claim.layers, ("SVM", "softmax")):
            yield "", *(cell(f"layer-by-layer: {one} {kind}", "five", "centre") for one in pair)
    elif claim.kind == "beyond":
        for one, agreement in product(claim.own, folds.AGREEMENTS):
            rows = reported(one, agreement, VIEW), cell(claim.cells[0], agreement)
            yield figures.AGREEMENT_NAMES[agreement], *rows
    elif claim.kind in ("reached", "views"):
        views = (VIEW, "centre") if claim.kind == "views" else (VIEW,)
        for agreement in folds.AGREEMENTS:
            rows = [reported(claim.own[0], agreement, view) for view in views]
            yield figures.AGREEMENT_NAMES[agreement], *rows
    elif claim.kind == "by count":
        for both in pairwise(folds.AGREEMENTS):
            rows = [reported(claim.own[0], one, VIEW) for one in both]
            yield " − ".join(figures.AGREEMENT_NAMES[one] for one in both), *rows
    elif claim.kind == "no more than positive":
        sizes = audit.sizes().set_index("agreement")
        base = pd.Series({"mean": float(sizes.loc["five", "always_positive"]), "grade": "V"})
        for view, crops in (("centre", "centre crop"), (VIEW, "ten crops")):
            yield f"fc6-2 − always positive, {crops}", reported(claim.own[0], "five", view), base
    elif claim.cells:
        view = {"lost": "centre", "later": VIEW}.get(claim.kind, "")
        yield "", *(cell(one, "five", view) for one in claim.cells)


def cell(named: str, agreement: str = "five", view: str = "") -> pd.Series | None:
    """Find a row of the article's tables by ``experiment: variant``; None if none is so named.

    The view is a key of `scores.VIEWS`, or any if it is empty.
    """
    experiment, _, variant = named.partition(": ")
    table = _article(places.ground_truth() / "reported_results.csv")
    chosen = table[(table["experiment"] == experiment) & (table["variant"] == variant)]
    chosen = chosen[chosen["agreement"] == agreement]
    if view:
        chosen = chosen[chosen["oversampling"] == scores.VIEWS[view]]
    return chosen.iloc[0] if len(chosen) else None


@cache
def _article(path: Path) -> pd.DataFrame:
    return scores.reported(path=path)


_VARIANTS = {
    ("caffenet", "imagenet"): "fine-tuning: CaffeNet, ILSVRC-2012",
    ("caffenet", "places"): "initialisation: Places",
    ("caffenet", "deepsentibank"): "initialisation: DeepSentiBank",
    **{
        ("caffenet", f"mvso-{language}"): f"initialisation: MVSO {language.title()}"
        for language in catalogue.LANGUAGES
    },
    ("caffenet+fc7-2", "imagenet"): "layer ablation: fc7-2",
    ("caffenet+fc6-2", "imagenet"): "layer ablation: fc6-2",
    ("caffenet+fc9-2", "imagenet"): "layer addition: fc9-2, ILSVRC-2012",
    ("caffenet+fc9-2", "mvso-english"): "layer addition: fc9-2, MVSO English",
}


def reported(configuration: Configuration, agreement: str, view: str) -> pd.Series | None:
    """Find the row of the article's tables that has a configuration's number; None if none has."""
    frozen = "frozen" in configuration.recipe
    named = _VARIANTS.get((configuration.network, configuration.start))
    return cell(named, agreement, view) if named and not frozen else None
