"""Probes that are made and kept beside the training runs."""

from pathlib import Path

import numpy as np
import pandas as pd

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.data.pictures import Pictures
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.probes import features, linear
from pixels_to_sentiment.probes.records import Probe, ProbeRecord
from pixels_to_sentiment.records import store
from pixels_to_sentiment.records.runs import Record
from pixels_to_sentiment.training import loop

# Opens the recorded probes.
recorded = ProbeRecord.recorded


# Parts for cross-validation: a published training list is made of four test lists.
QUARTERS = 4


class Probes(store.Store):
    """Finished probes in a folder; folds of an untrained network, one after the other, share it."""

    kind = ProbeRecord

    def __init__(self, root: Path | None = None):
        super().__init__(root)
        self._last: tuple = (None, None)

    def execute(self, probe, behind, pictures, folder, device, tell) -> dict:
        """Train the classifiers on each layer's features; refuse too few for cross-validation."""
        if probe.limit is not None and probe.limit < QUARTERS:
            raise UserError(f"limit is {probe.limit}: give a number from {QUARTERS} up.")
        train, test = probe.lists()
        trained = behind.get("run")
        if trained and not trained.run.recipe.twins:
            train = train[~pictures.copies(train["image"], test["image"])]
        # In the same order for every fold, so that an untrained network's features serve them all.
        images = folds.subset(probe.agreement)["image"]
        images = pd.Index(images[images.isin([*train["image"], *test["image"]])])
        known = self._grams(probe, trained, pictures, images, device)
        parts = train["fold"].to_numpy()
        if probe.limit is not None:
            parts = np.arange(len(train)) * QUARTERS // len(train)
        elif len(set(parts)) == 1:  # of two folds
            parts = (train.groupby("label").cumcount() % QUARTERS).to_numpy()
        tables = []
        for layer in probe.layers:
            table = linear.probe(
                known[layer].products,
                images.get_indexer(train["image"]),
                images.get_indexer(test["image"]),
                train["label"].to_numpy(),
                parts,
                probe.grid,
            )
            table.insert(0, "layer", layer)
            table.insert(1, "features", known[layer].features)
            tables.append(table)
            tell(layer)
        table = pd.concat(tables).round({"inner": 6})
        table["relative"] = [float(f"{value:.6g}") for value in table["relative"]]
        table.to_csv(folder / "layers.csv", index=False)
        return {}

    def _grams(
        self,
        probe: Probe,
        trained: Record | None,
        pictures: Pictures,
        images: pd.Index,
        device: str,
    ) -> dict[str, features.Gram]:
        asked = (probe.network, probe.weights, probe.seed, probe.layers)
        asked += (tuple(images), id(pictures), device)
        if self._last[0] != asked:
            name, _, start = probe.network.partition(":")
            network = trained.restore() if trained else None
            network = network or store.started(probe, name, start)
            pixels = pictures.tensor()[pictures.rows(images)].to(device)
            self._last = (None, None)  # the memory is needed
            with loop.arithmetic("fp32", pixels.device.type):
                self._last = asked, features.grams(network.to(device), pixels, probe.layers)
        return self._last[1]
