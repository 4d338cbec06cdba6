"""The reports as a whole: nothing that a module of theirs offers is out of reach."""

import ast
from pathlib import Path

import pytest

from pixels_to_sentiment import reports

MODULES = sorted(Path(reports.__file__).parent.glob("[!_]*.py"))


def defined(path):
    """Names that a module gives a value or a body itself, without those that it imports."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets)
        elif isinstance(node, ast.AnnAssign):
            yield node.target.id


def public(path):
    return [name for name in defined(path) if not name.startswith("_")]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_every_public_name_of_a_module_can_be_had_from_the_package(path):
    """A notebook writes `reports.NAME` and need not know in which module it lies."""
    module = getattr(reports, path.stem)
    for name in public(path):
        assert getattr(reports, name) is getattr(module, name)


def test_the_package_offers_these_names_and_no_others():
    """No name is in two modules, where one would hide the other."""
    assert sorted(reports.__all__) == sorted(name for path in MODULES for name in public(path))
