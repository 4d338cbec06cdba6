"""What the article claims, by the table ``claims.csv``, and what tests it."""

import csv
from dataclasses import dataclass, replace
from pathlib import Path

from pixels_to_sentiment.records import catalogue
from pixels_to_sentiment.records.catalogue import PAPERS, Configuration

# The view that accuracies are of, unless views are what is compared.
VIEW = "oversampled"
OURS = "ours"
# What the article's own experiments found.
FINDING = "a finding"


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
    reason
        Why it cannot be tested, if it cannot.
    own, nearly, here
        Configurations, or pairs of which the first is said to be better: with the article's own
        networks and starts; with its network from weights that differ only as `NEARLY` says; and
        with networks or starts that stand in for them.
    cells
        Pairs of ``experiment: variant`` in the table of reported results, of which the first is
        said to be better, where the configurations do not name them; of one alone its number.
    layers
        Pairs of layers, the first said to be better.
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

    @property
    def nature(self) -> str:
        """Whether it is a `FINDING` of the article or, in words, something else."""
        if self.section == OURS:
            return "a claim of this book"
        if self.text.startswith("Conjecture"):
            return "a conjecture of the authors"
        return "a count of parameters" if self.kind == "count" else FINDING


NEARLY = (
    "From ImageNet convolutions fc6-2 is the article's own network but for the weights that the "
    "file lacks: a part of them is set to zero, and its biases are missing and start at zero. It "
    "is called nearly the article's own, counts as its own, and the verdict names it."
)


def _from(*starts: str) -> tuple[Configuration, ...]:
    return tuple(replace(PAPERS, start=start) for start in starts)


def _random(one: Configuration) -> Configuration:
    return replace(one, start="random")


def _cuts(whole: Configuration, *names: str) -> tuple[Configuration, ...]:
    """Give a whole network, and the same without its top layer and without two."""
    return whole, *(catalogue.variant_of(whole, name) for name in names)


def frozen(one: Configuration, part: str) -> Configuration:
    """Give the same network with a part frozen, trained for as long."""
    ending = "-third" if one.recipe.endswith("-third") else ""
    return replace(one, recipe=f"{one.recipe.removesuffix(ending)}-frozen-{part}{ending}")


# What stands in for the article's network and start. Of each, the length (all iterations or a
# third) that more seeds are recorded of is taken: see `recorded.Recorded.trained`.
STAND_INS = (catalogue.CAFFENET, catalogue.SETTLED, catalogue.SQUEEZENET, catalogue.MOBILENET)
_OWN_CUTS = (PAPERS, catalogue.FC7_2, catalogue.FC6_2)
_SLOWER = (
    replace(catalogue.SQUEEZENET, recipe=f"head-at-base-rate-at-{rate}")
    for rate in ("0.0003", "0.0001")
)
_CUTS = (
    (catalogue.SETTLED, catalogue.SETTLED_FC7_2, catalogue.CONVOLUTIONS_FC6_2),
    (*_cuts(catalogue.CAFFENET, "fc7-2"), catalogue.CONVOLUTIONS_FC6_2),
    (catalogue.CONVOLUTIONS, catalogue.CONVOLUTIONS_FC7_2, catalogue.CONVOLUTIONS_FC6_2),
    *(_cuts(one, "fire9-2", "fire8-2") for one in (catalogue.SQUEEZENET_OURS, *_SLOWER)),
    _cuts(catalogue.MOBILENET, "conv18-2", "block17-2"),
    _cuts(catalogue.CAFFENET_FROZEN, "fc7-2", "fc6-2"),
    _cuts(catalogue.SQUEEZENET_FROZEN, "fire9-2", "fire8-2"),
)
# Whole networks and the same with a layer more.
_OWN_ADDED = tuple(_cuts(one, "fc9-2") for one in _from("imagenet", "mvso-english"))
_ADDED = tuple(both[::-1] for both in catalogue.variants(catalogue.find("addition")))


def _pairs(first: int, other: int) -> dict[str, tuple]:
    return {
        "own": ((_OWN_CUTS[first], _OWN_CUTS[other]),),
        "here": tuple((one[first], one[other]) for one in _CUTS),
        "of_layers": True,
    }


_ENGLISH, _CHINESE = _from("mvso-english", "mvso-chinese")
_DEEPSENTIBANK, _PLACES = _from("deepsentibank", "places")
_MVSO = _from(*catalogue.MVSO)
_PCNN = "fine-tuning: PCNN (You et al. 2015)"
_TRAINED = (catalogue.SQUEEZENET, catalogue.CAFFENET, catalogue.MOBILENET)
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
    "one-layer": _pairs(0, 1),
    "two-layers": _pairs(1, 2),
    "lost-features": {
        "own": ((PAPERS, catalogue.FC6_2),),
        "here": ((catalogue.CAFFENET, catalogue.CONVOLUTIONS_FC6_2),),
        "cells": ("layer-by-layer: pool5 softmax", "layer ablation: fc6-2"),
        "layers": ("pool5",),
    },
    "no-more-than-positive": {
        "own": (catalogue.FC6_2,),
        "nearly": (catalogue.CONVOLUTIONS_FC6_2,),
    },
    "parameters": {"own": ((PAPERS, catalogue.FC7_2), (PAPERS, catalogue.FC6_2))},
    "lean": {
        "own": (catalogue.FC7_2,),
        "here": (catalogue.SQUEEZENET, catalogue.MOBILENET, *(one[1] for one in _CUTS[:3])),
        "cells": (_PCNN,),
        "of_layers": True,
    },
    "related": {
        "own": (*((one, other) for other in (PAPERS, _PLACES) for one in (_DEEPSENTIBANK, *_MVSO)),)
    },
    "mvso-english": {
        "own": tuple((_ENGLISH, one) for one in (PAPERS, _PLACES, _DEEPSENTIBANK, *_MVSO[1:]))
    },
    "worse-starts": {"own": ((PAPERS, _DEEPSENTIBANK), (PAPERS, _CHINESE))},
    "chinese": {"own": tuple((one, _CHINESE) for one in _MVSO if one != _CHINESE)},
    "convergence": {
        "own": ((_DEEPSENTIBANK, _ENGLISH), (_DEEPSENTIBANK, PAPERS)),
        "here": tuple((_random(one), one) for one in _TRAINED),
    },
    "addition": {"own": _OWN_ADDED, "here": _ADDED, "of_layers": True},
    "frozen-addition": {
        "own": tuple((frozen(added, "below"), added) for _, added in _OWN_ADDED),
        "here": tuple(
            (frozen(added, "below"), added)
            for _, added in _ADDED
            if added != catalogue.SETTLED_FC9_2  # whose start is to have settled what is below
        ),
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
        "own": (catalogue.MOBILENET, catalogue.EFFICIENTNET),
        "cells": ("initialisation: MVSO English",),
    },
    "fine-tuning": {
        "own": (*STAND_INS, catalogue.SQUEEZENET_OURS, catalogue.ALEXNET, catalogue.EFFICIENTNET)
    },
    "start": {"own": tuple((one, _random(one)) for one in _TRAINED)},
}

with Path(__file__).with_name("claims.csv").open(encoding="utf-8", newline="") as _table:
    CLAIMS = tuple(Claim(**row, **_TESTED[row["name"]]) for row in csv.DictReader(_table))
