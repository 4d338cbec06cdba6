"""Photographs of one's own, mapped one by one by a finished run and written to a folder."""

import io
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from pixels_to_sentiment import places
from pixels_to_sentiment.data import folds, pictures
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.files import assets
from pixels_to_sentiment.maps import dense, photos, sheets
from pixels_to_sentiment.maps.choice import Choice
from pixels_to_sentiment.maps.photos import DRAWN, Photo
from pixels_to_sentiment.networks.architectures import CLASSES
from pixels_to_sentiment.networks.network import Network
from pixels_to_sentiment.records.runs import Record
from pixels_to_sentiment.training import prediction

NUMBERS = ".map.json"
# Opened and mapped at a time: few, so that the first lines come soon and memory stays small.
BATCH = 4
SEEN = "The run was trained on this very picture: what it says of it is no test of the run."
UNKNOWN = "Whether the run was trained on this very picture could not be found out."
# Bytes that file systems allow a name.
LONGEST = 255


@dataclass(frozen=True)
class Mapped:
    """What a network says about a photograph.

    Attributes
    ----------
    centre, ten_crops
        Probability of positive from the centre crop and from ten crops.
    map
        Log-odds of positive in nats, float32 (h, w), places of the picture from its upper left.
    at
        Where they lie along a side of the picture, as shares of it; see `dense.places`.
    seen
        Whether the network was trained on it; ``None`` if that could not be found out.
    """

    photo: Photo
    centre: float
    ten_crops: float
    map: np.ndarray
    at: np.ndarray
    seen: bool | None

    @property
    def predicted(self) -> str:
        """The more probable class with ten crops, ``"negative"`` or ``"positive"``."""
        return CLASSES[self.ten_crops > 0.5]

    def numbers(self, choice: Choice) -> dict:
        """Give everything as JSON has it; `choice` is the run that it was mapped by."""
        return {
            "file": str(self.photo.path),
            "sha256": self.photo.sha256,
            "width": self.photo.width,
            "height": self.photo.height,
            "predicted": self.predicted,
            "positive_ten_crops": self.ten_crops,
            "positive_centre_crop": self.centre,
            "seen_in_training": self.seen,
            "map": [[round(float(v), 6) for v in row] for row in self.map],
            "map_unit": "log-odds of positive, in nats",
            "map_places": [round(float(share), 4) for share in self.at],
            "map_input_side": dense.SIDE,
            "drawn_scale": choice.scale,
            "run": choice.numbers(),
        }


class Mapper:
    """A finished run, ready to map photographs."""

    def __init__(self, choice: Choice, device: str = "cpu"):
        self.choice = choice
        self.network: Network = choice.network.to(device)
        self.trained_on = trained_on(choice.record)

    def map(self, some: list[Photo]) -> Iterator[Mapped]:
        """Map photographs, each with the same numbers whatever others there are.

        Raises
        ------
        UserError
            If the weights are damaged, so that numbers are not finite.
        """
        device = self.network.device
        large = torch.from_numpy(np.stack([one.large for one in some])).to(device)
        small = torch.from_numpy(np.stack([one.small for one in some])).to(device)
        # In batches, the last digits would depend on how many there are.
        maps = dense.log_odds(self.network, large, batch=1).numpy()
        at = dense.places(self.network, maps)
        for place, (photo, grid) in enumerate(zip(some, maps, strict=True)):
            pair = prediction.centre_and_oversampled(self.network, small[place : place + 1])
            centre, ten_crops = (float(value) for value in pair)
            if not np.isfinite([centre, ten_crops, *grid.ravel()]).all():
                raise UserError(
                    f"Run {self.choice.record.key} gives numbers that are not finite: its weights "
                    "are damaged, so name another with --run."
                )
            seen = None if self.trained_on is None else photo.sha256 in self.trained_on
            yield Mapped(photo, centre, ten_crops, grid, at, seen)


def trained_on(record: Record) -> frozenset[str] | None:
    """Give the SHA-256 of all photographs that a run was trained on; of one on the stand-in none.

    ``None`` where the photographs are not at hand.
    """
    if record.data["source"] != "photographs":
        return frozenset()
    run = record.run
    try:
        files = _decoded(record.data["fingerprint"])
        if files is None:
            return None
        digests = files.set_index("image")["sha256"]
        train, test = (
            set(digests.loc[part.head(run.limit)["image"]])
            for part in folds.split(run.agreement, run.fold)
        )
    # A cache that is damaged or cannot be written to is no reason to map nothing.
    except (OSError, ValueError, KeyError):
        return None
    return frozenset(train if run.recipe.twins else train - test)


def _decoded(fingerprint: str) -> pd.DataFrame | None:
    """Find the table of the photographs' files, decoding them only where they are at hand."""
    for made in places.cache().glob("pictures-*/files.csv"):
        table = made.read_bytes()
        if pictures.fingerprint(table) == fingerprint:
            return pd.read_csv(io.BytesIO(table))
    archive = assets.find(pictures.ARCHIVE)
    found = pictures.from_archive(archive) if archive else None
    return found.files if found and found.fingerprint == fingerprint else None


