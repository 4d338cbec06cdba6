"""Notebooks as files: where they lie, how they are read, what is wrong with one.

A source notebook ``notebooks/NAME.ipynb`` holds no outputs and has one cell tagged ``parameters``;
executed, it becomes ``book/chapters/NAME.ipynb``, which Jupyter Book renders and never executes.
"""

import difflib
import re
from collections.abc import Collection
from pathlib import Path

from pixels_to_sentiment import places
from pixels_to_sentiment.errors import UserError, damage

PARAMETERS, INJECTED = "parameters", "injected-parameters"
KERNEL = "python3"
# A folder beside the executed notebooks, with what readers try.
TRIAL = "your-photograph"
# Tags cells of the article's photographs and numbers, left out of a chapter on another data set.
# A notebook that is of the article throughout says of what in its metadata.
ARTICLES = "article"
_SUBSETS = "five agree", "all pictures"  # the strictest of the article's, and that of one's own


def root() -> Path:
    """Give the checkout, which alone holds the notebooks."""
    found = places.checkout()
    if found is None:
        raise UserError("The notebooks are only in a checkout: install the library from there.")
    return found


def source_paths() -> dict[str, Path]:
    """Give the source notebooks by name, in alphabetical order."""
    return {path.stem: path for path in sorted((root() / "notebooks").glob("*.ipynb"))}


def chapter_path(name: str) -> Path:
    """Give where the executed form of a notebook lies; on another data set in its folder."""
    return (places.dataset() or root() / "book") / "chapters" / f"{name}.ipynb"


def executable() -> list[str]:
    """Name the notebooks that make sense of the data set in use, in alphabetical order."""
    own = places.dataset()
    return [n for n, at in source_paths().items() if not (own and ARTICLES in read(at).metadata)]


def to_execute(path: Path):
    """Read a source notebook without what makes no sense of the data set in use.

    Besides cells these are sentences of captions. `UserError` for one of the article throughout.
    """
    notebook = read(path)
    if places.dataset():
        if ARTICLES in notebook.metadata:
            places.articles_own(f"Chapter {path.stem} is", notebook.metadata[ARTICLES])
        notebook.cells = [_of_own(cell) for cell in notebook.cells if ARTICLES not in tags(cell)]
    return notebook


def _of_own(cell):
    cell.source = cell.source.replace(*_SUBSETS)
    shown = cell.metadata.get("mystnb", {})
    for part, name in (("figure", "caption"), ("image", "alt")):
        if name in shown.get(part, {}):
            sentences = re.split(r"(?<=\.) ", shown[part][name].replace(*_SUBSETS))
            shown[part][name] = " ".join(s for s in sentences if not re.search("article|paper", s))
    return cell


def require(word: str, known: Collection[str], what: str, origin: object) -> None:
    """Stop unless a word is known, with one that is near it or, where none is, all of them."""
    if word not in known:
        nearest = difflib.get_close_matches(word, known, n=1)
        hint = (
            f"the nearest is {nearest[0]!r}" if nearest else f"there are {sorted(known) or 'none'}"
        )
        raise UserError(f"{origin}: no {what} is named {word!r}; {hint}.")


def read(path: Path):
    """Read a notebook of format 4.5 or later, the first with cell ids."""
    import nbformat

    with damage(path, "restore it, or save it anew in JupyterLab", "a notebook"):
        # nbformat.read mends what it can, and so would hide a missing cell id.
        notebook = nbformat.reader.reads(path.read_text(encoding="utf-8"))
        for flaw in nbformat.validator.iter_validate(notebook):
            raise ValueError(str(flaw).splitlines()[0])
    if (notebook.nbformat, notebook.nbformat_minor) < (4, 5):
        raise UserError(f"{path} has no cell ids: save it once with a recent JupyterLab.")
    return notebook


def tags(cell) -> list[str]:
    """Give the tags of a cell."""
    return cell.metadata.get("tags", [])


def code_cells(notebook) -> list:
    """Give the code cells, without the one that papermill injects."""
    cells = (cell for cell in notebook.cells if cell.cell_type == "code")
    return [cell for cell in cells if INJECTED not in tags(cell)]


def fault(path: Path, notebook) -> UserError | None:
    """Find the first code cell that did not run to its end when its turn came, and say what it did.

    papermill takes a ``sys.exit(0)`` for a success, and leaves out all that follows.
    """
    ran = (c for c in notebook.cells if c.cell_type == "code" and c.source.strip())
    for turn, cell in enumerate(ran, 1):
        said = "" if cell.execution_count == turn else "it did not run in its turn"
        for output in cell.outputs:
            if output.output_type == "error":
                said = f"it ended in {output.ename}"
            elif output.get("name") == "stderr" and "Traceback (most recent" in output.text:
                said = said or "it went on after a traceback on stderr"
        if said:
            return failure(path, cell.execution_count, cell.source, said)
    return None


def failure(path: Path, count: int | None, source: str, said: str) -> UserError:
    """Say what a cell did, which is named by its count and its first line."""
    first = (source.strip().splitlines() or [""])[0]
    return UserError(f"{path}: cell [{count}], {first!r}, failed: {said.rstrip('.')}.")


def executed_complaints(path: Path, source) -> list[str]:
    """Say what is wrong: other code than its source's, or a `fault`."""
    try:
        notebook = read(path)
    except UserError as error:
        return [str(error)]
    codes = [[cell.source for cell in code_cells(one)] for one in (source, notebook)]
    other = f"{path}: its code is not that of its source; execute it again."
    found = fault(path, notebook)
    return [other] * (codes[0] != codes[1]) + ([str(found)] if found else [])
