"""The recipe, Caffe's update rule, batches and crops, and the loop that puts them together."""

from collections import OrderedDict
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
import torch
from torch import nn

from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.networks.factory import Convention
from pixels_to_sentiment.networks.network import Network
from pixels_to_sentiment.training import loop
from pixels_to_sentiment.training.recipes import Recipe, recipe

QUICK = Recipe("quick", iterations=6, batch_size=8, base_rate=0.05)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def state(network):
    """All parameters of a network as bytes."""
    return b"".join(value.numpy().tobytes() for value in network.body.state_dict().values())


# The update rule


def caffes_step(weight, history, gradients, rate, decay, momentum=0.9):
    """Weight and history after one step of sgd_solver.cpp on iter_size gradients, in float64."""
    difference = sum(gradients) / len(gradients)  # Normalize
    difference = difference + decay * weight  # Regularize
    history = rate * difference + momentum * history  # ComputeUpdateValue
    return weight - history, history  # Blob::Update


# Batches and crops


@pytest.mark.parametrize(("pictures", "size"), [(10, 7), (10, 25)])
def test_each_pass_has_every_picture_once(pictures, size):
    """Batches run on from one pass into the next; no picture is left out or taken twice."""
    stream = loop.batches(pictures, Recipe(batch_size=size), seeded())
    drawn = list(islice(stream, pictures * 4))
    assert {len(batch) for batch in drawn} == {size}
    passes = torch.cat(drawn).view(-1, pictures)
    assert torch.equal(passes.sort(1).values, torch.arange(pictures).expand(len(passes), -1))
    assert len(passes.unique(dim=0)) > 1


def test_crops_lie_anywhere_inside_and_half_are_mirrored():
    """Rows and columns take every place there is, independently, unless the recipe has it not."""
    corners, mirrored = loop.placed(800, 5, Recipe(), seeded())
    assert (corners.min(), corners.max()) == (0, 5)
    assert mirrored.float().mean().item() == pytest.approx(0.5, abs=0.1)
    assert len(torch.cat([corners, mirrored[:, None]], 1).unique(dim=0)) == 6 * 6 * 2
    corners, mirrored = loop.placed(4, 4, Recipe(random_crop=False, mirror=False), seeded())
    assert corners.tolist() == [[2, 2]] * 4
    assert not mirrored.any()


# The loop


def two_layers():
    """Give linear, ReLU, linear for pictures of 4 x 4 pixels."""
    torch.manual_seed(0)
    body = nn.Sequential(
        OrderedDict(
            flat=nn.Flatten(), hidden=nn.Linear(48, 5), relu=nn.ReLU(), head=nn.Linear(5, 2)
        )
    )
    return Network("two", body, Convention("RGB", 1 / 255, (0.5,) * 3, (1.0,) * 3, 4), "head")


def backpropagated(parameters, x, labels):
    """Gradients of the mean softmax loss of two layers, the loss and the share right."""
    w1, b1, w2, b2 = parameters
    hidden = np.maximum(x @ w1.T + b1, 0)
    powers = np.exp(hidden @ w2.T + b2)
    p, rows = powers / powers.sum(1, keepdims=True), np.arange(len(x))
    error = (p - np.eye(2)[labels]) / len(x)
    below = error @ w2 * (hidden > 0)
    gradients = below.T @ x, below.sum(0), error.T @ hidden, error.sum(0)
    return gradients, -np.log(p[rows, labels]).mean(), (p.argmax(1) == labels).mean()


