"""Whether what a map points at matters to the network: pixels are taken away, and it is asked.

*Deletion* and *insertion* (Petsiuk, Das and Saenko, RISE, 2018) take the cells of a picture away,
or bring them into a blurred one, the most relevant first. *ROAD* (Rong et al. 2022) fills what is
taken away from around it, so that the shape of the hole says as little as can be.
"""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from pixels_to_sentiment.maps import geometry
from pixels_to_sentiment.networks.network import Network

# Cells a side, the same for all maps: what is taken away is a square of 8 pixels a side or so.
GRID = 28
# Shares of the picture that are taken away or brought in.
SHARES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0)
ROAD_SHARES = (0.2, 0.4, 0.6, 0.8)
# Weights of the eight neighbours in the mean that a missing pixel becomes, and the standard
# deviation of the noise on it: of Rong et al. and their code, the latter as a share of the range.
NEIGHBOURS = ((1 / 12, 1 / 6, 1 / 12), (1 / 6, 0.0, 1 / 6), (1 / 12, 1 / 6, 1 / 12))
NOISE = 0.01
# How often the solution on a grid of half the side is spread, and by how many sweeps each is
# smoothed after it was taken from the coarser one.
LEVELS, SWEEPS = 6, 8
# Of the iteration's matrix, about that of holes a dozen pixels wide.
RADIUS = 0.97


def cells(maps: Tensor, at: np.ndarray, crop: int) -> Tensor:
    """Bring maps (n, h, h) to the cells of the centre crop, which is what the classifier sees.

    Every pixel takes what lies between the places around it, and every cell the mean of its pixels:
    float32 (n, GRID, GRID). `at` says where the places lie, as `geometry.within` gives it.
    """
    weights = torch.from_numpy(geometry.between(at, crop)).float()
    weights = F.adaptive_avg_pool1d(weights.T, GRID).T
    return weights @ maps.float() @ weights.T


def ranked(relevance: Tensor) -> Tensor:
    """Rank cells (n, GRID, GRID), 0 for the most relevant; ties in the order of a fixed shuffle."""
    flat = relevance.flatten(1)
    # A map of few places has many equal cells; in reading order they would go from the top.
    shuffle = torch.randperm(flat.shape[1], generator=torch.Generator().manual_seed(0))
    order = shuffle[flat[:, shuffle].argsort(dim=1, descending=True, stable=True)]
    return order.argsort(1).view_as(relevance)


def spread(kept: Tensor, side: int) -> Tensor:
    """Enlarge cells (n, GRID, GRID) to pixels (n, side, side) by nearest neighbour."""
    index = torch.arange(side) * kept.shape[-1] // side
    return kept[:, index[:, None], index]


def blurred(crops: Tensor, sigma: float = 10.0) -> Tensor:
    """Blur crops, uint8 (n, h, w, 3), with a Gaussian of `sigma` pixels."""
    reach = int(3 * sigma)
    line = torch.exp(-(torch.arange(-reach, reach + 1.0) ** 2) / (2 * sigma**2))
    line = (line / line.sum()).expand(3, 1, -1).to(crops.device)
    x = crops.permute(0, 3, 1, 2).float()
    x = F.conv2d(F.pad(x, (reach, reach, 0, 0), mode="reflect"), line[:, :, None], groups=3)
    x = F.conv2d(F.pad(x, (0, 0, reach, reach), mode="reflect"), line[..., None], groups=3)
    return x.round().clamp(0, 255).byte().permute(0, 2, 3, 1).contiguous()


def filled(crops: Tensor, missing: Tensor, seed: int = 0) -> Tensor:
    """Fill missing pixels from around them, as ROAD's noisy linear imputation does.

    Each missing pixel of uint8 RGB (n, h, w, 3) becomes the weighted mean of its neighbours
    (`NEIGHBOURS`), which makes a system of linear equations. It is solved from coarse to fine for
    all pictures at once, on photographs to within 3 grey levels of the exact solution on average,
    which is as much as the noise.
    """
    known = (~missing)[:, None].float()
    # The channels stay together in memory, where a depthwise convolution is many times faster.
    x = crops.permute(0, 3, 1, 2).float()
    solved = _solve(x, known, LEVELS)
    # Drawn on the CPU, so that every device adds the same.
    noise = torch.randn(solved.shape, generator=torch.Generator().manual_seed(seed)).to(x.device)
    solved = torch.where(known > 0, x, solved + 255 * NOISE * noise)
    return solved.round().clamp(0, 255).byte().permute(0, 2, 3, 1).contiguous()


