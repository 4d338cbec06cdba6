"""Features: what the named layers of a network make of the centre crops of pictures."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.networks import architectures, factory
from pixels_to_sentiment.networks.network import Network
from pixels_to_sentiment.probes import linear
from pixels_to_sentiment.training.prediction import centre_crops

# Bytes of features held at once; a layer that takes more comes in parts. The largest of CaffeNet
# is conv1, 1.47 GB for the pictures of three agree.
AT_ONCE = 1_500_000_000


@dataclass(frozen=True)
class Tap:
    """Where features are read: a module of the network's body, or the body itself if empty.

    Either what goes into it (`before`) or what comes out, averaged over all places if `pooled`.
    """

    module: str
    before: bool = False
    pooled: bool = False


class Gram(NamedTuple):
    """How many features a layer has, and their inner products of all pictures, float64 (n, n)."""

    features: int
    products: np.ndarray


def _caffe(*early: str) -> dict[str, Tap]:
    """Tap CaffeNet's or AlexNet's layers; `early` are those before conv3."""
    names = ("fc8_twitter", "fc7", "fc6", "pool5", "conv5", "conv4", "conv3", *early)
    with_relu = {"fc7", "fc6", *(f"conv{number}" for number in range(1, 6))}
    return {name: Tap(f"relu{name[-1]}" if name in with_relu else name) for name in names}


def _fires(modules: dict[str, int]) -> dict[str, Tap]:
    """Tap SqueezeNet's layers; its convolutions' ReLUs follow them, those of a fire lie in it."""
    taps = {"logits": Tap(""), "pooled": Tap("features", pooled=True)}
    return taps | {name: Tap(f"features.{place}") for name, place in modules.items()}


# Each network's layers from the last to the first, as the paper lists them. A layer with a ReLU
# is read after it.
LAYERS: dict[str, dict[str, Tap]] = {
    "caffenet": _caffe("norm2", "pool2", "conv2", "norm1", "pool1", "conv1"),
    "alexnet": _caffe("pool2", "norm2", "conv2", "pool1", "norm1", "conv1"),
    # Names of figure 2 of the paper on SqueezeNet (Iandola et al., arXiv 1602.07360).
    "squeezenet1_1": _fires(
        {
            **{"fire9": 12, "fire8": 11, "fire7": 10, "fire6": 9, "pool5": 8, "fire5": 7},
            **{"fire4": 6, "pool3": 5, "fire3": 4, "fire2": 3, "pool1": 2, "conv1": 1},
        }
    ),
    "squeezenet1_0": _fires(
        {
            **{"fire9": 12, "pool8": 11, "fire8": 10, "fire7": 9, "fire6": 8, "fire5": 7},
            **{"pool4": 6, "fire4": 5, "fire3": 4, "fire2": 3, "pool1": 2, "conv1": 1},
        }
    ),
    # The last block of each resolution or width. The blocks but for the first and last end in a
    # convolution without ReLU, which is what the network's authors call a linear bottleneck.
    "mobilenet_v2": {
        "logits": Tap(""),
        "pooled": Tap("features", pooled=True),
        **{f"features.{n}": Tap(f"features.{n}") for n in (18, 17, 16, 13, 10, 6, 3, 1, 0)},
    },
    # The last convolution, its stages from the last to the first, the first convolution.
    "efficientnet_lite0": {
        "logits": Tap(""),
        "pooled": Tap("bn2", pooled=True),
        "conv_head": Tap("bn2.act"),
        **{f"blocks.{n}": Tap(f"blocks.{n}") for n in (6, 5, 4, 3, 2, 1, 0)},
        "conv_stem": Tap("bn1"),
    },
    "resnet50": {
        "logits": Tap(""),
        "pooled": Tap("layer4", pooled=True),
        "layer4": Tap("layer4.2"),
        **{name: Tap(name) for name in ("layer3", "layer2", "layer1")},
        "pool1": Tap("maxpool"),
        "conv1": Tap("act1"),
    },
}


def default_layers(name: str, start: str) -> tuple[str, ...]:
    """Names of all layers that `taps` gives for a network, without filling it."""
    with torch.device("meta"):
        return tuple(taps(factory.blank(name, start=start)))


def taps(network: Network) -> dict[str, Tap]:
    """Layers of a network that can be tapped, the last first.

    Those of `LAYERS`. Any other network has ``logits`` and, if it has a last layer of its own,
    ``penultimate``, which is what that layer sees; a variant (``caffenet+fc7-2``) has what it
    still has of its architecture's layers, too.
    """
    if network.name in LAYERS:
        return LAYERS[network.name]
    found = {"logits": Tap("")}
    if network.head:
        found["penultimate"] = Tap(network.head, before=True)
    modules = {name for name, _ in network.body.named_modules()} - {"", network.head}
    family = LAYERS.get(network.name.partition(architectures.VARIANT)[0], {})
    return found | {name: tap for name, tap in family.items() if tap.module in modules}


def tap(
    network: Network, pixels: Tensor, layer: str, *, batch: int = 50, at_once: int = AT_ONCE
) -> Iterator[np.ndarray]:
    """Compute a layer's features of the centre crops of pictures.

    After ReLU where the layer has one, in the order channel, row, column, not normalised. It puts
    the network into evaluation mode.

    Parameters
    ----------
    pixels
        uint8 RGB (n, 256, 256, 3), on the network's device.
    layer
        Name, as in `taps`; a `UserError` says which there are.
    at_once
        Bytes of features held at once, for all pictures together.

    Yields
    ------
    ndarray
        float32 (n, d). A layer that takes more than `at_once` bytes comes in parts one after the
        other, each with some of its features and at the price of a pass of its own.
    """
    known = taps(network)
    if layer not in known:
        raise UserError(f"{network.name} has no layer {layer!r} to tap: choose from {[*known]}.")
    network.eval()
    width = _features(network, pixels[:1], known[layer]).shape[1]
    most = max(1, at_once // (4 * len(pixels)))
    for start in range(0, width, most):
        stop = min(start + most, width)
        features = np.empty((len(pixels), stop - start), np.float32)
        for first in range(0, len(pixels), batch):
            some = slice(first, first + batch)
            found = _features(network, pixels[some], known[layer])
            features[some] = found[:, start:stop].cpu().numpy()
        yield features


def grams(
    network: Network, pixels: Tensor, layers: Iterable[str], *, at_once: int = AT_ONCE
) -> dict[str, Gram]:
    """Compute the inner products of pictures' features, for each of some layers, as `tap` does."""
    made = {}
    for layer in layers:
        count, products = 0, 0.0
        for features in tap(network, pixels, layer, at_once=at_once):
            count += features.shape[1]
            products = products + linear.gram(features)
        made[layer] = Gram(count, products)
    return made


class _Enough(Exception):
    """The layer that was wanted has been seen."""


def _features(network: Network, pixels: Tensor, tap: Tap) -> Tensor:
    """Send centre crops through a network, no further than a layer: its features (n, d)."""
    found = []

    def see(module: nn.Module, given: tuple, output: Tensor = None) -> None:
        x = given[0] if tap.before else output
        found.append((x.mean((2, 3)) if tap.pooled else x.flatten(1)).float())
        raise _Enough

    module = network.body.get_submodule(tap.module)
    hook = module.register_forward_pre_hook if tap.before else module.register_forward_hook
    with torch.inference_mode(), suppress(_Enough), hook(see):
        network(centre_crops(pixels, network.convention.crop))
    return found[0]
