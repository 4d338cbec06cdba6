"""What the paper ran, as data, and what is run here in its place.

``experiments.csv`` has a row an experiment, and what is ``made`` of its networks. ``catalogue.csv``
lists of each the paper's own configurations (``paper``), which need weights of CaffeNet that not
every machine can get, with what the table of reported results calls them; those that stand in for
them or go beyond the paper (``here``); and networks whose features are classified as they are
(``frozen``).
"""

import re
from dataclasses import dataclass, replace

from pixels_to_sentiment import places
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.networks import declared
from pixels_to_sentiment.records.runs import SHORTENED, Run
from pixels_to_sentiment.records.work import Finished
from pixels_to_sentiment.training import recipes

NETWORK_TITLES = {
    "caffenet": "CaffeNet",
    "alexnet": "AlexNet",
    "squeezenet1_1": "SqueezeNet 1.1",
    "squeezenet1_0": "SqueezeNet 1.0",
    "mobilenet_v2": "MobileNetV2",
    "efficientnet_lite0": "EfficientNet-Lite0",
    "resnet50": "ResNet-50",
}
START_TITLES = {
    "random": "from random weights",
    "imagenet": "from ImageNet",
    "imagenet-caffe": "from ImageNet (Caffe)",
    "imagenet-torchvision": "from ImageNet (torchvision)",
    "places": "from Places",
    "deepsentibank": "from DeepSentiBank",
    "mvso-english": "from MVSO English",
    "mvso-spanish": "from MVSO Spanish",
    "mvso-french": "from MVSO French",
    "mvso-italian": "from MVSO Italian",
    "mvso-chinese": "from MVSO Chinese",
    "mvso-german": "from MVSO German",
    "released": "as its authors released it",
}
# Of trainings whose title names none.
USUAL_PRECISION = "bf16"
RECIPE_TITLES = {
    "paper": "paper's recipe",
    "head-at-base-rate": "our recipe",
    "linear": "linear head on frozen features",
}
# What may follow a recipe's name, from its end.
ENDINGS = {
    SHORTENED: "shortened",
    recipes.THIRD: "a third",
    "-in-eighths": "batches in eighths",
    "-without-twins": "without twins",
    "-settled-then-0.0003": "after our settling, base rate 0.0003",
    "-settled-then-0.0001": "after our settling, base rate 0.0001",
    "-settled": "after our settling",
    "-frozen-features": "features frozen",
    "-frozen-below": "all below frozen",
    "-at-0.0001": "base rate 0.0001",
    "-at-0.0003": "base rate 0.0003",
    "-frozen-convolutions": "convolutions frozen",
}


@dataclass(frozen=True, order=True)
class Configuration:
    """One row of a table: a network, its start, and the recipe.

    Written ``network:start:recipe``, as in ``squeezenet1_1:imagenet:paper`` or, for a variant of a
    network, ``caffenet+fc7-2:imagenet:paper``.
    """

    network: str
    start: str
    recipe: str

    @classmethod
    def parse(cls, text: str) -> "Configuration":
        """Read ``network:start:recipe``; a `UserError` says what is wrong with which part."""
        parts = text.split(":")
        if len(parts) != 3:
            raise UserError(f"{text!r} is not of the form network:start:recipe.")
        made = cls(*parts)
        declared.find_start(made.network, made.start)
        recipes.recipe(made.recipe, "five")
        return made

    def __str__(self) -> str:
        return f"{self.network}:{self.start}:{self.recipe}"

    @property
    def family(self) -> str:
        """The network without its variant."""
        return self.network.partition(declared.VARIANT)[0]

    @property
    def title(self) -> str:
        """The configuration in words, as a table heads it."""
        recipe, words = self.recipe, []
        for ending, word in ENDINGS.items():
            if recipe.endswith(ending):
                recipe = recipe.removesuffix(ending)
                words.insert(0, word)
        named = in_words(self.network, self.start)
        # The words go from the recipe outwards: what is changed, how long, shortened.
        return ", ".join([named, RECIPE_TITLES.get(recipe, recipe), *words])

    def in_precision(self, precision: str) -> str:
        """Give the title, with the precision where it is not `USUAL_PRECISION`."""
        return self.title + ("" if precision == USUAL_PRECISION else f" ({precision})")


def title_of(record: Finished) -> str:
    """Name the configuration of a run, or of the one behind a probe or study, in words."""
    precision = record.run.precision if record.run else USUAL_PRECISION
    return Configuration(*record.configuration).in_precision(precision)


def run_in_words(run: Run) -> str:
    """Name a run's configuration in words, with its precision and seed where they are not usual."""
    title = Configuration(run.network, run.start, run.recipe.name).in_precision(run.precision)
    return f"{title}, seed {run.seed}" if run.seed else title


def in_words(network: str, start: str) -> str:
    """Name a network and its start, as `how-to-read` defines the names.

    ``CaffeNet fc7-2 from ImageNet``; the convolutions alone ``CaffeNet-conv fc7-2``. Of networks
    other than CaffeNet, which the article starts from nine sets of weights, ImageNet goes unsaid.
    """
    family, _, variant = network.partition(declared.VARIANT)
    title = NETWORK_TITLES.get(family, family.removeprefix("timm/"))
    if start == "imagenet-convolutions":
        return f"{title}-conv {variant}".rstrip()
    unsaid = start == "imagenet" and family != "caffenet"
    words = "" if unsaid else START_TITLES.get(start, f"from {start}")
    return " ".join(filter(None, [title, variant, words]))


