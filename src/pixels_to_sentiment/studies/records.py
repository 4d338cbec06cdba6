"""Map studies: what decides one, its key, and what a finished one left behind.

A study maps the test pictures of one fold with that fold's network, and measures how far the maps
can be believed. Its folder lies under its key beside the training runs and holds

``maps.json``
    What was mapped, the training runs behind it, where along a side the map's places lie, the key,
    the fingerprints of data and code.
``provenance.json``
    Commit, hardware, versions, date and durations.
``log_odds.csv``
    A picture a row: ``image``, then the map's places, row after row, in nats.
``measures.csv``
    A map of a picture a row, with the columns of `measures.measure`.
``grad_cam.csv``
    The Grad-CAM maps, in the form of ``log_odds.csv``; studies made before they were kept lack it.
"""

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from pixels_to_sentiment.records import folders, provenance, runs
from pixels_to_sentiment.records.runs import Run

MARKER = "maps.json"
_FILES = ("provenance.json", "log_odds.csv", "measures.csv")
_GRAD_CAM = "grad_cam.csv"
# What decides a study's result; what decides the networks' weights is in the keys of their runs.
_CODE = (
    *("networks/architectures", "networks/caffenet", "networks/declared", "networks/factory"),
    *("networks/network", "networks/surgery", "networks/weights", "data/pictures"),
    *("studies/agreement", "maps/dense", "studies/evidence", "studies/faithfulness"),
    *("maps/geometry", "studies/measures", "maps/rivals"),
)


@dataclass(frozen=True)
class Study:
    """What decides the result of a study, but for data and code.

    Attributes
    ----------
    run
        Key of the training run whose network maps, or ``network:start`` for a network that was
        not fine-tuned, whose head is fitted to its features by `evidence.fit_head`.
    other
        Key of a run of the same fold with another seed; empty for none.
    agreement, fold
        Subset and test fold (1..5); those of the runs.
    labels
        Train the same network on shuffled labels, too, and map with it; of a run only.
    seed
        Of the random map, of weights drawn anew and of shuffled labels.
    limit
        Map only so many pictures; ``None`` for all. A study with a limit is for trying things and
        is never recorded.
    """

    run: str
    agreement: str
    fold: int
    other: str = ""
    labels: bool = False
    seed: int = 0
    limit: int | None = None

    @property
    def fitted(self) -> bool:
        """Whether only the network's head was fitted, and not the whole fine-tuned in a run."""
        return ":" in self.run

    def key(self, fingerprint: str) -> str:
        """Name of the study: a hash of all that decides its result (16 hex digits).

        Parameters
        ----------
        fingerprint
            Of the pictures.
        """
        return folders.key("maps", asdict(self), fingerprint, code_fingerprint())


@dataclass(frozen=True)
class StudyRecord:
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

    folder: Path
    study: Study
    run: Run | None
    other: Run | None
    key: str
    data: dict
    code: str
    at: tuple[float, ...]
    grad_cam_at: tuple[float, ...] = ()

    @classmethod
    def open(cls, folder: Path) -> "StudyRecord":
        """Open a study's folder.

        Raises
        ------
        UserError
            If there is no such folder, or it is not that of a finished study.
        """
        words = {"absent": "There are no finished maps", "kind": "finished maps"}
        with folders.described(folder, MARKER, _FILES, **words) as content:
            runs_of = (content[name] for name in ("run", "other"))
            made = [None if fields is None else Run.read(fields) for fields in runs_of]
            study = Study(**content["maps"])
            told = (content[name] for name in ("key", "data", "code"))
            if "grad_cam_at" in content:
                (folder / _GRAD_CAM).stat()
            at = (tuple(content[name]) for name in ("at", "grad_cam_at") if name in content)
            return cls(folder, study, *made, *told, *at)

    def maps(self) -> tuple[np.ndarray, np.ndarray]:
        """Give the names of the pictures (n,) and their log-odds in nats, float64 (n, h, w)."""
        return self._read("log_odds.csv")

    def grad_cam(self) -> tuple[np.ndarray, np.ndarray] | None:
        """Give the names of the pictures (n,) and their Grad-CAM maps, float64 (n, h, w).

        They are of the centre crop, for the class that the network gives to it, 0 or more. ``None``
        if the study was made before they were kept.
        """
        return self._read(_GRAD_CAM) if self.grad_cam_at else None

    def _read(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        provenance.opened(self.key)
        table = pd.read_csv(self.folder / name)
        values = table.drop(columns="image").to_numpy()
        height, width = (int(v) for v in table.columns[-1].split("-"))
        return table["image"].to_numpy(), values.reshape(-1, height + 1, width + 1)

    def measures(self) -> pd.DataFrame:
        """Give the table of `measures.measure`, with ``fold`` and ``key`` beside."""
        provenance.opened(self.key)
        table = pd.read_csv(self.folder / "measures.csv")
        return table.assign(fold=self.study.fold, key=self.key)

    def provenance(self) -> dict:
        """Give commit, hardware, versions, date and durations."""
        return json.loads((self.folder / "provenance.json").read_text())


@cache
def code_fingerprint() -> str:
    """Hash of the code that decides a study's result, as `runs.code_fingerprint` is made.

    Returns
    -------
    str
        12 hex digits.
    """
    return runs.same_as(runs.fingerprint_of(_CODE))
