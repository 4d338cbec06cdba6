"""The paper's numbers beside made-up records, as the book shows them, and as recalled."""

import csv
import re
from decimal import Decimal

import pytest
from bs4 import BeautifulSoup

from pixels_to_sentiment import places, reports
from pixels_to_sentiment.drawing import tables
from pixels_to_sentiment.judging import scores
from pixels_to_sentiment.records import catalogue, experiments
from pixels_to_sentiment.records.catalogue import Configuration
from pixels_to_sentiment.reports import paper
from toy_reports import CUT

pytestmark = pytest.mark.usefixtures("isolated")


def test_the_comparison_has_each_number_in_its_cell(made):
    """With the seeds and folds that it is of, where those are not all, or subsets differ."""
    some = [made(fold=k, seed=seed) for seed in (0, 1) for k in (1, 2)]
    kept = experiments.table([*some, made(agreement="four")])
    table = paper.comparison(scores.reported("fine-tuning"), kept).set_index("configuration")
    title = "SqueezeNet 1.1, paper's recipe (fp32)"
    theirs = ["the paper's CaffeNet", "PCNN, as the paper quotes it"]
    assert list(table.index) == ["always positive", *theirs, title]
    four = table[["four agree, centre crop", "four agree, ten crops"]]
    assert four.loc[theirs[1]].to_list() == ["0.714", "–"]
    assert table.loc["the paper's CaffeNet", "three agree, centre crop"] == "0.739\xa0±\xa00.033"
    assert table.loc["always positive", "five agree, centre crop"] == "0.658"
    own = table.loc[title]
    assert own["five agree, centre crop"] == "0.750\xa0±\xa00.000 (folds 1, 2 only)"
    assert own["four agree, ten crops"].endswith(" (fold 1 only)")
    assert own["three agree, ten crops"] == "–"
    assert own["seeds"] == "0, 1 (five); 0 (four)"
    (_, alone) = paper.comparison(scores.reported("none"), experiments.table(some))["seeds"]
    assert alone == "0, 1"


def test_the_table_of_an_experiment_says_why_a_cell_is_empty(made):
    """Weights that are not here, folds or configurations that were not run."""
    cut = [made(fold=k, network=CUT.network, recipe=catalogue.THIRD) for k in (1, 2)]
    rows = paper.experiment_table(catalogue.find("ablation"), cut).set_index("configuration")
    mine = rows.loc[CUT.title]
    assert mine["here, ten crops"] == "0.750\xa0±\xa00.000 (folds 1, 2 only)"
    # Each of the fixture's runs took 90 seconds.
    assert mine["missing"] == "other folds not recorded: 2 minutes a fold"
    theirs = rows.loc[Configuration("caffenet+fc7-2", "imagenet", "paper").title]
    assert theirs["missing"] == "not run: weights not at hand"
    assert theirs["the paper, centre crop"] == "0.784\xa0±\xa00.024"
    # Without a mirror, no start of this experiment can be had, but of another one random weights.
    assert not rows["missing"].str.startswith("not recorded").any()
    random = Configuration("squeezenet1_1", "random", catalogue.THIRD).title
    for runs, why in ((cut, "not recorded: 2 minutes a fold"), ([], "not recorded")):
        starts = paper.experiment_table(catalogue.find("initialisation"), runs)
        assert starts.set_index("configuration").loc[random, "missing"] == why
    for made_by in (one.folder / "provenance.json" for one in cut):
        made_by.write_text(made_by.read_text().replace('"seconds": 90.0', '"seconds": 60.0'))
    again = paper.experiment_table(catalogue.find("ablation"), cut).set_index("configuration")
    assert again.loc[CUT.title, "missing"].endswith(": 1 minute a fold")


def test_a_number_of_the_paper_stands_in_the_row_of_the_nearest_network_run_here(made):
    """From the convolutions of its start; with folds missing it has a row of its own."""
    few, more = (
        [made(fold=k, network=name, start="imagenet-convolutions") for k in folds]
        for name, folds in (("caffenet+fc6-2", (1, 2)), ("caffenet+fc7-2", range(1, 6)))
    )
    dots = paper.reported_dots(catalogue.find("ablation"), [*few, *more]).set_index("paper")
    assert dots["configuration"].to_dict() == {
        "the paper: CaffeNet, ILSVRC-2012": "the paper: CaffeNet, ILSVRC-2012",
        "the paper: fc7-2": reports.title_of(more[0]),
        "the paper: fc6-2": "the paper: fc6-2",
    }


def test_the_predecessors_numbers_are_not_given_as_the_papers():
    """What is recalled of it stands in no column and no row of the paper's."""
    experiment = catalogue.find("ablation")
    assert not paper.reported_dots(experiment, [])["configuration"].str.contains("4096").any()
    table = paper.experiment_table(experiment, []).set_index("configuration")
    theirs = table[["the paper, centre crop", "the paper, ten crops"]]
    assert set(theirs.loc[Configuration("caffenet+fc7-4096", "imagenet", "paper").title]) == {"–"}
    assert not theirs.stack().str.contains("unverified").any()


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
    rows = BeautifulSoup(html, "html.parser")("tr")[1:]
    texts = [[cell.text for cell in row("td")] for row in rows]
    return texts, [[link["href"] for link in row("a")] for row in rows]


def test_the_books_table_is_the_file_cell_by_cell():
    """As rendered; numbers are compared as decimals, and only what is recalled is marked.

    A source is linked to the article by the identifier of its reference, or to the preprint. Which
    crops the numbers are of that the article quotes, nothing says.
    """
    written = rows_of("reported_results.csv")
    shown, links = cells_of(tables.table(paper.reported_table(scores.reported())))
    assert len(shown) == len(written) == 67
    for (experiment, variant, subset, crops, value, spread, *others), linked, row in zip(
        shown, links, written, strict=True
    ):
        assert (experiment, variant) == (row["experiment"], row["variant"])
        quoted = variant.startswith("PCNN")
        assert subset == SUBSETS[row["agreement"]]
        assert crops == ("not stated" if quoted else CROPS[row["oversampling"]])
        assert value.endswith("?") == (row["grade"] == "R")
        assert Decimal(value.rstrip("?")) == Decimal(row["mean"])
        assert spread == "–" if row["std"] == "" else Decimal(spread) == Decimal(row["std"])
        assert others == [row["grade"], row["source"] or "–", row["note"] or "–"]
        where = "1604.03489v1" if "abstract" in row["source"] else doi()
        assert [one.endswith(where) for one in linked] == [True] * bool(row["source"])


# Where numbers of the predecessor stand, or the marks are explained.
MARKED = {"how-to-read.md", "15-reported.ipynb"}


def test_prose_marks_as_recalled_only_what_is():
    """The article's numbers were read; the predecessor's two networks stand on few pages."""
    root = places.ground_truth().parent
    pages = [*root.glob("book/*.md"), *root.glob("notebooks/*.ipynb"), root / "README.md"]
    assert len(pages) > 20
    marked = {page.name for page in pages if "unverified" in page.read_text()}
    assert marked <= MARKED
