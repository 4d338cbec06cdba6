"""Executed notebooks run once more and compared, output by output, by nbval."""

import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tqdm import tqdm

from pixels_to_sentiment import places
from pixels_to_sentiment.book import notebooks
from pixels_to_sentiment.errors import UserError

# Notebooks that are run at once, each of which takes up to 4 GB of memory.
AT_ONCE = 2
# How pytest ends when a test failed.
_DIFFERS = 1


def compare(everything: bool = False) -> list[str]:
    """Run executed notebooks again, with training runs made anew, and compare the outputs.

    Only those whose key changed since they last came out the same, or else `everything`; gives
    their names. As in the book, a run that several chapters show is made once for all of them. If
    outputs differ, what is wrong stands on standard output beside the `UserError`.
    """
    chapters = {name: notebooks.chapter_path(name) for name in notebooks.source_paths()}
    made = {k: notebooks.read(path).metadata["pixels_to_sentiment"] for k, path in chapters.items()}
    passed = notebooks.root() / "_build" / "compared.json"
    before = json.loads(passed.read_text()) if passed.is_file() else {}
    # What takes longest comes first, so that nothing waits for it at the end.
    longest = sorted(made, key=lambda name: -made[name]["seconds"])
    due = [name for name in longest if everything or before.get(name) != made[name]["key"]]
    with tempfile.TemporaryDirectory() as fresh, ThreadPoolExecutor(AT_ONCE) as pool:
        found = pool.map(lambda name: _fault(chapters[name], fresh), due)
        faults = dict(zip(due, tqdm(found, total=len(due), disable=None), strict=True))
    equal = {name: made[name]["key"] for name, fault in faults.items() if not fault}
    places.keep(passed, json.dumps(before | equal, indent=1))
    if len(equal) < len(due):
        raise UserError(" ".join(filter(None, faults.values())))
    return due


def _fault(chapter: Path, runs: str) -> str:
    """Run a notebook again and say how that fell short; empty if all outputs are equal."""
    sanitised = notebooks.root() / "tests" / "notebooks" / "sanitize.cfg"
    options = ["--nbval", "--nbval-current-env", "--nbval-sanitize-with", sanitised]
    # Threads of several kernels would wait for each other.
    threads = str(max(1, (os.cpu_count() or 1) // AT_ONCE))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *options, chapter],
        env={"OMP_NUM_THREADS": threads} | os.environ | {"PIXELS_TO_SENTIMENT_RUNS": runs},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with tqdm.external_write_mode():
        print(done.stdout, flush=True)
    if done.returncode == _DIFFERS:
        return (
            f"{chapter} came out otherwise when it was run again: see above, and make what may "
            "differ known in tests/notebooks/sanitize.cfg."
        )
    if done.returncode:
        return f"{chapter} could not be compared (pytest ended with {done.returncode}): see above."
    return ""