def targets(paths: Iterable[Path], folder: Path, *, force: bool = False) -> dict[Path, Path]:
    """Give by photograph the file of its drawing in a folder, and refuse what cannot be written.

    Raises
    ------
    UserError
        If two photographs would have the same name, a name would be too long, a folder is in the
        place of a file, or files are there already and `force` is false.
    """
    made: dict[Path, Path] = {}
    owners: dict[str, Path] = {}
    for path in paths:
        other = owners.setdefault(path.name, path)
        if other is not path:
            raise UserError(
                f"{photos.in_print(other)} and {photos.in_print(path)} would be written to the "
                "same files: map them into different folders, or rename one."
            )
        if len(os.fsencode(path.name + NUMBERS)) > LONGEST:
            raise UserError(f"The name of {photos.in_print(path)} is too long: shorten it.")
        made[path] = drawing_of(path, folder)
    files = [one for path in made.values() for one in (path, numbers_of(path))]
    for one in files:
        if os.path.isdir(one):
            raise UserError(
                f"{photos.in_print(one)} is a folder where a file is to be written: move it away, "
                "or name another folder with -o."
            )
    there = [photos.in_print(path) for path in files if os.path.lexists(path)]
    if there and not force:
        shown = ", ".join(there[:6]) + (f" and {len(there) - 6} more" if len(there) > 6 else "")
        raise UserError(
            f"{shown} exist{'s' * (len(there) == 1)} already: use --force to overwrite, or -o for "
            "another folder."
        )
    return made


def mapped_before(paths: Iterable[Path], folder: Path, choice: Choice) -> dict[Path, dict]:
    """Find the photographs of which a folder has the map by the same run, with their numbers."""
    found = {}
    for path in paths:
        drawn = drawing_of(path, folder)
        try:
            numbers = json.loads(numbers_of(drawn).read_text())
            same = numbers["run"]["key"] == choice.record.key and drawn.is_file()
            if same and numbers["sha256"] == assets.sha256(path):
                found[path] = numbers
        # There is none, or it is no such file.
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return found


def drawing_of(path: Path, folder: Path) -> Path:
    """Give the file of the drawing of a photograph."""
    return folder / (path.name + DRAWN)


def numbers_of(drawing: Path) -> Path:
    """Give the file of the numbers that belong to a drawing."""
    return drawing.with_name(drawing.name.removesuffix(DRAWN) + NUMBERS)


def make_folder(folder: Path) -> None:
    """Make a folder that can be written to, and sweep what killed processes left in it.

    Raises
    ------
    UserError
        If it cannot be made or written to, or a file is in its place.
    """
    cure = "name another with -o"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except (FileExistsError, NotADirectoryError):
        raise UserError(f"{photos.in_print(folder)} is not a folder: {cure}.") from None
    except OSError as fault:
        raise UserError(
            f"The folder {photos.in_print(folder)} cannot be written to ({fault.strerror}): {cure}."
        ) from fault
    places.sweep(folder)


def mapped(mapper: Mapper, drawings: dict[Path, Path]) -> Iterator[tuple[Path, Mapped | UserError]]:
    """Map photographs and write drawings and numbers, each pair whole or not at all.

    Gives each photograph of `targets`, in their order, with what was found or why it could not be
    opened.

    Raises
    ------
    UserError
        If a file cannot be written; what was written before stays.
    """
    paths = list(drawings)
    for start in range(0, len(paths), BATCH):
        found: dict[Path, Photo | UserError] = {}
        for path in paths[start : start + BATCH]:
            try:
                found[path] = photos.opened(path)
            except UserError as fault:
                found[path] = fault
        some = [one for one in found.values() if isinstance(one, Photo)]
        results = mapper.map(some) if some else iter(())
        for path, one in found.items():
            result = one if isinstance(one, UserError) else next(results)
            if isinstance(result, Mapped):
                _write(result, mapper.choice, drawings[path])
            yield path, result


def _write(result: Mapped, choice: Choice, drawing: Path) -> None:
    name = photos.in_print(result.photo.path.name)
    try:
        with (
            places.written_whole(numbers_of(drawing)) as numbers,
            places.written_whole(drawing) as drawn,
        ):
            numbers.write_text(json.dumps(result.numbers(choice)) + "\n")
            sheets.draw(
                drawn,
                result.photo.shown,
                result.map,
                result.at,
                (result.photo.width, result.photo.height),
                scale=choice.scale,
                heading=f"{name}: {result.predicted}\nprobability of positive "
                f"{result.ten_crops:.1%} (ten crops), {result.centre:.1%} (centre crop)",
                note=choice.in_words(),
                warning={True: SEEN, None: UNKNOWN}.get(result.seen, ""),
            )
    except OSError as fault:
        raise UserError(
            f"{photos.in_print(drawing)} cannot be written ({fault.strerror}): mend that and go "
            "on with the photographs that are left."
        ) from fault
