"""The order of the house: what may import what, and that the lists of packages agree."""

import ast
import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PACKAGE = "pixels_to_sentiment"
SOURCES = sorted((ROOT / "src" / PACKAGE).rglob("*.py"))

# From the top; a module imports only from floors below its own.
FLOORS = (
    ("__main__",),
    ("cli",),
    ("display", "claims"),
    ("traces",),
    ("ledger",),
    ("layerwise", "stability"),
    ("reports",),
    ("benchmarks",),
    ("experiments", "fidelity", "probes", "maps"),
    ("store", "catalogue"),
    ("runs",),
    ("training", "prediction"),
    ("pictures",),
    ("deploy",),
    ("surgery", "charts", "curves"),
    ("networks", "figures", "tables", "standin", "audit", "judgement", "crowd"),
    ("weights", "architectures", "answers"),
    ("caffe", "assets", "book", "scores", "resampling", "folds", "shapes", "folders"),
    ("caffenet", "provenance"),
    ("archives", "downloads", "declared"),
    ("places", "errors", "compat", "memory", "dark"),
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


@pytest.mark.parametrize(
    ("module", "source", "wrong"),
    [
        ("folds", "from pixels_to_sentiment import pictures", ["pictures"]),
        ("folds", "def load():\n    from pixels_to_sentiment.runs import Run", ["runs"]),
        ("folds", "import pixels_to_sentiment.scores as scores", ["scores"]),
        ("folds", "from pixels_to_sentiment import __version__, places", []),
        ("pictures", "import numpy\nfrom pixels_to_sentiment.folds import load", []),
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
    first = next((i for i, name in enumerate(names) if name == f"{PACKAGE}.compat"), len(names))
    assert all(first < i for i in needy)


@pytest.mark.parametrize("path", SOURCES, ids=ident)
def test_every_module_has_a_test_module(path):
    """What a module promises is tested in the module of its name."""
    name = "_".join(dotted(path))
    if name and name not in TESTLESS:
        assert (ROOT / "tests" / f"test_{name}.py").is_file()


def left_to_its_package(parts):
    """Whether the ``__all__`` of its package stands for a module in the reference."""
    package = ROOT / "src" / PACKAGE / parts[0] / "__init__.py"
    return len(parts) > 1 and package.is_file() and "__all__" in package.read_text()


def test_every_module_is_in_the_reference_of_the_library_once():
    """The pages of ``book/api`` list modules by name; the commands have their ``--help``."""
    pages = "".join(path.read_text() for path in sorted((ROOT / "book/api").glob("*.md")))
    listed = re.findall(rf"automodule:: {PACKAGE}\.(\S+)", pages)
    wanted = [
        ".".join(dotted(path))
        for path in SOURCES
        if room(path) not in {"__init__", "__main__", "cli"}
        and not left_to_its_package(dotted(path))
    ]
    assert set(wanted) - set(listed) == set(), "add these to a page of book/api"
    assert set(listed) - set(wanted) == set()
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
