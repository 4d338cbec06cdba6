"""A notebook runs alone, with the parameters it has by itself, wherever it is started from.

As in JupyterLab: no tier, no other notebook before it, and a working directory that knows nothing.
Where these parameters are the smoke tier's, the comparison of `make test` runs it so: alone, with
no runs made before. Here are the others.
"""

import ast

import nbformat
import papermill
import pytest

from pixels_to_sentiment.book import notebooks, tiers
from pixels_to_sentiment.files import assets

PATHS, SMOKE = notebooks.source_paths(), tiers.plan("smoke")


def defaults(path):
    """Values of the parameters in a notebook itself."""
    declared = tiers.declared_parameters(path)
    return {name: ast.literal_eval(one["default"]) for name, one in declared.items()}


OTHERS = [name for name, path in PATHS.items() if not SMOKE[name].items() <= defaults(path).items()]


@pytest.mark.parametrize("name", OTHERS)
def test_a_notebook_runs_alone_from_any_working_directory(name, tmp_path, monkeypatch):
    """To its end without an error, leaving nothing where it was started."""
    monkeypatch.setenv("PIXELS_TO_SENTIMENT_RUNS", str(tmp_path / "runs"))
    # What is fetched would lie in the cache of this machine, and go into what is built after.
    monkeypatch.setenv(assets.OFFLINE_VARIABLE, "1")
    cwd, made = tmp_path / "elsewhere", tmp_path / "made.ipynb"
    cwd.mkdir()
    before = PATHS[name].read_bytes()
    papermill.execute_notebook(PATHS[name], made, cwd=cwd, progress_bar=False)
    cells = [one for one in nbformat.read(made, 4).cells if one.cell_type == "code"]
    assert [one.execution_count for one in cells] == list(range(1, len(cells) + 1))
    assert any(one.outputs for one in cells)
    assert list(cwd.iterdir()) == []
    assert PATHS[name].read_bytes() == before
