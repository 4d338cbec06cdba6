"""How steady a map is under noise, and on how few places it rests: robustness and complexity.

They are the two families of measure (Hedström et al., Quantus, 2023) that a study does not record.
Neither asks whether a map is right: one that is the same for every picture is as steady as can be.
``.ci/map_measures.py`` records them of some pictures, and what Quantus says of the same maps.
"""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from scipy import special
from torch import Tensor

# Noise in grey levels either way, and how often it is drawn.
RADIUS, SAMPLES = 8, 10


def sparseness(maps: np.ndarray) -> np.ndarray:
    """Gini index of the magnitudes of each map (Chalasani et al., 2020).

    Of maps (n, h, w), float64 (n,): 0 where all places have the same magnitude, up to 1 - 1/(h w)
    where one alone has any, missing where none has.
    """
    values = np.sort(_magnitudes(maps))
    count = values.shape[1]
    ranks = 2 * np.arange(1, count + 1) - count - 1
    with np.errstate(invalid="ignore"):
        return values @ ranks / (count * values.sum(1))


def complexity(maps: np.ndarray) -> np.ndarray:
    """Entropy of how the magnitude of each map is shared out among places (Bhatt et al., 2020).

    Of maps (n, h, w), float64 (n,) in nats: 0 where one place has all, up to log(h w) where all
    have the same, missing where none has any.
    """
    values = _magnitudes(maps)
    with np.errstate(invalid="ignore"):
        return special.entr(values / values.sum(1, keepdims=True)).sum(1)


def noisy(pixels: Tensor) -> Iterator[Tensor]:
    """Add noise to pictures, uint8 (n, h, w, 3) on the CPU, `SAMPLES` times, always the same.

    Each value changes by a whole number of up to `RADIUS` either way, all as likely, and stays
    within 0..255.
    """
    generator = torch.Generator().manual_seed(0)
    for _ in range(SAMPLES):
        noise = torch.randint(-RADIUS, RADIUS + 1, pixels.shape, generator=generator)
        yield (pixels + noise).clamp(0, 255).byte()


def max_sensitivity(mapping: Callable[[Tensor], Tensor], pixels: Tensor) -> np.ndarray:
    """Largest change of a map under the noise of `noisy`, as a share of the map (Yeh et al., 2019).

    `mapping` makes maps (n, h, w) of `pixels`, uint8 RGB (n, side, side, 3), on the CPU. Gives
    float64 (n,), 0 or more: of all draws the largest Euclidean length of the difference, divided by
    that of the map; missing or infinite where the map is 0 everywhere.
    """
    maps = mapping(pixels).double()
    changes = [(mapping(some) - maps).norm(dim=(1, 2)) for some in noisy(pixels)]
    return (torch.stack(changes).amax(0) / maps.norm(dim=(1, 2))).numpy()


def _magnitudes(maps: np.ndarray) -> np.ndarray:
    return np.abs(np.asarray(maps, dtype=float)).reshape(len(maps), -1)
