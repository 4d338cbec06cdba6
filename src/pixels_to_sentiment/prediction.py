"""Class probabilities of pictures, from the centre crop and from Caffe's ten crops."""

import torch
from torch import Tensor

from pixels_to_sentiment.networks import Network
from pixels_to_sentiment.pictures import cut

# Position of the centre crop among the ten.
CENTRE = 4


def ten_corners(height: int, width: int, crop: int) -> tuple[Tensor, Tensor]:
    """Place the ten crops: four corners and the centre, then the mirrors of the five.

    In the order of ``caffe.io.oversample``. An odd margin puts the centre crop half a pixel up
    and left, as Caffe does.

    Returns
    -------
    corners : Tensor
        Upper left corner of each crop as row and column, int64 (10, 2).
    mirrored : Tensor
        bool (10,).
    """
    low, right = height - crop, width - crop
    five = [(0, 0), (0, right), (low, 0), (low, right), (low // 2, right // 2)]
    return torch.tensor(five * 2), torch.arange(10) >= 5


def crop_probabilities(
    network: Network, pixels: Tensor, *, oversample: bool = True, batch: int = 100
) -> Tensor:
    """Softmax outputs of a network for the crops of pictures.

    Parameters
    ----------
    pixels
        uint8 RGB (n, 256, 256, 3), on the network's device.
    oversample
        All ten crops, or the centre crop alone.
    batch
        Crops a forward pass, at least.

    Returns
    -------
    Tensor
        float64 on the CPU, (n, 10, 2) in the order of `ten_corners`, or (n, 1, 2); the last axis
        is negative, positive.
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
            outputs.append(network(some).double().softmax(1).view(count, crops, 2).cpu())
    network.train(training)
    return torch.cat(outputs)


def centre_and_oversampled(network: Network, pixels: Tensor) -> tuple[Tensor, Tensor]:
    """Probability of positive from the centre crop and from the mean over ten crops.

    Returns
    -------
    centre, oversampled : Tensor
        float64 (n,), in 0..1.
    """
    positive = crop_probabilities(network, pixels)[..., 1]
    return positive[:, CENTRE], positive.mean(1)
