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
) -> tuple[Tensor, np.ndarray, Tensor, np.ndarray, pd.DataFrame]:
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
    cam, cam_at
        As `rivals.grad_cam` gives them of the centre crop, for the class that the network gives to
        it, and where their places lie, as shares of the picture's side.
    measures : DataFrame
        A map of a picture a row: ``image``, ``label``, ``map`` (one of `MAPS`), ``class`` (the
        more probable one for the centre crop, which is asked for), a column a point of each of
        `CURVES`, and `AGREEMENTS` and `EVIDENCE`, missing where there is nothing to compare.
    """
    progress("maps")
    seen = _Seen(network, loaded, table, seed)
    relevance, agreements = seen.relevance(), seen.agreements(other, untaught, progress)
    ends = faithfulness.ends(network, seen.crops, seen.classes)
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
    cam_at = (seen.cam_at * seen.crop + seen.margin) / seen.side
    return seen.maps, seen.at, seen.cam, cam_at, pd.concat(rows, ignore_index=True)


class _Seen:
    """The pictures of a table as a network sees them, and its maps of them."""

    def __init__(self, network: Network, loaded: Pictures, table: pd.DataFrame, seed: int):
        self.network, self.seed, self.crop = network, seed, network.convention.crop
        rows = loaded.rows(table["image"])
        squares = loaded.tensor()[rows]
        self.side = squares.shape[1]
        self.margin = (self.side - self.crop) // 2
        middle = slice(self.margin, self.margin + self.crop)
        self.crops = squares[:, middle, middle].contiguous().to(network.device)
        self.large = dense.enlarged(loaded, table["image"]).to(network.device)
        self.masks = None
        if loaded.masks is not None:
            self.masks = torch.from_numpy(loaded.masks[rows])[:, middle, middle]
        network.eval()
        with torch.inference_mode():
            logits = torch.cat([network(some).cpu() for some in self.crops.split(64)])
        self.classes = logits.argmax(1)
        self.sign = (2 * self.classes - 1)[:, None, None]
        self.maps = dense.log_odds(network, self.large)
        self.cam = rivals.grad_cam(network, self.crops, self.classes)
        self.at = dense.places(network, self.maps)
        self.cam_at = rivals.places(network, self.cam, self.crop)

    def relevance(self) -> dict[str, Tensor]:
        """Relevance for the class that is asked for, on the cells of the crop."""
        at, side = geometry.within(self.at, self.side, self.crop), faithfulness.GRID
        random = rivals.randomly(len(self.maps), self.maps.shape[1:], self.seed)
        return {
            MAP: faithfulness.cells(self.sign * self.maps, at, self.crop),
            RANDOM: faithfulness.cells(random, at, self.crop),
            GRAD_CAM: faithfulness.cells(self.cam, self.cam_at, self.crop),
            CENTRE: rivals.centre(len(self.maps), (side, side)),
            EDGES: rivals.edge_energy(self.crops, (np.arange(side) + 0.5) / side),
        }

    def on_evidence(self, relevance: Tensor) -> dict[str, object]:
        if self.masks is None:
            return dict.fromkeys(EVIDENCE, np.nan)
        return {
            "pointing": evidence.pointing(relevance, self.masks).numpy(),
            "energy": evidence.energy_share(relevance, self.masks).numpy(),
            "covered": evidence.covered(self.masks).numpy(),
        }

    def agreements(
        self, other: Network | None, untaught: Network | None, progress: Callable[[str], None]
    ) -> dict[tuple[str, str], np.ndarray]:
        """Rank correlation of maps with those of something else.

        Maps that know nothing of the network are the same whatever its weights, so they are only
        compared with those of other pictures and with the classifier.
        """
        networks = {"seed": other, "labels": untaught}
        for name, share in RANDOMISED.items():
            networks[name] = agreement.randomised(self.network, share, self.seed)
        found = {}
        for what, one in networks.items():
            if one is not None:
                progress(what)
                maps = dense.log_odds(one, self.large)
                cam = rivals.grad_cam(one, self.crops, self.classes)
                found[MAP, what] = agreement.spearman(self.maps, maps)
                found[GRAD_CAM, what] = agreement.spearman(self.cam, cam)
        progress("mirrored")
        large, crops = self.large.flip(2), self.crops.flip(2)
        own = {MAP: self.maps, GRAD_CAM: self.cam} | self._unknowing(self.large, self.seed)
        flipped = self._unknowing(large, self.seed + 1)
        flipped[MAP] = dense.log_odds(self.network, large)
        flipped[GRAD_CAM] = rivals.grad_cam(self.network, crops, self.classes)
        for name, some in own.items():
            found[name, "mirrored"] = agreement.spearman(some, flipped[name].flip(2))
            found[name, "picture"] = agreement.spearman(some, some.roll(1, 0))
        progress("window")
        classified = dense.windows(self.network, self.large)
        single = dense.log_odds(self.network, self.crops[:1]).shape[-1]
        for name in (MAP, RANDOM, CENTRE, EDGES):
            some = self.sign * self.maps if name == MAP else own[name]
            near = dense.windowed(some, single, classified.shape[1:])
            found[name, "window"] = agreement.spearman(near, self.sign * classified)
        return found

    def _unknowing(self, pixels: Tensor, seed: int) -> dict[str, Tensor]:
        """Make maps without the network's weights, which have the places of its own maps."""
        count, shape = len(self.maps), self.maps.shape[1:]
        return {
            RANDOM: rivals.randomly(count, shape, seed),
            CENTRE: rivals.centre(count, shape),
            EDGES: rivals.edge_energy(pixels, self.at),
        }
