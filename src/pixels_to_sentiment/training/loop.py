"""Caffe's update rule and the training loop.

The pictures lie on the device as one uint8 array; random crops and mirrors are cut from it a batch
at a time, so nothing is decoded or copied while training.
"""

import math
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice

import numpy as np
import pandas as pd
import torch
from torch import Tensor
from torch.nn import functional as F

from pixels_to_sentiment.data.pictures import cut
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.networks.network import Network
from pixels_to_sentiment.training import heads
from pixels_to_sentiment.training.prediction import centre_crops
from pixels_to_sentiment.training.recipes import PRECISIONS, Recipe


class CaffeSGD(torch.optim.Optimizer):
    """Caffe's stochastic gradient descent: the rate is inside the momentum buffer.

    ``v = momentum * v + rate * (gradient + decay * w)``, then ``w = w - v``
    (``Regularize``, ``ComputeUpdateValue`` and ``Update`` in Caffe's
    ``src/caffe/solvers/sgd_solver.cpp`` and ``src/caffe/blob.cpp``). Unlike `torch.optim.SGD`, a
    step already in the buffer keeps the rate it was made with when the rate is cut. Gradients
    come averaged over ``iter_size`` batches (Caffe's ``Normalize``), as `train` gives them, and
    parameters in groups as `parameter_groups` does.
    """

    def __init__(self, groups: list[dict], momentum: float, weight_decay: float):
        self.base_rate = 0.0
        self.momentum = momentum
        self.weight_decay = weight_decay
        super().__init__(groups, {})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:
        """Update every parameter once, at `base_rate` times its group's rate."""
        for group in self.param_groups:
            rate = self.base_rate * group["rate"]
            decay = self.weight_decay * group["decay"]
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                update = parameter.grad.add(parameter, alpha=decay) if decay else parameter.grad
                state = self.state[parameter]
                if "history" not in state:
                    state["history"] = torch.zeros_like(parameter)
                state["history"].mul_(self.momentum).add_(update, alpha=rate)
                parameter.sub_(state["history"])


def parameter_groups(network: Network, recipe: Recipe) -> list[dict]:
    """Group what is trained by multiples of rate and decay, Caffe's ``lr_mult`` and ``decay_mult``.

    Biases take ``bias_rate`` times the rate and ``bias_decay`` times the decay; the head
    ``head_rate`` times the rate.
    """
    groups: dict[tuple[float, float], list[Tensor]] = {}
    for name, parameter in network.body.named_parameters():
        if parameter.requires_grad:
            layer, _, kind = name.rpartition(".")
            rate = recipe.head_rate if layer == network.head else 1.0
            of_bias = (recipe.bias_rate, recipe.bias_decay) if kind == "bias" else (1.0, 1.0)
            groups.setdefault((rate * of_bias[0], of_bias[1]), []).append(parameter)
    return [{"params": p, "rate": rate, "decay": decay} for (rate, decay), p in groups.items()]


def batches(pictures: int, recipe: Recipe, generator: torch.Generator) -> Iterator[Tensor]:
    """Give positions (batch_size,) into the training list, without end.

    The list is shuffled at each pass and batches run on from one pass into the next, as Caffe's
    ``ImageData`` layer reads it.
    """
    waiting = torch.empty(0, dtype=torch.long)
    while True:
        while len(waiting) < recipe.batch_size:
            waiting = torch.cat([waiting, torch.randperm(pictures, generator=generator)])
        yield waiting[: recipe.batch_size]
        waiting = waiting[recipe.batch_size :]


