"""Time the import of a folder of pictures beside torchvision's usual loop over the same files.

python .ci/import_rate.py FOLDER

FOLDER holds a folder of pictures a class, as ImageFolder wants it. Both read every file once to
have it in the page cache; then, in turns, the best of three. Threads and loop share the cores that
the process may use (`taskset`); the loop is one process, as it is usually written.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from pixels_to_sentiment.imports import decoding
from pixels_to_sentiment.networks import compat  # noqa: F401  (before torchvision)

TIMES = 3


def ours(folder: Path, images: list[str]) -> None:
    """Decode, warp and write all pictures."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as home:
        decoding.decode(Path(home), images, folder)


def loop(folder: Path, *steps: Callable) -> None:
    """Go through all pictures as tutorials do, keeping nothing."""
    from torchvision import transforms
    from torchvision.datasets import ImageFolder

    for _ in ImageFolder(folder, transforms.Compose([transforms.Resize((256, 256)), *steps])):
        pass


def main() -> None:
    """Print pictures a second, by the clock and by the processor's time, and ours to each loop."""
    from torchvision import transforms

    folder = Path(sys.argv[1])
    images = [one.relative_to(folder).as_posix() for one in sorted(folder.glob("*/*"))]
    ways = {
        "this project": partial(ours, folder, images),
        "ImageFolder, Resize, ToTensor": partial(loop, folder, transforms.ToTensor()),
        "ImageFolder, Resize, PILToTensor": partial(loop, folder, transforms.PILToTensor()),
        "ImageFolder, Resize": partial(loop, folder),
    }
    walls, cores = ({name: [] for name in ways} for _ in range(2))
    for one in (folder / image for image in images):
        one.read_bytes()
    for name, way in [*ways.items()] * TIMES:
        began = time.perf_counter(), time.process_time()
        way()
        walls[name].append(time.perf_counter() - began[0])
        cores[name].append(time.process_time() - began[1])
    for name in ways:
        print(f"{name:33}", *(_compared(some, name, len(images)) for some in (walls, cores)))


def _compared(taken: dict[str, list[float]], name: str, count: int) -> str:
    seconds = min(taken[name])
    ratio = seconds / min(taken["this project"])
    return f"{count / seconds:7.0f} a second, ratio {ratio:.2f};"


if __name__ == "__main__":
    main()
