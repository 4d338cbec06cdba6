"""Pieces of the project's work, tiny, each done into an empty folder: what is killed and raced."""

import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from unittest.mock import patch

import numpy as np
import papermill  # noqa: F401  (imported here, so that no child has to)
from tqdm import tqdm

import toy_caffe
import toy_checkout
import toy_cli
import toy_maps
import toy_probes
import toy_runs
import toy_studies
from hardening import seeds
from hardening.kills import Job
from pixels_to_sentiment import book, places
from pixels_to_sentiment.caffe import convert, models
from pixels_to_sentiment.cli import _parser
from pixels_to_sentiment.data import folds, pictures
from pixels_to_sentiment.maps import choice, mapping
from pixels_to_sentiment.probes.store import Probes
from pixels_to_sentiment.records import runs, store
from pixels_to_sentiment.studies.records import Study
from pixels_to_sentiment.studies.store import Studies
from toy_files import encoded

PICTURES = 24


def _shuffled(some: Iterable, number: int) -> list:
    some = list(some)
    return [some[place] for place in np.random.default_rng(number).permutation(len(some))]


@cache
def _noise() -> pictures.Pictures:
    return toy_runs.made_up_pictures()


def _train(folder: Path, number: int, seeds: Iterable[int]) -> None:
    todo = [replace(toy_runs.RUN, seed=seed) for seed in _shuffled(seeds, number)]
    for _ in store.Runs(folder).perform(todo, _noise(), device="cpu"):
        pass


def _probe(folder: Path, number: int, seeds: Iterable[int]) -> None:
    todo = [replace(toy_probes.PROBE, seed=seed) for seed in _shuffled(seeds, number)]
    for _ in Probes(folder).perform(todo, _noise(), device="cpu"):
        pass


@cache
def _blocks() -> pictures.Pictures:
    return toy_studies.blocks()


def _study(folder: Path, number: int, seeds: Iterable[int]) -> None:
    (key,) = (path.parent.name for path in folder.glob("[!.]*/run.json"))
    todo = [Study(key, "five", 1, seed=seed, limit=1) for seed in _shuffled(seeds, number)]
    with patch.object(runs.Record, "restore", lambda record: toy_studies.small()):
        for _ in Studies(folder).perform(todo, _blocks(), device="cpu"):
            pass


@cache
def given() -> Path:
    """Give a folder with what the work starts from: pictures, their archive, runs."""
    home = Path(tempfile.mkdtemp(prefix="given-"))
    for place in range(2):
        toy_maps.photograph(home / "photographs" / f"{place}.png", seed=place)
    for fold in folds.FOLDS:
        toy_cli.write_result(home / "runs", fold, 3)
    toy_studies.trained(home / "mapping")
    models.write(home / "m.caffemodel", toy_caffe.some_layers())
    convert.to_safetensors(home / "m.caffemodel", home / "m.safetensors")
    (home / "a.log").write_bytes(seeds.logs()[0])
    table = folds.load().head(PICTURES)
    with zipfile.ZipFile(home / "pictures.zip", "w") as archive:
        for place, name in enumerate(table["image"]):
            shape = (240, 320, 3)
            pixels = np.random.default_rng(place).integers(0, 256, shape, dtype=np.uint8)
            archive.writestr(name, encoded(pixels, "JPEG"))
    return home


def _map(folder: Path, number: int) -> None:
    (kept,) = (given() / "mapping").iterdir()
    chosen = choice.Choice(runs.Record.open(kept))
    vars(chosen)["network"] = toy_studies.small()
    vars(chosen)["predictions"] = _predictions()
    paths = _shuffled((given() / "photographs").iterdir(), number)
    before = mapping.mapped_before(paths, folder, chosen)
    left = [path for path in paths if path not in before]
    # As with --force: beside others, or after a kill, half a pair may be there.
    mapping.require_room(left, folder, force=True)
    for _ in mapping.mapped(chosen, left, folder):
        pass


def _predictions():
    test = folds.split("five", 1)[1][["image", "label"]]
    return test.assign(centre=0.7, oversampled=0.7)


