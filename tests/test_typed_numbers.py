"""No number of a result is typed into prose: whoever reads one can find the run it came from.

Nor is a verdict, which another run may change.
"""

import ast
import json
import re
from pathlib import Path

import pytest

from pixels_to_sentiment import claims

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PAGES = sorted((ROOT / "book").glob("*.md"))
# A decimal or a percentage that is no part of a longer number or name.
NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?\s?%|(?<![\w.])\d+\.\d+(?![\w.]*\w)")
# What is no result: names with a version or a rate in them, sections of the article, and the level
# of every interval in the book.
NAMES = re.compile(
    r"SqueezeNet 1\.[01](?: and 1\.1)?|T4SA 2\.0|Python 3\.\d+|torch 2\.\d+|95%|paper-at-0\.0001"
    r"|sections? \d\.\d(?: and \d\.\d)?"
)

# Words of `claims.VERDICTS`, but for the book's title.
VERDICT = re.compile(
    r"(?<!Pixels to Sentiment, )\b(?:reproduced|contradicted|inconclusive)\b"
    r"|supported on other|could not be tested",
    re.IGNORECASE,
)


def typed(text):
    """Give the numbers in prose, outside of code, formulas, roles, addresses and known names."""
    text = re.sub(
        r"^(`{3,})(?!\{(?:note|warning|admonition)).*?^\1\s*$", "", text, flags=re.S | re.M
    )
    for passed_over in (r"\{[\w:]+\}`[^`]*`", r"`[^`]*`", r"\$[^$]*\$", r"\]\([^)]*\)"):
        text = re.sub(passed_over, "", text)
    return NUMBER.findall(NAMES.sub("", text))


def prose(path):
    """Give all text of a page that is or may be prose.

    Of a notebook its cells, the captions and descriptions of figures, and all strings of its code.
    """
    if path.suffix == ".md":
        yield path.read_text()
        return
    for cell in json.loads(path.read_text())["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            yield source
            continue
        figure = cell["metadata"].get("mystnb", {})
        yield figure.get("figure", {}).get("caption", "")
        yield figure.get("image", {}).get("alt", "")
        yield from (
            node.value
            for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        )


@pytest.mark.parametrize("path", [*NOTEBOOKS, *PAGES], ids=lambda path: path.stem)
def test_no_decimal_is_typed(path):
    """Results are glued from code, which computes them from what is recorded."""
    assert [number for text in prose(path) for number in typed(text)] == []


@pytest.mark.parametrize("path", [*NOTEBOOKS, *PAGES], ids=lambda path: path.stem)
def test_no_verdict_is_typed(path):
    """The words of each are glued, as a run that is recorded later may change it."""
    text = path.read_text()
    if path.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        text = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    assert VERDICT.findall(text) == []


def test_every_verdict_is_looked_for():
    """Also one that is added later."""
    assert [one for one in claims.VERDICTS if not VERDICT.search(f"It is {one}.")] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It reached 0.83 on fold 1.", ["0.83"]),
        ("right in 12.5 % of cases, or 7%", ["12.5 %", "7%"]),
        ("**0.817** ± 0.038", ["0.817", "0.038"]),
        (":::{note}\nBy 0.01.\n:::", ["0.01"]),
        ("{glue:text}`best` of `0.83`, $p < 0.05$, [x](http://a/0.5)", []),
        ("SqueezeNet 1.1 with 95% intervals", []),
        ("sections 3.2 and 4.2 have 0.3", ["0.3"]),
        ("```sh\nrun --rate 0.1\n```\nand 0.2", ["0.2"]),
    ],
)
def test_the_scan_sees_results_and_passes_names(text, found):
    """Whatever stands around them; code, formulas and glue are not prose."""
    assert typed(text) == found
