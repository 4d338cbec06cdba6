"""Waits are measured in processes of their own, with their memory; a failure is told."""

import ast

import pytest

from pixels_to_sentiment.benchmarks import waits
from pixels_to_sentiment.errors import UserError

pytestmark = pytest.mark.usefixtures("isolated")


def test_time_and_memory_are_those_of_the_command(monkeypatch):
    """A quarter of a second asleep, 300 MiB filled; without a checkout no book is made."""
    text = "import time; time.sleep(0.25); x = b'x' * (300 << 20)"
    monkeypatch.setattr(waits, "ALONE", {"doze": text, "nothing": "pass"})
    monkeypatch.setattr(waits.places, "checkout", lambda: None)
    doze, nothing = waits.measured()
    assert doze["what"] == "doze"
    assert doze["seconds"] >= 0.25
    assert nothing["mib"] < 100 < 300 < doze["mib"] < 400


def test_what_is_timed_names_modules_that_there_are():
    """A module that has moved would end the benchmark when its turn comes."""
    for text in waits.ALONE.values():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import | ast.ImportFrom):
                exec(ast.unparse(node), {})


def test_the_book_is_made_in_a_copy_with_places_of_its_own(monkeypatch, tmp_path):
    """Nothing is written into the checkout; what was made before is not copied."""
    root = tmp_path / "root"
    for name in ("book/chapters", "notebooks", "src", "ground_truth"):
        (root / name).mkdir(parents=True)
    for name in ("_config.yml", "pyproject.toml", "constraints.txt", "book/chapters/old.ipynb"):
        (root / name).touch()
    text = """
import os, pathlib
here = pathlib.Path.cwd()
assert (here / "book").is_dir() and not (here / "book/chapters").exists()
for place in ("CACHE", "RUNS"):
    assert here.parent in pathlib.Path(os.environ["PIXELS_TO_SENTIMENT_" + place]).parents
(here / "book/made").touch()
"""
    monkeypatch.setattr(waits, "ALONE", {})
    monkeypatch.setattr(waits, "BOOK", {"make": ["-c", text]})
    monkeypatch.setattr(waits.places, "checkout", lambda: root)
    assert [row["what"] for row in waits.measured()] == ["make"]
    assert not (root / "book/made").exists()


def test_a_failure_is_told_with_its_reason(monkeypatch):
    monkeypatch.setattr(waits, "ALONE", {"fall": "raise ValueError('no luck')"})
    with pytest.raises(UserError, match="'fall' failed in the benchmark: ValueError: no luck"):
        waits.measured()