def _decode(folder: Path, number: int) -> None:
    table = folds.load().head(PICTURES)
    here = patch.object(places, "cache", lambda: folder)
    with here, patch.object(pictures.folds, "load", lambda: table):
        pictures.from_archive(given() / "pictures.zip")


def _record(folder: Path, number: int) -> None:
    found = [runs.Record.open(one) for one in _shuffled((given() / "runs").iterdir(), number)]
    with patch.object(pictures, "PUBLISHED", "f", create=True):
        store.record(found, folder)


def _checkout(folder: Path) -> None:
    toy_checkout.build(folder, "sums")
    (folder / "notebooks/tiers/smoke.yaml").write_text("scale: 2\nnumbers: [1, 2, 3]\n")


def _execute(folder: Path, number: int) -> None:
    moved = {
        "checkout": folder,
        "ground_truth": folder / "ground_truth",
        "results": folder / "book" / "results",
    }
    with ExitStack() as stack:
        for name, place in moved.items():
            stack.enter_context(patch.object(places, name, partial(Path, place)))
        package = folder / "src" / "pixels_to_sentiment"
        stack.enter_context(patch.object(book.freshness, "_PACKAGE", package))
        book.execute()


def _command(words: str, folder: Path, number: int) -> None:
    """Do what a command does, with ``GIVEN`` and ``HERE`` for the folders of input and output."""
    folders = {"GIVEN": given(), "HERE": folder}
    options = _parser().parse_args([one.format(**folders) for one in words.split()])
    options.command(options)


def _older(names: str) -> Callable[[Path], object]:
    """Give what puts files of an earlier day into a folder."""

    def put(folder: Path) -> None:
        for name in names.split():
            (folder / name).write_text("of an earlier day")

    return put


def _older_chapter(folder: Path) -> None:
    _checkout(folder)
    chapters = folder / "book" / "chapters"
    chapters.mkdir()
    (chapters / "sums.ipynb").write_bytes((folder / "notebooks" / "sums.ipynb").read_bytes())


def written() -> list[Job]:
    """Give what is done on a full disk: all that writes, where there is something already."""
    convert = "caffe convert {GIVEN}/m.caffemodel {HERE}/m.safetensors --force"
    back = "caffe convert {GIVEN}/m.safetensors {HERE}/m.caffemodel --force"
    export = "caffe export squeezenet1_1:random -o {HERE} --name m --force"
    logs = "logs {GIVEN}/a.log -o {HERE} --force"
    replaced = [
        Job("executing a notebook", _execute, _older_chapter),
        Job("converting a model", partial(_command, convert), _older("m.safetensors")),
        Job("converting weights", partial(_command, back), _older("m.caffemodel")),
        Job("exporting a network", partial(_command, export), _older("m.caffemodel")),
        Job("reading a log", partial(_command, logs), _older("a.csv loss.png")),
    ]
    return [job for job in single() if job.work is not _execute] + replaced


def single() -> list[Job]:
    """Give what is killed: one piece of each kind of work."""
    return [
        Job("training", partial(_train, seeds=(0,))),
        Job("probing", partial(_probe, seeds=(0,))),
        Job("measuring maps", partial(_study, seeds=(0,)), toy_studies.trained),
        Job("mapping photographs", _map),
        Job("executing a notebook", _execute, _checkout),
        Job("recording", _record),
        Job("decoding", _decode),
    ]


def shared() -> list[Job]:
    """Give what several processes do at once, each in an order of its own."""
    made = [Job(one.name, partial(one.work, seeds=range(3)), one.prepare) for one in single()[:3]]
    return made + single()[3:]


def warm() -> None:
    """Do the work once in this process, so that its children need not import anything."""
    tqdm.monitor_interval = 0  # its thread would stay
    with tempfile.TemporaryDirectory() as home:
        for place, job in enumerate(single()):
            if job.work is not _execute:  # which starts threads that stay
                folder = Path(home) / str(place)
                folder.mkdir()
                job.prepare(folder)
                job.work(folder, 0)
    if len(os.listdir("/proc/self/task")) > 1:
        raise RuntimeError("a process with several threads cannot be forked safely")
