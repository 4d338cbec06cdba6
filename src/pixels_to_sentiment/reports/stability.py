"""How fast a new last layer can learn before it overshoots.

With the layers below fixed, a last layer of two outputs under a softmax is a logistic regression on
g, the gradient of the difference of the two outputs by its weights. Its loss curves at most by a
quarter of the largest eigenvalue of E[g gT], where both classes are equally probable. Descent with
momentum m on a quadratic of curvature c is stable for rates below 2 (1 + m) / c (Polyak, Some
Methods of Speeding up the Convergence of Iteration Methods, 1964). Above, it is unstable around
equal probabilities: it need not diverge, for the loss curves less where answers are sure.
"""

from collections.abc import Iterable
from functools import cache

import pandas as pd
import torch
from torch import Tensor

from pixels_to_sentiment import reports
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.networks import factory
from pixels_to_sentiment.networks.declared import ARCHITECTURES, VARIANT
from pixels_to_sentiment.networks.network import Network
from pixels_to_sentiment.records import experiments
from pixels_to_sentiment.records.catalogue import Configuration
from pixels_to_sentiment.records.runs import Record
from pixels_to_sentiment.training.prediction import centre_crops

# Base rates that are tried, the article's two and one between.
RATES = (0.001, 0.0003, 0.0001)


def gradients(network: Network, pixels: Tensor) -> Tensor:
    """Differentiate the second output less the first by the weights of the last layer.

    Where the last layer gives the outputs themselves that is its input, once for either output and
    with either sign. SqueezeNet's has a rectifier and an average behind it, which are taken in. The
    network stays in evaluation. Of the pixels, uint8 RGB (n, 256, 256, 3), the centre is taken.
    """
    weight = network.body.get_submodule(network.head).weight
    network.eval().requires_grad_(False)
    weight.requires_grad_(True)
    outputs = network(centre_crops(pixels, network.convention.crop))
    differences = outputs[:, 1] - outputs[:, 0]
    found = [torch.autograd.grad(one, weight, retain_graph=True) for one in differences]
    return torch.stack([gradient.flatten() for (gradient,) in found])


def limit(gradients: Tensor, momentum: float) -> tuple[float, float]:
    """Find how fast a last layer of two outputs can learn, from what `gradients` gives.

    The mean length of its input as far as that reaches the outputs, and the learning rate above
    which descent with momentum is unstable around equal probabilities.
    """
    products = gradients.double() @ gradients.double().T / len(gradients)
    curvature = torch.linalg.eigvalsh(products)[-1].item() / 4
    rate = 2 * (1 + momentum) / curvature if curvature > 0 else float("inf")
    return gradients.norm(dim=1).mean().item() / 2**0.5, rate


def largest_rate(bears: float, head_rate: float) -> float | None:
    """Choose the base rate of a start by a rule that looks at no result, ``None`` where none fits.

    The largest of `RATES` at which the last layer, whose rate is `head_rate` times as large, learns
    no faster than it bears on training pictures at its start (see `limit`).
    """
    return next((rate for rate in RATES if rate * head_rate <= bears), None)


def table(
    configurations: Iterable[Configuration], records: Iterable[Record], pixels: Tensor
) -> pd.DataFrame:
    """Set how fast new layers learn beside how fast they can, and how their training went.

    Networks without a last layer of two outputs, and starts whose weights are not at hand, are left
    out. The pixels, as for `gradients`, are on the CPU.

    Gives ``configuration`` (in words), ``norm`` and ``limit`` (the rate that it bears; both as
    `limit`, at the start), ``rate`` (that the recipe begins with), ``times`` (the one by the other,
    which orders the rows), ``rule`` (the base rate that `largest_rate` gives it), and of what is
    recorded, as `reports.by_seed`, seeds and folds taken together: ``peak``, ``train_loss`` and
    ``auc``.
    """
    records, at_start, rows, used = list(records), cache(_limit_at_start), [], []
    for one in configurations:
        recipe = experiments.recipe_of(one.recipe, folds.strictest())
        found = at_start(one.network, one.start, recipe.momentum, pixels)
        if found is None:
            continue
        norm, bears = found
        runs = reports.runs_of(one, records)
        used += [run.key for run in runs]
        went = reports.by_seed(runs)[["peak", "train_loss", "auc"]].mean()
        # What settles first may do so at a rate of its own.
        rate = recipe.rate(-recipe.settling, len(pixels)) * recipe.head_rate
        rule = largest_rate(bears, recipe.head_rate)
        rows.append((one.title, norm, bears, rate, rate / bears, rule, *went))
    columns = ["configuration", "norm", "limit", "rate", "times", "rule"]
    columns += ["peak", "train_loss", "auc"]
    made = pd.DataFrame(rows, columns=columns).sort_values("times", ignore_index=True)
    made.attrs["runs"] = used
    return made


def _limit_at_start(
    name: str, start: str, momentum: float, pixels: Tensor
) -> tuple[float, float] | None:
    family, _, variant = name.partition(VARIANT)
    if variant and not ARCHITECTURES[family].variants[variant].head:
        return None
    try:
        # Before a network is filled, which takes longer than to see that its file is missing.
        factory.weights_asset(name, start)
        network = factory.create(name, start=start)
    except UserError:
        return None
    return limit(gradients(network, pixels), momentum)
