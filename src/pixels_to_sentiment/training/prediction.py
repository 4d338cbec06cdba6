"""Class probabilities of pictures, from the centre crop and from Caffe's ten crops."""

import torch
from torch import Tensor

from pixels_to_sentiment.data.pictures import cut
from pixels_to_sentiment.networks.network import Network

# Position of the centre crop among the ten.
CENTRE = 4


def ten_corners(height: int, width: int, crop: int) -> tuple[Tensor, Tensor]:
    """Place the ten crops: four corners and the centre, then the mirrors of the five.

    In the order of ``caffe.io.oversample``. An odd margin puts the centre crop half a pixel up
    and left, as Caffe does. Corners, int64 (10, 2), and mirrors are those of `pictures.cut`.
    """
    low, right = height - crop, width - crop
    five = [(0, 0), (0, right), (low, 0), (low, right), (low // 2, right // 2)]
    return torch.tensor(five * 2), torch.arange(10) >= 5


def centre_crops(pixels: Tensor, crop: int) -> Tensor:
    """Cut the centre crops out of pictures (n, h, w, 3), where `ten_corners` has them: a view."""
    low, right = ((side - crop) // 2 for side in pixels.shape[1:3])
    return pixels[:, low : low + crop, right : right + crop]


def crop_probabilities(
    network: Network, pixels: Tensor, *, oversample: bool = True, batch: int = 100
) -> Tensor:
    """Softmax outputs of a network for the crops of pictures, or for their centre crops alone.

    From uint8 RGB (n, 256, 256, 3), on the network's device, to float64 on the CPU, (n, 10,
    classes) in the order of `ten_corners`, or (n, 1, classes); the last axis is negative, positive
    and, where a network has more outputs, the others. A forward pass takes at least `batch` crops.
    """
    corners, mirrored = ten_corners(*pixels.shape[1:3], network.convention.crop)
    chosen = torch.arange(10) if oversample else torch.tensor([CENTRE])
    crops = len(chosen)
    training = network.training
    network.eval()
    outputs = []
    with torch.inference_mode():
        for positions in torch.arange(len(pixels)).split(max(1, batch // crops)):
            count = len(positions)
            some = cut(
                pixels,
                positions.repeat_interleave(crops),
                corners[chosen].repeat(count, 1),
                mirrored[chosen].repeat(count),
                network.convention.crop,
            )
            outputs.append(network(some).double().softmax(1).view(count, crops, -1).cpu())
    network.train(training)
    return torch.cat(outputs)


def centre_and_oversampled(network: Network, pixels: Tensor) -> tuple[Tensor, Tensor]:
    """Probability of positive from the centre crop and from the mean over ten, float64 (n,)."""
    every = crop_probabilities(network, pixels)
    return positive(every[:, CENTRE]), positive(every.mean(1))


def positive(probabilities: Tensor) -> Tensor:
    """Give the probability of positive (...) from those of all classes (..., classes).

    Where a network has more outputs than negative and positive, which the paper's cut networks
    have, the others are left out and the two are scaled to a sum of one.
    """
    if probabilities.shape[-1] == 2:
        return probabilities[..., 1]
    return probabilities[..., 1] / probabilities[..., :2].sum(-1)
