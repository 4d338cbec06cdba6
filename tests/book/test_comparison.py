"""Comparison: executed notebooks run again, and only where something changed."""

import json
import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat import v4

import toy_checkout
from pixels_to_sentiment.book import comparison, notebooks
from pixels_to_sentiment.errors import UserError

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"


@pytest.fixture
def chapter(tmp_path, monkeypatch):
    """Give `sums` as executed, in a checkout of its own."""
    folder = toy_checkout.enter(toy_checkout.build(tmp_path / "checkout", "sums"), monkeypatch)
    shutil.copytree(NOTEBOOKS, folder / "tests" / "notebooks")
    made = notebooks.read(folder / "notebooks" / "sums.ipynb")
    made.metadata["pixels_to_sentiment"] = {"key": "abc", "seconds": 1.0}
    for turn, cell in enumerate(notebooks.code_cells(made), 1):
        cell.execution_count = turn
    table = {"text/html": '<table class="dataframe provenance"></table>'}
    table["text/plain"] = "<IPython.core.display.HTML object>"
    said = {"stdout": "None 3.0\n", "stderr": "a plain note\n"}
    made.cells[-1].outputs = [v4.new_output("stream", name=n, text=t) for n, t in said.items()]
    made.cells[-1].outputs.append(v4.new_output("display_data", data=table))
    path = notebooks.chapter_path("sums")
    path.parent.mkdir()
    nbformat.write(made, path)
    return path


def test_what_came_out_the_same_is_compared_once_and_another_output_is_told(chapter, monkeypatch):
    """Until its key changes; the sentence names the chapter, which is not taken for compared."""
    with monkeypatch.context() as patch:
        # That equal outputs are found equal is what `book compare` in `make test` rests on.
        patch.setattr(comparison, "_fault", lambda path, runs: "")
        assert comparison.compare() == ["sums"]
        assert comparison.compare() == []
    toy_checkout.edit(chapter, "abc", "cba")
    toy_checkout.edit(chapter, "None 3.0", "None 4.0")
    with pytest.raises(UserError, match=r"sums\.ipynb came out otherwise"):
        comparison.compare()
    passed = notebooks.root() / "_build" / "compared.json"
    assert json.loads(passed.read_text()) == {"sums": "abc"}
