"""The rate above which a last layer overshoots: against descent itself, and by hand."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from pixels_to_sentiment.networks import factory
from pixels_to_sentiment.records import catalogue
from pixels_to_sentiment.records.catalogue import SETTLED, Configuration
from pixels_to_sentiment.reports import stability


def losses(inputs, labels, rate, momentum):
    """Train a two-way layer on inputs that stay, by Caffe's rule, from nearly equal outputs."""
    weight = torch.full((2, inputs.shape[1]), 1e-3, dtype=torch.float64, requires_grad=True)
    history, found = torch.zeros_like(weight), []
    for _ in range(400):
        loss = F.cross_entropy(inputs @ weight.T, labels)
        (gradient,) = torch.autograd.grad(loss, weight)
        history = momentum * history + rate * gradient
        with torch.no_grad():
            weight -= history
        found.append(loss.item())
    return found


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_descent_is_unstable_above_the_limit_and_converges_below(momentum):
    """On labels that inputs say nothing of, where the outputs stay equal and the limit is sharp."""
    dice = torch.Generator().manual_seed(0)
    half = 3 + torch.randn(40, 6, generator=dice, dtype=torch.float64)
    inputs, labels = torch.cat([half, half]), torch.arange(80) // 40
    gradients = torch.cat([-inputs, inputs], dim=1)
    norm, rate = stability.limit(gradients, momentum)
    assert norm == pytest.approx(inputs.norm(dim=1).mean().item())
    below = losses(inputs, labels, 0.9 * rate, momentum)
    above = losses(inputs, labels, 1.1 * rate, momentum)
    assert below[-1] == pytest.approx(np.log(2), abs=1e-6)
    assert max(above[-20:]) > np.log(2) + 0.01


def test_what_lies_behind_the_last_layer_is_taken_in():
    """SqueezeNet's rectifier and average, against differences of its outputs."""
    network = factory.create("squeezenet1_1", start="random")
    pixels = torch.randint(0, 256, (1, 256, 256, 3), dtype=torch.uint8)
    (gradient,) = stability.gradients(network, pixels)
    weight, step = network.body.get_submodule(network.head).weight, 1e-4
    direction = gradient.view_as(weight) / gradient.norm()
    ends = []
    with torch.inference_mode():
        network.eval()
        for sign in (1, -1):
            weight.add_(sign * step * direction)
            (outputs,) = network(pixels[:, 16:240, 16:240])
            ends.append((outputs[1] - outputs[0]).item())
            weight.sub_(sign * step * direction)
    assert (ends[0] - ends[1]) / (2 * step) == pytest.approx(gradient.norm().item(), rel=0.02)


@pytest.mark.usefixtures("isolated")
def test_the_table_leaves_out_what_it_cannot_say(made):
    """Networks without a new layer, and starts that are not at hand; what is not recorded."""
    some = [
        Configuration("squeezenet1_1", "random", catalogue.THIRD),
        Configuration("squeezenet1_1", "random", catalogue.OURS),
        Configuration("squeezenet1_1+fire9-512", "random", catalogue.THIRD),
        catalogue.SQUEEZENET,
    ]
    run = made(recipe=catalogue.THIRD, start="random")
    table = stability.table(some, [run], torch.full((2, 256, 256, 3), 99, dtype=torch.uint8))
    assert table["configuration"].tolist() == [some[1].title, some[0].title]
    slow, fast = table.itertuples()
    assert fast.times == pytest.approx(10 * slow.times)
    assert fast.times == pytest.approx(fast.rate / fast.limit)
    assert (fast.peak, fast.train_loss) == (1.0, pytest.approx(0.65))
    assert np.isnan(slow.peak)
    assert table.attrs["runs"] == [run.key]
    assert stability.table([], [], torch.zeros(0)).empty


@pytest.mark.usefixtures("isolated")
def test_what_settles_first_is_held_against_the_rate_at_which_it_does():
    """Not the smaller one that comes when the new layers have settled."""
    pixels = torch.full((2, 256, 256, 3), 99, dtype=torch.uint8)
    some = [Configuration("caffenet", "random", name) for name in ("paper", SETTLED.recipe)]
    first, other = stability.table(some, [], pixels)["rate"]
    assert first == other == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("bears", "head_rate", "rate"),
    [
        (0.02, 10, 0.001),
        (0.0099, 10, 0.0003),
        (0.001, 10, 0.0001),
        (9e-5, 1, None),
    ],
)
def test_the_rule_gives_the_largest_rate_that_the_last_layer_bears(bears, head_rate, rate):
    """With the last layer's multiple counted in; none where none is low enough."""
    assert stability.largest_rate(bears, head_rate) == rate
