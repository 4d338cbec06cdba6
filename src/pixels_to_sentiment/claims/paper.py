"""What the article claims, as data, and what tests it."""

from dataclasses import dataclass, replace

from pixels_to_sentiment.records import catalogue
from pixels_to_sentiment.records.catalogue import Configuration

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


_ARTICLES = catalogue.PAPERS
# What stands in for the article's network and start. Of each, the length (all iterations or a
# third) that more seeds are recorded of is taken: see `recorded.Recorded.trained`.
STAND_INS = (catalogue.CAFFENET, catalogue.SQUEEZENET, catalogue.MOBILENET)
LATER = (catalogue.MOBILENET,)
# Whole networks, without their top layer and without two.
_OWN_CUTS = (
    _ARTICLES,
    catalogue.FC7_2,
    catalogue.FC6_2,
)


def _cut(whole: Configuration, one: str, two: str) -> tuple[Configuration, ...]:
    return whole, *(catalogue.variant_of(whole, name) for name in (one, two))


_SLOWER = tuple(
    replace(catalogue.SQUEEZENET, recipe=f"head-at-base-rate-at-{rate}")
    for rate in ("0.0003", "0.0001")
)
CUTS = (
    (
        catalogue.CAFFENET,
        catalogue.variant_of(catalogue.CAFFENET, "fc7-2"),
        catalogue.CONVOLUTIONS_FC6_2,
    ),
    (
        catalogue.CONVOLUTIONS,
        catalogue.CONVOLUTIONS_FC7_2,
        catalogue.CONVOLUTIONS_FC6_2,
    ),
    *(_cut(one, "fire9-2", "fire8-2") for one in (catalogue.SQUEEZENET_OURS, *_SLOWER)),
    _cut(catalogue.MOBILENET, "conv18-2", "block17-2"),
    _cut(catalogue.CAFFENET_FROZEN, "fc7-2", "fc6-2"),
    _cut(catalogue.SQUEEZENET_FROZEN, "fire9-2", "fire8-2"),
)
# Whole networks and the same with a layer more.
_ADDED = (*((whole, variant) for variant, whole in catalogue.variants(catalogue.find("addition"))),)
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
        here=(catalogue.CAFFENET,),
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
        here=(catalogue.CAFFENET,),
        layers=(("conv4", "conv5"), ("conv4", "pool5")),
    ),
    Claim(
        "fully-connected",
        "The fully connected layers are above the convolutions: fc6 and fc7 are better than conv4.",
        "4.2",
        "layer-by-layer",
        "layers",
        (_ARTICLES,),
        here=(catalogue.CAFFENET,),
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
        here=((catalogue.CAFFENET, catalogue.CONVOLUTIONS_FC6_2),),
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
        nearly=(catalogue.CONVOLUTIONS_FC6_2,),
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
