"""Notebooks as files: where they lie, how they are read, what is wrong with one.

A source notebook ``notebooks/NAME.ipynb`` holds no outputs and has one cell tagged ``parameters``;
executed, it becomes ``book/chapters/NAME.ipynb``, which Jupyter Book renders and never executes.
"""

import ast
import difflib
from collections import Counter
from collections.abc import Collection
from pathlib import Path

from pixels_to_sentiment import places
from pixels_to_sentiment.errors import UserError

PARAMETERS, INJECTED = "parameters", "injected-parameters"
KERNEL = "python3"


def root() -> Path:
    """Give the checkout, which alone holds the notebooks.

    Raises
    ------
    UserError
        If the library was installed apart from a checkout.
    """
    found = places.checkout()
    if found is None:
        raise UserError("The notebooks are only in a checkout: install the library from there.")
    return found


def source_paths() -> dict[str, Path]:
    """Give the source notebooks by name, in alphabetical order."""
    return {path.stem: path for path in sorted((root() / "notebooks").glob("*.ipynb"))}


def chapter_path(name: str) -> Path:
    """Give where the executed form of a notebook lies."""
    return root() / "book" / "chapters" / f"{name}.ipynb"


def require(word: str, known: Collection[str], what: str, origin: object) -> None:
    """Stop unless a word is known.

    Raises
    ------
    UserError
        With the nearest known word.
    """
    if word in known:
        return
    nearest = difflib.get_close_matches(word, known, n=1, cutoff=0)
    hint = f"the nearest is {nearest[0]!r}" if nearest else "there is none"
    raise UserError(f"{origin}: no {what} is named {word!r}; {hint}.")


def read(path: Path):
    """Read a notebook.

    Returns
    -------
    nbformat.NotebookNode
        Of format 4.5 or later, the first with cell ids.

    Raises
    ------
    UserError
        If the file is no such notebook.
    """
    import nbformat

    try:
        # nbformat.read mends what it can, and so would hide a missing cell id.
        notebook = nbformat.reader.reads(path.read_text(encoding="utf-8"))
        flaw = next(nbformat.validator.iter_validate(notebook), None)
    except (OSError, ValueError, AttributeError, nbformat.ValidationError) as error:
        flaw = error
    if flaw is not None:
        reason = (str(flaw).strip() or type(flaw).__name__).splitlines()[0]
        raise UserError(f"{path} cannot be read as a notebook: {reason}") from flaw
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


def same_code(source, executed) -> bool:
    """Whether an executed notebook has the code cells of a source, in the same order."""
    return [c.source for c in code_cells(source)] == [c.source for c in code_cells(executed)]


def source_complaints(path: Path) -> list[str]:
    """Say what is wrong with a source notebook.

    It must be valid, with one distinct id a cell, without outputs, on the kernel ``python3``, and
    with one ``parameters`` cell.

    Returns
    -------
    list of str
        A sentence each, naming file and cell (counted from 1); empty if all is well.
    """
    try:
        notebook = read(path)
    except UserError as error:
        return [str(error)]
    complaints = []
    if notebook.metadata.get("kernelspec", {}).get("name") != KERNEL:
        complaints.append(f"{path}: the kernel must be {KERNEL}.")
    if len({cell.id for cell in notebook.cells}) < len(notebook.cells):
        complaints.append(f"{path}: two cells have the same id.")
    count = Counter(tag for cell in notebook.cells for tag in tags(cell))
    if count[PARAMETERS] != 1:
        complaints.append(f"{path}: {count[PARAMETERS]} cells are tagged {PARAMETERS}, not one.")
    if count[INJECTED]:
        complaints.append(f"{path}: a cell is tagged {INJECTED}, which only papermill may add.")
    complaints += [
        f"{path}: cell {number} keeps outputs or a count; clear them before committing."
        for number, cell in enumerate(notebook.cells, 1)
        if cell.cell_type == "code" and (cell.outputs or cell.execution_count)
    ]
    return complaints


def parameter_complaints(path: Path, declared: dict[str, dict[str, str]]) -> list[str]:
    """Say what is wrong with the ``parameters`` cell of a source notebook.

    Each line must be ``name: type = value  # what it is for``, and papermill must read it so.

    Parameters
    ----------
    path
        The source notebook.
    declared
        Its parameters as papermill reads them.
    """
    cells = [cell for cell in read(path).cells if PARAMETERS in tags(cell)]
    complaints = []
    for statement in ast.parse(cells[0].source).body if cells else []:
        line = ast.unparse(statement)
        if not isinstance(statement, ast.AnnAssign) or statement.value is None:
            complaints.append(f"{path}: in the parameters cell, {line!r} lacks type or value.")
        elif declared.get(line.partition(":")[0], {}).get("help", "") == "":
            complaints.append(
                f"{path}: papermill reads no comment on {line!r}: end the line with one, "
                "without an equals sign in it."
            )
    return complaints


def executed_complaints(path: Path, source) -> list[str]:
    """Say what is wrong with an executed notebook.

    It must hold the source's code and have run from its first cell to its last on a fresh kernel,
    without an error.

    Parameters
    ----------
    path
        The executed notebook.
    source
        The source notebook, as `read` gives it.
    """
    try:
        notebook = read(path)
    except UserError as error:
        return [str(error)]
    complaints = []
    if not same_code(source, notebook):
        complaints.append(f"{path}: its code is not that of its source; execute it again.")
    ran = [c for c in notebook.cells if c.cell_type == "code" and c.source.strip()]
    if [cell.execution_count for cell in ran] != list(range(1, len(ran) + 1)):
        complaints.append(f"{path}: its cells did not run in order on a fresh kernel.")
    complaints += [
        f"{path}: cell [{cell.execution_count}] ended in {output.ename}."
        for cell in ran
        for output in cell.outputs
        if output.output_type == "error"
    ]
    return complaints
