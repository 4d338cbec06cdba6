"""Training runs that are remembered: keyed, resumable, written whole or not at all.

A run is one network, from one start, on one fold, with one recipe and one seed. Its folder holds

``run.json``
    What was run, the key, the fingerprints of data and code.
``provenance.json``
    Commit, hardware, versions, date and durations.
``curve.csv``
    The learning curve, as `training.train` gives it.
``predictions.csv``
    ``image``, ``label`` and the probability of positive from the centre crop (``centre``) and from
    ten crops (``oversampled``), for each picture of the test fold.
``weights.safetensors``
    The trained parameters. Not part of a recorded result.
"""

import ast
import hashlib
import json
import os
import re
import shutil
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pandas as pd
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch.nn import functional as F

from pixels_to_sentiment import folds, networks, places, prediction, provenance, training
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.networks import Network
from pixels_to_sentiment.pictures import Pictures
from pixels_to_sentiment.training import Recipe

WEIGHTS = "weights.safetensors"
_TABLES = ("provenance.json", "curve.csv", "predictions.csv")
# Ends the name of a recipe of which only some iterations or smaller batches are run.
SHORTENED = "-shortened"
_CODE = ("caffenet", "networks", "pictures", "prediction", "training")


@dataclass(frozen=True)
class Run:
    """What decides the result of a training run, but for data and code.

    Attributes
    ----------
    network, start
        As for `networks.create`.
    weights
        Declared file that the start is read from, ``None`` if it needs none.
    agreement, fold
        Subset and test fold (1..5).
    recipe
        The recipe in full.
    seed
        Of the fillers, the order, the crops and dropout.
    precision
        One of `training.PRECISIONS`. Prediction is always in fp32.
    limit
        Use only so many pictures of the training and of the test list; ``None`` for all. A run
        with a limit is for trying things and is never recorded.
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

    def key(self, fingerprint: str) -> str:
        """Name of the run: a hash of all that decides its result (16 hex digits).

        Parameters
        ----------
        fingerprint
            Of the pictures.
        """
        identity = {"run": asdict(self), "data": fingerprint, "code": code_fingerprint()}
        text = json.dumps(identity, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Record:
    """A finished run in its folder."""

    folder: Path
    run: Run
    key: str
    data: dict
    code: str

    @classmethod
    def open(cls, folder: Path) -> "Record":
        """Open a run's folder.

        Raises
        ------
        UserError
            If there is no such folder, or it is not that of a finished run.
        """
        if not folder.is_dir():
            raise UserError(f"There is no finished run {folder.name!r} in {folder.parent}.")
        try:
            content = json.loads((folder / "run.json").read_text())
            for name in _TABLES:
                (folder / name).stat()
            fields = dict(content["run"])
            fields["recipe"] = Recipe(**_tuples(fields["recipe"]))
            return cls(folder, Run(**fields), content["key"], content["data"], content["code"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
            raise UserError(
                f"{folder} is not the folder of a finished run ({type(fault).__name__}: {fault}): "
                "delete it and run again."
            ) from fault

    def predictions(self) -> pd.DataFrame:
        """Give the test pictures: ``image``, ``label``, ``centre``, ``oversampled``."""
        return pd.read_csv(self.folder / "predictions.csv")

    def curve(self) -> pd.DataFrame:
        """Give the learning curve, as `training.train` does."""
        return pd.read_csv(self.folder / "curve.csv")

    def provenance(self) -> dict:
        """Give commit, hardware, versions, date and durations."""
        return json.loads((self.folder / "provenance.json").read_text())

    def restore(self) -> Network:
        """Build the trained network.

        Raises
        ------
        UserError
            If the folder holds no weights, as those of recorded results do not, or they are
            damaged.
        """
        path = self.folder / WEIGHTS
        if not path.is_file():
            raise UserError(f"{self.folder} holds no weights: run it again to have them.")
        network = networks.create(self.run.network, start="random", seed=self.run.seed)
        chosen = networks.find_start(self.run.network, self.run.start)
        if chosen:
            network.convention, network.frozen_norms = chosen.convention, chosen.frozen_norms
        try:
            network.body.load_state_dict(load_file(path))
        except (SafetensorError, OSError, RuntimeError) as fault:
            reason = " ".join(str(fault).split())  # torch names each parameter in a line
            raise UserError(
                f"{path} does not hold the run's weights ({reason}): delete {self.folder} and run "
                "again."
            ) from fault
        return network.eval()


def _tuples(fields: dict) -> dict:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in fields.items()}


@cache
def code_fingerprint() -> str:
    """Hash of the code that decides a run's result; comments, docstrings and layout do not count.

    Returns
    -------
    str
        12 hex digits.
    """
    digest = hashlib.sha256()
    for name in _CODE:
        tree = ast.parse((Path(__file__).parent / f"{name}.py").read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body:
                first = node.body[0]
                if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                    node.body = node.body[1:]
        digest.update(ast.dump(tree).encode())
    return digest.hexdigest()[:12]


class Store:
    """Finished runs in a folder, each under its key.

    Examples
    --------
    >>> store = Store()
    >>> record = store.get(run, pictures)      # trains, the first time
    >>> record = store.get(run, pictures)      # opens the folder
    """

    def __init__(self, root: Path | None = None):
        self.root = root or places.runs()

    def find(self, run: Run, pictures: Pictures) -> Record | None:
        """Open a run if it is finished; costs next to nothing."""
        folder = self.root / run.key(pictures.fingerprint)
        return Record.open(folder) if folder.is_dir() else None

    def get(
        self,
        run: Run,
        pictures: Pictures,
        *,
        device: str = "auto",
        progress: Callable[[int], None] = lambda iteration: None,
    ) -> Record:
        """Open a run or, if it is not finished yet, run it.

        Parameters
        ----------
        device
            ``"auto"`` takes the GPU if there is one.
        progress
            Called with the number of iterations done.
        """
        found = self.find(run, pictures)
        if found:
            return found
        key = run.key(pictures.fingerprint)
        self._sweep()
        partial = _partial(self.root, key)
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        try:
            _execute(run, pictures, partial, pick_device(device), progress)
            _publish(partial, self.root / key)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        return Record.open(self.root / key)

    def _sweep(self) -> None:
        """Remove what killed processes of this machine left half-done."""
        name = re.compile(rf"\.partial-{re.escape(socket.gethostname())}-(\d+)-[0-9a-f]+")
        for folder in self.root.glob(".partial-*"):
            found = name.fullmatch(folder.name)
            if found and not _alive(int(found[1])):
                shutil.rmtree(folder, ignore_errors=True)

    def records(self) -> list[Record]:
        """Open all finished runs, in the order of their keys."""
        return [Record.open(path.parent) for path in sorted(self.root.glob("[!.]*/run.json"))]


def _partial(root: Path, key: str) -> Path:
    """Where this process makes a run's folder before it is whole."""
    return root / f".partial-{socket.gethostname()}-{os.getpid()}-{key}"


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _publish(partial: Path, folder: Path) -> None:
    try:
        os.replace(partial, folder)
    except OSError:
        # Another process finished the same run first; its folder says the same.
        if not (folder / "run.json").is_file():
            raise


