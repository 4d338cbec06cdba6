"""The article's numbers as the book shows them, and what was recalled of them."""

import csv
import re
from decimal import Decimal
from html import unescape

import pytest

from pixels_to_sentiment import places
from pixels_to_sentiment.drawing import tables
from pixels_to_sentiment.judging import scores
from pixels_to_sentiment.reports import article

SUBSETS = {"five": "five agree", "four": "four agree", "three": "three agree"}
CROPS = {"no": "centre crop", "yes": "ten crops", "": "–"}


def rows_of(name):
    with (places.ground_truth() / name).open(newline="") as file:
        return list(csv.DictReader(file))


def doi():
    """Give the identifier that the article's entry in the bibliography has."""
    entries = (places.ground_truth().parent / "book/references.bib").read_text()
    return re.search(r"\{campos2017pixels,.*?doi\s*= \{(.*?)\}", entries, re.DOTALL)[1]


def cells_of(html):
    """Give the text of each cell of a rendered table, row by row, and the links of each row."""
    body = html.partition("<tbody>")[2]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    texts = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in rows]
    plain = [[unescape(re.sub("<[^>]+>", "", text)) for text in row] for row in texts]
    return plain, [re.findall('href="([^"]+)"', row) for row in rows]


def test_the_books_table_is_the_file_cell_by_cell():
    """As rendered; numbers are compared as decimals, and only what is recalled is marked.

    A source is linked to the article by the identifier of its reference, or to the preprint.
    """
    written = rows_of("reported_results.csv")
    shown, links = cells_of(tables.table(article.reported_table(scores.reported())))
    assert len(shown) == len(written) == 67
    for (experiment, variant, subset, crops, value, spread, *others), linked, row in zip(
        shown, links, written, strict=True
    ):
        assert (experiment, variant) == (row["experiment"], row["variant"])
        assert (subset, crops) == (SUBSETS[row["agreement"]], CROPS[row["oversampling"]])
        assert value.endswith("?") == (row["grade"] == "R")
        assert Decimal(value.rstrip("?")) == Decimal(row["mean"])
        assert spread == "–" if row["std"] == "" else Decimal(spread) == Decimal(row["std"])
        assert others == [row["grade"], row["source"] or "–", row["note"] or "–"]
        where = "1604.03489v1" if "abstract" in row["source"] else doi()
        assert [one.endswith(where) for one in linked] == [True] * bool(row["source"])


def test_what_was_recalled_is_held_against_what_was_read():
    """Counted anew from the two files; the recalled table as it stood has one number of its own."""
    cell = ("experiment", "variant", "agreement", "oversampling")
    read = {tuple(row[c] for c in cell): row for row in rows_of("reported_results.csv")}
    wrong = total = 0
    for row in rows_of("recalled_results.csv"):
        known = read[tuple(row[c] for c in cell)]
        for name in ("mean", "std"):
            if row[name] and known["source"]:
                total += 1
                wrong += Decimal(row[name]) != Decimal(known[name])
    table = article.recalled()
    counts = article.recalled_counts(table)
    assert (len(table), (table["off"] != 0).sum()) == (total, wrong)
    assert counts["recalled"].sum() == total
    assert counts[["swapped", "wrong otherwise"]].to_numpy().sum() == wrong
    # By hand: conv4's two accuracies stood in each other's place; conv1's SVM was made up.
    means = table[table["quantity"] == "mean"].set_index("variant")
    assert means.loc["conv4 SVM", "off"] == pytest.approx(0.781 - 0.794)
    assert means.loc[["conv4 SVM", "conv4 softmax"], "swapped"].all()
    assert means.loc["conv1 SVM", ["recalled", "read", "swapped"]].to_list() == [
        0.674,
        0.667,
        False,
    ]
    assert not means["swapped"][["fc7 SVM", "fc7 softmax"]].any()


# Where numbers of the predecessor stand, or the marks are explained.
MARKED = {"how-to-read.md", "14-reported.ipynb"}


def test_prose_marks_as_recalled_only_what_is():
    """The article's numbers were read; the predecessor's two networks stand on few pages."""
    root = places.ground_truth().parent
    pages = [*root.glob("book/*.md"), *root.glob("notebooks/*.ipynb"), root / "README.md"]
    assert len(pages) > 20
    marked = {page.name for page in pages if "unverified" in page.read_text()}
    assert marked <= MARKED
