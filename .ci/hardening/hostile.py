"""Hostile and odd files, made here: each is answered by a sentence of ours that names it."""

import json
import os
import re
import shutil
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

import numpy as np

import toy_checkout
import toy_maps
import toy_runs
from hardening import processes, seeds
from pixels_to_sentiment.book import notebooks
from pixels_to_sentiment.cli import main
from pixels_to_sentiment.files import assets
from pixels_to_sentiment.records.store import Runs
from toy_caffe import field, layer, packed, shaped, varint
from toy_files import claiming, with_header

# Of processor time, for a file that is refused.
SECONDS = 10
# Of a network that makes maps.
MADE = replace(toy_runs.RUN, network="squeezenet1_1")


@dataclass(frozen=True)
class Case:
    """A file, and the command that has to refuse it.

    Attributes
    ----------
    content
        What the file holds, or what makes it at a path.
    command
        With ``FILE``, ``OUT`` (a folder that has to stay empty) and ``RUN`` (a key) in it.
    name
        Of the file; ``RUN/NAME`` takes the place of a file of a finished run.
    kind
        What it is said to be.
    """

    content: bytes | Callable[[Path], object]
    command: str
    name: str
    kind: str


def cases() -> Iterator[Case]:
    """Give all of them."""
    makers = (_logs, _tables, _models, _means, _safetensors, _pictures, _folders, _tiers, _places)
    for make in makers:
        yield from make()


def _numbered(kind: str, suffix: str, command: str, contents: list) -> Iterator[Case]:
    for place, content in enumerate(contents):
        yield Case(content, command, f"hostile-{place}{suffix}", kind)


def _logs() -> Iterator[Case]:
    text = "no iteration in it\n" * 9
    contents = [
        b"",
        bytes(5000),
        text.encode(),
        text.encode("utf-16"),
        b"\n" * 100_000,
        b"x" * 900_000,
        b"Iteration , loss = \n" * 1000,
        b"\xff\xfe\xfd" * 100,
        Path.mkdir,
        os.mkfifo,
        lambda path: path.symlink_to(path.name),
    ]
    yield from _numbered("logs", ".log", "logs FILE -o OUT", contents)


def _tables() -> Iterator[Case]:
    rows = ("a,b\n", "inf,1\n", "nan,1\n", "1.5,2\n", "1e400,2\n", '"1\n')
    contents = [f"iteration,loss\n1,2\n{row}".encode() for row in rows]
    yield from _numbered(
        "curves", ".csv", "logs FILE -o OUT", [*contents, b"iteration,\x00\n1,2\n"]
    )


def _models() -> Iterator[Case]:
    blob = shaped(2, 2) + field(5, packed((1.0, 2.0, 3.0, 4.0)))
    whole = field(1, "net") + layer("conv1", "Convolution", blob)
    shapes = ((3, 2), (2**62, 2**62), (0, 4), (1,) * 65, (2**64 - 1, 4))
    wrong = [shaped(*shape) + field(5, packed((1.0,) * 4)) for shape in shapes]
    wrong += [shaped(2, 2) + field(5, bytes(15)), shaped(2, 2) + field(8, bytes(31))]
    contents = [
        b"",
        *(whole[:-cut] for cut in (1, 5, 17, 30)),
        *(layer("conv1", "Convolution", one) for one in wrong),
        varint(3) + whole,
        varint(100 * 8 + 3) + whole,
        b"\xff" * 11,
        varint(100 * 8 + 2) + varint(2**40) + b"short",
        field(100, b"\x0a\x05abc"),
        field(2, field(1, field(1, "of Caffe's first format"))),
        os.mkfifo,
        *seeds.others(),
    ]
    yield from _numbered("models", ".caffemodel", "caffe show FILE", contents)
    twice = layer("a", "InnerProduct", blob) * 2
    yield Case(twice, "caffe convert FILE OUT/a.safetensors", "twice.caffemodel", "models")


def _means() -> Iterator[Case]:
    shapes = ((2, 2, 2), (2, 3, 2, 2), (5,))
    wrong = [shaped(*shape) + field(5, bytes(4 * int(np.prod(shape)))) for shape in shapes]
    contents = [b"", b"\xff" * 20, shaped(3, 2, 2) + field(5, bytes(7)), *wrong]
    yield from _numbered("means", ".binaryproto", "caffe show FILE", contents)
    whole = seeds.arrays()[0]
    headers = (
        "{",
        "{'descr': '<f4'}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3, -1)}",
    )
    arrays = [
        b"",
        seeds.objects(),
        whole[:-1],
        whole[:20],
        *(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(one)) + one.encode() for one in headers),
        *(seeds.arrays()[place] for place in (6, 7, 9, 12, 13)),
    ]
    yield from _numbered("means", ".npy", "caffe show FILE", arrays)


def _safetensors() -> Iterator[Case]:
    one = {"dtype": "F32", "shape": [1, 1], "data_offsets": [0, 4]}
    noted = [{"name": "a", "type": "InnerProduct", "blobs": ["missing"]}]
    contents = [
        b"",
        struct.pack("<Q", 2**40),
        with_header(b"not JSON"),
        with_header({}),
        with_header({"a.weight": one}, bytes(3)),
        with_header({"a.weight": one | {"data_offsets": [0, 400]}}, bytes(4)),
        with_header({"a.weight": one | {"shape": [2, 2]}}, bytes(4)),
        with_header({"a.weight": one | {"dtype": "F8_E4M3", "data_offsets": [0, 1]}}, bytes(1)),
        with_header({"a.weight": one | {"shape": [1]}}, bytes(4)),
        with_header({"nothing": one}, bytes(4)),
        *(
            with_header({"a.weight": one, "__metadata__": {"caffe_layers": text}}, bytes(4))
            for text in ("[", "5", '[{"name": 1}]', json.dumps(noted))
        ),
    ]
    yield from _numbered("weights", ".safetensors", "caffe convert FILE OUT/a.caffemodel", contents)


