"""Every reader of files from elsewhere, as one function of a file's path.

The library is imported when a reader is prepared, so that what fuzzes can look into it.
"""

import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from pkgutil import resolve_name
from unittest.mock import patch

# Bytes of the largest file that is tried.
LARGEST = 950_000


@dataclass(frozen=True)
class Reader:
    """A reader, to be fuzzed.

    Attributes
    ----------
    suffix
        Of the file that is read.
    named
        What reads a file, by its name in the library; or what gives it, in a folder of its own.
    seeds
        Function of `seeds` that makes valid files.
    """

    suffix: str
    named: str | Callable[[Path], Callable[[Path], object]]
    seeds: str

    def prepare(self, home: Path) -> Callable[[Path], object]:
        """Import what it needs, which is to be instrumented, and give what reads a file."""
        if isinstance(self.named, str):
            return resolve_name(f"pixels_to_sentiment.{self.named}")
        return self.named(home)


def _model(home: Path) -> Callable:
    from pixels_to_sentiment.caffe import models

    return lambda path: models.describe(models.read(path))


def _converted(home: Path) -> Callable:
    from pixels_to_sentiment.caffe import convert

    return lambda path: convert.to_safetensors(path, home / "converted.safetensors")


def _back(home: Path) -> Callable:
    from pixels_to_sentiment.caffe import convert, models

    def read(path: Path) -> None:
        models.write(home / "converted.caffemodel", convert.from_safetensors(path))

    return read


def _photo(home: Path) -> Callable:
    # Imported with the first picture otherwise, whose reading would seem to take that long.
    from pixels_to_sentiment.data import pictures  # noqa: F401
    from pixels_to_sentiment.maps import dense, photos  # noqa: F401

    return photos.opened


def _archive(home: Path) -> Callable:
    from zipfile import BadZipFile

    from pixels_to_sentiment.files import archives

    def read(path: Path) -> None:
        with archives.open_archive(path) as archive:
            for member in archive.infolist():
                try:
                    archive.read(member)
                except BadZipFile:  # as it promises; what asks for the member says more
                    continue

    return read


def _labels(home: Path) -> Callable:
    from pixels_to_sentiment.errors import UserError
    from pixels_to_sentiment.imports import labels

    def read(path: Path) -> None:
        for column in ("", "fold"):
            with suppress(UserError):
                labels.with_folds(labels.read(path, column), path, 2, 0, column)

    return read


def _tier(home: Path) -> Callable:
    from pixels_to_sentiment.book import notebooks, tiers

    folder = home / "notebooks" / "tiers"
    folder.mkdir(parents=True, exist_ok=True)

    def read(path: Path) -> None:
        shutil.copyfile(path, folder / "given.yaml")
        with patch.object(notebooks, "root", lambda: home):
            tiers.values("given")

    return read


@cache
def finished(home: Path) -> dict[str, bytes]:
    """Give the files of a finished run, a probe and a study by their names."""
    import toy_cli
    import toy_probes
    import toy_studies

    made = home / "made"
    shutil.rmtree(made, ignore_errors=True)
    toy_cli.write_result(made, 1, 3).rename(made / "run")
    toy_probes.written(made / "probe", toy_probes.PROBE, ["0101"])
    toy_studies.written(made / "maps", toy_studies.FITTED)
    files = sorted(made.glob("*/*.json")) + sorted(made.glob("*/*.csv"))
    return {str(path.relative_to(made)): path.read_bytes() for path in files}


def _folder(home: Path) -> Callable:
    """Open finished work of which one file, told by the first byte, is what is given."""
    from pixels_to_sentiment.probes.records import ProbeRecord
    from pixels_to_sentiment.records.runs import Record
    from pixels_to_sentiment.studies.records import StudyRecord

    whole = finished(home)
    kinds = {
        "run": (Record, ("predictions", "curve", "scores", "provenance", "deviation")),
        "probe": (ProbeRecord, ("table", "accuracies", "provenance", "deviation")),
        "maps": (StudyRecord, ("measures", "provenance", "deviation")),
    }

    def read(path: Path) -> None:
        content = path.read_bytes()
        name = [*whole][(content[0] if content else 0) % len(whole)]
        target = home / "made" / name
        target.write_bytes(content[1:])
        kind, asked = kinds[target.parent.name]
        try:
            record = kind.open(target.parent)
            for one in asked:
                getattr(record, one)()
        finally:
            target.write_bytes(whole[name])

    return read


READERS = {
    "Caffe's logs": Reader(".log", "caffe.logs:read", "logs"),
    "curves": Reader(".csv", "caffe.logs:read", "curves"),
    "Caffe's models": Reader(".caffemodel", _model, "models"),
    "Caffe's models, converted": Reader(".caffemodel", _converted, "models"),
    "Caffe's models, as weights": Reader(".caffemodel", "networks.weights:read", "models"),
    "means (BlobProto)": Reader(".binaryproto", "caffe.means:read", "means"),
    "means (NumPy)": Reader(".npy", "caffe.means:read", "arrays"),
    "safetensors, converted": Reader(".safetensors", _back, "safetensors"),
    "safetensors, as weights": Reader(".safetensors", "networks.weights:read", "safetensors"),
    "torch's files, as weights": Reader(".pth", "networks.weights:read", "torch_files"),
    "pictures": Reader(".img", _photo, "pictures"),
    "pictures, as Caffe reads them": Reader(".img", "caffe.preprocessing:load_image", "pictures"),
    "archives": Reader(".zip", _archive, "archives"),
    "labels of one's own": Reader(".csv", _labels, "labels"),
    "folders of finished work": Reader(".bin", _folder, "folders"),
    "tiers": Reader(".yaml", _tier, "tiers"),
}


def large(seed: bytes) -> bytes:
    """Repeat a file up to nearly a megabyte: what takes time or memory beyond that shows."""
    return (seed * (LARGEST // max(len(seed), 1) + 1))[:LARGEST]
