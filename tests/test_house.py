"""The order of the house: what may import what, and that the lists of packages agree."""

import ast
import re
import subprocess
import sys
import tomllib
from graphlib import TopologicalSorter
from itertools import chain
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PACKAGE = "pixels_to_sentiment"
SOURCES = sorted((ROOT / "src" / PACKAGE).rglob("*.py"))
TREES = {path: ast.parse(path.read_text()) for path in SOURCES}
FOLDERS = sorted({path.parent for path in SOURCES})

# Nothing happens in these that a test could show wrong.
TESTLESS = {"__main__", "errors"}


def dotted(path):
    """Parts of a module's name below the package; none for the package itself."""
    parts = path.relative_to(ROOT / "src" / PACKAGE).with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


def room(path):
    """Name of the module or subpackage of the library that a file belongs to."""
    return (*dotted(path), "__init__")[0]


def ident(path):
    return ".".join(dotted(path)) or PACKAGE


def imported_modules(tree):
    """Each absolute import in a module, wherever it stands, as a dotted name in source order."""
    for node in sorted(ast.walk(tree), key=lambda node: getattr(node, "lineno", 0)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: imports are absolute in this library"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda p: p.name)
def test_a_room_can_be_read_in_an_afternoon(folder):
    """What grows over this is about two things, one of which moves to a room of its own."""
    assert sum(len(path.read_text().splitlines()) for path in folder.glob("*.py")) <= 1500


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda p: p.name)
def test_the_files_of_a_folder_import_each_other_in_no_circle(folder):
    """They have an order, too, in which a newcomer can read them."""
    graph = {}
    for path in folder.glob("[!_]*.py"):
        parts = (PACKAGE, *dotted(path))
        names = imported_modules(TREES[path])
        graph[".".join(parts)] = {n if n in graph else n.rpartition(".")[0] for n in names}
    known = {k: v & graph.keys() - {k} for k, v in graph.items()}
    list(TopologicalSorter(known).static_order())


def test_the_drawing_of_the_house_is_that_of_its_imports():
    """CONTRIBUTING.md shows what ``.ci/house.py`` prints of the library as it is.

    So no room uses another, be it in a function, that is not drawn below it; of rooms that use each
    other in a circle there is no drawing.
    """
    program = [sys.executable, ROOT / ".ci/house.py"]
    run = subprocess.run(program, capture_output=True, check=True, text=True, timeout=60)
    drawn = run.stdout
    assert f"```text\n{drawn}```" in (ROOT / "CONTRIBUTING.md").read_text()


def test_the_overview_of_the_library_says_of_each_room_what_its_docstring_says():
    """In its first line; the command line and what lies on the ground have no room there."""
    page = (ROOT / "book/api.md").read_text()
    told = dict(re.findall(r"^\{doc\}`api/(\w+)`\n: (.*)$", page, re.MULTILINE))
    rooms = [one for one in FOLDERS if one.name not in ("cli", PACKAGE)]
    opened = {room.name: ast.get_docstring(TREES[room / "__init__.py"]) for room in rooms}
    del told["ground"]
    assert told == {name: text.splitlines()[0] for name, text in opened.items()}


@pytest.mark.parametrize("path", SOURCES, ids=ident)
def test_compat_is_imported_before_torchvision_and_timm(path):
    """The registry's torchvision cannot be imported beside the CPU build of torch otherwise."""
    names = list(imported_modules(TREES[path]))
    needy = [i for i, name in enumerate(names) if name.split(".")[0] in ("torchvision", "timm")]
    compat = f"{PACKAGE}.networks.compat"
    first = next((i for i, name in enumerate(names) if name == compat), len(names))
    assert all(first < i for i in needy)


@pytest.mark.parametrize("path", SOURCES, ids=ident)
def test_every_module_has_a_test_module(path):
    """What a module promises is tested in the module of its name."""
    *rooms, name = dotted(path) or ("__main__",)
    if path.name != "__init__.py" and name not in TESTLESS:
        assert ROOT.joinpath("tests", *rooms, f"test_{name}.py").is_file()


def left_to_its_package(parts):
    """Whether the ``__all__`` of its package stands for a module in the reference."""
    package = ROOT / "src" / PACKAGE / parts[0] / "__init__.py"
    return len(parts) > 1 and package.is_file() and "__all__" in package.read_text()


def test_every_module_is_in_the_reference_of_the_library_once():
    """The pages of ``book/api`` list modules by name; the commands have their ``--help``."""
    pages = "".join(path.read_text() for path in sorted((ROOT / "book/api").glob("*.md")))
    listed = re.findall(rf"automodule:: {PACKAGE}\.(\S+)", pages)
    modules = {
        dotted(path) for path in SOURCES if room(path) not in {"__init__", "__main__", "cli"}
    }
    wanted = {".".join(parts) for parts in modules if not left_to_its_package(parts)}
    assert wanted - set(listed) == set(), "add these to a page of book/api"
    assert set(listed) - {".".join(parts) for parts in modules} == set()
    assert len(listed) == len(set(listed))


def test_the_citation_is_that_of_this_version():
    """CITATION.cff and the page on citing name the version and licence of pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == project["version"]
    assert citation["license"] == project["license"]
    page = (ROOT / "book/cite.md").read_text()
    assert f"version {project['version']}" in page
    for reference in citation["references"]:
        assert reference["title"].casefold() in page.replace("{", "").replace("}", "").casefold()


def pins():
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_constraints_hold_one_plain_version_a_package():
    """No path, no host, no build of one machine such as ``+cpu``, and no package twice."""
    for line in pins():
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*", line), line
    names = [canonicalize_name(line.partition("==")[0]) for line in pins()]
    assert len(names) == len(set(names))


def test_constraints_meet_every_requirement_of_the_project():
    """A package added to pyproject.toml, or a bound raised, needs ``make constraints``."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    versions = {canonicalize_name(n): v for n, _, v in (line.partition("==") for line in pins())}
    for requirement in map(Requirement, wanted):
        pinned = versions.get(canonicalize_name(requirement.name))
        assert pinned is not None, f"{requirement} is not in constraints.txt"
        assert requirement.specifier.contains(pinned), f"{pinned} against {requirement}"
