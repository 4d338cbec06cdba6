import pytest

from pixels_to_sentiment.book import freshness

MODULES = {
    "__init__.py": "",
    "errors.py": "",
    "places.py": "import os",
    "folds.py": "from pixels_to_sentiment import places\nfrom pixels_to_sentiment.errors import E",
    "runs.py": "def load():\n    from pixels_to_sentiment import folds\n    return folds",
    "caffe/__init__.py": "",
    "caffe/logs.py": "from pixels_to_sentiment.errors import E",
}


@pytest.fixture
def modules(tmp_path, monkeypatch):
    """Names of the modules that code reaches in a small package."""
    package = tmp_path / "pixels_to_sentiment"
    for name, source in MODULES.items():
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(source)
    monkeypatch.setattr(freshness, "_PACKAGE", package)

    def reach(*sources):
        found = {p.relative_to(package).as_posix() for p in freshness.library_modules(sources)}
        return found - {"__init__.py"}

    return reach


@pytest.mark.parametrize(
    ("source", "reached"),
    [
        ("import numpy, pixels_to_sentiment", set()),
        ("from pixels_to_sentiment import runs", {"runs.py", "folds.py", "places.py", "errors.py"}),
        ("%matplotlib inline\nimport pixels_to_sentiment.errors", {"errors.py"}),
        (
            "from pixels_to_sentiment.caffe import logs",
            {"caffe/__init__.py", "caffe/logs.py", "errors.py"},
        ),
    ],
)
def test_imports_are_followed(modules, source, reached):
    """Through other modules, functions and subpackages; all ways to write one are Python's own."""
    assert modules(source) == reached


@pytest.mark.parametrize("source", ["!pixels-to-sentiment folds export x", "%%bash\nls | wc"])
def test_what_is_not_python_may_reach_anything(modules, source):
    """A shell line counts as importing every module, other cells notwithstanding."""
    assert modules("import os", source) == set(MODULES) - {"__init__.py"}


def notebook(*cells):
    return {
        "cells": [
            {"cell_type": kind, "source": source, "metadata": {"tags": tags}, "id": str(number)}
            for number, (kind, source, tags) in enumerate(cells)
        ]
    }


def test_tags_that_change_what_runs_change_the_key(modules):
    """Where parameters go matters; how a cell is shown does not."""
    one, two = ("code", "a = 1", []), ("code", "b = 2", [])
    plain = freshness.key(notebook(one, two), {}, {})
    assert freshness.key(notebook(one, ("code", "b = 2", ["hide-input"])), {}, {}) == plain
    assert freshness.key(notebook(("markdown", "# A", []), one, two), {}, {}) == plain
    assert freshness.key(notebook(one, ("code", "b = 2", ["parameters"])), {}, {}) != plain
    assert freshness.key(notebook(two, one), {}, {}) != plain
