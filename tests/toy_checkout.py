"""A small checkout for tests: fixture notebooks, a tier, a package of a few modules."""

import json
import shutil
from pathlib import Path

from pixels_to_sentiment import places
from pixels_to_sentiment.book import freshness

NOTEBOOKS = Path(__file__).parent / "notebooks"
MODULES = {
    "__init__": "",
    "data/__init__": "",
    "data/folds": "from pixels_to_sentiment import places\n",
    "places": "import os\n",
    "figures": "",
}


def build(folder: Path, *names: str) -> Path:
    """Make a checkout in an empty folder, with these of the fixture notebooks."""
    files = {
        "_config.yml": "",
        "constraints.txt": "numpy==2.0\n",
        "ground_truth/folds.csv": "image,label\n",
        "ground_truth/README.md": "The folds.\n",
        "book/results/scores.csv": "accuracy\n0.8\n",
        "notebooks/tiers/smoke.yaml": "",
    }
    files |= {f"src/pixels_to_sentiment/{name}.py": text for name, text in MODULES.items()}
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for name in names:
        shutil.copy(NOTEBOOKS / f"{name}.ipynb", folder / "notebooks")
    return folder


def enter(folder: Path, monkeypatch) -> Path:
    """Let the library take this folder for its checkout."""
    monkeypatch.setattr(places, "checkout", lambda: folder)
    monkeypatch.setattr(places, "ground_truth", lambda: folder / "ground_truth")
    monkeypatch.setattr(places, "results", lambda: folder / "book" / "results")
    monkeypatch.setattr(freshness, "_PACKAGE", folder / "src" / "pixels_to_sentiment")
    return folder


def edit(path: Path, old: str, new: str) -> None:
    """Replace text that is there once."""
    text = path.read_text()
    assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times in {path}"
    path.write_text(text.replace(old, new))


def cells(path: Path) -> list[dict]:
    """Read the cells of a notebook without any help from nbformat."""
    return json.loads(path.read_text())["cells"]
