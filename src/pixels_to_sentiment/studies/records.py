"""Map studies: what decides one, and what a finished one left behind.

A study maps the test pictures of one fold with that fold's network, and measures how far the maps
can be believed. Its folder lies beside those of the training runs; its description says where
along a side the maps' places lie, too, and it holds

``log_odds.csv``
    A picture a row: ``image``, then the map's places, row after row, in nats.
``measures.csv``
    A map of a picture a row, with the columns of `measures.measure`.
``grad_cam.csv``
    The Grad-CAM maps, in the form of ``log_odds.csv``; studies made before they were kept lack it.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from pixels_to_sentiment.records.runs import Run
from pixels_to_sentiment.records.work import Finished, Work

_GRAD_CAM = "grad_cam.csv"


@dataclass(frozen=True)
class Study(Work):
    """What decides the result of a study, but for data and code.

    Attributes
    ----------
    run
        Key of the training run whose network maps, or ``network:start`` for a network that was
        not fine-tuned, whose head is fitted to its features by `heads.fit`.
    other
        Key of a run of the same fold with another seed; empty for none.
    labels
        Train the same network on shuffled labels, too, and map with it; of a run only.
    seed
        Of the random map, of weights drawn anew and of shuffled labels.
    """

    run: str
    agreement: str
    fold: int
    other: str = ""
    labels: bool = False
    seed: int = 0
    limit: int | None = None

    kind: ClassVar = "maps"
    # What decides the networks' weights is in the keys of their runs.
    modules: ClassVar = (
        *("networks/architectures", "networks/caffenet", "networks/declared", "networks/factory"),
        *("networks/network", "networks/surgery", "networks/weights", "data/pictures"),
        *("studies/agreement", "maps/dense", "studies/evidence", "studies/faithfulness"),
        *("maps/geometry", "studies/measures", "maps/rivals", "training/heads"),
    )
    behind: ClassVar = {"run": "run", "other": "other"}


@dataclass(frozen=True)
class StudyRecord(Finished):
    """A finished study in its folder.

    Attributes
    ----------
    run
        The training run behind it, if there is one.
    other
        The one of another seed.
    at
        Where the map's places lie, see `dense.places`.
    grad_cam_at
        Where those of Grad-CAM lie, as shares of the picture's side; empty if they were not kept.
    """

    run: Run | None = None
    other: Run | None = None
    at: tuple[float, ...] = ()
    grad_cam_at: tuple[float, ...] = ()

    of: ClassVar = Study
    files: ClassVar = ("log_odds.csv", "measures.csv")
    readers: ClassVar = ("maps", "grad_cam", "measures")
    one: ClassVar = "study of maps"
    several: ClassVar = "studies of maps"
    untrained: ClassVar = "head fitted"

    @classmethod
    def _more(cls, content: dict) -> dict:
        runs = {name: content[name] and Run.read(content[name]) for name in ("run", "other")}
        return runs | {
            "at": tuple(content["at"]),
            "grad_cam_at": tuple(content.get("grad_cam_at", ())),
        }

    @property
    def study(self) -> Study:
        """What was mapped."""
        return self.work

    def _may_be_generated(self) -> bool:
        # Evidence is known of the stand-in alone, for which a head is fitted and no run is made.
        return self.run is None

    def maps(self) -> tuple[np.ndarray, np.ndarray]:
        """Give the names of the pictures (n,) and their log-odds in nats, float64 (n, h, w)."""
        return self._read("log_odds.csv")

    def grad_cam(self) -> tuple[np.ndarray, np.ndarray] | None:
        """Give the names of the pictures (n,) and their Grad-CAM maps, float64 (n, h, w).

        They are of the centre crop, for the class that the network gives to it, 0 or more. ``None``
        if the study was made before they were kept.
        """
        return self._read(_GRAD_CAM) if self.grad_cam_at else None

    def tables(self) -> tuple[str, ...]:
        """As of all work; older studies lack Grad-CAM."""
        return (*self.files, _GRAD_CAM) if self.grad_cam_at else self.files

    def _read(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        with self.reading(name) as stream:
            table = pd.read_csv(stream)
            values = table.drop(columns="image").to_numpy(dtype=float)
            height, width = (int(v) + 1 for v in table.columns[-1].split("-"))
            self._of_the_test_list(table, self.study.lists()[1])
            if not np.isfinite(values).all():
                raise ValueError("not all of its values are numbers")
            return table["image"].to_numpy(), values.reshape(-1, height, width)

    def measures(self) -> pd.DataFrame:
        """Give the table of `measures.measure`, with ``fold`` and ``key`` beside."""
        with self.reading("measures.csv") as stream:
            table, test = pd.read_csv(stream), self.study.lists()[1]
            for _, some in table.groupby("map"):
                self._of_the_test_list(some, test, "label")
            table.drop(columns=["image", "map"]).astype(float)
        return table.assign(fold=self.study.fold, key=self.key)

    @staticmethod
    def _of_the_test_list(table: pd.DataFrame, test: pd.DataFrame, *more: str) -> None:
        for name in ("image", *more):
            if table[name].to_list() != test[name].to_list():
                raise ValueError("its pictures and labels are not those of the test list")
