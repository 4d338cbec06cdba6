"""What Sphinx does with the chapters beyond what Jupyter Book has it do.

A table that a notebook shows as HTML, with a label and a caption, is numbered as figures are, and
``{numref}`LABEL``` refers to it; so is one that another page takes from a notebook with ``glue``,
which alone would put it there after the tables have been numbered. On pages without a number of
their own a letter stands for it. The line that says what a figure was made from stands below the
figure, which would swallow it otherwise: all that a cell of a figure shows is taken for a figure.
Its drawing for a dark ground (`dark`) is put beside it, and the theme shows one of the two; over
both lie the values of its marks (`values`). What folds code away says what the code makes. The
search finds numbers, too (`EnglishWithNumbers`).

``_config.yml`` names this module among the extensions.
"""

import base64
import hashlib
import json
import os
import re
from itertools import chain, takewhile
from pathlib import Path
from string import ascii_uppercase

from docutils import nodes
from markupsafe import Markup
from myst_nb.sphinx_ import HideCodeCellNode, depart_HideCellInput, visit_HideCellInput
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.search.en import SearchEnglish
from sphinx.transforms import SphinxTransform

from pixels_to_sentiment.book import metadata
from pixels_to_sentiment.drawing import dark, values

# As `tables.table` and `traces.line` write them.
_TABLE = re.compile(
    r'\s*<div class="results" id="(?P<name>[\w-]+)"[^>]*><table[^>]*>\s*'
    r"<caption>(?P<caption>.*?)</caption>",
    re.DOTALL,
)
_MADE = '<details class="made">'
_GLUED = re.compile(r"```\{glue\} (?P<name>[\w-]+)\n:doc: (?P<notebook>\S+)\n```")
# Of the tables on a page so many are shown, of up to so many rows.
SHOWN, ROWS = 3, 12
# Class of an image that has a dark drawing, before the name of its file.
_PAIRED = "dark-drawing-"
_KEPT_HTML = "application/papermill.record/text/html"
# What the line that opens code says that it makes, by what it calls, where nothing has a number.
SET_UP, CODE = "Parameters and set-up", "Code"
_MAKES = {
    "page.perform(": "the runs of this build",
    "display.details(": "how the recorded runs were made",
    "page.veil(": "the veil over the photographs",
    "page.close(": "how this page was made",
    "glue(": "what the text quotes",
    "figure = ": "a figure",
    "display.": "a table",
}
_PROMPTS = "code_prompt_show", "code_prompt_hide"
_PARAMETERS = {"parameters", "injected-parameters"}
_WORD = re.compile(r"\d+\.\d+|\w+")


class LabelledTable(nodes.General, nodes.Element):
    """A table in HTML with a label, which has a number."""


class LabelTables(SphinxTransform):
    """Wrap each labelled table of a document into a node that Sphinx numbers."""

    default_priority = 200  # before Sphinx looks for what has a number (210)

    def apply(self, **_: object) -> None:
        """Wrap those that are not wrapped yet."""
        for raw in list(self.document.findall(nodes.raw)):
            found = _TABLE.match(raw.astext()) if raw.get("format") == "html" else None
            if found and not isinstance(raw.parent, LabelledTable):
                title = Markup(found["caption"]).striptags()
                wrapped = LabelledTable("", names=[found["name"]], title=title)
                wrapped.source, wrapped.line = raw.source, raw.line
                self.document.note_explicit_target(wrapped, wrapped)
                raw.replace_self(wrapped)
                wrapped += raw


class PairDrawings(SphinxTransform):
    """Put the drawing on a dark ground beside that on a light one, and values over both."""

    default_priority = 200  # before Sphinx collects the images

    def apply(self, **_: object) -> None:
        """Find the images that `prepare` has marked."""
        page = Path(self.document["source"]).parent
        for image in list(self.document.findall(nodes.image)):
            for name in [one for one in image["classes"] if one.startswith(_PAIRED)]:
                image["classes"].remove(name)
                other = image.deepcopy()
                other["classes"] = [*image["classes"], "only-dark"]
                image["classes"].append("only-light")
                file = _drawings(self.app) / f"{name.removeprefix(_PAIRED)}.png"
                other["uri"] = os.path.relpath(file, page)
                marks, at = file.with_suffix(".html").read_text(), image.parent.index(image)
                parts = '<div class="drawn">', f"{marks}</div>"
                opens, closes = (nodes.raw("", part, format="html") for part in parts)
                image.parent[at : at + 1] = [opens, image, other, closes]


