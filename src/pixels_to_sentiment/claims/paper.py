"""What the paper says: its claims as data, and the numbers that its tables have for each."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import pandas as pd

from pixels_to_sentiment import catalogue, figures, folds, scores, tables
from pixels_to_sentiment.catalogue import Configuration

# The view that accuracies are of, unless views are what is compared.
VIEW = "oversampled"


@dataclass(frozen=True)
class Claim:
    """A claim of the paper and how it is tested.

    Attributes
    ----------
    name
        Short, as the only one of its name.
    text
        In one line.
    chapter
        Label of the chapter that it belongs to; empty if there is none.
    kind
        Of test, one of `kinds.KINDS`.
    own, here
        Configurations, or pairs of which the first is said to be better: those with the paper's
        own network and start, and those that stand in for them.
    grade
        Of the claim itself, as of the reported results: V verified, R recalled.
    reason
        Why it cannot be tested, if it cannot.
    reported
        What the table of reported results calls its number, where that is of no configuration.
    of_layers
        Whether it is about layers: pairs in which a network did not learn do not count.
    """

    name: str
    text: str
    chapter: str
    kind: str
    own: tuple = ()
    here: tuple = ()
    grade: str = "R"
    reason: str = ""
    reported: str = ""
    of_layers: bool = False


def _from(start: str, whole: Configuration = catalogue.PAPERS) -> Configuration:
    return replace(whole, start=start)


STAND_INS = (catalogue.SQUEEZENET, catalogue.CAFFENET, catalogue.MOBILENET)
_STARTS = ("imagenet", "places", "deepsentibank", *catalogue.MVSO)
# Whole networks, and what corresponds in each to the cuts that the paper's table has.
_FC_CUTS = ("fc7-4096", "fc6-4096", "fc7-2", "fc6-2")
_CUTS = {
    catalogue.PAPERS: _FC_CUTS,
    catalogue.SQUEEZENET_OURS: ("fire9-512", "fire8-512", "fire9-2", "fire8-2"),
    catalogue.CAFFENET: _FC_CUTS,
    catalogue.MOBILENET: ("conv18-1280", "block17-320", "conv18-2", "block17-2"),
    # Channels as classes have no layer of their own to train.
    catalogue.SQUEEZENET_FROZEN: ("", "", "fire9-2", "fire8-2"),
    catalogue.CAFFENET_FROZEN: ("", "", "fc7-2", "fc6-2"),
}


def _ablated(first: str, other: str) -> dict[str, tuple]:
    """Pair two of the paper's networks, cut or whole, and the same two of those that stand in."""
    pairs = []
    for whole, cuts in _CUTS.items():
        alike = {"": whole}
        for name, cut in zip(_FC_CUTS, cuts, strict=True):
            if cut:
                alike[name] = catalogue.variant_of(whole, cut)
        if first in alike and other in alike:
            pairs.append((alike[first], alike[other]))
    return {"own": tuple(pairs[:1]), "here": tuple(pairs[1:])}


def _added(whole: Configuration) -> tuple[Configuration, Configuration]:
    """Pair one of the paper's networks with a layer more, and without."""
    return catalogue.variant_of(whole, "fc9-2"), whole


