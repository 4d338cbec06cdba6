"""A small book built by Sphinx: tables in HTML are numbered, and figures keep their own outputs."""

import base64
import io
import json
import re
from types import SimpleNamespace

import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from markupsafe import Markup, escape
from nbformat import v4

from pixels_to_sentiment.book import rendering
from pixels_to_sentiment.drawing import dark, tables, values

MADE = '<details class="made"><summary>Made from 1 recorded run</summary><p>x</p></details>'
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
)
# Text that would be live as HTML, or as Markdown after an empty line or the end of a fence.
HOSTILE = "x\n\n```\n```{raw} html\n<b class=live>\n```\n[x](https://live.example)"
LIST = "<ol><li>found</li></ol>"
DARK = base64.b64encode(b"another picture").decode()
CONF = """
extensions = ["myst_nb", "pixels_to_sentiment.book.rendering"]
nb_execution_mode = "off"
numfig = True
nb_ipywidgets_js = {}
html_sourcelink_suffix = ""
"""


def shown(**data):
    kinds = {"html": "text/html", "png": "image/png", "text": "text/plain"}
    return v4.new_output("display_data", data={kinds[name]: text for name, text in data.items()})


def glued(name, **data):
    output = shown(**data)
    output.data = {f"application/papermill.record/{kind}": v for kind, v in output.data.items()}
    output.metadata = {"scrapbook": {"name": name, "mime_prefix": "application/papermill.record/"}}
    return output


def code(*outputs, **options):
    cell = v4.new_code_cell("x", outputs=list(outputs), execution_count=1)
    cell.metadata = {"mystnb": options} if options else {}
    return cell


def folded(cell, tag="hide-input", source="x"):
    cell.metadata["tags"], cell.source = [tag], source
    return cell


def table(name, caption):
    return tables.table(pd.DataFrame({"a": [HOSTILE]}), caption=caption, name=name)


def chapter():
    drawn = shown(png=PIXEL)
    marks = [(0.25, 0.75, "first"), (0.6, 0.1, HOSTILE)]
    drawn.metadata = {"image/png": {dark.KEY: DARK, values.KEY: marks}}
    return [
        v4.new_markdown_cell("# Chapter\n\nSee {numref}`second` and {numref}`drawn`.\n\n## Second"),
        code(shown(html=table("first", Markup("One <sup>?</sup>")), text="HTML")),
        folded(code(shown(html=table("second", "Two")), shown(html=MADE))),
        folded(
            code(
                drawn,
                shown(html=MADE),
                figure={"name": "drawn", "caption": "A picture"},
                image={"alt": "A square", "width": "50%"},
            )
        ),
        code(glued("some", html=table("taken", "Three")), shown(html=MADE)),
        folded(
            code(glued("words", text=f"said {HOSTILE}"), glued("list", html=LIST)), source="glue(1)"
        ),
        code(shown(html='<div class="results"><table><tr><td>no label</td></tr></table></div>')),
        folded(code(shown(text="nothing numbered")), "hide-cell", "page.close()"),
        folded(code(shown(text="nothing numbered")), "hide-cell"),
    ]


def tables_page():
    def of(name, rows, **options):
        frame = pd.DataFrame({"a": range(rows)})
        return shown(html=tables.table(frame, caption=name, name=name, **options))

    rows = range(rendering.ROWS + 1)
    return [
        v4.new_markdown_cell("# Page\n\nSee {numref}`long`."),
        folded(
            code(of("long", len(rows)), of("led", len(rows), row_ids=[f"row-{n}" for n in rows])),
            source="display.table(1)",
        ),
        *(code(of(name, rendering.ROWS)) for name in ("beside", "third", "fourth", "fifth")),
        folded(code(*(of(name, 1) for name in ("sixth", "seventh", "eighth")))),
    ]


@pytest.fixture(scope="module")
def built_in(tmp_path_factory):
    return tmp_path_factory.mktemp("book") / "html"


@pytest.fixture(scope="module")
def page(built_in):
    """HTML of a chapter, the front page, a page of tables and the book on paper; the warnings."""
    from sphinx.application import Sphinx

    folder, warnings = built_in.parent, []
    (folder / "conf.py").write_text(CONF)
    (folder / "index.md").write_text(
        "# Book\n\nSee {numref}`second` and {numref}`taken`.\n\n"
        "```{glue} some\n:doc: chapter.ipynb\n```\n\n```{glue} words\n:doc: chapter.ipynb\n```\n\n"
        "```{glue} list\n:doc: chapter.ipynb\n```\n\n"
        "```{toctree}\n:numbered: 1\nchapter\ntables\n```\n"
    )
    metadata = {"kernelspec": {"name": "python3", "display_name": "P", "language": "python"}}
    for name, cells in (("chapter", chapter()), ("tables", tables_page())):
        made = v4.new_notebook(cells=cells, metadata=metadata)
        nbformat.write(made, folder / f"{name}.ipynb")
    for builder in ("html", "singlehtml"):
        out, tree = folder / builder, folder / "tree"
        warnings.append(io.StringIO())
        Sphinx(folder, folder, out, tree, builder, status=None, warning=warnings[-1]).build()
    names = "html/chapter", "html/index", "html/tables", "singlehtml/index"
    return *((folder / f"{name}.html").read_text() for name in names), warnings[0].getvalue()


