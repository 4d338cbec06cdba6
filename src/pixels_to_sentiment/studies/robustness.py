"""How steady a map is under noise, and on how few places it rests: robustness and complexity.

They are the two families of measure (Hedström et al., Quantus, 2023) that a study does not record.
Neither asks whether a map is right: one that is the same for every picture is as steady as can be.
``.ci/map_measures.py`` records them of some pictures, and what Quantus says of the same maps.
"""

import json
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import torch
from scipy import special
from torch import Tensor

from pixels_to_sentiment import places
from pixels_to_sentiment.judging import resampling

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


def noisy(
    pixels: Tensor, radius: int = RADIUS, samples: int = SAMPLES, seed: int = 0
) -> Iterator[Tensor]:
    """Add noise to pictures, uint8 (n, h, w, 3) on the CPU, `samples` times.

    Each value changes by a whole number of up to `radius` either way, all as likely, and stays
    within 0..255.
    """
    generator = torch.Generator().manual_seed(seed)
    for _ in range(samples):
        noise = torch.randint(-radius, radius + 1, pixels.shape, generator=generator)
        yield (pixels + noise).clamp(0, 255).byte()


def max_sensitivity(
    mapping: Callable[[Tensor], Tensor], pixels: Tensor, **noise: int
) -> np.ndarray:
    """Largest change of a map under noise, as a share of the map (Yeh et al., 2019).

    Parameters
    ----------
    mapping
        Makes maps (n, h, w) of `pixels`.
    pixels
        uint8 RGB (n, side, side, 3), on the CPU.
    noise
        Options of `noisy`.

    Returns
    -------
    ndarray
        float64 (n,), 0 or more: of all draws the largest Euclidean length of the difference,
        divided by that of the map; missing or infinite where the map is 0 everywhere.
    """
    maps = mapping(pixels).double()
    changes = [(mapping(some) - maps).norm(dim=(1, 2)) for some in noisy(pixels, **noise)]
    return (torch.stack(changes).amax(0) / maps.norm(dim=(1, 2))).numpy()


def recorded(name: str) -> list[dict]:
    """Read the reports that ``.ci/map_measures.py`` wrote, by their name or a pattern of it."""
    paths = sorted(places.benchmarks().glob(f"{name}.json"))
    return [json.loads(path.read_text()) for path in paths]


def by_network() -> pd.DataFrame:
    """Average what is recorded of sentiment maps and Grad-CAM, a map of a network a row.

    ``network``, ``map``, ``pictures``, ``places`` (of a map), and of ``road``, ``sparseness``,
    ``spread`` (the exponential of the complexity: of so many places that share evenly the entropy
    would be the same) and ``sensitivity`` the mean, and the ends of its 95% interval by bootstrap
    over the pictures (``_low``, ``_high``). Empty if nothing is recorded.
    """
    found = []
    for report in recorded("maps-*"):
        table = pd.DataFrame(report["rows"]).dropna(subset="places")
        table["spread"] = np.exp(table["complexity"])
        for (network, kind), some in table.groupby(["network", "map"], sort=False):
            row = {"network": network, "map": kind, "pictures": len(some)}
            row["places"] = some["places"].iloc[0]
            for name in ("road", "sparseness", "spread", "sensitivity"):
                values = some[name].dropna()
                low, high = resampling.clustered_interval(values, values.index)
                row |= {name: values.mean(), f"{name}_low": low, f"{name}_high": high}
            found.append(row)
    return pd.DataFrame(found)


def beside_quantus() -> pd.DataFrame:
    """Hold values and seconds against those of Quantus, a measure a row.

    ``measure``, ``ours`` and ``quantus`` (means), ``apart`` (the largest difference of a picture
    or, for ROAD, a share), ``by_noise`` (the largest between ours with other noise, where there
    is any), ``our_seconds`` and ``quantus_seconds`` (of the processor) and ``times`` (how often
    ours fit into theirs). Empty if nothing is recorded.
    """
    table = pd.DataFrame([row for report in recorded("quantus") for row in report["rows"]])
    if table.empty:
        return table
    both = zip(table["ours"], table["quantus"], strict=True)
    apart = [np.abs(np.subtract(*values)).max() for values in both]
    draws = [values if isinstance(values, list) else [[np.nan]] for values in table["draws"]]
    return table.assign(
        ours=table["ours"].map(np.mean),
        quantus=table["quantus"].map(np.mean),
        apart=apart,
        by_noise=[np.ptp(values, axis=0).max() for values in draws],
        times=table["quantus_seconds"] / table["our_seconds"],
    )


def made() -> pd.DataFrame:
    """Say how these records were made, a report a row."""
    rows = []
    for report in (*recorded("maps-*"), *recorded("quantus")):
        of, other = report["made"], report["made"].get("other_versions", {})
        row = {
            "network": of["network"],
            "beside": ", ".join(" ".join(one) for one in other.items()) or "–",
            "date": of["began"][:10],
            "minutes": of["seconds"] / 60,
            "commit": of["commit"][:7] + " with changes" * of["dirty"],
            "machine": of["hardware"]["cpu"],
            "torch": of["versions"]["torch"],
        }
        rows.append(row)
    return pd.DataFrame(rows)


def _magnitudes(maps: np.ndarray) -> np.ndarray:
    return np.abs(np.asarray(maps, dtype=float)).reshape(len(maps), -1)