@pytest.mark.parametrize(("iter_size", "decay"), [(1, 0.05), (3, 0.0005)])
def test_training_is_caffes(iter_size, decay):
    """Two layers over 36 iterations and two cuts of the rate, all of it in NumPy in float64.

    The oracle is Caffe's sgd_solver.cpp (rate, Normalize, Regularize, ComputeUpdateValue) and
    solver.cpp (loss over iter_size batches) on the batches that the network saw.
    """
    dice = np.random.default_rng(0)
    pixels, labels = dice.integers(0, 256, (12, 4, 4, 3), np.uint8), dice.integers(0, 2, 12)
    network, seen = two_layers(), []
    network.body.register_forward_pre_hook(lambda module, given: seen.append(given[0].numpy()))
    weights = [p.detach().double().numpy().copy() for p in network.body.parameters()]
    history = [np.zeros_like(w) for w in weights]
    # 11.7 iterations, which are 12.
    recipe = Recipe("x", iterations=36, batch_size=4, iter_size=iter_size, base_rate=0.01)
    recipe = replace(recipe, step_epochs=3.9 * iter_size, weight_decay=decay, mirror=False)
    curve = loop.train(network, torch.from_numpy(pixels), labels, recipe)

    known = (pixels / 255 - 0.5).transpose(0, 3, 1, 2).reshape(12, -1)
    order = [np.abs(known[None] - x.reshape(4, 1, -1)).sum(2).argmin(1) for x in seen]
    assert len(order) == 36 * iter_size
    assert (np.sort(np.concatenate(order).reshape(-1, 12)) == np.arange(12)).all()
    losses, hits = [], []
    for n in range(36):
        rate = 0.01 * 0.1 ** (n // 12)
        taken = order[n * iter_size : (n + 1) * iter_size]
        passes = [backpropagated(weights, known[batch], labels[batch]) for batch in taken]
        losses.append(np.mean([loss for _, loss, _ in passes]))
        hits.append(np.mean([share for _, _, share in passes]))
        for i, (lr_mult, decay_mult) in enumerate([(1, 1), (2, 0), (10, 1), (20, 0)]):
            weights[i], history[i] = caffes_step(
                weights[i],
                history[i],
                [gradients[i] for gradients, _, _ in passes],
                rate * lr_mult,
                decay * decay_mult,
            )

    for parameter, weight in zip(network.body.parameters(), weights, strict=True):
        np.testing.assert_allclose(parameter.detach(), weight, rtol=0, atol=1e-6)
    np.testing.assert_allclose(curve["train_loss"], losses, rtol=1e-5)
    np.testing.assert_allclose(curve["train_accuracy"], hits, rtol=1e-6)
    assert losses[-1] < losses[0]


def test_a_device_without_the_memory_is_told_with_its_cure(tiny, bright_or_dark):
    """As PyTorch raises it on a GPU: the batch, and what takes less."""

    def full(module, given):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    network = tiny()
    network.body.register_forward_pre_hook(full)
    with pytest.raises(UserError, match=r"cpu does not hold .* of 8 pictures.*-in-eighths"):
        loop.train(network, *bright_or_dark, QUICK)


@pytest.fixture
def trained(tiny, bright_or_dark):
    """Train a tiny network for a moment; give its curve and its parameters as bytes."""

    def run(recipe=QUICK, before=lambda network: None, **options):
        network = tiny()
        before(network)
        curve = loop.train(network, *bright_or_dark, recipe, **options)
        return curve, state(network)

    return run


def test_evaluation_before_or_between_does_not_change_what_is_learnt(trained):
    """Training is with dropout, whatever mode the network or a watcher left."""
    assert trained(before=lambda network: network.eval())[1] == trained()[1]
    seen = []

    def watch(network):
        seen.append(network.training)
        network.eval()
        return 0.5, 0.75

    watched = trained(watch=watch, watch_every=2)
    assert watched[1] == trained()[1]
    assert seen == [True] * 3


@pytest.mark.parametrize(
    ("iterations", "every", "watched"), [(6, 10, [6]), (5, 2, [2, 4, 5]), (1, 1, [1])]
)
def test_the_curve_has_a_row_an_iteration(trained, iterations, every, watched):
    """Watched every so often and at the end; elsewhere the test columns are empty."""
    steps, recipe = [], replace(QUICK, iterations=iterations, step_epochs=0.3)
    curve, _ = trained(
        recipe, watch=lambda network: (0.5, 0.75), watch_every=every, progress=steps.append
    )
    names = ["iteration", "seconds", "rate", "train_loss", "train_accuracy"]
    assert list(curve.columns) == [*names, "test_loss", "test_accuracy"]
    assert curve["iteration"].to_list() == steps == list(range(1, iterations + 1))
    assert curve["rate"].to_list() == [recipe.rate(n, 60) for n in range(iterations)]
    assert (curve["seconds"].diff().fillna(curve["seconds"]) > 0).all()
    assert curve["train_accuracy"].between(0, 1).all()
    seen = curve.dropna()
    assert seen["iteration"].to_list() == watched
    assert set(zip(seen["test_loss"], seen["test_accuracy"], strict=True)) == {(0.5, 0.75)}


@pytest.mark.parametrize(
    ("change", "changed"),
    [
        ({"frozen": ("conv",)}, {"head.weight", "head.bias"}),
        # Settling alone changes no layer that is kept for it.
        ({"iterations": 0}, {"head.weight", "head.bias"}),
        # It learns again once the schedule has begun.
        ({}, {"conv.weight", "conv.bias", "head.weight", "head.bias"}),
    ],
)
def test_a_frozen_layer_does_not_change(tiny, bright_or_dark, change, changed):
    """Not even by weight decay; the head does change. The schedule starts at its first rate."""
    network = tiny()
    before = {k: v.clone() for k, v in network.body.state_dict().items()}
    recipe = replace(QUICK, settling=2, settled_on=("conv",), **change)
    curve = loop.train(network, *bright_or_dark, recipe)
    state = network.body.state_dict()
    assert {k for k, v in state.items() if not torch.equal(v, before[k])} == changed
    assert curve["iteration"].to_list() == [*range(-1, recipe.iterations + 1)]
    assert (curve["rate"].head(3) == QUICK.base_rate).all()


def test_divergence_is_told_with_its_cure(trained):
    """The iteration from which the loss is no number, and what to lower."""
    with pytest.raises(UserError, match=r"diverged.*from iteration [2-6] on; lower base_rate"):
        trained(replace(QUICK, base_rate=1e30))


@pytest.mark.parametrize(
    ("precision", "dtype"),
    [("fp32", torch.float32), ("tf32", torch.float32), ("bf16", torch.bfloat16)],
)
def test_weights_stay_in_float32(tiny, bright_or_dark, precision, dtype):
    """Whatever the precision of the products; bf16 really computes in bfloat16."""
    network, seen = tiny(), set()
    network.body.conv.register_forward_hook(lambda module, given, out: seen.add(out.dtype))
    curve = loop.train(network, *bright_or_dark, QUICK, precision=precision)
    assert seen == {dtype}
    assert {p.dtype for p in network.parameters()} == {torch.float32}
    exact = loop.train(tiny(), *bright_or_dark, QUICK)["train_loss"]
    np.testing.assert_allclose(curve["train_loss"], exact, rtol=0.05)
    assert (curve["train_loss"].to_list() == exact.to_list()) == (dtype == torch.float32)


@pytest.mark.parametrize(
    ("recipe", "options", "said"),
    [
        (QUICK, {"precision": "fp16"}, "no precision 'fp16'.*'fp32', 'tf32', 'bf16'"),
        (replace(QUICK, frozen=("conv9",)), {}, "no layer 'conv9'"),
    ],
)
def test_what_is_unknown_stops_before_anything_is_trained(
    tiny, bright_or_dark, recipe, options, said
):
    """The network is as it was and no iteration was counted."""
    network, steps = tiny(), []
    before = state(network)
    with pytest.raises(UserError, match=said):
        loop.train(network, *bright_or_dark, recipe, progress=steps.append, **options)
    assert state(network) == before
    assert steps == []


def settings():
    """Give what torch lets a GPU shorten."""
    return torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32


@pytest.mark.parametrize(
    ("precision", "inside"),
    [("fp32", ("highest", False)), ("tf32", ("high", True)), ("bf16", ("highest", False))],
)
def test_the_precision_of_products_is_set_and_restored(precision, inside):
    """Also when training fails; only tf32 allows the GPU's shorter products."""
    before = settings()

    def fail():
        with loop.arithmetic(precision, "cpu"):
            assert settings() == inside
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert settings() == before


# A head that is fitted


def test_a_linear_recipe_fits_the_head_and_leaves_the_rest(tiny, bright_or_dark):
    """Its curve has one row, of what came out; what it says of the test pictures is asked once."""
    network, (pixels, labels) = tiny(), bright_or_dark
    before = {name: value.clone() for name, value in network.body.state_dict().items()}
    told = []
    curve = loop.train(
        network, pixels, labels, recipe("linear", "five"),
        watch=lambda network: (0.5, 0.25), progress=told.append,
    )  # fmt: skip
    changed = {n for n, value in network.body.state_dict().items() if not value.equal(before[n])}
    assert changed == {"head.weight", "head.bias"}
    (row,) = curve.to_dict("records")
    assert (row["iteration"], row["test_loss"], row["test_accuracy"]) == (1, 0.5, 0.25)
    assert row["train_accuracy"] == 1
    assert row["train_loss"] < np.log(2)
    assert told == [1]


def test_a_head_is_fitted_in_fp32_whatever_the_precision(tiny, bright_or_dark):
    """A GPU's shorter products would move it, and nothing would say so."""
    network, asked = tiny(), []
    network.body.conv.register_forward_hook(lambda *_: asked.append(settings()))
    with loop.arithmetic("tf32", "cpu"):
        loop.train(network, *bright_or_dark, recipe("linear", "five"), precision="tf32")
    assert set(asked) == {("highest", False)}
