"""Fingerprints of code: statements count, prose and versions of Python do not."""

import ast
import re
import shutil
from itertools import chain
from pathlib import Path

import pytest

from pixels_to_sentiment import records
from pixels_to_sentiment.records import fingerprints
from pixels_to_sentiment.reports import ledger

LIBRARY = Path(records.__file__).parents[1]
MODULES = sorted({*chain(*(kind.of.modules for kind in ledger.KINDS))})[::6]


def test_the_fingerprint_sees_statements_and_no_prose(tmp_path):
    """Better prose must not cost a night of training; a changed statement makes all work new."""
    for name in MODULES:
        path = tmp_path / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        text = (LIBRARY / f"{name}.py").read_text()
        reworded = re.sub(r'^( *""")(?=\w)', r"\1Other words: ", text, flags=re.MULTILINE)
        assert reworded.count("Other words: ") > 1
        moved = "from elsewhere import something\n# A remark.\n" + reworded
        path.write_text(moved.replace("\n\n", "\n\n\n# Another.\n\n"))
    of_modules = fingerprints.of_modules.__wrapped__
    here = fingerprints.of_modules(tuple(MODULES))
    assert of_modules(MODULES, tmp_path) == here
    for name in MODULES:
        path = tmp_path / f"{name}.py"
        text = path.read_text()
        path.write_text(text + "\n_ADDED = 1\n")
        assert of_modules([name], tmp_path) != fingerprints.of_modules((name,))
        path.write_text(text)
    shutil.copy(tmp_path / f"{MODULES[0]}.py", tmp_path / f"{MODULES[1]}.py")
    assert of_modules(MODULES, tmp_path) != here


def test_what_was_shown_equal_counts_as_the_first_of_its_kind(tmp_path, monkeypatch):
    """And what was not shown, as itself alone."""
    table = tmp_path / "equal_code.csv"
    table.write_text("kind,code,same_as,date,commit\nrun,newer,first,2020-01-01,c\n")
    monkeypatch.setattr(fingerprints, "EQUAL_CODE", table)
    same_as = fingerprints.same_as.__wrapped__
    assert [same_as(code) for code in ("newer", "first", "other")] == ["first", "first", "other"]


def test_the_code_is_dumped_the_same_on_every_python():
    """Nothing in it that one version's syntax trees have and another's have not."""
    code = "def f(x):\n    if x is None:\n        return x[1:], f'{x:.2f} of {x!r}'\n"
    name = "Name(id='x', ctx=Load())"
    one = "Constant(value=1)"
    spec = "JoinedStr(values=[Constant(value='.2f')])"
    words = [
        f"FormattedValue(value={name}, conversion=-1, format_spec={spec})",
        "Constant(value=' of ')",
        f"FormattedValue(value={name}, conversion=114)",
    ]
    part = f"Subscript(value={name}, slice=Slice(lower={one}), ctx=Load())"
    given = f"Tuple(elts=[{part}, JoinedStr(values=[{', '.join(words)}])], ctx=Load())"
    test = f"Compare(left={name}, ops=[Is()], comparators=[Constant()])"
    body = f"If(test={test}, body=[Return(value={given})])"
    function = f"FunctionDef(name='f', args=arguments(args=[arg(arg='x')]), body=[{body}])"
    assert fingerprints.dump(ast.parse(code)) == f"Module(body=[{function}])"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x[1:]", "x[:1]"),
        ("{**x}", "{None: x}"),
        ("x = 1", "x = '1'"),
        ("if x:\n    a\n    b", "if x:\n    a\nelse:\n    b"),
        ("def f(*, a, b=1): pass", "def f(*, a=1, b): pass"),
    ],
)
def test_what_is_left_out_of_the_dump_leaves_no_two_codes_alike(one, other):
    """An empty field is known by its absence, since the others keep their names."""
    assert fingerprints.dump(ast.parse(one)) != fingerprints.dump(ast.parse(other))
