"""Sentiment maps from the fully convolutional form of a network, and what they approximate.

The paper passes a picture of 451x451 pixels through the fully convolutional CaffeNet, which gives
8x8 places the softmax of negative and positive (``sentiment_fully_conv_deploy.prototxt``). Here a
map is the *log-odds* of positive at each place: the difference of the two outputs before the
softmax, of which the paper's two channels are the logistic function.
"""

import io

import numpy as np
import pandas as pd
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from pixels_to_sentiment.data import pictures
from pixels_to_sentiment.data.pictures import Pictures
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.files import archives, assets
from pixels_to_sentiment.maps import geometry
from pixels_to_sentiment.networks import surgery
from pixels_to_sentiment.networks.network import Network

# The input of the paper's fully convolutional network, in pixels a side.
SIDE = 451
# Between two windows of the classifier, in pixels: what one step on CaffeNet's map is.
STRIDE = 32


def log_odds(network: Network, pixels: Tensor, *, batch: int = 32) -> Tensor:
    """Map pictures of any one size.

    Parameters
    ----------
    pixels
        uint8 RGB (n, h, w, 3), on the network's device.

    Returns
    -------
    Tensor
        Log-odds of positive in nats, float32 (n, h', w') on the CPU. CaffeNet gives 1x1 at 227
        and 8x8 at 451, the others a map whose mean is the classifier's log-odds.

    Raises
    ------
    UserError
        If the network has no fully convolutional form, or the pictures are smaller than its crop.
    """
    crop = network.convention.crop
    if min(pixels.shape[1:3]) < crop:
        raise UserError(
            f"Pictures of {pixels.shape[1]}x{pixels.shape[2]} pixels are too small to be mapped by "
            f"{network.name}: enlarge them to {crop} pixels a side or more."
        )
    body = surgery.fully_convolutional(network)
    with torch.inference_mode():
        outputs = [body(network.convention.prepare(some)) for some in pixels.split(batch)]
        return torch.cat([(o[:, 1] - o[:, 0]).float().cpu() for o in outputs])


def places(network: Network, maps: Tensor | np.ndarray, side: int = SIDE) -> np.ndarray:
    """Say where along a side of a picture the places of its map lie.

    Shares of the side, float64 (h',), rising, of the middles of what the places see.
    """
    return geometry.shares(surgery.fully_convolutional(network), side, maps.shape[-1])


def enlarged(loaded: Pictures, images: pd.Series, side: int = SIDE) -> Tensor:
    """Warp pictures to the input of the fully convolutional network, uint8 RGB (n, side, side, 3).

    Photographs are warped from their files, as the paper does, and the stand-in from its 256
    pixels a side.

    Raises
    ------
    UserError
        If there is no picture of a name.
    assets.Unavailable
        If the archive that the pictures were decoded from is not to be had any more.
    """
    rows = loaded.rows(images)
    if not loaded.real:
        sources = (loaded.pixels[row] for row in rows)
        return torch.from_numpy(np.stack([pictures.warp(one, side) for one in sources]))
    with archives.open_archive(assets.fetch(pictures.ARCHIVE)) as archive:
        members = archives.members_by_name(archive, list(images))
        made = np.empty((len(rows), side, side, 3), np.uint8)
        for place, info in enumerate(members.values()):
            with Image.open(io.BytesIO(archive.read(info))) as image:
                made[place] = pictures.warp(np.asarray(image.convert("RGB")), side)
    return torch.from_numpy(made)


def windows(network: Network, pixels: Tensor, *, batch: int = 64) -> Tensor:
    """Classify every window of pictures, as a window of the crop's size slides over them.

    It puts the network into evaluation mode.

    CaffeNet's map gives the same where no padding reaches into the window. Log-odds of positive,
    float32 (n, h', w') on the CPU: 8x8 for pictures of 451 pixels; `batch` windows a pass.
    """
    crop = network.convention.crop
    tiles = pixels.unfold(1, crop, STRIDE).unfold(2, crop, STRIDE)
    shape = tiles.shape[:3]
    network.eval()
    outputs = []
    with torch.inference_mode():
        for positions in torch.arange(shape.numel()).split(batch):
            n, row, column = np.unravel_index(positions.numpy(), shape)
            logits = network(tiles[n, row, column].permute(0, 2, 3, 1))
            outputs.append((logits[:, 1] - logits[:, 0]).float().cpu())
    return torch.cat(outputs).view(shape)


def windowed(maps: Tensor, single: int, shape: tuple[int, int]) -> Tensor:
    """Average maps over the classifier's window, to be compared with `windows` of that shape.

    A network that averages its map over all places classifies a window by the mean of the places
    inside. A network whose map is 1x1 for its crop (`single`) has nothing to average.
    """
    step = max(1, round((maps.shape[-1] - single) / max(1, shape[-1] - 1)))
    pooled = F.avg_pool2d(maps[:, None], single, step)[:, 0]
    return pooled[:, : shape[0], : shape[1]]
