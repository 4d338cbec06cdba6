"""The paper's numbers beside made-up records, and by themselves."""

import pytest

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.judging import judgement, scores
from pixels_to_sentiment.records import catalogue, experiments
from pixels_to_sentiment.records.catalogue import Configuration
from pixels_to_sentiment.reports import paper
from toy_reports import CUT, whole_and_cut

pytestmark = pytest.mark.usefixtures("isolated")


def test_the_comparison_has_each_number_in_its_cell(made):
    kept = experiments.table([made(fold=k, right=0.5) for k in folds.FOLDS])
    reported = scores.reported("fine-tuning")
    table = paper.comparison(reported, kept).set_index("configuration")
    title = "SqueezeNet 1.1, paper's recipe (fp32)"
    theirs = ["the paper's CaffeNet", "PCNN, as the paper quotes it"]
    assert list(table.index) == ["always positive", *theirs, title]
    four = table[["four agree, centre crop", "four agree, ten crops"]]
    assert four.loc[theirs[1]].to_list() == ["0.714", "–"]
    assert table.loc[title, "five agree, ten crops"] == "0.500\xa0±\xa00.000"
    assert table.loc[title, "four agree, ten crops"] == "–"
    assert table.loc["the paper's CaffeNet", "three agree, centre crop"] == "0.739\xa0±\xa00.033"
    assert table.loc["always positive", "five agree, centre crop"] == "0.658"


def test_the_comparison_says_which_seeds_and_folds_a_number_is_of(made):
    """Where subsets have other seeds, and where folds are missing."""
    none = scores.reported("none")
    some = [made(fold=k, seed=seed) for seed in (0, 1) for k in (1, 2)]
    table = paper.comparison(none, experiments.table(some))
    assert table["seeds"].to_list() == ["–", "0, 1"]
    assert table["five agree, centre crop"].to_list() == [
        "0.658",
        "0.750\xa0±\xa00.000 (folds 1, 2 only)",
    ]
    table = paper.comparison(none, experiments.table([*some, made(agreement="four")]))
    assert table["seeds"].iloc[1] == "0, 1 (five); 0 (four)"
    assert table["four agree, centre crop"].iloc[1].endswith(" (fold 1 only)")


def test_the_table_of_an_experiment_says_why_a_cell_is_empty(made):
    """Weights that are not here, folds or configurations that were not run."""
    _, cut = whole_and_cut(made)
    table = paper.experiment_table(catalogue.find("ablation"), cut[:2])
    rows = table.set_index("configuration")
    mine = rows.loc[CUT.title]
    assert mine["here, ten crops"].startswith("0.500")
    assert "(folds 1, 2 only)" in mine["here, ten crops"]
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


def test_the_predecessors_numbers_are_not_given_as_the_papers():
    """What is recalled of it stands in no column and no row of the paper's."""
    experiment = catalogue.find("ablation")
    dots = paper.reported_dots(experiment)["configuration"]
    assert not dots.str.contains("4096").any()
    table = paper.experiment_table(experiment, []).set_index("configuration")
    theirs = table[["the paper, centre crop", "the paper, ten crops"]]
    assert set(theirs.loc[Configuration("caffenet+fc7-4096", "imagenet", "paper").title]) == {"–"}
    assert not theirs.stack().str.contains("unverified").any()


def test_the_papers_differences_are_taken_from_its_table():
    """By hand; all of five agree can be judged."""
    table = paper.reported_differences().set_index("what")
    assert table.index.is_unique
    found = table["difference"]
    assert found["five agree: ten crops − centre crop"] == pytest.approx(0.013)
    earlier = found["three agree: fine-tuned CaffeNet − PCNN, centre crop"]
    assert earlier == pytest.approx(0.739 - 0.687)
    cut = found["fc7-2 − fine-tuned CaffeNet, centre crop"]
    assert cut == pytest.approx(0.784 - 0.817)
    assert found["fc7-2 − fc6-2, ten crops"] == pytest.approx(0.797 - 0.676)
    assert found["MVSO English − MVSO Spanish, ten crops"] == 0
    assert found["conv4 SVM − pool5 SVM, centre crop"] == pytest.approx(0.794 - 0.784)
    added = found["MVSO English − fc9-2, MVSO English, ten crops"]
    assert added == pytest.approx(0.844 - 0.694)
    assert found["the best network − the state of the art before"] == 0.061
    assert not table.index.str.contains("4096").any()
    assert set(table["between"]) == {"centre", "oversampled", "views"}
    kinds = table[["agreement", "between"]].drop_duplicates().query("agreement == 'five'")
    judged = judgement.beyond_noise(table.reset_index(), kinds.assign(smallest=0.05))
    judged = judged.set_index("what")["larger"]
    assert judged[table.index[table["agreement"] == "five"]].notna().all()
    assert judged["fc7-2 − fc6-2, ten crops"]
    assert not judged["fc7-2 − fine-tuned CaffeNet, centre crop"]
    assert judged[table.index[table["agreement"] != "five"]].isna().all()


def test_later_results_have_a_column_a_subset():
    table = paper.later_results()
    assert list(table.columns)[3:] == ["five agree", "four agree", "three agree"]
    assert table["five agree"].max() == 0.847
    split = table[table["protocol"].str.contains("one split")]
    assert len(split) == 9
    assert split["three agree"].max() == 0.8425
    assert split["five agree"].isna().all()