def placed(
    count: int, room: int, recipe: Recipe, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Place and mirror a batch of crops at random, as far as the recipe has it.

    `room` is how many pixels a picture is larger than a crop; corners and mirrors are those of
    `pictures.cut`.
    """
    if recipe.random_crop:
        corners = torch.randint(0, room + 1, (count, 2), generator=generator)
    else:
        corners = torch.full((count, 2), room // 2)
    mirrored = torch.randint(0, 2, (count,), generator=generator).bool()
    return corners, mirrored & recipe.mirror


def train(
    network: Network,
    pixels: Tensor,
    labels: np.ndarray,
    recipe: Recipe,
    *,
    seed: int = 0,
    precision: str = "fp32",
    watch: Callable[[Network], tuple[float, float]] | None = None,
    watch_every: int = 10,
    progress: Callable[[int], None] = lambda iteration: None,
) -> pd.DataFrame:
    """Fine-tune a network in place, or fit its head if the recipe says so.

    Each iteration averages the gradients of ``recipe.iter_size`` batches and updates once, as
    ``Step`` in Caffe's ``src/caffe/solver.cpp`` does. Iterations in which new layers settle come
    first, numbered up to 0; the schedule then starts without their momentum.

    Parameters
    ----------
    pixels, labels
        Training pictures, uint8 RGB (n, 256, 256, 3), on the network's device, whose `labels` are
        0 for negative and 1 for positive.
    seed
        Of the order, the crops, the mirrors and dropout.
    precision
        ``"fp32"``; ``"tf32"`` for matrix products on a GPU that has it; ``"bf16"`` for autocast,
        with weights and updates kept in float32. A head is fitted in fp32 whatever this says.
    watch
        Called every `watch_every` iterations and at the end; gives test loss and accuracy.
    progress
        Called with the number of the iteration that is done.

    Returns
    -------
    DataFrame
        The learning curve, an iteration a row: ``iteration`` (the schedule's from 1), ``seconds``
        since the start, ``rate``, ``train_loss`` (nats) and ``train_accuracy`` (means over the
        iteration's batches), ``test_loss``, ``test_accuracy`` (missing where not watched). A loss
        that stops being a number raises a `UserError`, and so does a device without the memory.
    """
    if recipe.fitted:
        return _fit(network, pixels, labels, watch, progress)
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    examples = _examples(pixels, labels, network.convention.crop, recipe, generator)
    rows, started = [], time.perf_counter()
    network.train()
    with arithmetic(precision, pixels.device.type) as autocast:
        for iteration in range(-recipe.settling, recipe.iterations):
            if iteration in (-recipe.settling, 0):
                network.freeze((*recipe.frozen, *(recipe.settled_on if iteration else ())))
                groups = parameter_groups(network, recipe)
                optimiser = CaffeSGD(groups, recipe.momentum, recipe.weight_decay)
            optimiser.base_rate = recipe.rate(iteration, len(pixels))
            optimiser.zero_grad()
            drawn = islice(examples, recipe.iter_size)
            loss, accuracy = _accumulate(network, drawn, autocast)
            optimiser.step()
            done = iteration + 1
            row = [done, 0.0, optimiser.base_rate, loss, accuracy, math.nan, math.nan]
            watched = done > 0 and (done % watch_every == 0 or done == recipe.iterations)
            if watch and watched:
                row[5:] = watch(network)
                network.train()
            row[1] = time.perf_counter() - started
            rows.append(row)
            progress(done)
    return _curve(rows)


def _fit(network: Network, pixels: Tensor, labels: np.ndarray, watch, progress) -> pd.DataFrame:
    """Fit the head in fp32, and give a curve of one row: the centre crops after it."""
    started = time.perf_counter()
    with arithmetic("fp32", pixels.device.type):
        heads.fit(network, pixels, labels)
        crops = centre_crops(pixels, network.convention.crop)
        with torch.inference_mode():
            parts = [network(some) for some in crops.split(64)]
    logits, truth = torch.cat(parts).cpu(), torch.tensor(np.asarray(labels), dtype=torch.long)
    loss, accuracy = F.cross_entropy(logits, truth), (logits.argmax(1) == truth).float().mean()
    seconds, test = time.perf_counter() - started, watch(network) if watch else (math.nan, math.nan)
    progress(1)
    return _curve([[1, seconds, 0.0, loss, accuracy, *test]])


def _examples(
    pixels: Tensor, labels: np.ndarray, crop: int, recipe: Recipe, generator: torch.Generator
) -> Iterator[tuple[Tensor, Tensor]]:
    """Give the batches of a training: crops, uint8 (b, crop, crop, 3), and labels, int64 (b,).

    They are drawn for an iteration at once: in how many batches it goes through changes no crop.
    """
    truth = torch.tensor(np.asarray(labels), dtype=torch.long, device=pixels.device)
    room = pixels.shape[1] - crop
    whole = replace(recipe, batch_size=recipe.batch_size * recipe.iter_size)
    order = islice(batches(len(pixels), whole, generator), recipe.settling + recipe.iterations)
    drawn = [(some, *placed(len(some), room, recipe, generator)) for some in order]
    # All at once onto the device: a copy in every iteration would wait for the one before.
    moved = (torch.stack(parts).to(pixels.device) for parts in zip(*drawn, strict=True))
    for iteration in zip(*moved, strict=True):
        for some in zip(*(one.chunk(recipe.iter_size) for one in iteration), strict=True):
            yield cut(pixels, *some, crop), truth[some[0]]


def _accumulate(
    network: Network, drawn: Iterable[tuple[Tensor, Tensor]], autocast: Callable
) -> tuple[Tensor, Tensor]:
    """Leave the mean gradient over some batches in the network; give mean loss and accuracy.

    Sums and then divides, as ``Normalize`` in Caffe's ``src/caffe/solvers/sgd_solver.cpp`` does.
    """
    losses, accuracies = [], []
    for crops, target in drawn:
        try:
            with autocast():
                logits = network(crops)
            loss = F.cross_entropy(logits.float(), target)
            loss.backward()
        except torch.OutOfMemoryError as fault:
            raise UserError(
                f"The memory of {crops.device} does not hold a training step of {len(crops)} "
                "pictures: choose a recipe that ends in -in-eighths, or a smaller batch_size."
            ) from fault
        # Left on the device: reading a value would wait for it.
        losses.append(loss.detach())
        accuracies.append((logits.argmax(1) == target).float().mean())
    if len(losses) > 1:
        for parameter in network.parameters():
            if parameter.grad is not None:
                parameter.grad.div_(len(losses))
    return torch.stack(losses).mean(), torch.stack(accuracies).mean()


def _curve(rows: list[list]) -> pd.DataFrame:
    names = ["iteration", "seconds", "rate", "train_loss", "train_accuracy"]
    curve = pd.DataFrame(
        [[float(value) for value in row] for row in rows],
        columns=[*names, "test_loss", "test_accuracy"],
    ).astype({"iteration": int})
    bad = curve.loc[~np.isfinite(curve["train_loss"]), "iteration"]
    if len(bad):
        raise UserError(
            f"Training diverged: the loss is not a number from iteration {bad.iloc[0]} on; "
            "lower base_rate or head_rate in the recipe."
        )
    return curve


@contextmanager
def arithmetic(precision: str, device: str) -> Iterator[Callable]:
    """Set the precision of products, giving a context manager for the forward pass."""
    if precision not in PRECISIONS:
        raise UserError(f"There is no precision {precision!r}: choose from {list(PRECISIONS)}.")
    before = torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32
    torch.set_float32_matmul_precision("high" if precision == "tf32" else "highest")
    torch.backends.cudnn.allow_tf32 = precision == "tf32"
    try:
        yield lambda: torch.autocast(device, torch.bfloat16, enabled=precision == "bf16")
    finally:
        torch.set_float32_matmul_precision(before[0])
        torch.backends.cudnn.allow_tf32 = before[1]
