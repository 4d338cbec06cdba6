import ast
import builtins
import json
import re
from pathlib import Path

import nbformat
import pytest

from pixels_to_sentiment import places
from pixels_to_sentiment.book import notebooks
from pixels_to_sentiment.errors import UserError

FIXTURES = Path(__file__).parents[1] / "notebooks"
KINDS = ("markdown", "code")


def _without_ids(notebook):
    for cell in notebook["cells"]:
        del cell["id"]
    return notebook


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_without_ids, "'id' is a required property"),  # nbformat would invent one at each reading
        (lambda notebook: _without_ids(notebook) | {"nbformat_minor": 4}, "has no cell ids"),
        (lambda notebook: notebook.pop("cells"), "is not a notebook that can be read ("),
    ],
)
def test_notebook_of_another_form_is_refused(tmp_path, spoil, said):
    """A file that is not a valid notebook of the present format is refused by name."""
    path = tmp_path / "spoiled.ipynb"
    path.write_text(json.dumps(spoil(json.loads((FIXTURES / "sums.ipynb").read_text()))))
    with pytest.raises(UserError) as caught:
        notebooks.read(path)
    assert said in str(caught.value)
    assert str(path) in str(caught.value)


def _edited(cell):
    cell.source += "\nprint('more')"


def _erred(cell):
    cell.outputs.append(nbformat.v4.new_output("error", ename="KeyError"))


def _wept(cell):
    said = "Traceback (most recent call last):"
    cell.outputs.append(nbformat.v4.new_output("stream", name="stderr", text=said))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda cell: None, None),
        (lambda cell: cell.update(execution_count=None), "did not run in its turn"),
        (_edited, "code is not that of its source"),
        (_erred, "cell [3], 'page.close()', failed: it ended in KeyError"),
        (_wept, "it went on after a traceback on stderr"),
    ],
)
def test_executed_out_of_order_is_named(tmp_path, spoil, said):
    """Cells run again, left out, edited afterwards, ended in an error or that went on after one."""
    source, notebook = (notebooks.read(FIXTURES / "sums.ipynb") for _ in range(2))
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, 1):
        cell.execution_count = number
    spoil(code[-1])
    nbformat.write(notebook, tmp_path / "done.ipynb")
    found = notebooks.executed_complaints(tmp_path / "done.ipynb", source)
    assert len(found) == (said is not None)
    assert all(said in complaint for complaint in found)


def test_chapters_on_another_data_set_leave_out_what_is_of_the_article(isolated):
    """No prose, caption or text that is kept speaks of it; whole chapters say what they are of."""
    paths = notebooks.source_paths()
    assert notebooks.executable() == list(paths)
    assert notebooks.to_execute(paths["11-claims"]) == notebooks.read(paths["11-claims"])
    with places.using("mine"):
        kept = {name: notebooks.to_execute(paths[name]) for name in notebooks.executable()}
        place = notebooks.chapter_path("02-fine-tuning")
        with pytest.raises(UserError, match="Chapter 11-claims is of what the article claims and"):
            notebooks.to_execute(paths["11-claims"])
    assert place == isolated / "datasets/mine/chapters/02-fine-tuning.ipynb"
    assert {*paths} - {*kept} == {"11-claims", "12-caffe", "13-performance", "15-reported"}
    for one in kept.values():
        prose, code = _texts(one)
        shown = json.dumps([cell.metadata.get("mystnb") for cell in one.cells])
        said = re.sub("`[^`]+`", "", prose) + shown  # a recipe has its name from it
        assert not re.search("article|paper|(five|four|three) agree", said)
        assert not re.search("[Tt]he (article|paper)|(five|four|three) agree", code)
        assert code.endswith("page.close()")


def test_chapters_on_another_data_set_need_nothing_of_what_is_left_out(isolated):
    """No name, glued words, table, figure or section is asked for that a left out cell makes."""
    paths = notebooks.source_paths()
    with places.using("mine"):
        kept = [notebooks.to_execute(paths[name]) for name in notebooks.executable()]
    texts = [_texts(one) for one in kept]
    sections = {name for prose, _ in texts for name in re.findall(r"^\((.+)\)=$", prose, re.M)}
    for one, (prose, code) in zip(kept, texts, strict=True):
        tree = [*ast.walk(ast.parse(code))]
        used = {n.id for n in tree if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        made = {n.id for n in tree if isinstance(n, ast.Name)} - used
        made |= {n.id for n in tree if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        made |= {n.asname or n.name for n in tree if isinstance(n, ast.alias)}
        made |= {n.arg for n in tree if isinstance(n, ast.arg)}
        assert used - made <= {*dir(builtins)}
        glued = re.findall(r'glue\(\s*f?"([^"]+)"', code)
        known = "|".join(re.sub(r"\\{.+\\}", ".+", re.escape(name)) for name in glued)
        for name in re.findall("{glue:text}`([^`]+)`", prose):
            assert re.fullmatch(known, name), name
        figures = {
            cell.metadata.get("mystnb", {}).get("figure", {}).get("name") for cell in one.cells
        }
        tables = {n.value for n in tree if isinstance(n, ast.Constant)} | {"run-table"}
        tables |= {f"{name}-table" for name in re.findall(r'display.experiment\("(.+?)"', code)}
        assert {*re.findall("{numref}`([^`]+)`", prose)} <= figures | tables
        assert {*re.findall("{ref}`([^`]+)`", prose)} <= sections


def _texts(notebook) -> list[str]:
    cells = notebook.cells
    return ["\n".join(c.source for c in cells if c.cell_type == kind) for kind in KINDS]