def _solve(values: Tensor, known: Tensor, levels: int) -> Tensor:
    """Give `values` where they are known and the smooth continuation elsewhere."""
    if levels and min(values.shape[2:]) > 3:
        # A coarse pixel is known where any of its four is, with the mean of those.
        weight = F.avg_pool2d(known, 2, ceil_mode=True)
        mean = F.avg_pool2d(values * known, 2, ceil_mode=True) / weight.clamp(min=1e-6)
        coarse = _solve(mean, (weight > 0).float(), levels - 1)
        guess = F.interpolate(coarse, values.shape[2:], mode="bilinear")
    else:
        total = known.sum((2, 3), keepdim=True)
        mean = (values * known).sum((2, 3), keepdim=True) / total.clamp(min=1)
        guess = mean.expand_as(values)
    missing = 1 - known
    x = torch.lerp(guess, values, known)
    kernel = torch.tensor(NEIGHBOURS, device=x.device).expand(x.shape[1], 1, 3, 3)
    # At the border the missing neighbours' weight goes to those that are there.
    share = F.conv2d(torch.ones_like(x[:1, :1]), kernel[:1], padding=1)
    taken, before, weight = missing / share, x, 1.0
    for sweep in range(SWEEPS):
        # Chebyshev's weights make a few sweeps do the work of many (Golub and Varga, 1961).
        weight = (1, 2 / (2 - RADIUS**2))[sweep] if sweep < 2 else 4 / (4 - RADIUS**2 * weight)
        step = F.conv2d(x, kernel, padding=1, groups=x.shape[1])
        step.mul_(taken).addcmul_(missing, before, value=-1)
        before, x = x, before.add(step, alpha=weight)
    return x


def probability(network: Network, crops: Tensor, classes: Tensor, batch: int = 64) -> Tensor:
    """Softmax probability of a class for each crop, float32 (n,) on the CPU.

    It puts the network into evaluation mode.
    """
    network.eval()
    with torch.inference_mode():
        found = [
            network(some).float().softmax(1).cpu().gather(1, wanted[:, None])[:, 0]
            for some, wanted in zip(crops.split(batch), classes.split(batch), strict=True)
        ]
    return torch.cat(found)


def mean_colour(network: Network) -> Tensor:
    """Give the colour that a network's input convention turns into zero, uint8 RGB (3,)."""
    convention = network.convention
    mean = torch.tensor(convention.mean) / convention.scale
    return (mean.flip(0) if convention.order == "BGR" else mean).round().byte()


def ends(network: Network, crops: Tensor, classes: Tensor) -> dict[str, Tensor]:
    """Ask about the pictures at the ends of all curves, which no map changes.

    Probability of the class, float32 (n,), by name: ``whole``, ``blurred`` and ``grey``.
    """
    grey = mean_colour(network).to(crops.device).expand_as(crops)
    pictures = {"whole": crops, "blurred": blurred(crops), "grey": grey}
    return {name: probability(network, some, classes) for name, some in pictures.items()}


def curves(
    network: Network,
    crops: Tensor,
    relevance: Tensor,
    classes: Tensor,
    known: dict[str, Tensor],
) -> dict[str, Tensor]:
    """Ask the network while pixels are taken away.

    Parameters
    ----------
    crops
        uint8 RGB (n, crop, crop, 3), what the classifier sees.
    relevance
        For `classes` (n,), which are asked for; see `cells`.
    known
        What `ends` gives of the pictures.

    Returns
    -------
    dict of Tensor
        Probability of the class, float32 (n, shares): ``deletion`` and ``insertion`` at `SHARES`,
        ``road-most`` and ``road-least`` (most and least relevant first) at `ROAD_SHARES`.
    """
    rank = ranked(relevance)
    grey, soft = mean_colour(network).to(crops.device), blurred(crops)

    def missing(share: float, last: bool = False) -> Tensor:
        count = round(share * rank[0].numel())
        chosen = rank >= rank[0].numel() - count if last else rank < count
        return spread(chosen, crops.shape[1]).to(crops.device)

    def mixed(share: float, first: Tensor, other: Tensor) -> Tensor:
        return torch.where(missing(share)[..., None], first, other)

    between = SHARES[1:-1]
    pictures = {
        "deletion": (mixed(share, grey, crops) for share in between),
        "insertion": (mixed(share, crops, soft) for share in between),
        "road-most": (filled(crops, missing(share)) for share in ROAD_SHARES),
        "road-least": (filled(crops, missing(share, last=True)) for share in ROAD_SHARES),
    }
    found = {
        name: [probability(network, some, classes) for some in several]
        for name, several in pictures.items()
    }
    found["deletion"] = [known["whole"], *found["deletion"], known["grey"]]
    found["insertion"] = [known["blurred"], *found["insertion"], known["whole"]]
    return {name: torch.stack(values, 1) for name, values in found.items()}
