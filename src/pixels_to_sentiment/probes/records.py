"""Probes: what decides one, and what a finished one left behind.

A probe is linear classifiers on the layers of one network, on one fold. Its folder, which lies
beside those of the training runs, holds

``layers.csv``
    A layer, classifier and cost a row: ``layer``, ``features`` (how many), then the columns of
    `linear.probe`. The label predicted for each test picture is one character, in the order of
    the published test list, so that every score can be computed again.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from pixels_to_sentiment.probes import features, linear
from pixels_to_sentiment.records.runs import Record, Run
from pixels_to_sentiment.records.work import Finished, Work

# What stands for the recipe of a network that was not trained.
FROZEN = "frozen"
_TYPES = {"layer": str, "features": int, "classifier": str, "predicted": str}
_TYPES |= dict.fromkeys(("cost", "relative", "inner"), float)
CONFIGURATION = ["network", "start", "recipe", "precision", "agreement"]


@dataclass(frozen=True)
class Probe(Work):
    """What decides the result of a probe, but for data and code.

    Attributes
    ----------
    network
        Key of the training run whose network is probed, or ``network:start`` for a network as it
        starts, untrained (frozen features).
    layers
        As in `features.taps`.
    grid
        Classifiers and their costs, as for `linear.probe`.
    weights
        What a start is read from, as `factory.weights_asset` names it; ``None`` for a run.
    seed
        Of what starts new in an untrained network; 0 for a run.
    """

    network: str
    agreement: str
    fold: int
    layers: tuple[str, ...]
    grid: tuple[tuple[str, int, int], ...] = linear.GRID
    weights: str | None = None
    seed: int = 0
    limit: int | None = None

    kind: ClassVar = "probe"
    # What decides the network's weights is in the key of its run.
    modules: ClassVar = (
        *("networks/architectures", "networks/caffenet", "networks/declared", "networks/factory"),
        *("networks/network", "networks/weights", "data/pictures", "training/prediction"),
        *("probes/features", "probes/linear"),
    )
    behind: ClassVar = {"network": "run"}

    @classmethod
    def of_run(cls, record: Record, **options: object) -> "Probe":
        """Probe all layers of a training run's network on the run's own fold."""
        run = record.run
        layers = features.default_layers(run.network, run.start)
        return cls(record.key, run.agreement, run.fold, **{"layers": layers, **options})


@dataclass(frozen=True)
class ProbeRecord(Finished):
    """A finished probe in its folder; `run` is the training run behind it, if there is one."""

    run: Run | None = None

    of: ClassVar = Probe
    files: ClassVar = ("layers.csv",)
    readers: ClassVar = ("table",)
    one: ClassVar = "probe"
    several: ClassVar = "probes"
    untrained: ClassVar = FROZEN

    @classmethod
    def _more(cls, content: dict) -> dict:
        return {"run": content["run"] and Run.read(content["run"])}

    @property
    def probe(self) -> Probe:
        """What was probed."""
        return self.work

    def table(self) -> pd.DataFrame:
        """Give what was predicted, as ``layers.csv`` has it."""
        with self.reading("layers.csv") as stream:
            # Numbers would lose their leading zeros.
            table = pd.read_csv(stream, dtype=_TYPES)
            pattern = f"[01]{{{len(self.probe.lists()[1])}}}"
            if not table["predicted"].str.fullmatch(pattern).eq(True).all():
                raise ValueError("it does not predict each test picture")
            if set(table["layer"]) != set(self.probe.layers):
                raise ValueError("its layers are not those of the probe")
        return table

    def accuracies(self) -> pd.DataFrame:
        """Score every layer, classifier and cost on the test pictures.

        `CONFIGURATION` (the recipe of an untrained network is `FROZEN`), ``fold``, ``seed``,
        ``key``, the columns of `table`, then ``accuracy`` and ``pictures`` (in the test fold).
        """
        table, (_, test) = self.table(), self.probe.lists()
        predicted = np.array([list(row) for row in table["predicted"]])
        right = predicted == test["label"].astype(str).to_numpy(dtype=str)
        precision = self.run.precision if self.run else "fp32"
        facts = (*self.configuration, precision, self.probe.agreement)
        named = dict(zip(CONFIGURATION, facts, strict=True)) | {
            "fold": self.probe.fold,
            "seed": (self.run or self.probe).seed,
            "key": self.key,
        }
        scored = table.assign(**named, accuracy=right.mean(1), pictures=len(test))
        return scored[[*named, *table, "accuracy", "pictures"]]
