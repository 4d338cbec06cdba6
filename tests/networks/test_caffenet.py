"""CaffeNet against what its prototxt says, written down again here."""

import numpy as np
import pytest
import torch
from scipy import stats
from torch.nn import functional as F

from pixels_to_sentiment.networks.caffenet import LocalResponseNorm

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
# Sides of what the layers up to pool5 give, by Caffe's two formulas; pooling rounds up.
SIDES = {
    227: [55, 55, 27, 27, 27, 27, 13, 13, 13, 13, 13, 13, 13, 13, 6],
    451: [111, 111, 55, 55, 55, 55, 27, 27, 27, 27, 27, 27, 27, 27, 13],
    224: [54, 54, 27, 27, 27, 27, 13, 13, 13, 13, 13, 13, 13, 13, 6],
}


def test_layers_come_in_caffes_order(new_caffenet):
    """Pooling comes before normalisation, dropout after each hidden fully connected layer."""
    assert list(new_caffenet.layers()["layer"]) == ORDER
    assert [new_caffenet.body.get_submodule(name).p for name in ("drop6", "drop7")] == [0.5, 0.5]


@pytest.mark.parametrize("side", SIDES)
def test_output_shapes_follow_caffes_formulas(new_caffenet, side):
    """At 227 and, for maps, at 451; 224 is a side where rounding up makes a difference."""
    x, found = torch.zeros(1, 3, side, side), []
    with torch.no_grad():
        for layer in new_caffenet.body[: ORDER.index("flatten")]:
            x = layer(x)
            found.append(x.shape[2])
            assert x.shape[2] == x.shape[3]
    assert found == SIDES[side]


def test_parameters_are_as_many_as_the_prototxt_has(new_caffenet):
    """Layer by layer and in all; a group sees its share of the inputs."""
    expected = {
        name: outputs * (inputs // group * kernel**2 + 1)
        for name, (inputs, outputs, kernel, _, _, group, _, _) in CONVOLUTIONS.items()
    } | {name: outputs * (inputs + 1) for name, (inputs, outputs, *_) in INNER_PRODUCTS.items()}
    layers = new_caffenet.layers().set_index("layer")["parameters"]
    assert layers[layers > 0].to_dict() == expected
    assert sum(p.numel() for p in new_caffenet.parameters()) == sum(expected.values())
    # A weights file has these and nothing else, such as the table of what the norm adds.
    assert {name.rpartition(".")[0] for name in new_caffenet.body.state_dict()} == set(expected)


@pytest.mark.parametrize(
    ("name", "std", "bias"),
    [(n, v[-2], v[-1]) for n, v in (CONVOLUTIONS | INNER_PRODUCTS).items()],
)
def test_fillers_are_caffes(new_caffenet, name, std, bias):
    """Weights are Gaussian with the prototxt's deviation, biases the prototxt's constant.

    By mean, deviation and Kolmogorov and Smirnov's test (GaussianFiller and ConstantFiller of
    Caffe's filler.hpp).
    """
    layer = new_caffenet.body.get_submodule(name)
    weights = layer.weight.detach().flatten()
    weights = weights[:: -(-len(weights) // 100_000)].double()  # as many from all over
    n = len(weights)
    assert abs(weights.mean()) < 5 * std / n**0.5
    assert weights.std() == pytest.approx(std, rel=5 / (2 * n) ** 0.5)
    # Draws from the normal distribution exceed 2 once in 1,500 times.
    distance = stats.kstest(weights / std, "norm", method="asymp").statistic
    assert distance * n**0.5 < 2
    assert layer.bias.shape == (len(layer.weight),)
    assert (layer.bias == bias).all()


def normalised(x, alpha=1e-4, size=5, beta=0.75):
    """Caffe's LRN across channels (lrn_layer.cpp), in float64."""
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
    np.testing.assert_allclose(out, normalised(activations), rtol=1e-5)
    assert ((out / activations) < 0.8).any()
    plain = LocalResponseNorm(16)
    plain.banded = False
    own = F.local_response_norm(activations, size=5, alpha=1e-4, beta=0.75, k=1)
    assert torch.equal(plain(activations), own)
    torch.testing.assert_close(out, own, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("banded", [True, False])
def test_normalisation_stays_in_float32_under_autocast(activations, banded):
    """One plus a small number would lose the small number in bfloat16."""
    small, norm = (activations / 10).bfloat16(), LocalResponseNorm(16)
    norm.banded = banded
    with torch.autocast("cpu", torch.bfloat16):
        out = norm(small)
    assert out.dtype == torch.float32
    np.testing.assert_allclose(out, normalised(small.float()), rtol=1e-5)


@pytest.mark.parametrize("channels", [slice(16), [0], [7], [15]])
def test_gradient_of_the_normalisation_is_that_of_the_formula(activations, channels):
    """From all channels, or from one, at an edge or inside, to its neighbours only."""
    dice, above = torch.Generator().manual_seed(1), torch.zeros(activations.shape)
    above[:, channels] = torch.randn(2, 16, 6, 5, generator=dice)[:, channels]
    x, exact = activations.clone().requires_grad_(), activations.double().requires_grad_()
    LocalResponseNorm(16)(x).backward(above)
    F.local_response_norm(exact, size=5, alpha=1e-4, beta=0.75, k=1).backward(above.double())
    np.testing.assert_allclose(x.grad, exact.grad, rtol=1e-5, atol=1e-6)
    assert torch.equal(x.grad != 0, exact.grad != 0)
