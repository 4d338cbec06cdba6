"""What the article claims, as data, what tests it, and the numbers that its tables have for it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise, product
from pathlib import Path

import pandas as pd

from pixels_to_sentiment import audit, catalogue, figures, folds, places, reports, scores, tables
from pixels_to_sentiment.catalogue import Configuration

# The view that accuracies are of, unless views are what is compared.
VIEW = "oversampled"
OURS = "ours"


@dataclass(frozen=True)
class Claim:
    """A claim and how it is tested.

    Attributes
    ----------
    name
        Short, as the only one of its name.
    text
        In one line.
    section
        Of the article, or `OURS` for what it does not say.
    chapter
        Label of the chapter that it belongs to; empty if there is none.
    kind
        Of test, one of `rules.RULES`.
    own, nearly, here
        Configurations, or pairs of which the first is said to be better: with the article's own
        networks and starts; with its network from weights that differ only as `NEARLY` says; and
        with networks or starts that stand in for them.
    cells
        Pairs of ``experiment: variant`` in the table of reported results, of which the first is
        said to be better, where the configurations do not name them; of one alone its number.
    layers
        Pairs of layers, the first said to be better.
    reason
        Why it cannot be tested, if it cannot.
    of_layers
        Whether it is about layers: trainings that learned nothing do not count.
    former
        Name of the claim in the table of former verdicts, if there was one.
    """

    name: str
    text: str
    section: str
    chapter: str
    kind: str
    own: tuple = ()
    nearly: tuple = ()
    here: tuple = ()
    cells: tuple = ()
    layers: tuple = ()
    reason: str = ""
    of_layers: bool = False
    former: str = ""


NEARLY = (
    "From ImageNet convolutions fc6-2 is the article's own network but for the weights that the "
    "file lacks: a part of them is set to zero, and its biases are missing and start at zero. It "
    "is called nearly the article's own, counts as its own, and the verdict names it."
)


def _from(start: str, whole: Configuration = catalogue.PAPERS) -> Configuration:
    return replace(whole, start=start)


_CONVOLUTIONS = "imagenet-convolutions"
_ARTICLES, _RECIPE = catalogue.PAPERS, "paper-at-0.0001"
# The nearest to the article's start that can be had here.
BALANCED = Configuration("caffenet", "balanced-convolutions", "head-at-base-rate")
# What stands in for the article's network and start. Of each, the length (all iterations or a
# third) that more seeds are recorded of is taken: see `recorded.Recorded.trained`.
STAND_INS = (BALANCED, catalogue.CAFFENET, catalogue.SQUEEZENET, catalogue.MOBILENET)
LATER = (catalogue.MOBILENET,)
# Whole networks, without their top layer and without two.
_OWN_CUTS = (
    _ARTICLES,
    Configuration("caffenet+fc7-2", "imagenet", "paper"),
    Configuration("caffenet+fc6-2", "imagenet", _RECIPE),
)
_FC6 = Configuration("caffenet+fc6-2", _CONVOLUTIONS, _RECIPE)


def _cut(whole: Configuration, one: str, two: str) -> tuple[Configuration, ...]:
    return whole, *(catalogue.variant_of(whole, name) for name in (one, two))


_SLOWER = tuple(
    replace(catalogue.SQUEEZENET, recipe=f"head-at-base-rate-at-{rate}")
    for rate in ("0.0003", "0.0001")
)
CUTS = (
    (catalogue.CAFFENET, catalogue.variant_of(catalogue.CAFFENET, "fc7-2"), _FC6),
    _cut(BALANCED, "fc7-2", "fc6-2"),
    *(_cut(one, "fire9-2", "fire8-2") for one in (catalogue.SQUEEZENET_OURS, *_SLOWER)),
    _cut(catalogue.MOBILENET, "conv18-2", "block17-2"),
    _cut(catalogue.CAFFENET_FROZEN, "fc7-2", "fc6-2"),
    _cut(catalogue.SQUEEZENET_FROZEN, "fire9-2", "fire8-2"),
)
# Whole networks and the same with a layer more.
_ADDED = (
    *((whole, variant) for variant, whole in catalogue.variants(catalogue.find("addition"))),
    (BALANCED, catalogue.variant_of(BALANCED, "fc9-2")),
)
_OWN_ADDED = tuple(
    (one, catalogue.variant_of(one, "fc9-2")) for one in (_ARTICLES, _from("mvso-english"))
)


def _frozen_below(pair: tuple[Configuration, Configuration]) -> tuple[Configuration, Configuration]:
    """Pair a network with a layer more, of which only that learns, with the one that learns all."""
    variant = pair[1]
    ending = "-third" if variant.recipe.endswith("-third") else ""
    recipe = f"{variant.recipe.removesuffix(ending)}-frozen-below{ending}"
    return replace(variant, recipe=recipe), variant


def _pairs(first: int, other: int) -> dict[str, tuple]:
    return {
        "own": ((_OWN_CUTS[first], _OWN_CUTS[other]),),
        "here": tuple((one[first], one[other]) for one in CUTS),
    }


_STARTS = ("imagenet", "places", "deepsentibank", *catalogue.MVSO)
_RELATED = tuple(one for one in catalogue.MVSO if one != "mvso-chinese")

CLAIMS = (
    Claim(
        "previous",
        "Fine-tuned CaffeNet is clearly better than the PCNN of You et al., on all three subsets.",
        "4.1",
        "fine-tuning",
        "beyond",
        (_ARTICLES,),
        here=STAND_INS,
        cells=("fine-tuning: PCNN (You et al. 2015)",),
        former="improvement",
    ),
    Claim(
        "accuracy",
        "CaffeNet fine-tuned from ImageNet reaches the accuracies of Table 2.",
        "4.1",
        "fine-tuning",
        "reached",
        (_ARTICLES,),
        here=(BALANCED, catalogue.CAFFENET),
        former="accuracy",
    ),
    Claim(
        "agreement",
        "The more annotators agree on a picture, the more accurate the network.",
        "4.1",
        "judgement",
        "by count",
        (_ARTICLES,),
        here=STAND_INS,
        former="agreement",
    ),
    Claim(
        "oversampling",
        "Oversampling (ten crops) improves accuracy.",
        "4.1",
        "judgement",
        "views",
        (_ARTICLES,),
        here=STAND_INS,
        former="oversampling",
    ),
    Claim(
        "oversampling-speed",
        "It does so without a penalty in speed, on a GPU.",
        "4.1",
        "performance",
        "no slower",
    ),
    Claim(
        "depth",
        "The representation gets better along the network.",
        "4.2",
        "layer-by-layer",
        "depth",
        (_ARTICLES,),
        here=STAND_INS,
        former="depth",
    ),
    Claim(
        "dip",
        "Not at every layer: conv5 and pool5 are below conv4.",
        "4.2",
        "layer-by-layer",
        "layers",
        (_ARTICLES,),
        here=(BALANCED, catalogue.CAFFENET),
        layers=(("conv4", "conv5"), ("conv4", "pool5")),
    ),
    Claim(
        "fully-connected",
        "The fully connected layers are above the convolutions: fc6 and fc7 are better than conv4.",
        "4.2",
        "layer-by-layer",
        "layers",
        (_ARTICLES,),
        here=(BALANCED, catalogue.CAFFENET),
        layers=(("fc6", "conv4"), ("fc7", "conv4")),
    ),
    Claim(
        "classifiers",
        "Neither an SVM nor softmax is consistently better on the features of a layer.",
        "4.2",
        "layer-by-layer",
        "alike",
        (_ARTICLES,),
        here=STAND_INS,
        former="classifiers",
    ),
    Claim(
        "one-layer",
        "Removing the top layer costs accuracy: the whole network is better than fc7-2.",
        "4.3",
        "ablation",
        "better",
        **_pairs(0, 1),
        of_layers=True,
        former="one-layer",
    ),
    Claim(
        "two-layers",
        "Removing two layers costs much: fc7-2 is better than fc6-2.",
        "4.3",
        "ablation",
        "better",
        **_pairs(1, 2),
        of_layers=True,
        former="two-layers",
    ),
    Claim(
        "lost-features",
        "fc6-2 is worse than its own pool5 features would make one expect.",
        "4.3",
        "ablation",
        "lost",
        ((_ARTICLES, _OWN_CUTS[2]),),
        here=((BALANCED, CUTS[1][2]), (catalogue.CAFFENET, _FC6)),
        cells=("layer-by-layer: pool5 softmax", "layer ablation: fc6-2"),
        layers=("pool5",),
    ),
    Claim(
        "no-more-than-positive",
        "fc6-2, by the article's recipe, is no better than always answering positive.",
        OURS,
        "ablation",
        "no more than positive",
        (_OWN_CUTS[2],),
        nearly=(_FC6,),
    ),
    Claim(
        "parameters",
        "fc7-2 has over 16 million parameters fewer than the whole network, fc6-2 over 54 million.",
        "4.3",
        "ablation",
        "count",
        ((_ARTICLES, _OWN_CUTS[1]), (_ARTICLES, _OWN_CUTS[2])),
    ),
    Claim(
        "lean",
        "A network with fewer parameters beats the previous state of the art (fc7-2 the PCNN).",
        "5",
        "ablation",
        "beyond",
        (_OWN_CUTS[1],),
        here=(
            *(one for one in STAND_INS if one.network != "caffenet"),
            *(one[1] for one in CUTS[:2]),
        ),
        cells=("fine-tuning: PCNN (You et al. 2015)",),
        of_layers=True,
    ),
    Claim(
        "related",
        "Most starts related to sentiment are better than ILSVRC and Places.",
        "4.4",
        "initialisation",
        "mostly better",
        tuple(
            (_from(one), _from(other))
            for other in ("imagenet", "places")
            for one in ("deepsentibank", *catalogue.MVSO)
        ),
        former="related",
    ),
    Claim(
        "mvso-english",
        "Of all starts, MVSO in English is the best.",
        "4.4",
        "initialisation",
        "all better",
        tuple((_from("mvso-english"), _from(one)) for one in _STARTS if one != "mvso-english"),
        former="mvso-english",
    ),
    Claim(
        "worse-starts",
        "DeepSentiBank and MVSO in Chinese are worse starts than ILSVRC.",
        "4.4",
        "initialisation",
        "all better",
        tuple((_ARTICLES, _from(one)) for one in ("deepsentibank", "mvso-chinese")),
    ),
    Claim(
        "chinese",
        "Of the MVSO starts, Chinese is the worst.",
        "4.4",
        "initialisation",
        "all better",
        tuple((_from(one), _from("mvso-chinese")) for one in _RELATED),
    ),
    Claim(
        "convergence",
        "Starts differ in how fast they converge: MVSO in English faster than DeepSentiBank.",
        "4.4",
        "initialisation",
        "sooner",
        ((_from("deepsentibank"), _from("mvso-english")), (_from("deepsentibank"), _ARTICLES)),
        here=tuple(
            (_from("random", one), one)
            for one in (catalogue.SQUEEZENET, catalogue.CAFFENET, catalogue.MOBILENET)
        ),
    ),
    Claim(
        "addition",
        "A layer on top of the original classifier (fc9) is worse than replacing that (fc8).",
        "4.5",
        "addition",
        "better",
        _OWN_ADDED,
        here=_ADDED,
        of_layers=True,
        former="addition",
    ),
    Claim(
        "frozen-addition",
        "Conjecture: with all pretrained layers frozen and only fc9 trained, it would be better.",
        "4.5",
        "addition",
        "better",
        tuple(_frozen_below(one) for one in _OWN_ADDED),
        here=tuple(_frozen_below(one) for one in _ADDED),
    ),
    Claim(
        "maps-speed",
        "Maps at 451 pixels give 64 times the outputs for about three times the time.",
        "4.6",
        "sentiment-maps",
        "speed",
        cells=(
            "sentiment maps: inference time of the fully convolutional form at 451, relative to "
            "the classifier at 227",
        ),
    ),
    Claim(
        "maps-mean",
        "The global prediction is not the mean of the 64 local ones.",
        "4.6",
        "sentiment-maps",
        "local",
        (_ARTICLES,),
        here=STAND_INS,
    ),
    Claim(
        "maps",
        "Sentiment maps show which parts of a picture decide.",
        "4.6",
        "sentiment-maps",
        "maps",
        (_ARTICLES,),
        here=STAND_INS,
        former="maps",
    ),
    Claim(
        "errors",
        "The main object decides although context matters; campfires and burning buildings look "
        "alike to the network.",
        "4.6",
        "sentiment-maps",
        "none",
        reason="It is read off single pictures, and nobody has labelled objects and context in "
        "these.",
    ),
    Claim(
        "architectures",
        "Conjecture: later architectures would help, as Inception and ResNet.",
        "4.6",
        "ten-years-later",
        "later",
        LATER,
        cells=("initialisation: MVSO English",),
    ),
    Claim(
        "fine-tuning",
        "Fine-tuning beats a linear classifier on the features that the network starts with.",
        OURS,
        "ten-years-later",
        "tuned",
        STAND_INS,
    ),
    Claim(
        "start",
        "It takes a trained start: from random weights the same network is less accurate.",
        OURS,
        "initialisation",
        "better",
        tuple(
            (one, _from("random", one))
            for one in (catalogue.SQUEEZENET, catalogue.CAFFENET, catalogue.MOBILENET)
        ),
        former="start",
    ),
)


def reported_lines(claim: Claim) -> list[str]:
    """Give the numbers that the article reports for a claim, with their marks, in words (HTML)."""
    lines = []
    for what, *rows in _cells(claim):
        if all(one is not None for one in rows):
            first, *others = rows
            value = first["mean"] - sum(other["mean"] for other in others)
            # The least certain of the grades.
            mark = tables.MARKS[max((one["grade"] for one in rows), key="VIR".index)]
            words = what or " − ".join(one["variant"] for one in rows)
            shown = tables.signed(value) if others else f"{value:.3f}".removesuffix(".000")
            lines.append(f"{words}: {shown}{mark}")
    if claim.kind == "count":
        lines += [reported(cut, "five", VIEW)["note"].partition(";")[0] for _, cut in claim.own]
    if claim.kind in ("alike", "depth"):
        lines += _of_all_layers(claim.kind)
    if claim.kind == "sooner":
        lines.append(_figure_6())
    return lines


def _of_all_layers(kind: str) -> list[str]:
    """Say what the article's table of all layers gives for a claim about all of them."""
    table = scores.reported("layer-by-layer")
    table = table.assign(
        layer=table["variant"].str.partition(" ")[0], by=table["variant"].str.partition(" ")[2]
    ).pivot_table("mean", "layer", "by", sort=False)
    if kind == "alike":
        gap = (table["SVM"] - table["softmax"]).mean()
        return [f"SVM − softmax, mean of {len(table)} layers: {tables.signed(gap)}"]
    # The table begins with the last layer.
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


