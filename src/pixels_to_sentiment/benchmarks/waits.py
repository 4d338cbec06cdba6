"""What a reader waits for besides training: imports, a kernel, decoding, the book itself."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from pixels_to_sentiment import places
from pixels_to_sentiment.errors import UserError

_KERNEL = """
from jupyter_client.manager import run_kernel
with run_kernel() as client:
    client.execute_interactive("1", store_history=False)
"""
_DECODE = """
import os, tempfile
from pixels_to_sentiment.data import pictures
from pixels_to_sentiment.files import assets
path = assets.find(pictures.ARCHIVE)
with tempfile.TemporaryDirectory() as cache:
    os.environ["PIXELS_TO_SENTIMENT_CACHE"] = cache
    if path:
        pictures.from_archive(path)
    else:
        pictures.load("stand-in")
"""
ALONE = {
    "Python itself": "pass",
    "the command's --help": "from pixels_to_sentiment.cli import main; main(['--help'])",
    "import torch": "import torch",
    "import the networks (torch, torchvision, timm)": "import pixels_to_sentiment.networks.factory",
    "import what a notebook imports": "import pixels_to_sentiment.pages.display",
    "start a Jupyter kernel": _KERNEL,
    "decode all pictures": _DECODE,
}
_JUPYTER_BOOK = ["-c", "from jupyter_book.cli.main import main; main()"]
_RENDER = [*_JUPYTER_BOOK, "build", "book", "--config", "_config.yml", "--path-output", "."]
_EXECUTE = ["-m", "pixels_to_sentiment", "book", "execute", "--tier", "smoke"]
# The same two commands as `make book`, without installing.
BOOK = {
    "smoke tier: run all notebooks, nothing there yet": _EXECUTE,
    "smoke tier: render the book, nothing there yet": _RENDER,
    "smoke tier: run the notebooks again, nothing changed": _EXECUTE,
    "smoke tier: render again, nothing changed": _RENDER,
}
# Runs a command and says how large the largest process below it grew.
_WATCHED = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(done.returncode)
"""


def measured() -> list[dict]:
    """Time everything, each in a new process: ``what``, ``seconds``, ``mib`` (of the largest).

    What is short is the median of three; the book is made once, in a copy. Without a checkout there
    is no book. What fails is said by a `UserError`.
    """
    found = [_row(what, ["-c", text], rounds=3) for what, text in ALONE.items()]
    if root := places.checkout():
        with tempfile.TemporaryDirectory(prefix="pixels-to-sentiment-") as folder:
            copy = Path(folder) / "checkout"
            copy_checkout(root, copy)
            variables = {
                "PYTHONPATH": str(copy / "src"),
                "PIXELS_TO_SENTIMENT_CACHE": f"{folder}/cache",
                "PIXELS_TO_SENTIMENT_RUNS": f"{folder}/runs",
            }
            where = {"cwd": copy, "env": os.environ | variables}
            found += [_row(what, command, **where) for what, command in BOOK.items()]
    return found


def copy_checkout(root: Path, copy: Path) -> None:
    """Copy what the book is made of, and nothing that was made."""
    leave = shutil.ignore_patterns("chapters", "__pycache__", "*.egg-info")
    for name in ("book", "notebooks", "src", "ground_truth"):
        shutil.copytree(root / name, copy / name, ignore=leave)
    for name in ("_config.yml", "pyproject.toml", "constraints.txt"):
        shutil.copy2(root / name, copy / name)


def _row(what: str, command: list[str], rounds: int = 1, **where: object) -> dict:
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", _WATCHED, sys.executable, *command],
            capture_output=True,
            text=True,
            **where,
        )
        if done.returncode:
            last = (done.stderr.strip() or "no message").splitlines()[-1]
            raise UserError(f"{what!r} failed in the benchmark: {last}")
        taken.append((time.perf_counter() - started, int(done.stdout) / 1024))
    seconds, mib = np.median(taken, axis=0)
    return {"what": what, "seconds": float(seconds), "mib": round(float(mib))}
