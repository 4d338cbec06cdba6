"""Finished map studies beside the training runs: made once, whole or not at all, recorded."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from pixels_to_sentiment import places
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.data.pictures import Pictures
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.maps import dense, rivals
from pixels_to_sentiment.networks import factory
from pixels_to_sentiment.networks.network import Network
from pixels_to_sentiment.records import folders
from pixels_to_sentiment.records.runs import SHORTENED, Record
from pixels_to_sentiment.records.store import pick_device
from pixels_to_sentiment.studies import evidence, measures
from pixels_to_sentiment.studies.records import MARKER, Study, StudyRecord, code_fingerprint
from pixels_to_sentiment.training import loop, memory


def find(study: Study, pictures: Pictures, root: Path | None = None) -> StudyRecord | None:
    """Open a study if it is finished; costs next to nothing."""
    folder = (root or places.runs()) / study.key(pictures.fingerprint)
    return StudyRecord.open(folder) if folder.is_dir() else None


def perform(
    studies: Iterable[Study],
    pictures: Pictures,
    root: Path | None = None,
    *,
    device: str = "auto",
    progress: Callable[[Study, str], None] = lambda study, step: None,
) -> Iterator[StudyRecord]:
    """Give each study's record, making what is not finished yet.

    Parameters
    ----------
    root
        Folder of the training runs and of the studies.
    device
        ``"auto"`` takes the GPU if there is one.
    progress
        Called with the study and each of its steps.

    Raises
    ------
    UserError
        If a training run is not there, has no weights, is of another fold or of other pictures.
    """
    root, device = root or places.runs(), pick_device(device)
    for study in studies:
        found = find(study, pictures, root)
        yield found or _make(study, pictures, root, device, progress)


def _make(
    study: Study,
    pictures: Pictures,
    root: Path,
    device: str,
    progress: Callable[[Study, str], None],
) -> StudyRecord:
    trained = None if study.fitted else _trained(study.run, study, pictures, root)
    other = _trained(study.other, study, pictures, root) if study.other else None
    if other and (not trained or replace(other.run, seed=trained.run.seed) != trained.run):
        raise UserError(
            f"Run {other.key} differs from {study.run} in more than its seed: their maps are "
            "not to be compared."
        )
    if study.labels and not trained:
        raise UserError(f"{study.run} is not trained, so no labels can be shuffled: map a run.")
    folder = root / study.key(pictures.fingerprint)
    with folders.written_whole(folder, MARKER) as partial:
        _execute(study, trained, other, pictures, partial, device, progress)
    return StudyRecord.open(folder)


def _trained(key: str, study: Study, pictures: Pictures, root: Path) -> Record:
    found = Record.open(root / key)
    if (found.run.agreement, found.run.fold) != (study.agreement, study.fold):
        raise UserError(
            f"Run {key} was trained on {found.run.agreement} agree, test fold {found.run.fold}, "
            f"and has seen test pictures of fold {study.fold} of {study.agreement}: map its own."
        )
    if found.data["fingerprint"] != pictures.fingerprint:
        raise UserError(
            f"Run {key} was trained on other pictures ({found.data['source']}) than those to map "
            f"({pictures.source}): train it on these."
        )
    return found


def _execute(
    study: Study,
    trained: Record | None,
    other: Record | None,
    pictures: Pictures,
    folder: Path,
    device: str,
    progress: Callable[[Study, str], None],
) -> None:
    memory.keep_freed()
    memory.give_back()  # what an earlier run left
    clock = folders.Clock()
    table = dense.mapped_pictures(study.agreement, study.fold, study.limit)
    network = trained.restore().to(device) if trained else _fitted(study, pictures, device)
    with loop.arithmetic("fp32", torch.device(device).type):
        maps, at, found = measures.measure(
            network,
            pictures,
            table,
            other=other.restore().to(device) if other else None,
            untaught=_untaught(study, trained, pictures, device, progress),
            seed=study.seed,
            progress=lambda step: progress(study, step),
        )
        cam, cam_at = _grad_cam(network, pictures, found[found["map"] == measures.MAP])
    _write(maps, table["image"], folder / "log_odds.csv")
    _write(cam, table["image"], folder / "grad_cam.csv")
    found.round(4).to_csv(folder / "measures.csv", index=False)
    folders.write_json(folder / "provenance.json", clock.details(device))
    content = {
        "key": study.key(pictures.fingerprint),
        "maps": asdict(study),
        "run": asdict(trained.run) if trained else None,
        "other": asdict(other.run) if other else None,
        "at": [round(float(share), 6) for share in at],
        "grad_cam_at": [round(float(share), 6) for share in cam_at],
        "data": {"source": pictures.source, "fingerprint": pictures.fingerprint},
        "code": code_fingerprint(),
    }
    folders.write_json(folder / MARKER, content)


def _grad_cam(
    network: Network, pictures: Pictures, table: pd.DataFrame
) -> tuple[torch.Tensor, np.ndarray]:
    """Make the Grad-CAM maps that were measured again, and say where they lie in the picture."""
    squares = pictures.tensor()[pictures.rows(table["image"])]
    side, crop = squares.shape[1], network.convention.crop
    margin = (side - crop) // 2
    middle = squares[:, margin : margin + crop, margin : margin + crop].contiguous()
    classes = torch.tensor(table["class"].to_numpy())
    maps = rivals.grad_cam(network, middle.to(network.device), classes)
    return maps, (rivals.places(network, maps, crop) * crop + margin) / side


def _write(maps: torch.Tensor, images: pd.Series, path: Path) -> None:
    places_of = [f"{row}-{column}" for row, column in np.ndindex(*maps.shape[1:])]
    values = pd.DataFrame(maps.flatten(1).numpy(), columns=places_of)
    values.insert(0, "image", images.to_numpy())
    values.to_csv(path, index=False, float_format="%.3g")


def _fitted(study: Study, pictures: Pictures, device: str) -> Network:
    """Build a network that is not fine-tuned and fit its head to the training pictures."""
    name, _, start = study.run.partition(":")
    network = factory.create(name, start=start, seed=study.seed).to(device)
    taught = folds.split(study.agreement, study.fold)[0]
    pixels = pictures.tensor()[pictures.rows(taught["image"])].to(device)
    evidence.fit_head(network, pixels, taught["label"].to_numpy())
    return network


def _untaught(
    study: Study,
    trained: Record | None,
    pictures: Pictures,
    device: str,
    progress: Callable[[Study, str], None],
) -> Network | None:
    """Train the run's network on shuffled labels; it is not kept."""
    if not study.labels:
        return None
    progress(study, "shuffled labels")
    run = trained.run
    taught = folds.split(run.agreement, run.fold)[0].head(run.limit)
    labels = np.random.default_rng(study.seed).permutation(taught["label"].to_numpy())
    network = factory.create(run.network, start=run.start, seed=run.seed).to(device)
    pixels = pictures.tensor()[pictures.rows(taught["image"])].to(device)
    loop.train(network, pixels, labels, run.recipe, seed=run.seed, precision=run.precision)
    return network.eval()


