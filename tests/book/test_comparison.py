"""Comparison: executed notebooks run again, and only where something changed."""

import shutil
from pathlib import Path

import pytest

import toy_checkout
from pixels_to_sentiment import book
from pixels_to_sentiment.book import comparison
from pixels_to_sentiment.errors import UserError

SANITISED = Path(__file__).parents[1] / "notebooks" / "sanitize.cfg"


@pytest.fixture
def chapter(tmp_path, monkeypatch):
    """Execute the notebook in good order in a checkout of its own."""
    folder = toy_checkout.enter(toy_checkout.build(tmp_path / "checkout", "sums"), monkeypatch)
    (folder / "tests" / "notebooks").mkdir(parents=True)
    shutil.copy(SANITISED, folder / "tests" / "notebooks")
    book.execute(extra_inputs=list)
    return folder / "book" / "chapters" / "sums.ipynb"


def test_what_came_out_the_same_is_compared_once(chapter):
    """Until its key changes."""
    assert comparison.compare() == ["sums"]
    assert comparison.compare() == []
    key = toy_checkout.metadata(chapter)["key"]
    toy_checkout.edit(chapter, key, key[::-1])
    assert comparison.compare() == ["sums"]


def test_another_output_is_told_and_not_taken_for_compared(chapter):
    """The sentence names the chapter."""
    toy_checkout.edit(chapter, "None 3.0", "None 4.0")
    with pytest.raises(UserError, match=r"sums\.ipynb came out otherwise"):
        comparison.compare()
    assert not (chapter.parents[2] / "_build" / "compared.json").exists()
