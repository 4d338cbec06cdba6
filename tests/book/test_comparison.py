"""Comparison: executed notebooks run again, and only where something changed."""

import json
import shutil
from pathlib import Path

import pytest

import toy_checkout
from pixels_to_sentiment import book
from pixels_to_sentiment.book import comparison
from pixels_to_sentiment.errors import UserError

SANITISED = Path(__file__).parents[1] / "notebooks" / "sanitize.cfg"


def test_what_came_out_the_same_is_compared_once_and_another_output_is_told(tmp_path, monkeypatch):
    """Until its key changes; the sentence names the chapter, which is not taken for compared."""
    folder = toy_checkout.enter(toy_checkout.build(tmp_path / "checkout", "sums"), monkeypatch)
    (folder / "tests" / "notebooks").mkdir(parents=True)
    shutil.copy(SANITISED, folder / "tests" / "notebooks")
    book.execute(extra_inputs=list)
    assert comparison.compare() == ["sums"]
    assert comparison.compare() == []
    chapter = folder / "book" / "chapters" / "sums.ipynb"
    key = toy_checkout.metadata(chapter)["key"]
    toy_checkout.edit(chapter, key, key[::-1])
    toy_checkout.edit(chapter, "None 3.0", "None 4.0")
    with pytest.raises(UserError, match=r"sums\.ipynb came out otherwise"):
        comparison.compare()
    passed = json.loads((folder / "_build" / "compared.json").read_text())
    assert passed == {"sums": key}