CLAIMS = (
    Claim(
        "improvement",
        "The best fine-tuned network is 6.1 points (absolute) more accurate than the state of the "
        "art before it.",
        "fine-tuning",
        "untestable",
        own=(_from("mvso-english"),),
        grade="V",
        reason="The earlier network, that of You et al. (PCNN), cannot be scored on these folds: "
        "neither its weights nor code that trains it are among the files of this project.",
        reported="abstract v1",
    ),
    Claim(
        "accuracy",
        "CaffeNet fine-tuned from ImageNet reaches the accuracies of the paper's main table.",
        "fine-tuning",
        "level",
        (catalogue.PAPERS,),
        STAND_INS,
    ),
    Claim(
        "start",
        "It takes a trained start: from random weights the same network is less accurate.",
        "initialisation",
        "better",
        ((catalogue.PAPERS, _from("random")),),
        tuple((one, _from("random", one)) for one in STAND_INS),
    ),
    Claim(
        "oversampling",
        "Oversampling (ten crops) improves accuracy.",
        "judgement",
        "views",
        (catalogue.PAPERS,),
        STAND_INS,
    ),
    Claim(
        "agreement",
        "The more annotators agree on the pictures, the more accurate the network.",
        "fine-tuning",
        "ordered",
        (catalogue.PAPERS,),
        STAND_INS,
    ),
    Claim(
        "one-layer",
        "Removing a fully connected layer costs accuracy: the whole network is better than fc7-2.",
        "ablation",
        "better",
        **_ablated("", "fc7-2"),
        of_layers=True,
    ),
    Claim(
        "two-layers",
        "Removing a second one costs more: fc7-2 is better than fc6-2.",
        "ablation",
        "better",
        **_ablated("fc7-2", "fc6-2"),
        of_layers=True,
    ),
    Claim(
        "two-way-fc7",
        "With one layer removed, a new two-way layer is better than leaving the 4096 outputs as "
        "classes: fc7-2 is better than fc7-4096.",
        "ablation",
        "better",
        **_ablated("fc7-2", "fc7-4096"),
        of_layers=True,
    ),
    Claim(
        "two-way-fc6",
        "So it is with two layers removed: fc6-2 is better than fc6-4096.",
        "ablation",
        "better",
        **_ablated("fc6-2", "fc6-4096"),
        of_layers=True,
    ),
    Claim(
        "depth",
        "Later layers carry more sentiment: their features classify better.",
        "layer-by-layer",
        "layers",
        (catalogue.PAPERS,),
        STAND_INS,
    ),
    Claim(
        "classifiers",
        "On a layer's features an SVM and a softmax classifier do about as well.",
        "layer-by-layer",
        "classifiers",
        (catalogue.PAPERS,),
        STAND_INS,
    ),
    Claim(
        "related",
        "Starts from related domains (Places, DeepSentiBank, MVSO) are better than one from "
        "ImageNet.",
        "initialisation",
        "better throughout",
        tuple((_from(one), catalogue.PAPERS) for one in _STARTS[1:]),
    ),
    Claim(
        "mvso-english",
        "Of all starts, MVSO in English is the best.",
        "initialisation",
        "better throughout",
        tuple((_from("mvso-english"), _from(one)) for one in _STARTS if one != "mvso-english"),
    ),
    Claim(
        "addition",
        "A two-way layer on top of the original classifier (fc9) does not help.",
        "addition",
        "no better",
        tuple(_added(one) for one in (catalogue.PAPERS, _from("mvso-english"))),
        tuple(catalogue.variants(catalogue.EXPERIMENTS["addition"])),
        of_layers=True,
    ),
    Claim(
        "maps",
        "Sentiment maps show which parts of a picture speak for either class.",
        "sentiment-maps",
        "maps",
        (catalogue.PAPERS,),
        STAND_INS,
    ),
)


def reported_lines(claim: Claim) -> list[str]:
    """Give the numbers that the paper reports for a claim, with their marks, in words (HTML)."""
    if claim.reported:
        rows = scores.reported(claim.reported).itertuples()
        return [f"{tables.signed(one.mean)}{tables.MARKS[one.grade]}" for one in rows]
    lines = []
    for what, *cells in _cells(claim):
        found = [reported(*cell) for cell in cells]
        if all(one is not None for one in found):
            first, *others = found
            value = first["mean"] - sum(other["mean"] for other in others)
            # The least certain of the grades.
            mark = tables.MARKS[max((one["grade"] for one in found), key="VIR".index)]
            words = what or " − ".join(one["variant"] for one in found)
            shown = tables.signed(value) if others else f"{value:.3f}"
            lines.append(f"{words}: {shown}{mark}")
    return lines


def _cells(claim: Claim) -> Iterator[tuple]:
    """Give what a claim is about in the paper's tables: words, then one cell or two to subtract."""
    names = figures.AGREEMENT_NAMES
    for one in claim.own:
        if not isinstance(one, Configuration):
            yield "", *((configuration, "five", VIEW) for configuration in one)
        elif claim.kind == "ordered":
            for both in pairwise(folds.AGREEMENTS):
                yield neighbours(*both), *((one, agreement, VIEW) for agreement in both)
        elif claim.kind == "views":
            for agreement in folds.AGREEMENTS:
                yield names[agreement], (one, agreement, VIEW), (one, agreement, "centre")
        elif claim.kind == "level":
            for agreement in folds.AGREEMENTS:
                yield names[agreement], (one, agreement, VIEW)


def reported(configuration: Configuration, agreement: str, view: str) -> pd.Series | None:
    """Find the row of the paper's tables that has a configuration's number; None if none has."""
    for experiment in catalogue.EXPERIMENTS.values():
        named = dict(zip(experiment.paper, experiment.variants, strict=False))
        if variant := named.get(configuration):
            table = scores.reported(experiment.reported)
            chosen = table[
                (table["variant"] == variant)
                & (table["agreement"] == agreement)
                & (table["oversampling"] == scores.VIEWS[view])
            ]
            if len(chosen):
                return chosen.iloc[0]
    return None


def neighbours(one: str, other: str) -> str:
    """Name the step from one subset by agreement to another."""
    return f"{figures.AGREEMENT_NAMES[one]} − {figures.AGREEMENT_NAMES[other]}"