_VIEWED = ("reached", "by count", "views")


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
    elif claim.kind in _VIEWED:
        for agreement, *others in _steps(claim.kind):
            names = neighbours(agreement, *others) if others else figures.AGREEMENT_NAMES[agreement]
            rows = [reported(claim.own[0], one, VIEW) for one in (agreement, *others)]
            crops = [reported(claim.own[0], agreement, "centre")] if claim.kind == "views" else []
            yield names, *rows, *crops
    elif claim.kind == "no more than positive":
        base = pd.Series({"mean": _always_positive(), "grade": "V"})
        for view, crops in (("centre", "centre crop"), (VIEW, "ten crops")):
            yield f"fc6-2 − always positive, {crops}", reported(claim.own[0], "five", view), base
    elif claim.cells:
        view = {"lost": "centre", "later": VIEW}.get(claim.kind, "")
        yield "", *(cell(one, "five", view) for one in claim.cells)


def _always_positive() -> float:
    return float(audit.sizes().set_index("agreement").loc["five", "always_positive"])


def _steps(kind: str) -> Iterator[tuple[str, str]]:
    if kind == "by count":
        return pairwise(folds.AGREEMENTS)
    return ((agreement,) for agreement in folds.AGREEMENTS)


def cell(named: str, agreement: str = "five", view: str = "") -> pd.Series | None:
    """Find a row of the article's tables by ``experiment: variant``; None if none is so named.

    Parameters
    ----------
    view
        A key of `scores.VIEWS`; any if it is empty.
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


def neighbours(one: str, other: str) -> str:
    """Name the step from one subset by agreement to another."""
    return f"{figures.AGREEMENT_NAMES[one]} − {figures.AGREEMENT_NAMES[other]}"
