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

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from pixels_to_sentiment import places
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.records import provenance, work
from pixels_to_sentiment.training.recipes import Recipe

if TYPE_CHECKING:
    import pandas as pd

    from pixels_to_sentiment.networks.network import Network

WEIGHTS = "weights.safetensors"
# Ends the name of a recipe of which only some iterations or smaller batches are run.
SHORTENED = "-shortened"


@dataclass(frozen=True)
class Run(work.Work):
    """What decides the result of a training run, but for data and code.

    Attributes
    ----------
    network, start
        As for `factory.create`.
    weights
        Declared file that the start is read from, ``None`` if it needs none.
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
        inner = None if self.inner is None else "within the training list"
        return super().deviation() or inner or shortened

    def lists(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Give the pictures to train and to test on, as `folds.split` does, up to the limit."""
        train, test = folds.split(self.agreement, self.fold)
        if self.inner is not None:
            held = train["fold"] == self.inner
            train, test = (train[some].reset_index(drop=True) for some in (~held, held))
        return train.head(self.limit), test.head(self.limit)

    @classmethod
    def read(cls, fields: dict) -> Run:
        """Make a run of what a finished folder says of it."""
        recipe = {name: work.tuples(value) for name, value in fields["recipe"].items()}
        return cls(**fields | {"recipe": Recipe(**recipe)})


@dataclass(frozen=True)
class Record(work.Finished):
    """A finished training run in its folder."""

    of: ClassVar = Run
    files: ClassVar = ("curve.csv", "predictions.csv")
    unrecorded: ClassVar = (WEIGHTS,)
    one: ClassVar = "run"
    several: ClassVar = "runs"

    @property
    def run(self) -> Run:
        """What was run."""
        return self.work

    @property
    def home(self) -> Path:
        """Folder in which it is recorded, which is another one within the training list."""
        return super().home if self.work.inner is None else places.choices()

    def deviation(self) -> str | None:
        """As of all work; to stay within the training list is none, as it is recorded apart."""
        return super(Record, replace(self, work=replace(self.work, inner=None))).deviation()

    def predictions(self) -> pd.DataFrame:
        """Give the test pictures: ``image``, ``label``, ``centre``, ``oversampled``."""
        import pandas as pd

        provenance.opened(self.key)
        return pd.read_csv(self.folder / "predictions.csv")

    def scores(self) -> dict[str, float]:
        """Give the accuracy by view, as in `scores.VIEWS`."""
        from pixels_to_sentiment.judging import scores

        told = self.predictions()
        return {view: scores.accuracy(told["label"], told[view]) for view in scores.VIEWS}

    def curve(self) -> pd.DataFrame:
        """Give the learning curve, as `loop.train` does."""
        import pandas as pd

        provenance.opened(self.key)
        return pd.read_csv(self.folder / "curve.csv")

    def restore(self) -> Network:
        """Build the trained network.

        Raises
        ------
        UserError
            If the folder holds no weights, as those of recorded results do not, or they are
            damaged.
        """
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        from pixels_to_sentiment.networks import factory

        path = self.folder / WEIGHTS
        if not path.is_file():
            raise UserError(f"{self.folder} holds no weights: run it again to have them.")
        network = factory.blank(self.run.network, start=self.run.start, seed=self.run.seed)
        try:
            network.body.load_state_dict(load_file(path))
        except (SafetensorError, OSError, RuntimeError) as fault:
            reason = " ".join(str(fault).split())  # torch names each parameter in a line
            raise UserError(
                f"{path} does not hold the run's weights ({reason}): delete {self.folder} and run "
                "again."
            ) from fault
        return network.eval()
