"""Draw the house of the library from its imports: rooms by floors, what each is about and uses.

python .ci/house.py

CONTRIBUTING.md opens with what this prints; `tests/test_house.py` holds them together.
"""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

PACKAGE = "pixels_to_sentiment"
LIBRARY = Path(__file__).parents[1] / "src" / PACKAGE


def rooms() -> dict[str, list[Path]]:
    """Files of each room: a folder of the library, or a file on the ground."""
    found: dict[str, list[Path]] = {}
    for path in sorted(LIBRARY.rglob("*.py")):
        name = path.relative_to(LIBRARY).parts[0].removesuffix(".py")
        if not name.startswith("__"):
            found.setdefault(name, []).append(path)
    return found


def uses(files: list[Path], known: set[str]) -> set[str]:
    """Rooms that some files import from, in lazy imports too."""
    names = set()
    for path in files:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names |= {f"{node.module}.{alias.name}" for alias in node.names}
    parts = [name.split(".") for name in names]
    return {part[1] for part in parts if part[0] == PACKAGE and len(part) > 1} & known


def floors(arrows: dict[str, set[str]]) -> list[list[str]]:
    """Put each room right above the highest of those that it uses, the ground last."""
    height: dict[str, int] = {}
    for room in TopologicalSorter(arrows).static_order():
        height[room] = 1 + max((height[used] for used in arrows[room]), default=0)
    top = max(height.values())
    return [sorted(r for r in height if height[r] == floor) for floor in range(top, 0, -1)]


def main() -> None:
    """Print the drawing."""
    house = rooms()
    arrows = {room: uses(files, set(house)) - {room} for room, files in house.items()}
    levels = floors(arrows)
    order = [room for floor in levels for room in floor]
    for number, floor in zip(range(len(levels), 0, -1), levels, strict=True):
        for room in floor:
            about = (ast.get_docstring(ast.parse(house[room][0].read_text())) or "").split("\n")[0]
            below = " ".join(one for one in order if one in arrows[room]) or "nothing"
            print(f"{number:2}  {room:10}  {about}\n{'':16}uses {below}")


if __name__ == "__main__":
    main()
