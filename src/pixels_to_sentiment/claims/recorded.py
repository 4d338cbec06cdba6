"""What is recorded, each configuration opened once, as tables of right answers by seed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

import numpy as np
import pandas as pd

from pixels_to_sentiment import reports
from pixels_to_sentiment.claims.paper import VIEW
from pixels_to_sentiment.judging import answers, resampling
from pixels_to_sentiment.networks.architectures import CLASSES
from pixels_to_sentiment.probes.records import ProbeRecord
from pixels_to_sentiment.records.catalogue import Configuration
from pixels_to_sentiment.records.runs import Record
from pixels_to_sentiment.reports import layerwise
from pixels_to_sentiment.studies import summary
from pixels_to_sentiment.studies.records import StudyRecord
from pixels_to_sentiment.training import recipes


@dataclass(frozen=True, eq=False)
class Trained:
    """All seeds of a configuration that are recorded on all folds of a subset, for several claims.

    ``right`` holds right answers (0 or 1) by view: a column a seed, indexed by ``fold``, ``image``
    and ``label``.
    """

    title: str
    records: tuple[Record, ...]
    right: dict[str, pd.DataFrame]

    @property
    def seeds(self) -> list[int]:
        """The seeds, rising."""
        return list(next(iter(self.right.values())).columns)

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the runs."""
        return tuple(one.key for one in self.records)

    def only(self, seeds: Sequence[int]) -> "Trained":
        """Keep some seeds."""
        kept = tuple(one for one in self.records if one.run.seed in seeds)
        return Trained(self.title, kept, {view: one[seeds] for view, one in self.right.items()})

    @cached_property
    def losses(self) -> pd.DataFrame:
        """Training loss (nats) by iteration, a column a seed and fold."""
        found = {
            (one.run.seed, one.run.fold): one.curve().set_index("iteration")["train_loss"]
            for one in self.records
        }
        return pd.DataFrame(found).sort_index(axis=1)

    @cached_property
    def last_losses(self) -> pd.Series:
        """Training loss (nats) at the end, by seed and fold."""
        return self.losses.apply(lambda curve: curve.dropna().tail(10).mean())

    def beyond_positive(self, view: str) -> resampling.Effects:
        """Estimate by how much it is right more often than always answering positive."""
        right = self.right[view]
        return effect([right.sub(right.index.get_level_values("label").to_numpy(), axis=0)])

    @cached_property
    def idle(self) -> dict[int, str]:
        """Name the seeds that beat no constant answer or did not settle, with what shows it."""
        found = {}
        for seed in self.seeds:
            last = self.last_losses[seed].mean()
            if self.only([seed]).beyond_positive(VIEW).low <= 0:
                found[seed] = "no better than always positive"
            elif last > np.log(len(CLASSES)):
                found[seed] = f"ends at a training loss of {last:.2f} nats, above a coin's"
        return found


class Probed(NamedTuple):
    """What classifiers of layers of a network answered on five agree.

    ``told`` is as `layerwise.told` has it, with ``right`` (0 or 1).
    """

    keys: tuple[str, ...]
    told: pd.DataFrame

    @property
    def title(self) -> str:
        """The network in words."""
        return self.told["configuration"].iloc[0].rpartition(": ")[0]

    @property
    def seeds(self) -> list[int]:
        """The seeds, rising."""
        return sorted(self.told["seed"].unique())

    def right(self, layer: str, classifier: str) -> pd.DataFrame:
        """Table whether each picture is answered rightly on a layer, (fold and image) by seed."""
        chosen = (self.told["layer"] == layer) & (self.told["classifier"] == classifier)
        some = self.told[chosen]
        return some.pivot_table("right", ["fold", "image"], "seed").dropna(axis=1)


def effect(tables: Sequence[pd.DataFrame], weights: np.ndarray | None = None) -> resampling.Effects:
    """Estimate a mean or difference of tables as `Trained.right`, by `resampling.random_effects`.

    The second table may have other seeds; its pictures are put into the order of the first.
    """
    index = tables[0].index
    values = [one.reindex(index).to_numpy(float).T for one in tables]
    return resampling.random_effects(values, index.get_level_values("fold"), weights)


class Recorded:
    """Recorded runs, probes and studies of maps, of which each is opened once."""

    def __init__(
        self,
        runs: Iterable[Record],
        probes: Iterable[ProbeRecord] = (),
        studies: Iterable[StudyRecord] = (),
    ):
        self.runs, self.probes, self.studies = list(runs), list(probes), list(studies)
        self._precisions, self.probed = cache(self._precisions), cache(self.probed)
        self.mapped = cache(self.mapped)

    def trained(
        self, configurations: Sequence[Configuration], agreement: str = "five"
    ) -> list[Trained]:
        """Give what is recorded of one configuration, or of two to compare; none if one lacks.

        All are of one precision if they can be, and of one length, all iterations or a third:
        those of which the fewest seeds of any are most, then the longer.
        """
        best, most = [], ()
        for length in ("", recipes.THIRD):
            alike = [
                replace(one, recipe=one.recipe.removesuffix(recipes.THIRD) + length)
                for one in configurations
            ]
            found = [self._precisions(one, agreement) for one in alike]
            if all(found):
                shared = set.intersection(*map(set, found))
                for precision in sorted(shared) or [""]:
                    some = [
                        one.get(precision) or max(one.values(), key=lambda of: len(of.seeds))
                        for one in found
                    ]
                    rank = bool(shared), min(len(one.seeds) for one in some)
                    if not most or rank > most:
                        best, most = some, rank
        return best

    def _precisions(self, one: Configuration, agreement: str) -> dict[str, Trained]:
        some = (record for record in self.runs if reports.configuration_of(record) == one)
        whole = sorted(reports.complete(some, agreement), key=attrgetter("run.precision"))
        parts = groupby(whole, attrgetter("run.precision"))
        return {name: _opened(list(part)) for name, part in parts}

    def probed(self, network: str, tuned: bool) -> Probed:
        """Give what is recorded of layers of a network.

        It is a configuration (of fine-tuned ones) or ``network:start``, as text.
        """
        some = [
            one
            for one in self.probes
            if (one.run is not None) == tuned
            and one.probe.agreement == "five"
            and network == (str(reports.configuration_of(one)) if tuned else one.probe.network)
        ]
        told = layerwise.told(some)
        right = (told["positive"] == told["label"]).astype(float)
        return Probed(tuple(one.key for one in some), told.assign(right=right))

    def mapped(self, configuration: Configuration) -> tuple[list[StudyRecord], pd.DataFrame]:
        """Give the studies of a fine-tuned network's maps on all folds, and `summary.differences`.

        None, and an empty frame, where a fold is missing.
        """
        some = (one for one in self.studies if one.run is not None)
        whole = reports.complete(reports.runs_of(configuration, some))
        return whole, summary.differences(summary.gathered(whole)) if whole else pd.DataFrame()


def _opened(records: list[Record]) -> Trained:
    right = {
        view: case.pivot(index=["fold", "image", "label"], columns="seed", values="correct")
        for (_, _, view), case in answers.cases(reports.gathered(records)).items()
    }
    return Trained(reports.title_of(records[0]), tuple(records), right)
