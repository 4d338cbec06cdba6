"""The paper's numbers beside made-up records, and by themselves."""

import pytest

from pixels_to_sentiment.judging import judgement, scores
from pixels_to_sentiment.records import catalogue, experiments
from pixels_to_sentiment.records.catalogue import Configuration
from pixels_to_sentiment.reports import paper
from toy_reports import CUT, whole_and_cut

pytestmark = pytest.mark.usefixtures("isolated")


def test_the_comparison_has_each_number_in_its_cell(made):
    kept = experiments.table([made(fold=k, right=right) for k, right in enumerate((0.5,) * 5, 1)])
    reported = scores.reported("fine-tuning")
    table = paper.comparison(reported, kept).set_index("configuration")
    title = "SqueezeNet 1.1 from ImageNet, paper's recipe"
    theirs = ["the paper's CaffeNet", "PCNN, as the paper quotes it"]
    assert list(table.index) == ["always positive", *theirs, title]
    assert table.loc[theirs[1], ["four agree, centre crop", "four agree, ten crops"]].to_list() == [
        "0.714",
        "–",
    ]
    assert table.loc[title, "five agree, ten crops"] == "0.500\xa0±\xa00.000"
    assert table.loc[title, "four agree, ten crops"] == "–"
    assert table.loc["the paper's CaffeNet", "three agree, centre crop"] == "0.739\xa0±\xa00.033"
    assert table.loc["always positive", "five agree, centre crop"] == "0.658"


def test_the_comparison_says_which_subset_has_which_seeds(made):
    some = [made(fold=k, seed=seed) for seed in (0, 1) for k in (1, 2)]
    none = scores.reported("none")
    assert paper.comparison(none, experiments.table(some))["seeds"].to_list() == ["–", "0, 1"]
    some.append(made(agreement="four"))
    table = paper.comparison(none, experiments.table(some))
    assert table["seeds"].iloc[1] == "0, 1 (five); 0 (four)"


def test_the_comparison_names_the_fold_of_an_unfinished_configuration(made):
    table = paper.comparison(scores.reported("none"), experiments.table([made(fold=3)]))
    assert table["five agree, centre crop"].to_list() == ["0.658", "0.750 (fold 3 only)"]
    two = paper.comparison(
        scores.reported("none"), experiments.table([made(fold=k) for k in (1, 2)])
    )
    assert two["five agree, centre crop"].iloc[1].endswith(" (folds 1, 2 only)")


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
    starts = paper.experiment_table(catalogue.find("initialisation"), cut).set_index(
        "configuration"
    )
    random = Configuration("squeezenet1_1", "random", catalogue.THIRD).title
    assert starts.loc[random, "missing"] == "not recorded: 2 minutes a fold"
    nothing = paper.experiment_table(catalogue.find("initialisation"), [])
    assert nothing.set_index("configuration").loc[random, "missing"] == "not recorded"


def test_the_predecessors_numbers_are_not_given_as_the_papers():
    """What is recalled of it stands in no column and no row of the paper's."""
    experiment = catalogue.find("ablation")
    dots = paper.reported_dots(experiment)["configuration"]
    assert not dots.str.contains("4096").any()
    table = paper.experiment_table(experiment, []).set_index("configuration")
    cut = Configuration("caffenet+fc7-4096", "imagenet", "paper").title
    assert table.loc[cut, ["the paper, centre crop", "the paper, ten crops"]].to_list() == [
        "–",
        "–",
    ]


@pytest.mark.parametrize("name", catalogue.EXPERIMENTS)
def test_no_number_of_the_paper_is_marked_as_recalled(name):
    """In the tables of the experiments all of them were read in it."""
    table = paper.experiment_table(catalogue.find(name), [])
    shown = table[["the paper, centre crop", "the paper, ten crops"]].to_numpy().ravel()
    assert not [cell for cell in shown if "unverified" in cell]


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
    assert list(table.columns)[2:] == ["five agree", "four agree", "three agree"]
    assert len(table) == 4
    assert table["five agree"].max() == 0.847