def visit(translator, node: LabelledTable) -> None:
    """Write a table with its number before its caption and a link to it behind.

    A page shows its first `SHOWN` tables of up to `ROWS` rows; the captions of the others open
    them, and so does a link to one of their rows. On paper (singlehtml) all are shown.
    """
    begin = len(translator.body)
    translator.add_fignumber(node)
    number = "".join(translator.body[begin:])
    translator.add_permalink_ref(node, "Link to this table")
    link = "".join(translator.body[begin:])[len(number) :]
    del translator.body[begin:]
    html = node.astext()
    found = _TABLE.match(html)
    caption = found["caption"]
    # Another label if a heading of the page has taken this one.
    html = html.replace(f'id="{found["name"]}"', f'id="{node["ids"][0]}"', 1)
    html = html.replace(f"<caption>{caption}<", f"<caption>{number}{caption}{link}<", 1)
    shown = getattr(translator, "shown_tables", 0)
    stays = shown < SHOWN and html.count("<tr") - 1 <= ROWS
    if translator.builder.name == "singlehtml" or stays:
        translator.shown_tables = shown + 1
        translator.body.append(html)
    else:
        summary = f'<details class="folded table"><summary>{number}{caption}</summary>'
        inside = html.strip().replace("<table", f"{summary}<table", 1)
        translator.body.append(inside.removesuffix("</div>") + "</details></div>")
    raise nodes.SkipNode


def unfold(translator, node: nodes.Element) -> None:
    """Write the line that opens code with the numbers of what it makes, for who hears it too."""
    begin, cell = len(translator.body), node.parent or node  # none where all is folded
    for made in cell.findall(lambda one: isinstance(one, (nodes.figure, LabelledTable))):
        translator.add_fignumber(made)
    numbers = [part.strip() for part in translator.body[begin:] if not part.startswith("<")]
    if numbers and node["prompt_show"].startswith(CODE):
        named = " to ".join(numbers[:: len(numbers) - 1]) if numbers[2:] else " and ".join(numbers)
        node["prompt_show"] = node["prompt_hide"] = f"{CODE} for {named}"
    del translator.body[begin:]
    visit_HideCellInput(translator, node)
    # MyST-NB's own, "Toggle hidden content", would be heard in place of what is written.
    translator.body[begin + 1] = "<summary>\n"


def prepare(app: Sphinx, name: str, content: list[str]) -> None:
    """Change the source of a page before it is read.

    In a notebook the lines that say what a figure was made from are moved out of its cell, and
    folded code is named; on other pages glued tables are put in.
    """
    path = Path(app.env.doc2path(name))
    if path.suffix != ".ipynb":
        content[0] = _GLUED.sub(lambda found: _glued(app, path, found), content[0])
        return
    notebook = json.loads(content[0])
    cells = []
    for cell in _set_up(notebook["cells"]):
        cells.append(cell)
        if cell["cell_type"] == "code":
            cell["metadata"]["mystnb"] = _prompts(cell) | cell["metadata"].get("mystnb", {})
            _pair(app, cell)
            if "figure" in cell["metadata"]["mystnb"]:
                cells += _made(cell)
    content[0] = json.dumps(notebook | {"cells": cells})


def _prompts(cell: dict) -> dict[str, str]:
    """Say on the line that opens a cell's code what it makes, as far as the code alone tells."""
    source = "".join(cell["source"])
    found = (f"{CODE} for {what}" for call, what in _MAKES.items() if call in source)
    return dict.fromkeys(_PROMPTS, next(found, CODE))


def _tags(cell: dict) -> list[str]:
    return cell["metadata"].get("tags", [])


def _set_up(cells: list[dict]) -> list[dict]:
    """Have one line open the parameters and the code right after them, below all that they show.

    Where that code goes on to a figure, up to this, so that the page opens with it.
    """
    at = next((n for n, cell in enumerate(cells) if _PARAMETERS & {*_tags(cell)}), len(cells))
    code = list(takewhile(lambda cell: cell["cell_type"] == "code", cells[at:]))
    drawn = (n for n, one in enumerate(code, 1) if "figure" in one["metadata"].get("mystnb", {}))
    plain = (n for n, one in enumerate(code, 1) if not _PARAMETERS & {*_tags(one)})
    end = next(chain(drawn, plain), len(code))
    kept = [one for one in code[:end] if one["outputs"]]
    shown = [one | {"metadata": one["metadata"] | {"tags": ["remove-input"]}} for one in kept]
    source = "\n\n".join("".join(one["source"]).rstrip() for one in code[:end])
    line = {"cell_type": "code", "id": "set-up", "source": source, "outputs": []}
    said = {"tags": ["hide-input", "set-up"], "mystnb": dict.fromkeys(_PROMPTS, SET_UP)}
    line |= {"execution_count": None, "metadata": said}
    return [*cells[:at], *shown, *[line] * bool(code), *cells[at + end :]]


