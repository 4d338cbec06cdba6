"""Layers scaled to what they are given, so that new layers above them can be trained steadily.

Convolutions that were trained with biases and come without them give larger outputs than they were
trained to, which a new layer on top cannot learn from at any usual rate (see `stability`). Dividing
a layer's weights by the size of its outputs changes nothing but the scale of what follows, as far
as only rectifiers and pooling come between.
"""

from collections.abc import Iterable

import torch
from torch import Tensor

from pixels_to_sentiment.networks import Network
from pixels_to_sentiment.pictures import cut
from pixels_to_sentiment.prediction import CENTRE, ten_corners

# As many pictures as a scale is taken from; more do not change its third digit.
PICTURES = 128


@torch.no_grad()
def balance(network: Network, layers: Iterable[str], pixels: Tensor) -> None:
    """Scale layers, one after another, so that their outputs on some pictures have unit size.

    Layer-sequential unit variance (Mishkin and Matas, All You Need is a Good Init, 2016), but
    without its orthonormal start and by the root mean square in place of the standard deviation,
    so that zero biases stay zero. Labels are not used.

    Parameters
    ----------
    layers
        Names of layers with weights, in the order in which a picture passes them. Those that the
        network, cut above, does not have are passed over.
    pixels
        uint8 RGB (n, 256, 256, 3), on the network's device; the centre crops of the first
        `PICTURES` are taken.
    """
    there = dict(network.body.named_modules())
    corners, mirrored = ten_corners(*pixels.shape[1:3], network.convention.crop)
    positions = torch.arange(min(PICTURES, len(pixels)))
    spots = (each[[CENTRE]].expand(len(positions), *each.shape[1:]) for each in (corners, mirrored))
    crops = cut(pixels, positions, *spots, network.convention.crop)
    outputs = []
    training = network.training
    network.eval()
    for layer in (there[name] for name in layers if name in there):
        # Rectifiers after a layer write over its outputs.
        hook = layer.register_forward_hook(lambda _, __, output: outputs.append(output.clone()))
        network(crops)
        hook.remove()
        layer.weight /= outputs.pop().square().mean().sqrt()
    network.train(training)
