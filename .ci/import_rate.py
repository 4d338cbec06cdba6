"""Time the import of pictures of one's own beside torchvision's usual loop, and record it.

python .ci/import_rate.py [COUNT]

Twice: 256 photographs, the best of three turns, and COUNT generated pictures (100,000), once, as a
process of its own whose largest memory is noted. Every file has been read before. Threads and loop
share the cores that the process may use (`taskset`); the loop is one process, as it is usually
written. What is found is kept as ``import.json`` beside the recorded benchmarks.
"""

import json
import multiprocessing
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from pixels_to_sentiment import places, provenance
from pixels_to_sentiment.benchmarks import suite, timing
from pixels_to_sentiment.imports import decoding
from pixels_to_sentiment.networks import compat  # noqa: F401  (before torchvision)

# isort: split
from torchvision import transforms
from torchvision.datasets import ImageFolder

OURS, LOOP = "this project", "ImageFolder, Resize, ToTensor"
# Of a generated picture.
SIZE = 400, 300


def ours(folder: Path) -> float:
    """Decode, warp and write all pictures; the largest memory of the process so far (MiB)."""
    images = [one.relative_to(folder).as_posix() for one in sorted(folder.glob("*/*"))]
    with tempfile.TemporaryDirectory(dir=folder.parent) as home:
        decoding.decode(Path(home), images, folder)
    return timing.peak()


def loop(folder: Path) -> float:
    """Go through all pictures as tutorials do, keeping nothing."""
    steps = transforms.Compose([transforms.Resize((256, 256)), transforms.ToTensor()])
    for _ in ImageFolder(folder, steps):
        pass
    return timing.peak()


def generate(folder: Path, count: int) -> None:
    """Write pictures of two classes: smooth colours that differ from one to the next."""
    dice = np.random.default_rng(0)
    for number in range(count):
        if number < 2:
            (folder / str(number)).mkdir()
        coarse = Image.fromarray(dice.integers(0, 256, (9, 12, 3), np.uint8))
        picture = coarse.resize(SIZE, Image.Resampling.BICUBIC)
        picture.save(folder / str(number % 2) / f"{number}.jpg")


def compared(folder: Path, times: int) -> list[dict]:
    """Time both in turn, each in processes of its own: a row a way, with ours to it."""
    for one in folder.glob("*/*"):
        one.read_bytes()
    count, found = sum(1 for _ in folder.glob("*/*")), {OURS: [], LOOP: []}
    for name, way in [(OURS, ours), (LOOP, loop)] * times:
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as alone:
            alone.submit(timing.peak).result()  # it has imported all
            began = time.perf_counter()
            mib = alone.submit(way, folder).result()
            found[name].append((time.perf_counter() - began, mib))
    best = {name: min(taken) for name, taken in found.items()}
    return [
        {
            **{"way": name, "pictures": count, "seconds": round(seconds, 2), "mib": round(mib)},
            **{"rate": count / seconds, "ratio": seconds / best[OURS][0]},
        }
        for name, (seconds, mib) in best.items()
    ]


def main() -> None:
    """Measure, print and keep."""
    clock, found = provenance.Clock(), {}
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as home:
        photographs, generated = (Path(home, name) for name in ("photographs", "generated"))
        photographs.mkdir()
        suite.write_files(photographs)
        found["photographs"] = compared(photographs, 3)
        generated.mkdir()
        generate(generated, count)
        found["generated"] = compared(generated, 1)
    for kind, rows in found.items():
        print(kind, *rows, sep="\n")
    path = places.benchmarks() / "import.json"
    path.write_text(json.dumps(found | {"made": clock.details()}, indent=1) + "\n")


if __name__ == "__main__":
    main()