def _pair(app: Sphinx, cell: dict) -> None:
    """Write a cell's dark drawing to a file, and mark its image with the name of it.

    The values of its marks go beside it. What a cell says of its image holds for all that it shows,
    so several keep their light ground.
    """
    kept = [output.get("metadata", {}).get("image/png", {}) for output in cell["outputs"]]
    drawings = [made.pop(dark.KEY) for made in kept if dark.KEY in made]
    marks = [mark for made in kept for mark in made.pop(values.KEY, ())]
    if len(drawings) == 1:
        content = base64.b64decode(drawings[0])
        name = hashlib.sha256(content).hexdigest()
        _drawings(app).mkdir(parents=True, exist_ok=True)
        (_drawings(app) / f"{name}.png").write_bytes(content)
        (_drawings(app) / f"{name}.html").write_text(values.laid_over(marks))
        image = cell["metadata"]["mystnb"].setdefault("image", {})
        image["classes"] = f"{image.get('classes', '')} {_PAIRED}{name}".strip()


def _drawings(app: Sphinx) -> Path:
    return Path(app.doctreedir) / "dark"


def _glued(app: Sphinx, page: Path, found: re.Match) -> str:
    """Give the HTML that was glued under a name, a table with the line that says what made it.

    The directive, if what was glued is no HTML.
    """
    notebook = page.parent / found["notebook"]
    app.env.note_dependency(str(notebook))
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            if output.get("metadata", {}).get("scrapbook", {}).get("name") == found["name"]:
                html = "".join(output["data"].get(_KEPT_HTML, ""))
                made = [s for s in _shown(cell) if _TABLE.match(html) and s.startswith(_MADE)]
                html = "\n".join([html, *(_led_from(found["notebook"], one) for one in made)])
                # Text with a fence in it would end this one.
                html = html.replace("`", "&#96;")
                return f"```{{raw}} html\n{html}\n```" if html else found[0]
    return found[0]


def _led_from(notebook: str, html: str) -> str:
    """Let links that hold on a notebook's page hold where that is named from."""
    page = notebook.removesuffix(".ipynb") + ".html"
    folder = page.rpartition("/")[0]
    html = html.replace('href="#', f'href="{page}#')
    return re.sub(r'href="(?=\d\d-)', f'href="{folder}/' if folder else 'href="', html)


def _shown(cell: dict) -> list[str]:
    """Give what each output of a cell shows as HTML."""
    return ["".join(one.get("data", {}).get("text/html", "")) for one in cell.get("outputs", [])]


def _made(cell: dict) -> list[dict]:
    """Take the lines that say what a figure was made from out of its cell, as cells of prose."""
    shown = _shown(cell)
    both = list(zip(cell["outputs"], shown, strict=True))
    cell["outputs"] = [output for output, html in both if not html.startswith(_MADE)]
    prose = {"cell_type": "markdown", "id": f"{cell['id']}-made", "metadata": {}}
    # After an empty line Markdown would begin again.
    return [prose | {"source": " ".join(s.split())} for s in shown if s.startswith(_MADE)]


def number_apart(_: Sphinx, env: BuildEnvironment) -> list[str]:
    """Give what is counted on a page without a number the page's letter: ``Table B.1``.

    A bare number would be that of a table of the article, or of another such page.
    """
    letters = iter(ascii_uppercase)
    for page, kinds in env.toc_fignumbers.items():
        if kinds and not env.toc_secnumbers.get(page):
            letter = next(letters)
            for places in kinds.values():
                for turn, place in enumerate(places, 1):
                    places[place] = letter, turn
    return []


def load_lazily(app: Sphinx) -> None:
    """Let a browser, but not paper, load images as they come near, the other ground's never."""
    if app.builder.name == "html":
        app.env.settings["image_loading"] = "lazy"


class EnglishWithNumbers(SearchEnglish):
    """English as Sphinx has it, in which ``0.815`` is a word.

    Sphinx takes a point for the end of a word and then ignores what is left of a number.
    ``search.js`` beside this file does in the browser what is done to the index here.
    """

    js_splitter_code = Path(__file__).with_name("search.js").read_text()

    def split(self, input: str) -> list[str]:
        """Give the words of a text, numbers with an underscore for their point."""
        return [word.replace(".", "_") for word in _WORD.findall(input)]


def setup(app: Sphinx) -> dict[str, bool]:
    """Let Sphinx know all this, as it does with each extension."""
    app.add_search_language(EnglishWithNumbers)
    app.add_enumerable_node(LabelledTable, "table", lambda node: node["title"], html=(visit, None))
    app.add_node(HideCodeCellNode, override=True, html=(unfold, depart_HideCellInput))
    app.add_transform(LabelTables)
    app.add_transform(PairDrawings)
    app.connect("builder-inited", load_lazily)
    app.connect("source-read", prepare)
    # After Sphinx's own, in every build, though no page was read.
    app.connect("env-get-updated", number_apart, priority=900)
    app.connect("html-page-context", metadata.describe)
    app.connect("build-finished", metadata.copy)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
