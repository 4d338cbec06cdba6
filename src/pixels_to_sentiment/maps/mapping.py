"""Photographs of one's own, mapped one by one by a finished run and written to a folder."""

import json
import os
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from textwrap import fill

import matplotlib.pyplot as plt
import numpy as np
import torch

from pixels_to_sentiment import places
from pixels_to_sentiment.data import pictures
from pixels_to_sentiment.drawing import figures
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.files import assets
from pixels_to_sentiment.maps import dense, drawing, photos
from pixels_to_sentiment.maps.choice import Choice
from pixels_to_sentiment.maps.drawing import Mapped
from pixels_to_sentiment.maps.photos import DRAWN, Photo
from pixels_to_sentiment.networks.architectures import CLASSES
from pixels_to_sentiment.networks.network import Network
from pixels_to_sentiment.records.runs import Record
from pixels_to_sentiment.training import prediction

NUMBERS = ".map.json"
# Letters in a line of a drawing, and inches that the words take.
LETTERS, WORDS = 115, 1.2
# By whether the run was trained on the photograph.
WARNINGS = {
    True: "The run was trained on this very picture: what it says of it is no test of the run.",
    False: "",
    None: "Whether the run was trained on this very picture could not be found out.",
}


def trained_on(record: Record) -> frozenset[str] | None:
    """Give the SHA-256 of all photographs that a run was trained on; of one on the stand-in none.

    ``None`` where the photographs are not at hand.
    """
    if not record.photographed:
        return frozenset()
    archive = assets.find(pictures.ARCHIVE)
    if places.dataset():
        loaded = pictures.load()
    else:
        loaded = pictures.from_archive(archive) if archive else None
    if loaded is None or loaded.fingerprint != record.data["fingerprint"]:
        return None
    digests = loaded.files.set_index("image")["sha256"]
    train, test = (frozenset(digests.loc[part["image"]]) for part in record.run.lists())
    return train if record.run.recipe.twins else train - test


def files_of(path: Path, folder: Path) -> tuple[Path, Path]:
    """Give the files of the drawing and of the numbers of a photograph."""
    return folder / (path.name + DRAWN), folder / (path.name + NUMBERS)


def mapped_before(paths: Iterable[Path], folder: Path, choice: Choice) -> dict[Path, dict]:
    """Find the photographs of which a folder has the map by the same run, with their numbers."""
    found = {}
    for path in paths:
        drawn, written = files_of(path, folder)
        try:
            numbers = json.loads(written.read_text())
            same = numbers["run"]["key"] == choice.record.key and drawn.is_file()
            if same and numbers["sha256"] == assets.sha256(path):
                found[path] = numbers
        # There is none, or it is no such file.
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return found


def require_room(paths: Iterable[Path], folder: Path, *, force: bool = False) -> None:
    """Make sure that a folder has a place for the files of each photograph, and make it.

    Raises
    ------
    UserError
        If two photographs would have the same files, files are there already and `force` is false,
        or the folder cannot be made; nothing is made then.
    """
    owners: dict[str, Path] = {}
    for path in paths:
        other = owners.setdefault(path.name, path)
        if other is not path:
            raise UserError(
                f"{photos.in_print(other)} and {photos.in_print(path)} would be written to the "
                "same files: map them into different folders, or rename one."
            )
    files = [one for path in owners.values() for one in files_of(path, folder)]
    there = [photos.in_print(path) for path in files if os.path.lexists(path)]
    if there and not force:
        shown = ", ".join(there[:6]) + (f" and {len(there) - 6} more" if len(there) > 6 else "")
        raise UserError(
            f"{shown} exist{'s' * (len(there) == 1)} already: use --force to overwrite, or -o for "
            "another folder."
        )
    with places.taking(folder, "name another folder with -o"):
        folder.mkdir(parents=True, exist_ok=True)
    places.sweep(folder)


def mapped(
    choice: Choice, paths: Iterable[Path], folder: Path, device: str = "cpu"
) -> Iterator[tuple[Path, dict | UserError]]:
    """Map photographs and write drawings and numbers, each pair whole or not at all.

    Gives each photograph, in their order, with its numbers as in its file, or why it could not be
    opened; the numbers are the same whatever others there are.

    Raises
    ------
    UserError
        If a file cannot be written, or the weights are damaged, so that numbers are not finite;
        what was written before stays.
    """
    plt.switch_backend("agg")
    network = choice.network.to(device)
    known = trained_on(choice.record)
    for path in paths:
        try:
            photo = photos.opened(path)
        except UserError as fault:
            yield path, fault
            continue
        seen = None if known is None else photo.sha256 in known
        numbers = _numbers(photo, network, choice) | {"seen_in_training": seen}
        _write(photo, numbers, choice, folder)
        yield path, numbers


def _numbers(photo: Photo, network: Network, choice: Choice) -> dict:
    """Give everything that the run says of a photograph, as JSON has it."""
    small, large = (
        torch.from_numpy(pixels)[None].to(network.device) for pixels in (photo.small, photo.large)
    )
    grid = dense.log_odds(network, large).numpy()[0]
    centre, ten_crops = map(float, prediction.centre_and_oversampled(network, small))
    if not np.isfinite([centre, ten_crops, *grid.ravel()]).all():
        raise UserError(
            f"Run {choice.record.key} gives numbers that are not finite: its weights are damaged, "
            "so name another with --run."
        )
    return {
        "file": str(photo.path),
        "sha256": photo.sha256,
        "width": photo.width,
        "height": photo.height,
        "predicted": CLASSES[ten_crops > 0.5],
        "positive_ten_crops": ten_crops,
        "positive_centre_crop": centre,
        "map": grid.astype(float).round(6).tolist(),
        "map_unit": "log-odds of positive, in nats",
        "map_places": dense.places(network, grid).round(4).tolist(),
        "map_input_side": dense.SIDE,
        "drawn_scale": choice.scale,
        "run": choice.numbers(),
    }


def _write(photo: Photo, numbers: dict, choice: Choice, folder: Path) -> None:
    target, beside = files_of(photo.path, folder)
    with (
        places.taking(target, "mend that and go on with the photographs that are left"),
        places.written_whole(beside) as written,
        places.written_whole(target) as drawn,
    ):
        written.write_text(json.dumps(numbers) + "\n")
        _draw(photo, numbers, choice, drawn)


def _draw(photo: Photo, numbers: dict, choice: Choice, path: Path) -> None:
    positive, predicted = numbers["positive_ten_crops"], CLASSES.index(numbers["predicted"])
    sure = positive if predicted else 1 - positive
    grid, at = np.array(numbers["map"]), np.array(numbers["map_places"])
    seen = Mapped(photo.shown, grid, at, None, predicted, sure)
    words = (
        f"{photos.in_print(photo.path.name)}: probability of positive {positive:.1%} from ten "
        f"crops, {numbers['positive_centre_crop']:.1%} from the centre crop. {choice.in_words()}"
    )
    with plt.rc_context(), warnings.catch_warnings():
        # The font has not every letter of every language that a file can be named in.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figures.theme()
        plt.rc("savefig", bbox="standard")  # to crop it would take a drawing more
        figure = drawing.sheet([seen], choice.scale, WARNINGS[numbers["seen_in_training"]])
        figure.set_figheight(figure.get_figheight() + WORDS)
        figure.supxlabel(fill(words, LETTERS), fontsize=8, parse_math=False)
        figure.savefig(path, format="png")
        plt.close(figure)
