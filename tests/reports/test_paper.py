"""The paper's numbers beside made-up records, as the book shows them, and as recalled."""

import csv
from decimal import Decimal

import pytest

from pixels_to_sentiment import places, reports
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


ADDRESSES = "doi.org/10.1016/j.imavis.2017.01.011", "arxiv.org/abs/1604.03489v1"


def test_the_books_table_is_the_file_row_by_row():
    """Numbers are compared as decimals, only what is recalled is marked, and sources are linked.

    Which crops the numbers are of that the article quotes, nothing says.
    """
    crops = {"no": "centre crop", "yes": "ten crops", "": "–"}
    with (places.ground_truth() / "reported_results.csv").open(newline="") as file:
        written = list(csv.DictReader(file))
    for shown, row in zip(
        paper.reported_table(scores.reported()).to_dict("records"), written, strict=True
    ):
        assert shown["subset"] == f"{row['agreement']} agree"
        quoted = row["variant"].startswith("PCNN")
        assert shown["crops"] == ("not stated" if quoted else crops[row["oversampling"]])
        value, _, mark = shown["value"].partition("<")
        assert (Decimal(value), bool(mark)) == (Decimal(row["mean"]), row["grade"] == "R")
        spread = shown["±"].replace("–", "")
        assert spread == row["std"] == "" or Decimal(spread) == Decimal(row["std"])
        for name in ("experiment", "variant", "grade", "note"):
            assert shown[name] == (row[name] or "–")
        address = ADDRESSES["abstract" in row["source"]]
        link = f'<a href="https://{address}">{row["source"]}</a>'
        assert shown["source"] == (link if row["source"] else "–")
