"""Each notebook runs alone, with the parameters it has by itself, wherever it is started from.

As in JupyterLab: no tier, no other notebook before it, and a working directory that knows nothing.
"""

import nbformat
import papermill
import pytest

from pixels_to_sentiment.book import notebooks
from pixels_to_sentiment.files import assets


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Keep what is trained for one notebook for the next, as in one session."""
    return tmp_path_factory.mktemp("runs")


@pytest.mark.parametrize("name", notebooks.source_paths())
def test_a_notebook_runs_alone_from_any_working_directory(name, runs, tmp_path, monkeypatch):
    """To its end without an error, leaving nothing where it was started."""
    monkeypatch.setenv("PIXELS_TO_SENTIMENT_RUNS", str(runs))
    # What is fetched would lie in the cache of this machine, and go into what is built after.
    monkeypatch.setenv(assets.OFFLINE_VARIABLE, "1")
    cwd, made = tmp_path / "elsewhere", tmp_path / "made.ipynb"
    cwd.mkdir()
    path = notebooks.source_paths()[name]
    before = path.read_bytes()
    papermill.execute_notebook(path, made, cwd=cwd, progress_bar=False)
    cells = [one for one in nbformat.read(made, 4).cells if one.cell_type == "code"]
    assert [one.execution_count for one in cells] == list(range(1, len(cells) + 1))
    assert any(one.outputs for one in cells)
    assert list(cwd.iterdir()) == []
    assert path.read_bytes() == before
