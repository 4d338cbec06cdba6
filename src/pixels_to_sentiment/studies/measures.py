"""All measures of all maps of some pictures, in one table."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from pixels_to_sentiment.data.pictures import Pictures
from pixels_to_sentiment.maps import dense, geometry, rivals
from pixels_to_sentiment.networks.network import Network
from pixels_to_sentiment.studies import agreement, evidence, faithfulness

MAP, GRAD_CAM, RANDOM, CENTRE, EDGES = "map", "grad-cam", "random", "centre", "edges"
MAPS = (MAP, GRAD_CAM, RANDOM, CENTRE, EDGES)
# What each agreement is with; the shares are of the layers whose weights are drawn anew.
RANDOMISED = {"head": 0.0, "half": 0.5, "all": 1.0}
AGREEMENTS = ("seed", "mirrored", *RANDOMISED, "labels", "picture", "window")
EVIDENCE = ("pointing", "energy", "covered")
# Columns of a curve, by its name.
CURVES = {
    "deletion": faithfulness.SHARES,
    "insertion": faithfulness.SHARES,
    "road-most": faithfulness.ROAD_SHARES,
    "road-least": faithfulness.ROAD_SHARES,
}


def column(curve: str, share: float) -> str:
    """Name of the column of one point of a curve, such as ``deletion@0.05``."""
    return f"{curve}@{share:g}"


def measure(
    network: Network,
    loaded: Pictures,
    table: pd.DataFrame,
    *,
    other: Network | None = None,
    untaught: Network | None = None,
    seed: int = 0,
    progress: Callable[[str], None] = lambda what: None,
) -> tuple[Tensor, np.ndarray, pd.DataFrame]:
    """Map pictures, and measure how far the maps can be believed.

    Parameters
    ----------
    network
        None of the pictures was in its training.
    table
        ``image`` and ``label`` of the pictures.
    other, untaught
        The same network trained with another seed, or on shuffled labels.
    seed
        Of the random map and of weights drawn anew.
    progress
        Called with the name of each step.

    Returns
    -------
    maps, at
        As `dense.log_odds` and `dense.places` give them.
    measures : DataFrame
        A map of a picture a row: ``image``, ``label``, ``map`` (one of `MAPS`), ``class`` (the
        more probable one for the centre crop, which is asked for), a column a point of each of
        `CURVES`, and `AGREEMENTS` and `EVIDENCE`, missing where there is nothing to compare.
    """
    seen = _Seen(network, loaded, table)
    progress("maps")
    maps, cam = seen.maps(network), seen.cam(network)
    relevance = seen.relevance(network, maps, cam, seed)
    ends = faithfulness.ends(network, seen.crops, seen.classes)
    agreements = _agreements(seen, network, other, untaught, maps, cam, seed, progress)
    rows = []
    for name in MAPS:
        progress(name)
        found = faithfulness.curves(network, seen.crops, relevance[name], seen.classes, ends)
        columns = {
            column(curve, share): found[curve][:, place].numpy()
            for curve, shares in CURVES.items()
            for place, share in enumerate(shares)
        }
        columns |= {what: agreements.get((name, what), np.nan) for what in AGREEMENTS}
        columns |= seen.on_evidence(relevance[name])
        made = table.reset_index(drop=True).assign(map=name, **{"class": seen.classes.numpy()})
        rows.append(pd.concat([made, pd.DataFrame(columns, index=made.index)], axis=1))
    at = dense.places(network, maps)
    return maps, at, pd.concat(rows, ignore_index=True)


class _Seen:
    """The pictures of a table as a network sees them."""

    def __init__(self, network: Network, loaded: Pictures, table: pd.DataFrame):
        device, crop = network.device, network.convention.crop
        rows = loaded.rows(table["image"])
        squares = loaded.tensor()[rows]
        self.side, self.crop = squares.shape[1], crop
        margin = (self.side - crop) // 2
        middle = slice(margin, margin + crop)
        self.crops = squares[:, middle, middle].contiguous().to(device)
        self.large = dense.enlarged(loaded, table["image"]).to(device)
        self.masks = None
        if loaded.masks is not None:
            self.masks = torch.from_numpy(loaded.masks[rows])[:, middle, middle]
        network.eval()
        with torch.inference_mode():
            logits = torch.cat([network(some).cpu() for some in self.crops.split(64)])
        self.classes = logits.argmax(1)

    def maps(self, network: Network) -> Tensor:
        return dense.log_odds(network, self.large)

    def cam(self, network: Network) -> Tensor:
        return rivals.grad_cam(network, self.crops, self.classes)

    def relevance(
        self, network: Network, maps: Tensor, cam: Tensor, seed: int
    ) -> dict[str, Tensor]:
        """Relevance for the class that is asked for, on the cells of the crop."""
        sign = (2 * self.classes - 1)[:, None, None]
        at = geometry.within(dense.places(network, maps), self.side, self.crop)
        cam_at = rivals.places(network, cam, self.crop)
        random = rivals.randomly(len(maps), maps.shape[1:], seed)
        side = faithfulness.GRID
        return {
            MAP: faithfulness.cells(sign * maps, at, self.crop),
            RANDOM: faithfulness.cells(random, at, self.crop),
            GRAD_CAM: faithfulness.cells(cam, cam_at, self.crop),
            CENTRE: rivals.centre(len(maps), (side, side)),
            EDGES: rivals.edge_energy(self.crops, (np.arange(side) + 0.5) / side),
        }

    def unknowing(
        self, network: Network, maps: Tensor, seed: int
    ) -> dict[str, tuple[Tensor, Tensor]]:
        """Make maps without the network's weights, of the pictures and of the mirrored ones.

        They have the places of the network's own maps.
        """
        count, shape, flipped = len(maps), maps.shape[1:], agreement.mirrored(self.large)
        at = dense.places(network, maps, self.large.shape[1])
        drawn = (rivals.randomly(count, shape, one) for one in (seed, seed + 1))
        edges = (rivals.edge_energy(some, at) for some in (self.large, flipped))
        return {
            RANDOM: tuple(drawn),
            CENTRE: (rivals.centre(count, shape),) * 2,
            EDGES: tuple(edges),
        }

    def on_evidence(self, relevance: Tensor) -> dict[str, object]:
        if self.masks is None:
            return dict.fromkeys(EVIDENCE, np.nan)
        return {
            "pointing": evidence.pointing(relevance, self.masks).numpy(),
            "energy": evidence.energy_share(relevance, self.masks).numpy(),
            "covered": evidence.covered(self.masks).numpy(),
        }


def _agreements(
    seen: _Seen,
    network: Network,
    other: Network | None,
    untaught: Network | None,
    maps: Tensor,
    cam: Tensor,
    seed: int,
    progress: Callable[[str], None],
) -> dict[tuple[str, str], np.ndarray]:
    """Rank correlation of maps with those of something else.

    Maps that know nothing of the network are the same whatever its weights, so they are only
    compared with those of other pictures and with the classifier.
    """
    networks = {"seed": other, "labels": untaught}
    for name, share in RANDOMISED.items():
        networks[name] = agreement.randomised(network, share, seed)
    found = {}
    for what, one in networks.items():
        if one is None:
            continue
        progress(what)
        found[MAP, what] = agreement.spearman(maps, seen.maps(one))
        found[GRAD_CAM, what] = agreement.spearman(cam, seen.cam(one))
    progress("mirrored")
    flipped = dense.log_odds(network, agreement.mirrored(seen.large)).flip(2)
    found[MAP, "mirrored"] = agreement.spearman(maps, flipped)
    flipped = rivals.grad_cam(network, agreement.mirrored(seen.crops), seen.classes).flip(2)
    found[GRAD_CAM, "mirrored"] = agreement.spearman(cam, flipped)
    fixed = seen.unknowing(network, maps, seed)
    for name, (some, again) in fixed.items():
        found[name, "mirrored"] = agreement.spearman(some, again.flip(2))
    whole = {MAP: maps, GRAD_CAM: cam} | {name: some for name, (some, _) in fixed.items()}
    for name, some in whole.items():
        found[name, "picture"] = agreement.spearman(some, some.roll(1, 0))
    progress("window")
    classified = dense.windows(network, seen.large)
    single = dense.log_odds(network, seen.crops[:1]).shape[-1]
    sign = (2 * seen.classes - 1)[:, None, None]
    for name, some in {MAP: sign * maps, **{n: whole[n] for n in fixed}}.items():
        near = dense.windowed(some, single, classified.shape[1:])
        found[name, "window"] = agreement.spearman(near, sign * classified)
    return found
