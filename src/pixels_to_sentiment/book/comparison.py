"""Executed notebooks run once more and compared, output by output, by nbval."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from pixels_to_sentiment.book import notebooks
from pixels_to_sentiment.errors import UserError

_PASSED = "compared.json"
# How pytest ends when a test failed.
_DIFFERS = 1


def compare(everything: bool = False) -> list[str]:
    """Run executed notebooks again, with training runs made anew, and compare the outputs.

    Parameters
    ----------
    everything
        Compare all; else only those whose key changed since they last came out the same.

    Returns
    -------
    list of str
        Names of those that were compared.

    Raises
    ------
    UserError
        If the outputs of one differ, or it cannot be compared; what is wrong stands on standard
        output then.
    """
    keys = {name: _key(notebooks.chapter_path(name)) for name in notebooks.source_paths()}
    passed = notebooks.root() / "_build" / _PASSED
    before = json.loads(passed.read_text()) if passed.is_file() else {}
    due = [name for name, key in keys.items() if everything or before.get(name) != key]
    for name in due:
        _compare(notebooks.chapter_path(name))
        before[name] = keys[name]
        passed.parent.mkdir(exist_ok=True)
        partial = passed.with_suffix(".partial")
        partial.write_text(json.dumps(before, indent=1))
        partial.replace(passed)
    return due


def _key(chapter: Path) -> str:
    return notebooks.read(chapter).metadata["pixels_to_sentiment"]["key"]


def _compare(chapter: Path) -> None:
    sanitised = notebooks.root() / "tests" / "notebooks" / "sanitize.cfg"
    options = ["--nbval", "--nbval-current-env", "--nbval-sanitize-with", sanitised]
    with tempfile.TemporaryDirectory() as fresh:
        status = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", *options, chapter],
            env=os.environ | {"PIXELS_TO_SENTIMENT_RUNS": fresh},
        ).returncode
    if status == _DIFFERS:
        raise UserError(
            f"{chapter} came out otherwise when it was run again: see above, and make what may "
            "differ known in tests/notebooks/sanitize.cfg."
        )
    if status:
        raise UserError(f"{chapter} could not be compared (pytest ended with {status}): see above.")