def test_tables_are_numbered_by_chapter_in_their_captions(page):
    """The number stands before the caption, as a figure's does; marks in the caption stay.

    A table without a label has no number, so that the next one keeps its own.
    """
    chapter, *_ = page
    captions = re.findall(r"<caption>(.*?)</caption>", chapter)
    assert captions[0].startswith('<span class="caption-number">Table 1.1 </span>One <sup>?</sup>')
    assert captions[1].startswith('<span class="caption-number">Table 1.2 </span>Two')
    assert '<div class="results"><table><tr><td>no label' in chapter


def test_prose_refers_to_a_table_by_its_label_from_any_page(page):
    """A heading of the same name takes the anchor, and the links still lead to the table."""
    chapter, index, *_ = page
    anchor = re.findall(r'<div class="results" id="([^"]+)"', chapter)[1]
    assert chapter.count(f'id="{anchor}"') == 1
    for text, href in ((chapter, f"#{anchor}"), (index, f"chapter.html#{anchor}")):
        assert re.search(rf'href="{href}"[^>]*><span[^>]*>Table 1\.2<', text)


def test_what_made_a_figure_stands_below_it_and_not_in_it(page):
    """Once, after the caption; inside, it would be a second figure of the same name."""
    chapter, *_, warned = page
    assert chapter.count("<figure") == 1
    assert chapter.count(MADE) == 3
    assert chapter.rindex(MADE) > chapter.index("</figure>")
    assert "Fig. 1.1" in chapter
    assert warned == ""


def test_a_table_that_another_page_takes_from_a_notebook_has_a_number_there(page):
    """By the page's letter, as it has no number; and a link from prose, and what made it below.

    A bare number would be a table of the article. On paper it is the same. Text is put in by
    MyST-NB as ever.
    """
    chapter, index, _, paper, _ = page
    assert "Three" not in chapter
    for one in (index, paper):
        assert re.search(r'<caption><span class="caption-number">Table A\.1 </span>Three', one)
    (anchor,) = re.findall(r'<div class="results" id="([^"]+)"', index)
    assert re.search(rf'href="#{anchor}"[^>]*><span[^>]*>Table A\.1<', index)
    assert index.index("Three") < index.index(MADE)
    assert LIST in index
    assert "said" in index


def test_links_of_a_glued_table_lead_to_where_it_was_made():
    """To its notebook's own page, and to others beside that."""
    made = '<a href="#end">a</a> <a href="14-runs.html#run-1">b</a>'
    assert rendering._led_from("chapters/02-x.ipynb", made) == (
        '<a href="chapters/02-x.html#end">a</a> <a href="chapters/14-runs.html#run-1">b</a>'
    )


def test_a_figure_has_its_drawing_for_the_dark_beside_it(page, built_in):
    """One figure, one number, one alternative text; the theme shows one of the two images."""
    chapter, *_ = page
    (figure,) = re.findall(r"<figure.*?</figure>", chapter, re.DOTALL)
    light, other = re.findall(r"<img[^>]*>", figure)
    assert "only-light" in light
    assert "only-dark" in other
    assert all('alt="A square"' in one and "width: 50%" in one for one in (light, other))
    source = re.search(r'src="([^"]+)"', other)[1]
    assert (built_in / source).read_bytes() == base64.b64decode(DARK)


def test_a_chapter_that_is_downloaded_has_each_figure_once(page, built_in):
    """On its light ground; the drawing for the dark is the page's alone."""
    text = (built_in / "_sources" / "chapter.ipynb").read_text()
    nbformat.validate(nbformat.reads(text, as_version=4))
    assert (text.count(PIXEL), text.count(DARK)) == (1, 0)


def test_the_line_that_opens_code_names_what_it_makes(page):
    """By the number of each figure and table; nothing else is heard in place of what is read."""
    chapter, _, shown, *_ = page
    lines = BeautifulSoup(chapter + shown, "html.parser").select("details.hide > summary")
    assert not [line for line in lines if line.has_attr("aria-label")]
    made = "Table 1.2", "Fig. 1.1", "what the text quotes", "how this page was made"
    made += "Table 2.1 and Table 2.2", "Table 2.7 to Table 2.9"
    named = [[part.text for part in line.select("p")] for line in lines if line.text.count("for")]
    assert named == [[f"Code for {one}"] * 2 for one in made]
    assert len(lines) == len(made) + 1


