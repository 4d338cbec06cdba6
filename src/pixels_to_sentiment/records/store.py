"""Finished work in a folder: made once, written whole or not at all, and recorded."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from pixels_to_sentiment import places, provenance
from pixels_to_sentiment.errors import NoPlace, UserError
from pixels_to_sentiment.files import assets
from pixels_to_sentiment.records.runs import WEIGHTS, Record
from pixels_to_sentiment.records.work import Finished, Work
from pixels_to_sentiment.training import devices, memory

if TYPE_CHECKING:
    import pandas as pd
    import torch

    from pixels_to_sentiment.data.pictures import Pictures
    from pixels_to_sentiment.networks.network import Network

# What a network starts from that starts from no file.
_NO_FILE = "random weights"


class LeftOut(UserError):
    """What is not to be recorded, though nothing is wrong with it."""


class Store:
    """Finished work of one kind in a folder, each under its key; what is not there is made.

    A kind says what it makes, and how, in `execute`.
    """

    kind: ClassVar[type[Finished]]

    def __init__(self, root: Path | None = None):
        self.root = root or places.runs()

    def execute(
        self,
        work: Work,
        behind: dict[str, Record],
        pictures: Pictures,
        folder: Path,
        device: str,
        tell: Callable[[object], None],
    ) -> dict:
        """Do the work and write its tables into a folder; give what else describes it.

        `behind` has the training runs that `Work.keys_behind` names, and `tell` wants each step
        that is done.
        """
        raise NotImplementedError

    def get(
        self,
        work: Work,
        pictures: Pictures,
        *,
        device: str = "auto",
        progress: Callable[[Work, object], None] = lambda work, step: None,
    ) -> Finished:
        """Open finished work or, if it is not finished yet, do it.

        Parameters
        ----------
        device
            ``"auto"`` takes the GPU if there is one.
        progress
            Called with the work and each step that is done; of a run, its number of iterations.

        Raises
        ------
        UserError
            If a training run behind it is not there, has no weights, or is of another fold or of
            other pictures; or the kind refuses the work.
        """
        key = work.key(pictures.fingerprint)
        if (self.root / key).is_dir():
            return self.kind.open_key(self.root, key)
        device = devices.pick(device)
        keys = work.keys_behind()
        behind = {name: self._trained(one, work, pictures) for name, one in keys.items()}
        memory.keep_freed()
        memory.give_back()  # what an earlier run left
        with places.folder_made(self.root / key, self.kind.marker(), "RUNS") as partial:
            clock = provenance.Clock()
            content = {
                "key": key,
                work.kind: asdict(work),
                **{name: None for name in work.behind.values()},
                **{name: asdict(one.run) for name, one in behind.items()},
                **self.execute(
                    work, behind, pictures, partial, device, lambda step: progress(work, step)
                ),
                "data": {"source": pictures.source, "fingerprint": pictures.fingerprint},
                "code": work.fingerprint(),
            }
            made = {"provenance.json": clock.details(device=device), self.kind.marker(): content}
            for name, what in made.items():
                (partial / name).write_text(json.dumps(what, indent=1) + "\n")
        return self.kind.open_key(self.root, key)

    def perform(
        self,
        works: Iterable[Work],
        pictures: Pictures,
        *,
        failed: Callable[[Work, UserError], None] | None = None,
        **options: object,
    ) -> Iterator[Finished]:
        """Give each work's record as soon as it is finished; options are those of `get`.

        `failed` is called with what cannot be finished, as when a loss has become infinite, and
        why; the others are done. Without it the error is raised, as it is where nothing can be
        kept.
        """
        for work in works:
            try:
                yield self.get(work, pictures, **options)
            except UserError as fault:
                if failed is None or isinstance(fault, NoPlace):
                    raise
                failed(work, fault)

    def keep(self, key: str, contents: dict[str, bytes]) -> Finished:
        """Keep what was finished elsewhere, as `Finished.contents` gave it, under its key.

        Raises
        ------
        UserError
            If it is damaged or another's; nothing of it is kept then.
        """
        with places.folder_made(self.root / key, self.kind.marker(), "RUNS") as partial:
            for name, content in contents.items():
                (partial / name).write_bytes(content)
            self.kind.open_key(partial.parent, key).check()
        return self.kind.open_key(self.root, key)

    def _trained(self, key: str, work: Work, pictures: Pictures) -> Record:
        found = Record.open_key(self.root, key)
        run = found.run
        if (run.agreement, run.fold) != (work.agreement, work.fold):
            raise UserError(
                f"Run {key} was trained on subset {run.agreement}, test fold {run.fold}, and has "
                f"seen test pictures of fold {work.fold} of {work.agreement}: name another run."
            )
        if found.data["fingerprint"] != pictures.fingerprint:
            raise UserError(
                f"Run {key} was trained on other pictures ({found.data['source']}) than those at "
                f"hand ({pictures.source}): train it on these."
            )
        return found


class Runs(Store):
    """Training runs."""

    kind = Record

    def execute(self, run, behind, pictures, folder, device, tell) -> dict:
        """Train and predict."""
        from pixels_to_sentiment.training import loop, prediction

        devices.warn_of_emulation(run.precision, device)
        train_list, test_list = run.lists()
        if not run.recipe.twins:
            train_list = train_list[~pictures.copies(train_list["image"], test_list["image"])]
        network = started(run, run.network, run.start).to(device)
        _take_room(network, folder)  # before anything is trained
        test_pixels = pixels_of(test_list, pictures).to(device)
        curve = loop.train(
            network,
            pixels_of(train_list, pictures).to(device),
            train_list["label"].to_numpy(),
            run.recipe,
            seed=run.seed,
            precision=run.precision,
            watch=lambda network: _watch(network, test_pixels, test_list["label"]),
            progress=tell,
        )
        with loop.arithmetic("fp32", test_pixels.device.type):
            centre, oversampled = prediction.centre_and_oversampled(network, test_pixels)
        predictions = test_list[["image", "label"]].assign(
            centre=centre.numpy(), oversampled=oversampled.numpy()
        )
        _save(network, folder)
        curve.to_csv(folder / "curve.csv", index=False)
        predictions.to_csv(folder / "predictions.csv", index=False)
        return {}


def started(work: Work, network: str, start: str) -> Network:
    """Build a network as it starts, from the weights that the work names.

    Those of work that names none, as a study of maps, are the first that its start declares.

    Raises
    ------
    Unavailable
        If they cannot be had: no other file is fetched in their place.
    UserError
        If it would start from others, whose result would be filed under the key of the first.
    """
    from pixels_to_sentiment.networks import declared, factory

    chosen = declared.find_start(network, start)
    files = chosen.assets if chosen else ()
    wanted = getattr(work, "weights", next(iter(files), None))
    said = (
        f"{network}:{start} (subset {work.agreement}, fold {work.fold}, seed {work.seed}) is to "
        f"start from {wanted or _NO_FILE}"
    )
    if wanted in files:
        try:
            assets.fetch(wanted)
        except assets.Unavailable as fault:
            raise assets.Unavailable(f"{said} and no other file. {fault}") from fault
    found = factory.weights_asset(network, start)
    if found != wanted:
        raise UserError(
            f"{said}, but would start from {found or _NO_FILE} here: take that away if the other "
            "is at hand, or make it anew by `experiments run` or with the commit and versions that "
            "its provenance.json names."
        )
    return factory.create(network, start=start, seed=work.seed)


def pixels_of(listed: pd.DataFrame, pictures: Pictures) -> torch.Tensor:
    """Give the pictures of a list, uint8 RGB (n, 256, 256, 3)."""
    return pictures.tensor()[pictures.rows(listed["image"])]


def _take_room(network: Network, folder: Path) -> None:
    """Make the file of the weights as large as it will be, and a little larger."""
    state = network.body.state_dict()
    # Of a parameter the file's head has name, type, shape and place.
    size = sum(one.nbytes + len(name) + 200 for name, one in state.items())
    with (folder / WEIGHTS).open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, size)


def _save(network: Network, folder: Path) -> None:
    from safetensors.torch import save

    state = {name: one.contiguous().cpu() for name, one in network.body.state_dict().items()}
    # Over what is there; `save_file` would make another file, which nobody else may read.
    with (folder / WEIGHTS).open("r+b") as file:
        file.write(save(state))
        file.truncate()


def _watch(network: Network, pixels: torch.Tensor, labels: pd.Series) -> tuple[float, float]:
    import torch
    from torch.nn import functional as F

    from pixels_to_sentiment.training import prediction

    positive = prediction.crop_probabilities(network, pixels, oversample=False)[:, 0]
    truth = torch.tensor(labels.to_numpy(dtype="int64"))
    loss = F.nll_loss(positive.log(), truth)
    return loss.item(), (positive.argmax(1) == truth).double().mean().item()


def record(records: Iterable[Finished], results: Path | None = None) -> list[Path]:
    """Copy finished work of any kind into the recorded results, runs without their weights.

    Gives the folders that were not there before. Runs within a training list, by which something
    was chosen, are recorded apart.

    Raises
    ------
    LeftOut
        If something is not the full protocol on the photographs, or is recorded already under the
        key of other code or data; nothing is copied then.
    UserError
        If something is damaged, or is to be kept as made again and was not; neither then.
    """
    from pixels_to_sentiment.data import pictures

    records = list(records)
    folders = {one.key: (results or one.home) / one.key for one in records}
    known = pictures.load().fingerprint if places.dataset() else pictures.PUBLISHED
    kinds = {(type(one), folders[one.key].parent) for one in records}
    there = {one.identity(): one for kind, home in kinds for one in kind.recorded(home)}
    for one in records:
        name = f"{one.one.capitalize()} {one.key}"
        if deviation := one.deviation():
            raise LeftOut(
                f"{name} cannot be recorded: it was made {deviation}; record {one.several} of the "
                "paper tier on the photographs."
            )
        one.check()
        if one.photographed and one.data["fingerprint"] != known:
            raise UserError(
                f"{name} cannot be recorded: by their fingerprint its pictures are not the "
                f"{'data set' if places.dataset() else 'article'}'s; record {one.several} of those."
            )
        # Twice in a score, the same fold and seed would count double.
        same = there.setdefault(one.identity(), one)
        if same.key != one.key:
            raise LeftOut(
                f"{name} cannot be recorded: {same.folder} is the same {one.one} with other code "
                f"or data; delete that folder first if the new {one.one} is to replace it."
            )
        if folders[one.key].parent == places.again() and _is_the_first(one):
            raise UserError(
                f"{name} cannot be recorded as made again: it is the one recorded in "
                f"{places.again().with_name('results')}; make it again in another folder of runs."
            )
    new = [one for one in records if not folders[one.key].is_dir()]
    for one in new:
        with places.folder_made(folders[one.key], one.marker(), "RESULTS") as partial:
            ignored = shutil.ignore_patterns(*one.unrecorded)
            shutil.copytree(one.folder, partial, dirs_exist_ok=True, ignore=ignored)
    return [folders[one.key] for one in new]


def _is_the_first(one: Finished) -> bool:
    """Whether a run that is to be kept as made again is the recorded one itself."""
    first = places.again().with_name("results") / one.key / "provenance.json"
    return first.is_file() and first.read_bytes() == (one.folder / first.name).read_bytes()


def require_results() -> None:
    """Refuse a folder of results that is named and not there: it would pass for an empty one."""
    variable = "PIXELS_TO_SENTIMENT_RESULTS"
    if os.environ.get(variable) and not (places.dataset() or places.results().exists()):
        raise UserError(f"There is no folder {places.results()}: correct or unset {variable}.")


# Opens the recorded training runs.
recorded = Record.recorded
