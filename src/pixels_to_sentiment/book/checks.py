"""What is wrong with notebooks: their form, and whether each page says where its numbers are from.

As source and as executed. A source notebook has one cell tagged ``parameters`` and no outputs; a
page ends with how it was made, and its tables and figures have a label and a caption.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from pixels_to_sentiment.book import notebooks, tiers
from pixels_to_sentiment.book.notebooks import INJECTED, KERNEL, PARAMETERS
from pixels_to_sentiment.errors import UserError

HEADING, CLOSE = "## How this page was made", "page.close()"
# As `provenance.provenance_table`, `tables.linked` and `tables.table` write them.
_PROVENANCE = 'class="dataframe provenance"'
_LINK, _ROW = re.compile(r"#run-([0-9a-f]{16})\b"), re.compile(r'id="run-([0-9a-f]{16})"')
_TABLE = re.compile(r'<div class="results"( id="[^"]+")?[^>]*><table[^>]*>\s*(<caption>)?')
# By which a cell shows one, in the common format.
_FIGURE = re.compile(r"^ *figure(, \w+)* = ", re.MULTILINE)
_FOLDED = re.compile(r"<details.*</details>", re.DOTALL)


def built() -> list[str]:
    """Give the keys of what the executed notebooks made, as each page's account names them."""
    paths = map(notebooks.chapter_path, notebooks.source_paths())
    executed = [notebooks.read(path) for path in paths if path.is_file()]
    return list(dict.fromkeys(key for one in executed for key in _LINK.findall(_account(one))))


def of_sources() -> list[str]:
    """Say what is wrong with the source notebooks and the tiers, without executing anything."""
    complaints = []
    for path in notebooks.source_paths().values():
        complaints += of_source(path)
    for tier in {} if complaints else tiers.paths():
        try:
            tiers.plan(tier)
        except UserError as error:
            complaints.append(str(error))
    return complaints


def of_source(path: Path) -> list[str]:
    """Say what is wrong with a source notebook, naming file and cell (counted from 1).

    It must be valid, with one distinct id a cell, without outputs, on the kernel ``python3``, and
    with one ``parameters`` cell, of lines ``name: type = value  # what it is for``, of which
    papermill reads the comment. It must end with how the page was made, and a cell that makes a
    figure must give it a label, a caption and words for those who do not see it.
    """
    try:
        notebook = notebooks.read(path)
        faults = _of_form(notebook)
        declared = {} if faults else tiers.declared_parameters(path)
    except UserError as error:
        return [str(error)]
    faults = faults or [*_of_parameters(notebook, declared), *_of_origin(notebook)]
    return [f"{path}: {fault}." for fault in faults]


def _of_form(notebook) -> list[str]:
    count = Counter(tag for cell in notebook.cells for tag in notebooks.tags(cell))
    kernel = notebook.metadata.get("kernelspec", {}).get("name")
    faults = {
        f"the kernel must be {KERNEL}": kernel != KERNEL,
        "two cells have the same id": len({c.id for c in notebook.cells}) < len(notebook.cells),
        f"{count[PARAMETERS]} cells are tagged {PARAMETERS}, not one": count[PARAMETERS] != 1,
        f"a cell is tagged {INJECTED}, which only papermill may add": count[INJECTED],
    }
    for number, cell in enumerate(notebook.cells, 1):
        kept = cell.cell_type == "code" and (cell.outputs or cell.execution_count)
        faults[f"cell {number} keeps outputs or a count; clear them before committing"] = kept
    return [said for said, wrong in faults.items() if wrong]


def _of_parameters(notebook, declared: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    (cell,) = (cell for cell in notebook.cells if PARAMETERS in notebooks.tags(cell))
    for statement in ast.parse(cell.source).body:
        line = ast.unparse(statement)
        if not isinstance(statement, ast.AnnAssign) or statement.value is None:
            yield f"in the parameters cell, {line!r} lacks type or value"
        elif not declared.get(line.partition(":")[0], {}).get("help"):
            yield (
                f"papermill reads no comment on {line!r}: end the line with one, without an "
                "equals sign in it"
            )


def _of_origin(notebook) -> Iterator[str]:
    cells = [cell for cell in notebook.cells if cell.source.strip()]
    before, last = cells[-2:] if len(cells) > 1 else (None, cells[0])
    if last.source.strip() != CLOSE or before is None or HEADING not in before.source:
        yield f"it must end with {HEADING!r} and a cell {CLOSE!r}"
    for cell in cells:
        if cell.cell_type == "code" and _FIGURE.search(cell.source):
            given = cell.metadata.get("mystnb", {})
            given = {**given.get("figure", {}), **given.get("image", {})}
            for what in ("name", "caption", "alt"):
                if not given.get(what):
                    yield f"the figure of cell {cell.id} has no {what} in its metadata (mystnb)"


def of_executed() -> list[str]:
    """Say what is wrong with the executed notebooks.

    Each source must have its executed form, with the same code, run in order on a fresh kernel and
    without an error. Its last cell must show how it was made, every image lie in a figure with a
    label and a caption, and every table have a label of its own and a caption, but for those folded
    away. Each run that a page links to must have its row on one.
    """
    complaints, linked, rows = [], {}, set()
    for name, path in notebooks.source_paths().items():
        chapter = notebooks.chapter_path(name)
        found = notebooks.executed_complaints(chapter, notebooks.read(path))
        if not found:
            executed = notebooks.read(chapter)
            found = [f"{chapter}: {fault}." for fault in _of_page(executed)]
            shown = "".join(html for _, html, _ in _shown(executed))
            rows.update(_ROW.findall(shown))
            linked |= dict.fromkeys(_LINK.findall(shown), chapter)
        complaints += found
    return complaints or [
        f"{chapter}: run {key} is on no page; execute all notebooks again."
        for key, chapter in linked.items()
        if key not in rows
    ]


def _of_page(notebook) -> Iterator[str]:
    if not _account(notebook):
        yield "it does not show how it was made; execute it again"
    names = Counter()
    for cell, html, image in _shown(notebook):
        figure = cell.metadata.get("mystnb", {}).get("figure", {})
        if image and not (figure.get("name") and figure.get("caption")):
            yield f"an image of cell {cell.id} has no label or caption"
        for label, caption in _TABLE.findall(_FOLDED.sub("", html)):
            if not (label and caption):
                yield f"a table of cell {cell.id} has no label or caption"
            names[label] += 1
    for label, count in names.items():
        if label and count > 1:
            yield f"{count} tables have the label {label[5:-1]}"


def _shown(notebook) -> Iterator[tuple[object, str, bool]]:
    """Give each output that a page shows: its cell, its HTML, and whether it has an image.

    Those that are glued are left out.
    """
    for cell in notebooks.code_cells(notebook):
        for output in cell.outputs:
            if output.output_type in ("display_data", "execute_result"):
                image = any(kind.startswith("image/") for kind in output.data)
                yield cell, output.data.get("text/html", ""), image


def _account(notebook) -> str:
    """Give the account of how a page was made; empty if its last cell does not show one."""
    last = notebooks.code_cells(notebook)[-1]
    shown = (html for cell, html, _ in _shown(notebook) if cell.id == last.id)
    return next((html for html in shown if _PROVENANCE in html), "")
