"""The gate on pages: each tells where its numbers come from."""

import nbformat
import pandas as pd
import pytest

import toy_checkout
from pixels_to_sentiment import provenance
from pixels_to_sentiment.book import notebooks, tracing
from pixels_to_sentiment.drawing import tables

KEY, OTHER = "0123456789abcdef", "fedcba9876543210"
PROVENANCE = '<table class="dataframe provenance">{}</table>'
TABLE = '<div class="results"{}><table class="table results">\n{}</table></div>'


def html(text, kind="text/html"):
    return nbformat.v4.new_output("display_data", data={kind: text})


def link(key):
    return f'<a class="run" href="13-runs.html#run-{key}">{key}</a>'


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """Give a checkout, and write notebooks into it."""
    folder = toy_checkout.enter(toy_checkout.build(tmp_path / "checkout", "sums"), monkeypatch)
    (folder / "book/chapters").mkdir()
    return folder


@pytest.fixture
def executed(checkout):
    """Write an executed notebook: its last cell shows how it was made, the one before `shown`."""

    def write(*shown, account=PROVENANCE, name="sums", metadata=None):
        source = checkout / "notebooks" / "sums.ipynb"
        notebook = nbformat.read(source, as_version=4)
        if name != "sums":
            nbformat.write(notebook, source.with_stem(name))
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        code[-2].outputs = list(shown)
        code[-2].metadata |= metadata or {}
        code[-1].outputs = [html(account)] if account else []
        path = notebooks.chapter_path(name)
        nbformat.write(notebook, path)
        return path

    return write


def changed_source(checkout, change):
    path = checkout / "notebooks" / "sums.ipynb"
    notebook = nbformat.read(path, as_version=4)
    change(notebook)
    nbformat.write(notebook, path)
    return tracing.source_complaints(path)


def _closed_early(cells):
    cells.append(nbformat.v4.new_code_cell("more()"))


@pytest.mark.parametrize(
    ("change", "faults"),
    [(len, 0), (list.pop, 1), (_closed_early, 1), (lambda cells: cells.pop(-2), 1)],
)
def test_a_source_that_does_not_end_with_its_provenance_is_named(checkout, change, faults):
    """Missing, not the last, or without the heading where links lead."""
    found = changed_source(checkout, lambda notebook: change(notebook.cells))
    assert ["sums.ipynb: it must end with" in one for one in found] == [True] * faults


@pytest.mark.parametrize("lacking", ["name", "caption", "alt"])
def test_a_figure_without_label_caption_or_words_is_named(checkout, lacking):
    """Whatever is missing is said, also of a figure that is made only sometimes."""
    given = {"figure": {"name": "a", "caption": "b"}, "image": {"alt": "c"}}
    for part in given.values():
        part.pop(lacking, None)

    def add(notebook):
        source = "if loaded:\n    figure = draw()"
        cell = nbformat.v4.new_code_cell(source, metadata={"mystnb": given})
        notebook.cells.insert(1, cell)

    (complaint,) = changed_source(checkout, add)
    assert f"has no {lacking}" in complaint


def test_a_page_without_its_account_is_named(executed):
    """As when the cell printed something else, or another than the last one shows it."""
    assert tracing.executed_complaints(executed()) == []
    for shown, account in (([], None), ([], "<p>made somehow</p>"), ([html(PROVENANCE)], None)):
        (complaint,) = tracing.executed_complaints(executed(*shown, account=account))
        assert "does not show how it was made" in complaint


def test_images_without_label_or_caption_are_named(executed):
    """Whatever made them; a figure with both passes."""
    labelled = {"mystnb": {"figure": {"name": "a", "caption": "b"}}}
    image = html("AAAA", "image/png")
    assert tracing.executed_complaints(executed(image, metadata=labelled)) == []
    (complaint,) = tracing.executed_complaints(executed(image))
    assert "an image of cell" in complaint


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        (TABLE.format(' id="a"', "<caption>A</caption>"), []),
        (f"<details>{TABLE.format('', '')}</details>", []),
        (TABLE.format("", "<caption>A</caption>"), ["no label or caption"]),
        (TABLE.format(' id="a"', ""), ["no label or caption"]),
        (TABLE.format(' id="a"', "<caption>A</caption>") * 2, ["2 tables have the label a"]),
    ],
)
def test_tables_have_a_label_of_their_own_and_a_caption(executed, shown, said):
    """But for those folded away, which nothing refers to."""
    found = tracing.executed_complaints(executed(html(shown)))
    assert len(found) == len(said)
    assert all(words in complaint for words, complaint in zip(said, found, strict=True))


def test_runs_of_the_build_are_those_in_the_accounts(executed):
    """Recorded ones, which tables name, are not; the order is that of the pages."""
    executed(html(link("a" * 16)), account=PROVENANCE.format(link(OTHER) + link(KEY)))
    executed(account=PROVENANCE.format(link(KEY)), name="totals")
    assert tracing.built() == [OTHER, KEY]


def test_a_link_to_a_run_without_a_row_is_named(executed):
    """A row on any page will do."""
    path = executed(html(link(KEY)))
    (complaint,) = tracing.link_complaints()
    assert KEY in complaint
    assert str(path) in complaint
    executed(html(f'<tr id="run-{KEY}"></tr>'), name="totals")
    assert tracing.link_complaints() == []


def test_the_names_that_this_module_looks_for_are_those_that_the_library_writes():
    """Otherwise the gate would pass whatever a page lacks."""
    shown = {"tier": "smoke", "parameters": {}, "pictures": None, "runs": [KEY]}
    account = provenance.provenance_table(provenance.Clock().details(**shown))
    assert tracing._PROVENANCE in account
    assert tracing._LINK.findall(tables.linked(account)) == [KEY]
    frame = pd.DataFrame({"a": [1]})
    table = tables.table(frame, caption="A", name="a", row_ids=[f"run-{KEY}"])
    assert tracing._ROW.findall(table) == [KEY]
    assert tracing._TABLE.findall(table) == [(' id="a"', "<caption>")]