def test_values_lie_over_both_drawings_of_a_figure(page):
    """At their places, in one box with the drawings, and any words stay words of an attribute."""
    chapter, *_ = page
    box = BeautifulSoup(chapter, "html.parser").select_one("figure > div.drawn")
    assert len(box.select("img.only-light, img.only-dark")) == 2
    assert box.select_one(".values")["aria-hidden"] == "true"
    marks = [(mark["style"], mark["class"], mark["data-value"]) for mark in box.select("b")]
    assert marks == [
        ("left:25.00%;top:75.00%", ["low"], "first"),
        ("left:60.00%;top:10.00%", ["late"], HOSTILE),
    ]
    assert box.find_next_sibling("figcaption")


def test_text_of_any_kind_is_shown_and_stays_text(page):
    """In a table of a chapter, in one that another page takes, in prose, and over a figure."""
    chapter, index, *_ = page
    for html, times in ((chapter, 3), (index, 2)):
        assert html.count("&lt;b class=live&gt;") == times
        assert "<b class=live" not in html
        assert 'href="https://live' not in html


def test_a_page_shows_three_small_tables_and_its_captions_open_the_others(page):
    """A label leads to a folded one as to any, and so do the anchors of its rows."""
    _, _, shown, paper, _ = page
    folded = r"<details[^>]*><summary><span[^>]*>Table [\d.]+ </span>(\w+)<"
    assert re.findall(folded, shown) == ["long", "led", "fifth", "sixth", "seventh", "eighth"]
    assert shown.count("</details></div>") == 6
    assert re.findall(folded, paper) == []
    assert '<a class="reference internal" href="#long">' in shown


@pytest.fixture
def prepared():
    """Let a notebook's cells be prepared for Sphinx."""

    def prepare(*cells):
        content = [json.dumps({"cells": cells})]
        env = SimpleNamespace(doc2path=lambda name: "a.ipynb")
        rendering.prepare(SimpleNamespace(env=env), "a", content)
        return json.loads(content[0])["cells"]

    return prepare


def set_up():
    tags = ["parameters"], ["injected-parameters"], ["hide-input"]
    cells = [code() | {"source": f"x = {n}\n"} for n in range(3)]
    cells[2]["outputs"] = [shown(text="note")]
    return [one | {"metadata": {"tags": some}} for one, some in zip(cells, tags, strict=True)]


def test_one_line_opens_parameters_and_set_up_and_says_so(prepared):
    """Below what they show; other code is named code, and what a cell names itself is kept."""
    note, line, _, last = prepared(*set_up(), v4.new_markdown_cell(), code(code_prompt_show="Mine"))
    assert (note["outputs"], note["metadata"]["tags"]) == ([shown(text="note")], ["remove-input"])
    assert (line["source"], line["outputs"]) == ("x = 0\n\nx = 1\n\nx = 2", [])
    assert "hide-input" in line["metadata"]["tags"]
    assert line["metadata"]["mystnb"]["code_prompt_show"] == rendering.SET_UP
    assert last["metadata"]["mystnb"]["code_prompt_show"] == "Mine"


def test_a_page_opens_with_a_figure_that_its_set_up_leads_to(prepared):
    """What it was made from comes next, then the one line, for all code so far and no more."""
    drawn = code(shown(png=PIXEL), shown(html=MADE), figure={"name": "first"})
    *above, line, rest = prepared(*set_up(), code(), drawn, code())
    assert [one["cell_type"] for one in above] == ["code", "code", "markdown"]
    assert [one["metadata"].get("tags") for one in above[:2]] == [["remove-input"]] * 2
    assert above[1]["metadata"]["mystnb"]["figure"] == {"name": "first"}
    assert line["source"] == "x = 0\n\nx = 1\n\nx = 2\n\nx\n\nx"
    assert rest["metadata"]["mystnb"]["code_prompt_show"] == rendering.CODE


def test_what_made_a_figure_stays_one_piece_of_html(prepared):
    """Whatever its text is: after an empty line, MyST would read the rest as Markdown."""
    made = MADE.replace("x", escape(HOSTILE))
    _, prose = prepared(code(shown(html=made), figure={}))
    assert prose["source"] == " ".join(made.split())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Accuracy: 0.815 (+0.021).", ["Accuracy", "0_815", "0_021"]),
        ("fc6-2 in 2017. The 3 folds", ["fc6", "2", "in", "2017", "The", "3", "folds"]),
        ("judging.calibration 1.2.3", ["judging", "calibration", "1_2", "3"]),
    ],
)
def test_a_number_is_one_word_and_the_end_of_a_sentence_none(text, words):
    """All else is cut as Sphinx does."""
    assert rendering.EnglishWithNumbers({}).split(text) == words
