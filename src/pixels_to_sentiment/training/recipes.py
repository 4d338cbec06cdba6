"""Recipes of fine-tuning as data: the paper's, ours, and what may follow their names."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING

from pixels_to_sentiment.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

PRECISIONS = ("fp32", "tf32", "bf16")


def _known(default: object, grade: str, what: str) -> object:
    return field(default=default, metadata={"grade": grade, "what": what})


@dataclass(frozen=True)
class Recipe:
    """How a network is fine-tuned. The defaults are the paper's.

    Each field's metadata has ``what`` it is and the ``grade`` of certainty of the paper's value: V
    read in the article (section 3.1; 3.3 for fc6-2) or in Caffe's files, I follows from what was
    read. ``iter_size`` has an I for being Caffe's default (``src/caffe/proto/caffe.proto``), and
    ``weight_decay`` for being that of Caffe's own fine-tuning example: the solver was not released
    and the article states neither.
    """

    name: str = "paper"
    iterations: int = _known(180, "V", "iterations (180 / 225 / 255 for five / four / three agree)")
    batch_size: int = _known(256, "V", "pictures a batch")
    iter_size: int = _known(1, "I", "batches whose gradients are averaged before an update")
    base_rate: float = _known(0.001, "V", "base learning rate (0.0001 for fc6-2)")
    step_epochs: float = _known(6.0, "V", "epochs after which the rate is multiplied by gamma")
    gamma: float = _known(0.1, "V", "factor on the rate at each step")
    momentum: float = _known(0.9, "V", "momentum")
    weight_decay: float = _known(0.0005, "I", "L2 weight decay")
    head_rate: float = _known(10.0, "V", "rate of the new last layer, as a multiple")
    bias_rate: float = _known(2.0, "V", "rate of biases, as a multiple (Caffe's convention)")
    bias_decay: float = _known(0.0, "V", "decay of biases, as a multiple (Caffe's convention)")
    mirror: bool = _known(True, "V", "mirror each picture at random")
    random_crop: bool = _known(True, "I", "crop at random out of 256x256")
    frozen: tuple[str, ...] = _known((), "V", "layers that are not trained")
    twins: bool = _known(True, "V", "train on copies of pictures of the test fold")
    settling: int = _known(0, "I", "iterations before the schedule, with what lies below frozen")
    settled_on: tuple[str, ...] = _known((), "I", "layers that are not trained while others settle")
    settling_rate: float = _known(0.0, "I", "base learning rate while layers settle, if another")
    fitted: bool = _known(False, "V", "last layer fitted to the features it starts with")

    def decisive(self) -> dict:
        """Give what decides a result, by name.

        What came late is left out where it is not used: results from before it stay valid.
        """
        late = {"settling", "settled_on", "settling_rate", "fitted"}
        return {name: value for name, value in asdict(self).items() if value or name not in late}

    def rate(self, iteration: int, pictures: int) -> float:
        """Give the base rate at an iteration (from 0): Caffe's ``step`` policy.

        An iteration takes ``batch_size * iter_size`` of the pictures; the policy is that of
        Caffe's ``src/caffe/solvers/sgd_solver.cpp``. While layers settle, below 0, it is
        `settling_rate` or, without one, the first.
        """
        if iteration < 0 and self.settling_rate:
            return self.settling_rate
        step = max(1, math.ceil(self.step_epochs * pictures / (self.batch_size * self.iter_size)))
        return self.base_rate * self.gamma ** (max(0, iteration) // step)


# As many iterations as the paper's, in all three subsets 65 epochs of batches of 256.
PAPER_ITERATIONS = {"five": 180, "four": 225, "three": 255}

# Recipes by name, as what they change of the paper's; then what can follow their name, in this
# order.
RECIPES: dict[str, dict] = {
    "paper": {},
    "head-at-base-rate": {"head_rate": 1.0},
    "linear": {"fitted": True, "iterations": 1},
}
_SETTLED = {"settling": 60, "settled_on": ("conv?",)}
CHANGES: dict[str, dict] = {
    "-at-0.0003": {"base_rate": 0.0003},
    "-at-0.0001": {"base_rate": 0.0001},
    "-frozen-below": {"frozen": ("*",)},
    "-frozen-convolutions": {"frozen": ("conv?",)},
    "-frozen-features": {"frozen": ("features",)},
    "-settled": _SETTLED,
    "-settled-then-0.0003": _SETTLED | {"settling_rate": 0.001, "base_rate": 0.0003},
    "-settled-then-0.0001": _SETTLED | {"settling_rate": 0.001, "base_rate": 0.0001},
    "-without-twins": {"twins": False},
    "-in-eighths": {"batch_size": 32, "iter_size": 8},
}
THIRD = "-third"


def recipe(name: str, agreement: str) -> Recipe:
    """Return a recipe by name, with the iterations of a subset.

    ``"paper"`` is all that is known of the paper's own. ``"head-at-base-rate"`` is ours, in which
    the new last layer learns at the base rate instead of ten times it, for starts in which the
    layers below it are new as well. ``"linear"`` fits the new last layer to the features that the
    network starts with, by logistic regression, and trains nothing else; nothing follows it.

    What may follow: ``-at-RATE``, the base rate (the article trains fc6-2 by ``paper-at-0.0001``);
    ``-frozen-below``, ``-frozen-convolutions`` (of CaffeNet and AlexNet) and ``-frozen-features``
    (of SqueezeNet and MobileNetV2), which keep layers as they start; ``-settled`` (of CaffeNet and
    AlexNet), which first trains the layers above the convolutions alone, at the first rate, and
    ``-settled-then-RATE``, whose schedule then starts at less; ``-without-twins``, without training
    pictures of which the test fold has an identical copy; ``-in-eighths``, whose iterations take
    their 256 pictures in eight batches, in far less memory (dropout is drawn otherwise, and batch
    normalisation sees 32 pictures at a time); ``-third``, last, which stops after a third of
    the iterations. By then the schedule has cut the rate to a thousandth.
    """
    if agreement not in PAPER_ITERATIONS:
        raise UserError(f"There is no subset {agreement!r}: choose from {list(PAPER_ITERATIONS)}.")
    base, changes = name.removesuffix(THIRD), {}
    iterations = PAPER_ITERATIONS[agreement] // (3 if name.endswith(THIRD) else 1)
    for suffix, change in reversed(CHANGES.items()):
        if base.endswith(suffix):
            if twice := changes.keys() & change.keys():
                raise UserError(
                    f"Recipe {name!r} changes {min(twice)} twice: leave out one ending."
                )
            base, changes = base.removesuffix(suffix), changes | change
    if base not in RECIPES:
        raise UserError(
            f"There is no recipe {name!r}: choose from {list(RECIPES)}, followed by any of "
            f"{[*CHANGES, THIRD]} in this order."
        )
    if base == "linear" != name:
        raise UserError(f"Recipe {name!r} has nothing to change: 'linear' stands alone.")
    return Recipe(name, **{"iterations": iterations} | RECIPES[base] | changes)


def recipe_table(recipe: Recipe) -> pd.DataFrame:
    """Describe a recipe, a value a row: ``what``, ``value``, the ``paper``'s and its ``grade``."""
    import pandas as pd

    values, paper = vars(recipe), vars(Recipe())
    rows = [
        (one.metadata["what"], values[one.name], paper[one.name], one.metadata["grade"])
        for one in fields(Recipe)[1:]
    ]
    return pd.DataFrame(rows, columns=["what", "value", "paper", "grade"])
