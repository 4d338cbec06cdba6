"""Whether each page says where its numbers come from, before and after its notebook has run."""

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from pixels_to_sentiment.book import notebooks

HEADING, CLOSE = "## How this page was made", "page.close()"
# As `provenance.provenance_table`, `tables.linked` and `tables.table` write them.
_PROVENANCE = 'class="dataframe provenance"'
_LINK, _ROW = re.compile(r"#run-([0-9a-f]{16})\b"), re.compile(r'id="run-([0-9a-f]{16})"')
_TABLE = re.compile(r'<div class="results"( id="[^"]+")?[^>]*><table[^>]*>\s*(<caption>)?')
_FOLDED = re.compile(r"<details.*</details>", re.DOTALL)


def built() -> list[str]:
    """Give the keys of what the executed notebooks made, as each page's account names them."""
    found = [key for path in _chapters().values() for key in _LINK.findall(_provenance(path))]
    return list(dict.fromkeys(found))


def source_complaints(path: Path) -> list[str]:
    """Say where a source notebook would show something whose origin is not told.

    It must end with how the page was made, and a cell that makes a figure must give it a label, a
    caption and words for those who do not see it.
    """
    cells = [cell for cell in notebooks.read(path).cells if cell.source.strip()]
    complaints = []
    before, last = cells[-2:] if len(cells) > 1 else (None, cells[0])
    if last.source.strip() != CLOSE or before is None or HEADING not in before.source:
        complaints.append(f"{path}: it must end with {HEADING!r} and a cell {CLOSE!r}.")
    for cell in cells:
        if cell.cell_type == "code" and _makes_figure(cell.source):
            given = cell.metadata.get("mystnb", {})
            wanted = {**given.get("figure", {}), **given.get("image", {})}
            complaints += [
                f"{path}: the figure of cell {cell.id} has no {what} in its metadata (mystnb)."
                for what in ("name", "caption", "alt")
                if not wanted.get(what)
            ]
    return complaints


def executed_complaints(path: Path) -> list[str]:
    """Say what an executed notebook shows without telling where it is from.

    Its last cell must show how it was made, every image must lie in a figure with a label and a
    caption, and every table have a label of its own and a caption, but for those folded away.
    """
    complaints = []
    if not _provenance(path):
        complaints.append(f"{path}: it does not show how it was made; execute it again.")
    names = Counter()
    for cell, data in _shown(path):
        figure = cell.metadata.get("mystnb", {}).get("figure", {})
        image = any(kind.startswith("image/") for kind in data)
        if image and not (figure.get("name") and figure.get("caption")):
            complaints.append(f"{path}: an image of cell {cell.id} has no label or caption.")
        for attributes, caption in _TABLE.findall(_FOLDED.sub("", data.get("text/html", ""))):
            name = re.search(r'id="([^"]+)"', attributes)
            if not (name and caption):
                complaints.append(f"{path}: a table of cell {cell.id} has no label or caption.")
            names.update([name[1]] if name else [])
    complaints += [
        f"{path}: {count} tables have the label {name}."
        for name, count in names.items()
        if count > 1
    ]
    return complaints


def link_complaints() -> list[str]:
    """Say which runs the executed notebooks link to that no page has a row for."""
    linked: dict[str, str] = {}
    rows: set[str] = set()
    for name, path in _chapters().items():
        for _, data in _shown(path):
            html = data.get("text/html", "")
            rows.update(_ROW.findall(html))
            linked |= dict.fromkeys(_LINK.findall(html), name)
    return [
        f"{notebooks.chapter_path(name)}: run {key} is on no page; execute all notebooks again."
        for key, name in linked.items()
        if key not in rows
    ]


def _chapters() -> dict[str, Path]:
    """Find the executed notebooks, by name, as far as there are any."""
    paths = {name: notebooks.chapter_path(name) for name in notebooks.source_paths()}
    return {name: path for name, path in paths.items() if path.is_file()}


def _shown(path: Path) -> Iterator[tuple[object, Mapping[str, str]]]:
    """Give each output that a page shows, by type, after its cell; glued ones are left out."""
    for cell in notebooks.code_cells(notebooks.read(path)):
        for output in cell.outputs:
            if output.output_type in ("display_data", "execute_result"):
                yield cell, output.data


def _provenance(path: Path) -> str:
    """Give the account of how a page was made; empty if its last cell does not show one."""
    last = notebooks.code_cells(notebooks.read(path))[-1]
    shown = (data.get("text/html", "") for cell, data in _shown(path) if cell.id == last.id)
    return next((html for html in shown if _PROVENANCE in html), "")


def _makes_figure(source: str) -> bool:
    """Whether code gives anything the name ``figure``, by which a cell shows one."""
    try:
        found = ast.walk(ast.parse(source))
    except SyntaxError:
        return False
    return any(
        isinstance(node, ast.Name) and node.id == "figure" and isinstance(node.ctx, ast.Store)
        for node in found
    )
