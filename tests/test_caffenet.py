"""CaffeNet against what its prototxt says, written down again here."""

import math

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from pixels_to_sentiment.caffenet import LocalResponseNorm

# From train_val.prototxt: inputs, num_output, kernel_size, stride, pad, group; filler std, bias.
CONVOLUTIONS = {
    "conv1": (3, 96, 11, 4, 0, 1, 0.01, 0),
    "conv2": (96, 256, 5, 1, 2, 2, 0.01, 1),
    "conv3": (256, 384, 3, 1, 1, 1, 0.01, 0),
    "conv4": (384, 384, 3, 1, 1, 2, 0.01, 1),
    "conv5": (384, 256, 3, 1, 1, 2, 0.01, 1),
}
INNER_PRODUCTS = {
    "fc6": (256 * 6 * 6, 4096, 0.005, 1),
    "fc7": (4096, 4096, 0.005, 1),
    "fc8_twitter": (4096, 2, 0.01, 0),
}
ORDER = [
    *("conv1", "relu1", "pool1", "norm1", "conv2", "relu2", "pool2", "norm2"),
    *("conv3", "relu3", "conv4", "relu4", "conv5", "relu5", "pool5", "flatten"),
    *("fc6", "relu6", "drop6", "fc7", "relu7", "drop7", "fc8_twitter"),
]
TRUNK = ORDER.index("flatten")


def sides(side):
    """Side of each spatial layer's output by Caffe's two formulas; pooling rounds up."""
    found = {}
    for name in ORDER[:TRUNK]:
        if name in CONVOLUTIONS:
            _, _, kernel, stride, pad, *_ = CONVOLUTIONS[name]
            side = (side + 2 * pad - kernel) // stride + 1
        elif name.startswith("pool"):
            side = math.ceil((side - 3) / 2) + 1
        found[name] = side
    return found


def test_layers_come_in_caffes_order(new_caffenet):
    """Pooling comes before normalisation, dropout after each hidden fully connected layer."""
    assert list(new_caffenet.layers()["layer"]) == ORDER
    assert [new_caffenet.body.get_submodule(name).p for name in ("drop6", "drop7")] == [0.5, 0.5]


@pytest.mark.parametrize("side", [227, 451, 224])
def test_output_shapes_follow_caffes_formulas(new_caffenet, side):
    """At 227 and, for maps, at 451; 224 is a side where rounding up makes a difference."""
    x, found = torch.zeros(1, 3, side, side), {}
    with torch.no_grad():
        for name, layer in list(new_caffenet.body.named_children())[:TRUNK]:
            x = layer(x)
            found[name] = x.shape[2]
            assert x.shape[2] == x.shape[3]
    assert found == sides(side)


def test_the_formulas_give_the_known_sides():
    """The oracle itself: 55, 27, 27, 13, 13, 13, 13, 6 at 227, and 13 at the end of 451."""
    names = ("conv1", "pool1", "conv2", "pool2", "conv3", "conv4", "conv5", "pool5")
    assert [sides(227)[name] for name in names] == [55, 27, 27, 13, 13, 13, 13, 6]
    assert sides(451)["pool5"] == 13
    assert sides(224)["pool1"] == 27 != (sides(224)["conv1"] - 3) // 2 + 1


