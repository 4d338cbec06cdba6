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
FOLDERS = sorted({path.parent for path in SOURCES})

# Rooms (folders, and single files of the ground) from the top; one imports only from floors below
# its own.
FLOORS = (
    ("__main__",),
    ("cli",),
    ("pages",),
    ("claims", "campaign"),
    ("benchmarks",),
    ("reports",),
    ("studies",),
    ("book", "maps", "probes"),
    ("records",),
    ("drawing", "imports", "judging", "training"),
    ("data", "networks"),
    ("caffe",),
    ("files", "provenance"),
    ("places",),
    ("errors",),
    ("__init__",),
)
FLOOR_OF = {module: floor for floor, modules in enumerate(FLOORS) for module in modules}

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


def rooms_imported(source):
    """Modules of the library that a source text imports.

    A name taken from the package itself, such as the version, counts as ``__init__``.
    """
    for name in imported_modules(ast.parse(source)):
        package, _, rest = name.partition(".")
        if package == PACKAGE:
            module = rest.partition(".")[0]
            yield module if module in FLOOR_OF else "__init__"


def wrong_imports(module, source):
    return [other for other in rooms_imported(source) if FLOOR_OF[other] <= FLOOR_OF[module]]


def test_every_module_has_a_floor_and_every_floor_its_modules():
    """A new module is given its place before it lands; a removed one leaves the list."""
    assert {room(path) for path in SOURCES} == set(FLOOR_OF)


@pytest.mark.parametrize("path", SOURCES, ids=ident)
def test_a_module_imports_only_from_floors_below_its_own(path):
    """Data flows one way, in lazy imports too; a subpackage's own files may import each other."""
    allowed = {room(path)} if len(path.relative_to(ROOT / "src" / PACKAGE).parts) > 1 else set()
    assert set(wrong_imports(room(path), path.read_text())) <= allowed


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
        names = imported_modules(ast.parse(path.read_text()))
        graph[".".join(parts)] = {n if n in graph else n.rpartition(".")[0] for n in names}
    known = {k: v & graph.keys() - {k} for k, v in graph.items()}
    list(TopologicalSorter(known).static_order())


def test_the_drawing_of_the_house_is_that_of_its_imports():
    """CONTRIBUTING.md shows what ``.ci/house.py`` prints of the library as it is."""
    program = [sys.executable, ROOT / ".ci/house.py"]
    drawn = subprocess.run(program, capture_output=True, check=True, text=True).stdout
    assert f"```text\n{drawn}```" in (ROOT / "CONTRIBUTING.md").read_text()


@pytest.mark.parametrize(
    ("module", "source", "wrong"),
    [
        ("data", "from pixels_to_sentiment import training", ["training"]),
        ("data", "def load():\n    from pixels_to_sentiment.records.runs import Run", ["records"]),
        ("data", "import pixels_to_sentiment.judging.scores as scores", ["judging"]),
        ("data", "from pixels_to_sentiment import __version__, places", []),
        ("networks", "import numpy\nfrom pixels_to_sentiment.files import assets", []),
    ],
)
def test_the_check_of_the_floors_sees_every_way_to_import(module, source, wrong):
    """An import inside a function, of a name, or under another name is not missed."""
    assert wrong_imports(module, source) == wrong


@pytest.mark.parametrize("path", SOURCES, ids=ident)
def test_compat_is_imported_before_torchvision_and_timm(path):
    """The registry's torchvision cannot be imported beside the CPU build of torch otherwise."""
    names = list(imported_modules(ast.parse(path.read_text())))
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