def _pictures() -> Iterator[Case]:
    jpeg, png, *_ = seeds.pictures()
    contents = [
        b"",
        b"text",
        *seeds.others()[4:],
        jpeg[: len(jpeg) // 2],
        jpeg[:10],
        png[: len(png) // 2],
        png[:20],
        claiming(60_000),
        b"\0\0\0\x18ftypheic" + bytes(16),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.4\n",
        b"GIF89a" + bytes(7),
        b"II*\0\xff\xff\xff\x00",
        lambda path: path.symlink_to(path.name),
        os.mkfifo,
    ]
    yield from _numbered("photographs", ".jpg", "map FILE --run RUN -o OUT", contents)


def _folders() -> Iterator[Case]:
    texts = (b"", b"\xff\xfe", b"[]", b"{}", b'{"key": 1}', b"[" * 100_000)
    for content in texts:
        yield Case(content, "caffe export RUN -o OUT", "RUN/run.json", "folders of runs")
    for content in (b"", b"not weights", seeds.safetensors()[0]):
        yield Case(content, "caffe export RUN -o OUT", "RUN/weights.safetensors", "folders of runs")
    for content in (b"", b"a,b\n1,2\n", b"label,centre,oversampled\nx,y,z\n", b"\xff\0\n"):
        yield Case(content, "map PHOTO --run RUN -o OUT", "RUN/predictions.csv", "folders of runs")
    yield Case(b"", "logs RUNFOLDER -o OUT --names a", "RUN/curve.csv", "folders of runs")


def _tiers() -> Iterator[Case]:
    texts = (
        *("- a list\n", "scale: [\n", "1: 2\n", "\tscale: 1\n", "scale: *unknown\n"),
        *("scale: !!python/name:os.getcwd\n", "scale: many\n", "numbers: 3\n", "nobodys: 1\n"),
        *("numbers: &a [*a]\n" + "x: " * 3, "scale: " + "[" * 5000, "scale: \xe9\x00\n"),
    )
    for place, text in enumerate(texts):
        name = f"TIERS/hostile{place}.yaml"
        yield Case(text.encode("latin1"), f"book execute --tier hostile{place}", name, "tiers")


def _places() -> Iterator[Case]:
    for content in (b"not a zip", b"PK\x03\x04" + bytes(60), bytes(60_648_790)):
        yield Case(
            content, "files fetch twitter_deepsent.zip", "MIRROR/twitter_deepsent.zip", "archives"
        )


class Answers:
    """What the command says to hostile files, in a folder of its own."""

    def __init__(self, home: Path):
        self.home = home
        shutil.rmtree(home, ignore_errors=True)
        for part in ("runs", "files", "mirror", "cache", "results"):
            (home / part).mkdir(parents=True)
        toy_checkout.build(home / "checkout", "sums")
        self.photo = toy_maps.photograph(home / "photograph.png")
        self.run = Runs(home / "runs").get(MADE, toy_runs.made_up_pictures(), device="cpu")

    def wrong(self, case: Case) -> str | None:
        """Say what is wrong with the answer to a case, if anything is."""
        path = self._put(case)
        out, said = self.home / "out", self.home / "said.txt"
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        kept = {"RUNFOLDER": self.run.folder, "RUN": self.run.key, "PHOTO": self.photo}
        words = case.command
        for name, value in {"FILE": path, "OUT": out, **kept}.items():
            words = re.sub(rf"\b{name}\b", str(value), words)
        status = processes.end(processes.start(lambda: self._command(words), said, SECONDS))
        text = said.read_text(errors="replace")
        self._away(path)
        return _complaint(status, text, {path.name, self.run.key}, sorted(out.rglob("*")))

    def _put(self, case: Case) -> Path:
        folders = {"RUN": self.run.folder, "MIRROR": self.home / "mirror"}
        folders["TIERS"] = self.home / "checkout" / "notebooks" / "tiers"
        folder, _, name = case.name.rpartition("/")
        path = folders.get(folder, self.home / "files") / name
        if path.exists():
            path.rename(self.home / "whole")
        if isinstance(case.content, bytes):
            path.write_bytes(case.content)
        else:
            case.content(path)
        return path

    def _away(self, path: Path) -> None:
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
        if (self.home / "whole").exists():
            (self.home / "whole").rename(path)

    def _command(self, words: str) -> int:
        places = {"RUNS": "runs", "MIRROR": "mirror", "CACHE": "cache", "RESULTS": "results"}
        for name, folder in places.items():
            os.environ[f"PIXELS_TO_SENTIMENT_{name}"] = str(self.home / folder)
        os.environ[assets.OFFLINE_VARIABLE] = "1"
        os.chdir(self.home)
        with patch.object(notebooks, "root", lambda: self.home / "checkout"):
            try:
                return main(words.split())
            except SystemExit as ended:
                return ended.code


def _complaint(status: int, text: str, names: set[str], left: list[Path]) -> str | None:
    lines = text.splitlines()
    if status != 2 or "Traceback" in text:
        return f"status {status}: {' '.join(lines[-1:])}"
    if not lines or not lines[-1].startswith("pixels-to-sentiment: "):
        return f"no sentence: {text[:200]}"
    if len(lines) > 3:
        return f"{len(lines)} lines: {text[:300]}"
    if not any(name in text for name in names):
        return f"does not name the file: {text[:200]}"
    return f"left {left}" if any(path.is_file() for path in left) else None