def test_parameters_are_as_many_as_the_prototxt_has(new_caffenet):
    """Layer by layer and in all; a group sees its share of the inputs."""
    expected = {
        name: outputs * (inputs // group * kernel**2 + 1)
        for name, (inputs, outputs, kernel, _, _, group, _, _) in CONVOLUTIONS.items()
    } | {name: outputs * (inputs + 1) for name, (inputs, outputs, *_) in INNER_PRODUCTS.items()}
    layers = new_caffenet.layers().set_index("layer")["parameters"]
    assert layers[layers > 0].to_dict() == expected
    assert sum(p.numel() for p in new_caffenet.parameters()) == sum(expected.values())


@pytest.mark.parametrize("name", ["conv2", "conv4", "conv5"])
def test_groups_do_not_see_each_other(new_caffenet, name):
    """The second half of the filters does not depend on the first half of the channels."""
    conv = new_caffenet.body.get_submodule(name)
    x = torch.randn(1, conv.in_channels, 5, 5, generator=torch.Generator().manual_seed(0))
    y = x.clone()
    y[:, : conv.in_channels // 2] += 1
    half = conv.out_channels // 2
    with torch.no_grad():
        changed = (conv(x) - conv(y)).abs().amax((0, 2, 3))
    assert changed[:half].min() > 0
    assert changed[half:].max() == 0


@pytest.mark.parametrize(
    ("name", "std", "bias"),
    [(n, v[-2], v[-1]) for n, v in (CONVOLUTIONS | INNER_PRODUCTS).items()],
)
def test_fillers_are_caffes(new_caffenet, name, std, bias):
    """Weights are Gaussian with the prototxt's deviation, biases the prototxt's constant."""
    layer = new_caffenet.body.get_submodule(name)
    weights = layer.weight.detach().flatten()[:1_000_000].double()
    n = len(weights)
    assert abs(weights.mean()) < 5 * std / n**0.5
    assert weights.std() == pytest.approx(std, rel=5 / (2 * n) ** 0.5)
    # A Gaussian has 68.3 % within one deviation, a uniform distribution 57.7 %.
    assert (weights.abs() < std).double().mean() == pytest.approx(0.6827, abs=2.5 / n**0.5)
    assert (layer.bias == bias).all()


def normalised(x, alpha=1e-4, size=5, beta=0.75):
    """Caffe's LRN across channels, in float64."""
    x = np.asarray(x, np.float64)
    padded = np.pad(x**2, ((0, 0), (size // 2, size // 2), (0, 0), (0, 0)))
    total = sum(padded[:, c : c + x.shape[1]] for c in range(size))
    return x / (1 + alpha / size * total) ** beta


@pytest.fixture
def activations():
    """As large as those of a trained network, so that normalisation is not the identity."""
    return torch.randn(2, 16, 6, 5, generator=torch.Generator().manual_seed(0)) * 120


def test_normalisation_is_caffes_formula(activations):
    """Against the formula in NumPy and against torch's own, which is slower."""
    out = LocalResponseNorm(16)(activations)
    own = F.local_response_norm(activations, size=5, alpha=1e-4, beta=0.75, k=1)
    np.testing.assert_allclose(out, normalised(activations), rtol=1e-5)
    torch.testing.assert_close(out, own, rtol=1e-5, atol=1e-5)
    assert ((out / activations) < 0.8).any()


def test_gradient_of_the_normalisation_is_right(activations):
    """Against torch's own normalisation and against differences of the formula in NumPy."""
    x, y = (activations.clone().requires_grad_() for _ in range(2))
    weights = torch.randn(x.shape, generator=torch.Generator().manual_seed(1))
    (LocalResponseNorm(16)(x) * weights).sum().backward()
    (F.local_response_norm(y, size=5, alpha=1e-4, beta=0.75, k=1) * weights).sum().backward()
    torch.testing.assert_close(x.grad, y.grad, rtol=1e-4, atol=1e-4)
    for place in [(0, 0, 0, 0), (1, 7, 3, 2), (0, 15, 5, 4)]:
        step = np.zeros(x.shape)
        step[place] = 1e-3
        up, down = (normalised(activations.double().numpy() + s) for s in (step, -step))
        slope = ((up - down) * weights.numpy()).sum() / 2e-3
        assert x.grad[place].item() == pytest.approx(slope, rel=1e-3, abs=1e-4)


def test_normalisation_stays_in_float32_under_autocast(activations):
    """One plus a small number would lose the small number in bfloat16."""
    small = (activations / 10).bfloat16()
    with torch.autocast("cpu", torch.bfloat16):
        out = LocalResponseNorm(16)(small)
    assert out.dtype == torch.float32
    np.testing.assert_allclose(out, normalised(small.float()), rtol=1e-5)


def test_the_whole_network_runs_under_autocast(new_caffenet):
    """In bfloat16 the logits are near those in float32, and the parameters stay float32."""
    picture = torch.randint(0, 256, (1, 227, 227, 3), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        exact = new_caffenet(picture.byte())
        with torch.autocast("cpu", torch.bfloat16):
            rough = new_caffenet(picture.byte())
    assert rough.dtype == torch.bfloat16
    torch.testing.assert_close(rough.float(), exact, rtol=0.05, atol=0.05 * exact.abs().max())
    assert {p.dtype for p in new_caffenet.parameters()} == {torch.float32}


def test_the_table_of_what_the_norm_adds_is_not_saved(new_caffenet):
    """A weights file has Caffe's parameters and nothing else."""
    kept = {name.rpartition(".")[0] for name in new_caffenet.body.state_dict()}
    assert kept == set(CONVOLUTIONS) | set(INNER_PRODUCTS)