@dataclass(frozen=True)
class Experiment:
    """An experiment of the paper, as the paper ran it and as it is run here.

    Attributes
    ----------
    reported
        What the table of reported results calls it; empty for one of which it has no number.
    probed
        Linear classifiers are trained on every layer of each network that was fine-tuned.
    mapped
        Sentiment maps of the test pictures are made and measured with each network that was
        fine-tuned, and with one fine-tuned on the stand-in, where the evidence is known.
    variants
        What the table of reported results calls those of ``paper``, in the same order.
    here
        Configurations that stand in for them or go beyond.
    frozen
        Networks, and their starts, of which features are classified without any fine-tuning.
    """

    name: str
    title: str
    agreements: tuple[str, ...]
    reported: str
    probed: bool
    mapped: bool
    paper: tuple[Configuration, ...]
    variants: tuple[str, ...]
    here: tuple[Configuration, ...]
    frozen: tuple[tuple[str, str], ...]

    @property
    def configurations(self) -> tuple[Configuration, ...]:
        """All of them, the paper's first."""
        return self.paper + self.here


def _listed() -> dict[str, Experiment]:
    """Read the experiments, by name, from ``experiments.csv`` and ``catalogue.csv``."""
    made, every = {}, places.rows("records/catalogue.csv")
    for row in places.rows("records/experiments.csv"):
        own = [one for one in every if one["experiment"] == row["name"]]
        found = {"paper": [], "here": [], "frozen": []}
        for one in own:
            found[one["ran"]].append(tuple(one["configuration"].split(":")))
        made[row["name"]] = Experiment(
            row["name"],
            row["title"],
            agreements=tuple(row["agreements"].split()),
            reported=row["reported"],
            probed=row["made"] == "probes",
            mapped=row["made"] == "maps",
            paper=tuple(Configuration(*parts) for parts in found["paper"]),
            variants=tuple(one["reported"] for one in own if one["reported"]),
            here=tuple(Configuration(*parts) for parts in found["here"]),
            frozen=tuple(found["frozen"]),
        )
    return made


EXPERIMENTS = _listed()
# The recipes of what is recorded: see the chapter on fine-tuning for why. A new layer on averages
# as large as SqueezeNet's is thrown out at once by the paper's ten times faster last layer.
THIRD, OURS = "paper-third", "head-at-base-rate-third"
# With what is below the new layers kept as it starts.
ON_CONVOLUTIONS = "head-at-base-rate-frozen-convolutions-third"
# The two networks that stand in for the paper's start.
SQUEEZENET = Configuration("squeezenet1_1", "imagenet", THIRD)
CAFFENET = Configuration("caffenet", "imagenet-convolutions", OURS)
# At the base rate of the others it did not converge for its authors (section 3.3).
FC6_2 = Configuration("caffenet+fc6-2", "imagenet", "paper-at-0.0001")
# With all iterations. The rule of `stability.largest_rate` gives fc7-2 the lowest rate, and fc6-2
# none, so that it is run as the article ran it.
CONVOLUTIONS = Configuration("caffenet", "imagenet-convolutions", "head-at-base-rate")
SQUEEZENET_WHOLE = replace(SQUEEZENET, recipe="paper")
CONVOLUTIONS_FC6_2 = replace(FC6_2, start="imagenet-convolutions")
CONVOLUTIONS_FC9_2 = replace(CONVOLUTIONS, network="caffenet+fc9-2")
# Ours: what lies on the convolutions settles first, on frozen ones, so that it need not diverge. It
# was chosen within the training list of fold 1 (see the chapter on starts).
SETTLED = Configuration("caffenet", "imagenet-convolutions", "paper-settled-then-0.0001")
SETTLED_FC7_2 = replace(SETTLED, network="caffenet+fc7-2")
SETTLED_FC9_2 = replace(SETTLED, network="caffenet+fc9-2")
MOBILENET = Configuration("mobilenet_v2", "imagenet", THIRD)
MOBILENET_WHOLE = replace(MOBILENET, recipe="paper")
EFFICIENTNET = replace(MOBILENET, network="efficientnet_lite0")
# A whole batch takes 13 GB and, measured on one core, 1.6 times as long.
RESNET = Configuration("resnet50", "imagenet", "paper-in-eighths-third")
# What is cut from SqueezeNet, and added to it, has our recipe: so must what that is compared with.
SQUEEZENET_OURS = replace(SQUEEZENET, recipe=OURS)
SQUEEZENET_FROZEN = replace(SQUEEZENET, recipe="head-at-base-rate-frozen-features-third")
CAFFENET_FROZEN = replace(CAFFENET, recipe=ON_CONVOLUTIONS)


def find(name: str) -> Experiment:
    """Return an experiment by name, with the subsets of the data set in use.

    A `UserError` says which there are.
    """
    if name not in EXPERIMENTS:
        raise UserError(f"There is no experiment {name!r}: choose from {sorted(EXPERIMENTS)}.")
    found = EXPERIMENTS[name]
    return replace(found, agreements=folds.agreements()) if places.dataset() else found


def variant_of(whole: Configuration, variant: str) -> Configuration:
    """Return a variant of a network, with the same start and recipe."""
    return replace(whole, network=f"{whole.network}{declared.VARIANT}{variant}")


def variants(experiment: Experiment) -> list[tuple[Configuration, Configuration]]:
    """Pair each variant of a network that is run here with the whole one, where both are.

    Their start and recipe are alike; where a whole one has the variant's base rate, too, it comes
    first, and then the one with the rate of its own.
    """

    def alike(one: Configuration) -> tuple[str, str, str]:
        return one.family, one.start, re.sub(r"-at-0[.]\d+", "", one.recipe)

    here = experiment.here
    whole = {alike(one): one for one in reversed(here) if one.network == one.family}
    cut = [one for one in here if one.network != one.family]
    return [
        (one, beside)
        for one in cut
        for beside in dict.fromkeys((replace(one, network=one.family), whole.get(alike(one))))
        if beside in here
    ]