def pick_device(device: str) -> str:
    """Resolve ``"auto"`` to ``"cuda"`` or ``"cpu"``.

    Raises
    ------
    UserError
        If the device is unknown, or a GPU is asked for and there is none.
    """
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if not re.fullmatch(r"cpu|cuda(:\d+)?", device):
        raise UserError(f"There is no device {device!r}: choose from auto, cpu, cuda, cuda:N.")
    if device.startswith("cuda") and not torch.cuda.is_available():
        raise UserError(f"This machine has no GPU for device {device!r}: use 'cpu' or 'auto'.")
    return device


def _execute(
    run: Run, pictures: Pictures, folder: Path, device: str, progress: Callable[[int], None]
) -> None:
    began = datetime.now(UTC)
    wall, cpu = time.perf_counter(), time.process_time()
    train_list, test_list = (part.head(run.limit) for part in split(run))
    network = networks.create(run.network, start=run.start, seed=run.seed).to(device)
    pixels = pictures.tensor()
    train_pixels = pixels[pictures.rows(train_list["image"])].to(device)
    test_pixels = pixels[pictures.rows(test_list["image"])].to(device)
    curve = training.train(
        network,
        train_pixels,
        train_list["label"].to_numpy(),
        run.recipe,
        seed=run.seed,
        precision=run.precision,
        watch=lambda network: _watch(network, test_pixels, test_list["label"]),
        progress=progress,
    )
    centre, oversampled = prediction.centre_and_oversampled(network, test_pixels)
    predictions = test_list[["image", "label"]].assign(
        centre=centre.numpy(), oversampled=oversampled.numpy()
    )
    curve.to_csv(folder / "curve.csv", index=False)
    predictions.to_csv(folder / "predictions.csv", index=False)
    save_file(
        {k: v.contiguous().cpu() for k, v in network.body.state_dict().items()}, folder / WEIGHTS
    )
    commit, dirty = provenance.commit()
    details = {
        "commit": commit,
        "dirty": dirty,
        "device": device,
        "hardware": provenance.hardware(),
        "versions": provenance.versions(),
        "began": began.isoformat(timespec="seconds"),
        "seconds": round(time.perf_counter() - wall, 1),
        "cpu_seconds": round(time.process_time() - cpu, 1),
    }
    _write_json(folder / "provenance.json", details)
    _write_json(
        folder / "run.json",
        {
            "key": run.key(pictures.fingerprint),
            "run": asdict(run),
            "data": {"source": pictures.source, "fingerprint": pictures.fingerprint},
            "code": code_fingerprint(),
        },
    )


