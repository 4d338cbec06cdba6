"""Which trained network maps a picture: the finished runs at hand, and the best of them.

A run counts if it has its weights, was trained by a whole recipe on a whole training list, and its
network has a fully convolutional form. The best is the one whose accuracy, with ten crops, on its
own test fold is furthest above always answering positive. Taken for that, it looks better than it
is. Where there is none, a linear head is fitted to the features of a network from ImageNet, which
is a run, too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pixels_to_sentiment import places
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.files import assets
from pixels_to_sentiment.judging import scores
from pixels_to_sentiment.networks import declared
from pixels_to_sentiment.records import catalogue, runs, store
from pixels_to_sentiment.records.catalogue import Configuration
from pixels_to_sentiment.records.runs import Record

if TYPE_CHECKING:
    import pandas as pd

    from pixels_to_sentiment.networks.network import Network

LINEAR = "linear"
FITTED = "No trained run was here, so a linear head has been fitted to the network's features."


@dataclass(frozen=True)
class Choice:
    """A finished run with its weights, and how it came to be chosen.

    Attributes
    ----------
    among
        Of so many runs it is the best; 0 if it was named.
    fitted_now
        Whether there was none, so that it has just been made, by `fitted`.
    """

    record: Record
    among: int = 0
    fitted_now: bool = False

    @cached_property
    def predictions(self) -> pd.DataFrame:
        """Its test pictures, as `runs.Record.predictions` gives them."""
        return self.record.predictions()

    @cached_property
    def network(self) -> Network:
        """The trained network, on the CPU when first asked for; as `runs.Record.restore`."""
        return self.record.restore()

    @property
    def accuracy(self) -> float:
        """With ten crops, on its test pictures; between 0 and 1."""
        return scores.accuracy(self.predictions["label"], self.predictions["oversampled"])

    @property
    def always_positive(self) -> float:
        """Accuracy of calling each of these positive; between 0 and 1."""
        return float(self.predictions["label"].mean())

    @property
    def scale(self) -> float:
        """Log-odds in nats beyond which a map is not shown any stronger.

        As sure as the run is, with the centre crop, of the 5% of its test pictures that it is
        surest of, rounded up to half a nat. So all maps of a run have one scale.
        """
        sure = self.predictions["centre"].clip(1e-12, 1 - 1e-12)
        return float(max(0.5, np.ceil(2 * np.log(sure / (1 - sure)).abs().quantile(0.95)) / 2))

    def numbers(self) -> dict:
        """Give what decides the run and how right it was, for JSON."""
        run = self.record.run
        names = ("network", "start", "agreement", "fold", "seed", "precision", "limit")
        return {
            "key": self.record.key,
            "recipe": run.recipe.name,
            **{name: getattr(run, name) for name in names},
            "trained_on": self.record.data["source"],
            "accuracy": self.accuracy,
            "test_pictures": len(self.predictions),
            "always_positive": self.always_positive,
            "best_of": self.among or None,
        }

    def in_words(self) -> str:
        """Say which run it is and how right it was, in two sentences."""
        from pixels_to_sentiment.drawing.figures import AGREEMENT_NAMES

        run = self.record.run
        made = self.record.deviation()
        chosen = f" The best of {self.among} runs, which flatters it." if self.among > 1 else ""
        return (
            f"Run {self.record.key}: {Configuration(*self.record.configuration).title} "
            f"({AGREEMENT_NAMES[run.agreement]}, test fold {run.fold}, seed {run.seed}"
            f"{f', tested on part {run.inner} of its training list' if run.inner else ''})"
            f"{f', made {made}' if made else ''}. Right on {self.accuracy:.1%} of its "
            f"{len(self.predictions)} test pictures with ten crops; always positive: "
            f"{self.always_positive:.1%}.{chosen}"
        )


def named(key: str) -> Choice:
    """Choose a finished run by its key or the beginning of it.

    Raises
    ------
    UserError
        If no run's key begins so, or several do, or the run has no weights, or its network has no
        fully convolutional form.
    """
    key = Path(key).name.lower()
    names = sorted(path.parent.name for path in places.runs().glob("[!.]*/run.json"))
    found = [name for name in names if key and name.startswith(key)]
    if len(found) > 1:
        raise UserError(f"The keys of {len(found)} runs begin with {key!r}: {', '.join(found)}.")
    if not found:
        raise UserError(
            f"There is no finished run whose key begins with {key!r} in {places.runs()}: leave out "
            "--run for the best there is, or make a recorded one again, with its weights, by "
            "`pixels-to-sentiment experiments rerun KEY`."
        )
    record = Record.open(places.runs() / found[0])
    if record.run.network not in declared.FULLY_CONVOLUTIONAL:
        raise UserError(
            f"Run {record.key} is of {record.run.network}, which makes no maps: name one of "
            f"{', '.join(declared.FULLY_CONVOLUTIONAL)}."
        )
    if not _has_weights(record):
        raise UserError(f"{record.folder} has no weights: delete it and run it again.")
    return Choice(record)


def best(network: str | None = None, device: str = "cpu") -> Choice:
    """Choose the best of the finished runs at hand, of one network or of all, or fit a head.

    Raises
    ------
    UserError
        If there is no such run and none can be `fitted`, with the command that makes one; if one
        that is there is damaged; or if the network is unknown or has no fully convolutional form.
    """
    names = declared.FULLY_CONVOLUTIONAL
    if network is not None and network not in names:
        raise UserError(
            f"{network} is none of the networks that make maps: choose from {', '.join(names)}."
        )
    found = [
        Choice(one)
        for one in Record.recorded(places.runs())
        if one.run.network in ([network] if network else names)
        and one.run.inner is None
        and not one.deviation()
        and _has_weights(one)
    ]
    if found:
        # Folds differ in how often always answering positive is right. Ties go to the first by
        # key, so that the choice is the same each time.
        chosen = min(found, key=lambda one: one.always_positive - one.accuracy)
        return replace(chosen, among=len(found))
    if made := fitted(network, device):
        return made
    data = f" --data {own.name}" if (own := places.dataset()) else ""
    raise UserError(
        f"There is no whole run of {network or 'any network that makes maps'} in {places.runs()}: "
        f"make one with `pixels-to-sentiment experiments run fine-tuning --only "
        f"{_to_train(network)} --agreements {folds.strictest()} --folds 1{data}`."
    )


def fitted(network: str | None, device: str = "cpu") -> Choice | None:
    """Fit a linear head to a network's features, on fold 1 of the strictest subset; keep the run.

    ``None`` where the photographs are not at hand, or none of the network's weights from ImageNet
    with all of its layers.
    """
    wanted = _to_train(network)
    if wanted.start != "imagenet" or not _at_hand(wanted) or _without_pictures():
        return None
    from pixels_to_sentiment.data import pictures
    from pixels_to_sentiment.records import experiments
    from pixels_to_sentiment.training import devices

    planned, _ = experiments.plan([replace(wanted, recipe=LINEAR)], test_folds=[1])
    found = pictures.load("photographs")
    (record,) = store.Runs().perform(planned, found, device=devices.pick(device))
    return Choice(record, fitted_now=True)


def _has_weights(record: Record) -> bool:
    return (record.folder / runs.WEIGHTS).is_file()


def _without_pictures() -> bool:
    return not places.dataset() and assets.find(folds.ARCHIVE) is None


def _to_train(network: str | None) -> Configuration:
    """Pick what to train: the first of which the weights are at hand, as the catalogue has it."""
    every = [one for experiment in catalogue.EXPERIMENTS.values() for one in experiment.here]
    names = declared.FULLY_CONVOLUTIONAL if network is None else [network]
    listed = [one for one in [catalogue.SQUEEZENET, *every] if one.network in names]
    if network:
        starts = declared.ARCHITECTURES[network].starts
        listed += [Configuration(network, start, catalogue.THIRD) for start in starts]
    pretrained = [one for one in listed if one.start != "random"]
    # To look for weights may make a file, which serves nothing without the photographs.
    looked = [] if _without_pictures() else pretrained
    return next(filter(_at_hand, looked), pretrained[0])


def _at_hand(configuration: Configuration) -> bool:
    start = declared.find_start(configuration.network, configuration.start)
    return any(assets.find(name) for name in start.assets)
