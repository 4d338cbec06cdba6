"""What the article claims, by the table ``claims.csv``, and what tests it."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pixels_to_sentiment.records import catalogue
from pixels_to_sentiment.records.catalogue import PAPERS, Configuration

# The view that accuracies are of, unless views are what is compared.
VIEW = "oversampled"
OURS = "ours"


@dataclass(frozen=True)
class Claim:
    """A claim and how it is tested.

    Attributes
    ----------
    section
        Of the article, or `OURS` for what it does not say.
    chapter
        Label of the chapter that it belongs to.
    kind
        Of test, one of `rules.RULES`.
    short, text
        The claim in a few words, and in a sentence.
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
    """

    name: str
    section: str
    chapter: str
    kind: str
    short: str
    text: str
    reason: str
    own: tuple = ()
    nearly: tuple = ()
    here: tuple = ()
    cells: tuple = ()
    layers: tuple = ()
    of_layers: bool = False


NEARLY = (
    "From ImageNet convolutions fc6-2 is the article's own network but for the weights that the "
    "file lacks: a part of them is set to zero, and its biases are missing and start at zero. It "
    "is called nearly the article's own, counts as its own, and the verdict names it."
)


def _from(start: str, whole: Configuration = PAPERS) -> Configuration:
    return replace(whole, start=start)


# What stands in for the article's network and start. Of each, the length (all iterations or a
# third) that more seeds are recorded of is taken: see `recorded.Recorded.trained`.
STAND_INS = (catalogue.CAFFENET, catalogue.SETTLED, catalogue.SQUEEZENET, catalogue.MOBILENET)
# Whole networks, without their top layer and without two.
_OWN_CUTS = (PAPERS, catalogue.FC7_2, catalogue.FC6_2)


def _cut(whole: Configuration, one: str, two: str) -> tuple[Configuration, ...]:
    return whole, *(catalogue.variant_of(whole, name) for name in (one, two))


_SLOWER = tuple(
    replace(catalogue.SQUEEZENET, recipe=f"head-at-base-rate-at-{rate}")
    for rate in ("0.0003", "0.0001")
)
_CAFFENET_FC7_2 = catalogue.variant_of(catalogue.CAFFENET, "fc7-2")
_CUTS = (
    (catalogue.CAFFENET, _CAFFENET_FC7_2, catalogue.CONVOLUTIONS_FC6_2),
    (catalogue.CONVOLUTIONS, catalogue.CONVOLUTIONS_FC7_2, catalogue.CONVOLUTIONS_FC6_2),
    *(_cut(one, "fire9-2", "fire8-2") for one in (catalogue.SQUEEZENET_OURS, *_SLOWER)),
    _cut(catalogue.MOBILENET, "conv18-2", "block17-2"),
    _cut(catalogue.CAFFENET_FROZEN, "fc7-2", "fc6-2"),
    _cut(catalogue.SQUEEZENET_FROZEN, "fire9-2", "fire8-2"),
)
# Whole networks and the same with a layer more.
_ADDED = (*((whole, variant) for variant, whole in catalogue.variants(catalogue.find("addition"))),)
_OWN_ADDED = tuple(
    (one, catalogue.variant_of(one, "fc9-2")) for one in (PAPERS, _from("mvso-english"))
)


def frozen(one: Configuration, part: str) -> Configuration:
    """Give the same network with a part frozen, trained for as long."""
    ending = "-third" if one.recipe.endswith("-third") else ""
    return replace(one, recipe=f"{one.recipe.removesuffix(ending)}-frozen-{part}{ending}")


def _pairs(first: int, other: int) -> dict[str, tuple]:
    return {
        "own": ((_OWN_CUTS[first], _OWN_CUTS[other]),),
        "here": tuple((one[first], one[other]) for one in _CUTS),
    }


_STARTS = ("imagenet", "places", "deepsentibank", *catalogue.MVSO)
_RELATED = tuple(one for one in catalogue.MVSO if one != "mvso-chinese")
_PCNN = "fine-tuning: PCNN (You et al. 2015)"
_RANDOM = tuple(
    (_from("random", one), one)
    for one in (catalogue.SQUEEZENET, catalogue.CAFFENET, catalogue.MOBILENET)
)
_OWN_AND_STAND_INS = {"own": (PAPERS,), "here": STAND_INS}
_OWN_AND_CAFFENET = {"own": (PAPERS,), "here": (catalogue.CAFFENET, catalogue.SETTLED)}

# What tests each claim of the table, by its name.
_TESTED = {
    "previous": _OWN_AND_STAND_INS | {"cells": (_PCNN,)},
    "accuracy": _OWN_AND_CAFFENET,
    "agreement": _OWN_AND_STAND_INS,
    "oversampling": _OWN_AND_STAND_INS,
    "oversampling-speed": {},
    "depth": _OWN_AND_STAND_INS,
    "dip": _OWN_AND_CAFFENET | {"layers": (("conv4", "conv5"), ("conv4", "pool5"))},
    "fully-connected": _OWN_AND_CAFFENET | {"layers": (("fc6", "conv4"), ("fc7", "conv4"))},
    "classifiers": _OWN_AND_STAND_INS,
    "one-layer": _pairs(0, 1) | {"of_layers": True},
    "two-layers": _pairs(1, 2) | {"of_layers": True},
    "lost-features": {
        "own": ((PAPERS, _OWN_CUTS[2]),),
        "here": ((catalogue.CAFFENET, catalogue.CONVOLUTIONS_FC6_2),),
        "cells": ("layer-by-layer: pool5 softmax", "layer ablation: fc6-2"),
        "layers": ("pool5",),
    },
    "no-more-than-positive": {
        "own": (_OWN_CUTS[2],),
        "nearly": (catalogue.CONVOLUTIONS_FC6_2,),
    },
    "parameters": {"own": ((PAPERS, _OWN_CUTS[1]), (PAPERS, _OWN_CUTS[2]))},
    "lean": {
        "own": (_OWN_CUTS[1],),
        "here": (
            *(one for one in STAND_INS if one.network != "caffenet"),
            *(one[1] for one in _CUTS[:2]),
        ),
        "cells": (_PCNN,),
        "of_layers": True,
    },
    "related": {
        "own": tuple(
            (_from(one), _from(other))
            for other in ("imagenet", "places")
            for one in ("deepsentibank", *catalogue.MVSO)
        )
    },
    "mvso-english": {
        "own": tuple(
            (_from("mvso-english"), _from(one)) for one in _STARTS if one != "mvso-english"
        )
    },
    "worse-starts": {
        "own": tuple((PAPERS, _from(one)) for one in ("deepsentibank", "mvso-chinese"))
    },
    "chinese": {"own": tuple((_from(one), _from("mvso-chinese")) for one in _RELATED)},
    "convergence": {
        "own": (
            (_from("deepsentibank"), _from("mvso-english")),
            (_from("deepsentibank"), PAPERS),
        ),
        "here": _RANDOM,
    },
    "addition": {"own": _OWN_ADDED, "here": _ADDED, "of_layers": True},
    "frozen-addition": {
        "own": tuple((frozen(variant, "below"), variant) for _, variant in _OWN_ADDED),
        "here": tuple((frozen(variant, "below"), variant) for _, variant in _ADDED),
    },
    "maps-speed": {
        "cells": (
            "sentiment maps: inference time of the fully convolutional form at 451, relative to "
            "the classifier at 227",
        )
    },
    "maps-mean": _OWN_AND_STAND_INS,
    "maps": _OWN_AND_STAND_INS,
    "errors": {},
    "architectures": {
        "own": (catalogue.MOBILENET,),
        "cells": ("initialisation: MVSO English",),
    },
    "fine-tuning": {"own": STAND_INS},
    "start": {"own": tuple((one, random) for random, one in _RANDOM)},
}


def _claims() -> Iterator[Claim]:
    with Path(__file__).with_name("claims.csv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            yield Claim(**row, **_TESTED[row["name"]])


CLAIMS = tuple(_claims())
