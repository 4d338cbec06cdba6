"""Training runs: what decides one, and what a finished one left behind.

A run is one network, from one start, on one fold, with one recipe and one seed. Beside its
description and provenance its folder holds

``curve.csv``
    The learning curve, as `loop.train` gives it.
``predictions.csv``
    ``image``, ``label`` and the probability of positive from the centre crop (``centre``) and from
    ten crops (``oversampled``), for each picture of the test fold.
``weights.safetensors``
    The trained parameters. Not part of a recorded result.
"""

from __future__ import annotations

import csv
import io
from dataclasses import asdict, dataclass
from functools import lru_cache
from hashlib import sha256
from statistics import fmean
from typing import TYPE_CHECKING, ClassVar

from pixels_to_sentiment import places
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.errors import UserError, damage
from pixels_to_sentiment.records.work import Finished, Work
from pixels_to_sentiment.training.recipes import Recipe

if TYPE_CHECKING:
    import pandas as pd

    from pixels_to_sentiment.networks.network import Network

WEIGHTS = "weights.safetensors"
# Columns of predictions, and whether each is oversampled: `scores.VIEWS`, without numpy.
VIEWS = {"centre": "no", "oversampled": "yes"}
# Ends the name of a recipe of which only some iterations or smaller batches are run.
SHORTENED = "-shortened"
# Tables that are kept in memory, of some 20 KB each.
_KEPT = 2000


@dataclass(frozen=True)
class Run(Work):
    """What decides the result of a training run, but for data and code.

    Attributes
    ----------
    network, start
        As for `factory.create`.
    weights
        What the start is read from, as `factory.weights_asset` names it.
    seed
        Of the fillers, the order, the crops and dropout.
    precision
        One of `recipes.PRECISIONS`. Prediction is always in fp32.
    inner
        Stay within the training list: its pictures that lie in this other fold are tested on, and
        trained on are the rest. For choosing by; ``None`` tests on the test list.
    """

    network: str
    start: str
    weights: str | None
    agreement: str
    fold: int
    recipe: Recipe
    seed: int = 0
    precision: str = "fp32"
    limit: int | None = None
    inner: int | None = None

    kind: ClassVar = "run"
    modules: ClassVar = (
        *("networks/architectures", "networks/caffenet", "networks/declared", "networks/factory"),
        *("networks/network", "networks/weights", "data/pictures"),
        *("training/heads", "training/loop", "training/prediction", "training/recipes"),
    )

    def decisive(self) -> dict:
        """Give what decides the result, by name."""
        fields = asdict(self) | {"recipe": self.recipe.decisive()}
        if self.inner is None:  # as it was before a run could stay within the training list
            del fields["inner"]
        return fields

    def deviation(self) -> str | None:
        """Say in what it is not the full protocol, ``None`` if in nothing."""
        shortened = "with a shortened recipe" if self.recipe.name.endswith(SHORTENED) else None
        return super().deviation() or shortened

    def lists(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """As of all work; within its training list, if it stays there."""
        if self.inner is None:
            return super().lists()
        train, _ = folds.split(self.agreement, self.fold)
        held = train["fold"] == self.inner
        return tuple(train[some].reset_index(drop=True).head(self.limit) for some in (~held, held))

    def tests_on(self, listed: str) -> bool:
        """Whether lines of picture and label are those of its test list."""
        if self.limit is None and not places.dataset():
            name = f"{self.agreement}_agrees/test{self.inner or self.fold}/test.txt"
            return sha256(listed.encode()).hexdigest() == folds.checksums()[name]
        test = self.lists()[1]
        lines = (f"{i} {y}\n" for i, y in zip(test["image"], test["label"], strict=True))
        return listed == "".join(lines)

    @classmethod
    def read(cls, fields: dict) -> Run:
        """Make a run of what a finished folder says of it."""
        return cls(**fields | {"recipe": Recipe(**fields["recipe"])})


@dataclass(frozen=True)
class Record(Finished):
    """A finished training run in its folder."""

    of: ClassVar = Run
    files: ClassVar = ("curve.csv", "predictions.csv")
    readers: ClassVar = ("curve", "scores")
    unrecorded: ClassVar = (WEIGHTS,)
    one: ClassVar = "run"
    several: ClassVar = "runs"

    @property
    def run(self) -> Run:
        """What was run."""
        return self.work

    def _predicted(self) -> tuple[bytes, dict[str, list[bool]]]:
        """Read the predictions, found to be of the test list: bytes; right answers by view."""
        with self.reading("predictions.csv") as stream:
            content = stream.read()
            listed, right = _graded(content)
            if not self.run.tests_on(listed):
                raise ValueError("its pictures and labels are not those of the run's test list")
        return content, right

    def predictions(self) -> pd.DataFrame:
        """Give the test pictures: ``image``, ``label``, ``centre``, ``oversampled``."""
        return _table(self._predicted()[0]).copy()

    def scores(self) -> dict[str, float]:
        """Give the accuracy by view, as `scores.accuracy` has it, without pandas, which is slow."""
        return {view: fmean(some) for view, some in self._predicted()[1].items()}

    def curve(self) -> pd.DataFrame:
        """Give the learning curve, as `loop.train` does."""
        with self.reading("curve.csv") as stream:
            return _curve(stream.read()).copy()

    def restore(self) -> Network:
        """Build the trained network; a `UserError` where its weights are not whole or not kept."""
        from safetensors.torch import load_file

        from pixels_to_sentiment.networks import factory

        path = self.folder / WEIGHTS
        if not path.is_file():
            raise UserError(f"{self.folder} holds no weights: run it again to have them.")
        network = factory.blank(self.run.network, start=self.run.start, seed=self.run.seed)
        with damage(path, f"delete {self.folder} and run again"):
            path.open("rb").close()  # safetensors does not say that it may not
            network.body.load_state_dict(load_file(path))
        return network.eval()


# A page opens the same results in cell after cell. What is kept is found by the file's bytes, so
# that a file that has changed is read anew.
@lru_cache(maxsize=_KEPT)
def _graded(content: bytes) -> tuple[str, dict[str, list[bool]]]:
    """Give pictures and labels of predictions as lines, and by view which answers are right."""
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    if any(list(row) != ["image", "label", *VIEWS] for row in rows):
        raise ValueError("its columns are others")
    positive = {view: [float(row[view]) for row in rows] for view in VIEWS}
    if not all(0 <= value <= 1 for some in positive.values() for value in some):
        raise ValueError("its probabilities do not all lie from 0 to 1")
    listed = "".join(f"{row['image']} {row['label']}\n" for row in rows)
    labels = [row["label"] == "1" for row in rows]
    return listed, {
        view: [(value > 0.5) == label for value, label in zip(some, labels, strict=True)]
        for view, some in positive.items()
    }


@lru_cache(maxsize=_KEPT)
def _curve(content: bytes) -> pd.DataFrame:
    curve = _table(content).astype(float).astype({"iteration": int})
    if curve.empty:
        raise ValueError("it has no iteration")
    return curve


@lru_cache(maxsize=_KEPT)
def _table(content: bytes) -> pd.DataFrame:
    import pandas as pd

    return pd.read_csv(io.BytesIO(content))