def record(records: Iterable[StudyRecord], results: Path | None = None) -> list[Path]:
    """Copy finished studies into the recorded results.

    Returns
    -------
    list of Path
        Folders that were not there before.

    Raises
    ------
    UserError
        If a study, or a training run behind it, is not the full protocol, or the same study is
        recorded already under the key of other code or data; nothing is copied then.
    """
    records = list(records)
    results = results or places.results()
    there = {_identity(one): one for one in recorded(results)}
    for one in records:
        if deviation := _deviation(one):
            raise UserError(f"Maps {one.key} cannot be recorded: {deviation}.")
        same = there.setdefault(_identity(one), one)
        if same.key != one.key:
            raise UserError(
                f"Maps {one.key} cannot be recorded: {same.folder} holds the same with other code "
                "or data; delete that folder first if the new maps are to replace it."
            )
    targets = [(one.folder, results / one.key) for one in records]
    return [to for folder, to in targets if folders.copied(folder, to, MARKER)]


def _deviation(one: StudyRecord) -> str | None:
    """Say in what a study is not the full protocol."""
    if one.study.limit is not None or (one.run and one.run.limit is not None):
        return "they are of a few pictures"
    if one.run and one.run.recipe.name.endswith(SHORTENED):
        return "their run was shortened"
    if one.run and one.data["source"] != "photographs":
        return "their run was trained on the stand-in"
    return None


def _identity(one: StudyRecord) -> tuple:
    """Tell what was mapped; the keys of the runs change with code, the runs do not."""
    study = replace(one.study, run=one.study.run if one.run is None else "", other="")
    return study, one.run, one.other, one.data["source"]


def finished(root: Path | None = None) -> list[StudyRecord]:
    """Open all finished studies in a folder, in the order of their keys."""
    root = root or places.runs()
    return [StudyRecord.open(path.parent) for path in sorted(root.glob(f"[!.]*/{MARKER}"))]


def recorded(results: Path | None = None) -> list[StudyRecord]:
    """Open the recorded studies."""
    return finished(results or places.results())
