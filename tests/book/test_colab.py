import importlib.util
import json
import re
import subprocess
import sys
import tomllib
import types
from pathlib import Path

import pytest

import toy_checkout
from pixels_to_sentiment.book import checks, colab, notebooks, tiers
from toy_cli import said

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ADDRESS = "https://example.org/someone/project"


@pytest.fixture
def on_colab(tmp_path, monkeypatch):
    """Make it look like Colab, and give the commands that are run there."""
    commands = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    monkeypatch.setattr(subprocess, "run", lambda command, check: commands.append(command))
    monkeypatch.setattr(sys, "path", [])
    return commands


def test_every_notebook_has_the_cell(tmp_path):
    """The same one, with the address of pyproject.toml; `make format` writes it where it lacks."""
    for path in NOTEBOOKS:
        copied = tmp_path / path.name
        copied.write_bytes(path.read_bytes())
        assert not colab.put(copied, colab.address(ROOT)), f"{path}: run `make format`"


def test_the_command_writes_the_cell_after_the_title_and_leaves_the_rest(
    tmp_path, monkeypatch, capsys
):
    """Papermill finds the parameters as before; with a new address there is one cell still."""
    path = toy_checkout.build(tmp_path, "sums") / "notebooks" / "sums.ipynb"
    monkeypatch.setattr(notebooks, "root", lambda: tmp_path)
    before, declared = json.loads(path.read_text()), tiers.declared_parameters(path)
    for urls, told in (("", 1), (f"urls.Repository = '{ADDRESS}'", 1), ("", 1), ("", 0)):
        (tmp_path / "pyproject.toml").write_text(f"[project]\nname = 'x'\n{urls}\n")
        assert said(capsys, "book", "colab").count("sums.ipynb") == told
        assert (ADDRESS in path.read_text()) == bool(urls)
    after = json.loads(path.read_text())
    cell = after["cells"].pop(1)
    assert (cell["cell_type"], cell["metadata"]["tags"]) == ("code", ["colab", "remove-cell"])
    assert "".join(cell["source"]) == colab.SOURCE.replace("ADDRESS", "")
    assert after == before
    assert tiers.declared_parameters(path) == declared
    assert checks.of_source(path) == []


def test_a_notebook_that_was_downloaded_alone_says_what_it_lacks(tmp_path, monkeypatch):
    """In one sentence, which names a page of the book and a section that are there."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match="needs its project") as stopped:
        exec(colab.SOURCE.replace("ADDRESS", ""), {})
    page, section = re.search(r"see (.+), (.+)\.", str(stopped.value)).groups()
    text = (ROOT / "book" / "how-to-rerun.md").read_text()
    assert f"# {page}\n\n## {section}\n" in text


def test_on_colab_the_project_is_fetched_and_installed(on_colab, tmp_path):
    """Cloned once, for the recorded results lie beside the library; then importable at once.

    A notebook of an unpublished project stops in a sentence.
    """
    with pytest.raises(SystemExit, match=r"Where this project is published is not known"):
        exec(colab.SOURCE.replace("ADDRESS", ""), {})
    exec(colab.SOURCE.replace("ADDRESS", ADDRESS), {})
    (tmp_path / "pixels-to-sentiment").mkdir()
    exec(colab.SOURCE.replace("ADDRESS", ADDRESS), {})
    clone, *installs = [list(map(str, command)) for command in on_colab]
    folder = str(tmp_path / "pixels-to-sentiment")
    assert clone == ["git", "clone", "-q", "--depth=1", ADDRESS, folder]
    assert [install[-2:] for install in installs] == [["-e", f"{folder}[notebooks,weights]"]] * 2
    assert sys.path[0] == f"{folder}/src"
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert "notebooks" in extras["optional-dependencies"]
