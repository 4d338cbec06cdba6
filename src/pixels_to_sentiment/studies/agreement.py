"""Whether a map is about the network and the picture: maps of one picture against each other.

Maps of a network whose weights or training labels were made random should look different
(Adebayo et al., Sanity Checks for Saliency Maps, 2018); those of another seed, and of the mirrored
picture, should not.
"""

from copy import deepcopy

import numpy as np
import torch
from scipy.stats import rankdata
from torch import Tensor

from pixels_to_sentiment.networks.network import Network


def spearman(one: Tensor, other: Tensor) -> np.ndarray:
    """Rank correlation of the places of two maps of each picture, (n, h, w) each.

    float64 (n,), -1..1; 0 where a map is the same everywhere and so ranks nothing.
    """
    ranks = [rankdata(maps.flatten(1).numpy(), axis=1) for maps in (one, other)]
    centred = [r - r.mean(1, keepdims=True) for r in ranks]
    norms = [np.linalg.norm(c, axis=1) for c in centred]
    products = (centred[0] * centred[1]).sum(1)
    return np.divide(
        products, norms[0] * norms[1], out=np.zeros(len(products)), where=norms[0] * norms[1] > 0
    )


def randomised(network: Network, share: float, seed: int = 0) -> Network:
    """Copy a network and draw the weights of its last layers anew.

    Each weight tensor is drawn from a normal distribution with its own mean and standard
    deviation, so that activations keep their scale. `share` is of the layers with weights, counted
    from the last one; at least one layer.
    """
    made = deepcopy(network).eval()
    layers = [m for m in made.body.modules() if getattr(m, "weight", None) is not None]
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for layer in layers[-max(1, round(share * len(layers))) :]:
            for parameter in layer.parameters(recurse=False):
                drawn = torch.randn(parameter.shape, generator=generator).to(parameter.device)
                spread = parameter.std() if parameter.numel() > 1 else 0.0
                parameter.copy_(parameter.mean() + spread * drawn)
    return made
