"""Finished runs in a folder: made once, written whole or not at all, and recorded."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from pixels_to_sentiment import places
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.records import folders
from pixels_to_sentiment.records.runs import SHORTENED, WEIGHTS, Record, Run, code_fingerprint

if TYPE_CHECKING:
    import pandas as pd
    import torch

    from pixels_to_sentiment.data.pictures import Pictures
    from pixels_to_sentiment.networks.network import Network

# Every finished run's folder holds it.
MARKER = "run.json"


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
        self.root.mkdir(parents=True, exist_ok=True)
        folders.sweep(self.root)
        target = self.root / run.key(pictures.fingerprint)
        with folders.written_whole(target, MARKER) as partial:
            _execute(run, pictures, partial, pick_device(device), progress)
        return Record.open(target)

    def records(self) -> list[Record]:
        """Open all finished runs, in the order of their keys."""
        return [Record.open(path.parent) for path in sorted(self.root.glob(f"[!.]*/{MARKER}"))]


def pick_device(device: str) -> str:
    """Resolve ``"auto"`` to ``"cuda"`` or ``"cpu"``.

    Raises
    ------
    UserError
        If the device is unknown, or a GPU is asked for and there is none.
    """
    if not re.fullmatch(r"auto|cpu|cuda(:\d+)?", device):
        raise UserError(f"There is no device {device!r}: choose from auto, cpu, cuda, cuda:N.")
    import torch

    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if device.startswith("cuda") and not torch.cuda.is_available():
        raise UserError(f"This machine has no GPU for device {device!r}: use 'cpu' or 'auto'.")
    return device


def _execute(
    run: Run, pictures: Pictures, folder: Path, device: str, progress: Callable[[int], None]
) -> None:
    from safetensors.torch import save_file

    from pixels_to_sentiment.networks import factory
    from pixels_to_sentiment.training import loop, memory, prediction

    memory.keep_freed()
    memory.give_back()  # what an earlier run left
    clock = folders.Clock()
    train_list, test_list = (part.head(run.limit) for part in run.lists())
    if not run.recipe.twins:
        train_list = train_list[~pictures.copies(train_list["image"], test_list["image"])]
    network = factory.create(run.network, start=run.start, seed=run.seed).to(device)
    pixels = pictures.tensor()
    train_pixels = pixels[pictures.rows(train_list["image"])].to(device)
    test_pixels = pixels[pictures.rows(test_list["image"])].to(device)
    curve = loop.train(
        network,
        train_pixels,
        train_list["label"].to_numpy(),
        run.recipe,
        seed=run.seed,
        precision=run.precision,
        watch=lambda network: _watch(network, test_pixels, test_list["label"]),
        progress=progress,
    )
    with loop.arithmetic("fp32", test_pixels.device.type):
        centre, oversampled = prediction.centre_and_oversampled(network, test_pixels)
    predictions = test_list[["image", "label"]].assign(
        centre=centre.numpy(), oversampled=oversampled.numpy()
    )
    curve.to_csv(folder / "curve.csv", index=False)
    predictions.to_csv(folder / "predictions.csv", index=False)
    save_file(
        {k: v.contiguous().cpu() for k, v in network.body.state_dict().items()}, folder / WEIGHTS
    )
    folders.write_json(folder / "provenance.json", clock.details(device))
    folders.write_json(
        folder / MARKER,
        {
            "key": run.key(pictures.fingerprint),
            "run": asdict(run),
            "data": {"source": pictures.source, "fingerprint": pictures.fingerprint},
            "code": code_fingerprint(),
        },
    )


def _watch(network: Network, pixels: torch.Tensor, labels: pd.Series) -> tuple[float, float]:
    import torch
    from torch.nn import functional as F

    from pixels_to_sentiment.training import prediction

    positive = prediction.crop_probabilities(network, pixels, oversample=False)[:, 0]
    truth = torch.tensor(labels.to_numpy(dtype="int64"))
    loss = F.nll_loss(positive.log(), truth)
    return loss.item(), (positive.argmax(1) == truth).double().mean().item()


def record(records: Iterable[Record], results: Path | None = None) -> list[Path]:
    """Copy finished runs, without their weights, into the recorded results.

    Returns
    -------
    list of Path
        Folders that were not there before.

    Raises
    ------
    UserError
        If a run is not the full protocol on the photographs, or the same run is recorded already
        under the key of other code or data; nothing is copied then.
    """
    records = list(records)
    results = results or places.results()
    there = {one.run: one for one in recorded(results)}
    for one in records:
        if deviates := deviation(one):
            raise UserError(
                f"Run {one.key} cannot be recorded: it was made {deviates}; record runs of the "
                "paper tier on the photographs."
            )
        # Twice in a score, the same fold and seed would count double.
        same = there.setdefault(one.run, one)
        if same.key != one.key:
            raise UserError(
                f"Run {one.key} cannot be recorded: {same.folder} is the same run with other code "
                "or data; delete that folder first if the new run is to replace it."
            )
    targets = [(one.folder, results / one.key) for one in records]
    return [to for folder, to in targets if folders.copied(folder, to, MARKER, WEIGHTS)]


def deviation(one: Record) -> str | None:
    """Say in what a run is not the full protocol on the photographs, ``None`` if in nothing."""
    if one.run.limit is not None:
        return "from a few pictures"
    if one.run.inner is not None:
        return "within the training list"
    if one.run.recipe.name.endswith(SHORTENED):
        return "with a shortened recipe"
    return None if one.data["source"] == "photographs" else "from the stand-in"


def recorded(results: Path | None = None) -> list[Record]:
    """Open the recorded results."""
    return Store(results or places.results()).records()
