"""The gate on notebooks: in good order, and each page tells where its numbers come from."""

import json

import nbformat
import pandas as pd
import pytest
from nbformat import v4

import toy_checkout
from pixels_to_sentiment import provenance
from pixels_to_sentiment.book import checks, notebooks
from pixels_to_sentiment.drawing import tables

KEY, OTHER = "0123456789abcdef", "fedcba9876543210"
PROVENANCE = '<table class="dataframe provenance">{}</table>'
TABLE = '<div class="results"{}><table class="table results">\n{}</table></div>'
LABELLED = {"figure": {"name": "a", "caption": "b"}, "image": {"alt": "c"}}


def html(text, kind="text/html"):
    return v4.new_output("display_data", data={kind: text})


def link(key):
    return f'<a class="run" href="14-runs.html#run-{key}">{key}</a>'


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """Give a checkout with one notebook."""
    folder = toy_checkout.enter(toy_checkout.build(tmp_path / "checkout", "sums"), monkeypatch)
    (folder / "book/chapters").mkdir()
    return folder


def test_the_books_own_notebooks_and_tiers_are_in_order():
    assert checks.of_sources() == []


def test_faults_in_any_notebook_or_tier_are_all_named(checkout):
    """A notebook in good order has none."""
    assert checks.of_sources() == []
    (checkout / "notebooks/tiers/paper.yaml").write_text("scale: much\n")
    assert [c for c in checks.of_sources() if "paper.yaml" in c and "scale" in c]
    (checkout / "notebooks/cut.ipynb").write_text('{"cells": [')
    assert [c for c in checks.of_sources() if "cut.ipynb" in c]


def _untidy(notebook):
    notebook.metadata.kernelspec.name = "julia"
    notebook.cells[2].metadata.tags = ["injected-parameters"]
    notebook.cells[2].id = "parameters"
    notebook.cells[4].execution_count = 7


def _loose_parameters(notebook):
    lines = "whole = 3", "folds: list = [1]  # fold 1 = the first", "seed: int = 0"
    notebook.cells[1].source = "\n".join(lines)


def _unlabelled(notebook):
    cell = v4.new_code_cell("if loaded:\n    figure = draw()", metadata={"mystnb": {"image": {}}})
    notebook.cells.insert(1, cell)


def _closed_early(notebook):
    notebook.cells.append(v4.new_code_cell("more()"))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (
            _untidy,
            ["kernel must be python3", "same id", "injected-parameters", "cell 5 keeps outputs"],
        ),
        (lambda notebook: notebook.cells.pop(1), ["0 cells are tagged parameters"]),
        (_loose_parameters, ["'whole = 3' lacks", "'folds: list = [1]'", "'seed: int = 0'"]),
        (_unlabelled, ["has no name", "has no caption", "has no alt"]),
        (_closed_early, ["it must end with"]),
        (lambda notebook: notebook.cells.pop(-2), ["it must end with"]),
    ],
)
def test_every_fault_of_a_source_is_named(checkout, spoil, said):
    """All at once and each with its file; papermill cannot read past some comments.

    A figure that is made only sometimes counts, and so does a page that goes on after its end.
    """
    path = checkout / "notebooks" / "sums.ipynb"
    notebook = nbformat.read(path, as_version=4)
    spoil(notebook)
    path.write_text(json.dumps(notebook))  # nbformat would mend it
    found = checks.of_source(path)
    assert len(found) == len(said)
    for words in said:
        assert [one for one in found if words in one and one.startswith(f"{path}: ")], words


@pytest.fixture
def executed(checkout):
    """Write an executed notebook: its last cell shows how it was made, the one before `shown`."""

    def write(*shown, account=PROVENANCE, name="sums", labels=None):
        source = checkout / "notebooks" / "sums.ipynb"
        notebook = nbformat.read(source, as_version=4)
        notebook.cells[2].metadata |= {"mystnb": labels or {}}
        nbformat.write(notebook, source.with_stem(name))
        code = notebooks.code_cells(notebook)
        for turn, cell in enumerate(code, 1):
            cell.execution_count = turn
        code[-2].outputs = list(shown)
        code[-1].outputs = [html(account)] if account else []
        nbformat.write(notebook, notebooks.chapter_path(name))

    return write


@pytest.mark.parametrize(
    ("shown", "more", "said"),
    [
        ([], {}, []),
        ([], {"account": "<p>made somehow</p>"}, ["does not show how it was made"]),
        ([html("AAAA", "image/png")], {"labels": LABELLED}, []),
        ([html("AAAA", "image/png")], {}, ["an image of cell"]),
        ([html(TABLE.format(' id="a"', "<caption>A</caption>"))], {}, []),
        ([html(f"<details>{TABLE.format('', '')}</details>")], {}, []),
        ([html(TABLE.format("", "<caption>A</caption>"))], {}, ["no label or caption"]),
        ([html(TABLE.format(' id="a"', ""))], {}, ["no label or caption"]),
        (
            [html(TABLE.format(' id="a"', "<caption>A</caption>") * 2)],
            {},
            ["2 tables have the label a."],
        ),
        ([html(link(KEY))], {}, [f"run {KEY} is on no page"]),
        ([html(link(KEY)), html(f'<tr id="run-{KEY}"></tr>')], {}, []),
    ],
)
def test_a_page_that_does_not_tell_where_something_is_from_is_named(executed, shown, more, said):
    """Its account, labels and captions, but for tables folded away; a run's row on any page."""
    executed(*shown, **more)
    found = checks.of_executed()
    assert len(found) == len(said)
    for complaint, words in zip(found, said, strict=True):
        assert words in complaint
        assert str(notebooks.chapter_path("sums")) in complaint


def test_runs_of_the_build_are_those_in_the_accounts(executed):
    """Recorded ones, which tables name, are not; the order is that of the pages."""
    executed(html(link("a" * 16)), account=PROVENANCE.format(link(OTHER) + link(KEY)))
    executed(account=PROVENANCE.format(link(KEY)), name="totals")
    assert checks.built() == [OTHER, KEY]


def test_the_names_that_this_module_looks_for_are_those_that_the_library_writes():
    """Otherwise the gate would pass whatever a page lacks."""
    shown = {"tier": "smoke", "parameters": {}, "pictures": None, "runs": [KEY]}
    account = provenance.provenance_table(provenance.Clock().details(**shown))
    assert checks._PROVENANCE in account
    assert checks._LINK.findall(tables.linked(account)) == [KEY]
    frame = pd.DataFrame({"a": [1]})
    table = tables.table(frame, caption="A", name="a", row_ids=[f"run-{KEY}"])
    assert checks._ROW.findall(table) == [KEY]
    assert checks._TABLE.findall(table) == [(' id="a"', "<caption>")]
