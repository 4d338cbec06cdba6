"""The cell with which a notebook starts, the same in every one: on Google Colab it installs this.

It needs nothing of this library, which is not there yet, and knows the project's address, which a
notebook opened alone has no other way to tell.
"""

import json
import tomllib
from pathlib import Path

_ID = "colab"
# Not at all shown in the book, where it would come before everything else.
_METADATA = {"tags": ["colab", "remove-cell"]}
SOURCE = Path(__file__).with_name("colab-cell.txt").read_text("utf-8").rstrip()


def address(root: Path) -> str:
    """Give the address that ``pyproject.toml`` calls Repository, empty if there is none."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project.get("urls", {}).get("Repository", "")


def put(path: Path, address: str) -> bool:
    """Write the cell into a notebook, after its title, and say whether that changed it.

    Everything but the cell stays as it is, to the byte.
    """
    before = path.read_text(encoding="utf-8")
    notebook = json.loads(before)
    others = [cell for cell in notebook["cells"] if cell["id"] != _ID]
    # The title comes first: JupyterLab and the book begin with it.
    at = 1 if others and others[0]["cell_type"] == "markdown" else 0
    cell = {"cell_type": "code", "execution_count": None, "id": _ID, "metadata": _METADATA}
    cell |= {"outputs": [], "source": SOURCE.replace("ADDRESS", address).splitlines(keepends=True)}
    notebook["cells"] = [*others[:at], cell, *others[at:]]
    after = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    if after != before:
        path.write_text(after, encoding="utf-8")
    return after != before