def split(run: Run) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the published training and test list of a run, before its limit."""
    return folds.split(run.agreement, run.fold)


def _watch(network: Network, pixels: torch.Tensor, labels: pd.Series) -> tuple[float, float]:
    positive = prediction.crop_probabilities(network, pixels, oversample=False)[:, 0]
    truth = torch.tensor(labels.to_numpy(dtype="int64"))
    loss = F.nll_loss(positive.log(), truth)
    return loss.item(), (positive.argmax(1) == truth).double().mean().item()


def _write_json(path: Path, content: dict) -> None:
    path.write_text(json.dumps(content, indent=1) + "\n")


def record(records: Iterable[Record], results: Path | None = None) -> list[Path]:
    """Copy finished runs, without their weights, into the recorded results.

    Returns
    -------
    list of Path
        Folders that were not there before.

    Raises
    ------
    UserError
        If a run is not the full protocol on the photographs; nothing is copied then.
    """
    records = list(records)
    results = results or places.results()
    for one in records:
        if deviation := _deviation(one):
            raise UserError(
                f"Run {one.key} cannot be recorded: it was made {deviation}; record runs of the "
                "paper tier on the photographs."
            )
    added = []
    for one in records:
        target = results / one.key
        if target.is_dir():
            continue
        partial = _partial(results, one.key)
        try:
            shutil.copytree(one.folder, partial, ignore=shutil.ignore_patterns(WEIGHTS))
            _publish(partial, target)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        added.append(target)
    return added


def _deviation(one: Record) -> str | None:
    """Say in what a run is not the full protocol on the photographs."""
    if one.run.limit is not None:
        return "from a few pictures"
    if one.run.recipe.name.endswith(SHORTENED):
        return "with a shortened recipe"
    return None if one.data["source"] == "photographs" else "from the stand-in"


def recorded(results: Path | None = None) -> list[Record]:
    """Open the recorded results."""
    return Store(results or places.results()).records()
