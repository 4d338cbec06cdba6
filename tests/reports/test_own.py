"""What is said of runs on a data set of one's own, with other folds than the article's."""

import numpy as np
import pytest
from scipy import stats

from pixels_to_sentiment import places, reports
from pixels_to_sentiment.data import descriptors, pictures
from pixels_to_sentiment.imports import datasets
from pixels_to_sentiment.judging import baselines, crowd, equivalence, published
from pixels_to_sentiment.records import catalogue
from pixels_to_sentiment.reports import losses, prices

OTHER = catalogue.MOBILENET


@pytest.fixture
def ran(own, made):
    """Run two networks on each of three folds, of which the second is right on one picture more."""
    datasets.add(*own, "mine", count=3)
    with places.using("mine"):
        common = {"agreement": "all", "recipe": catalogue.THIRD}
        yield [
            made(fold=fold, right=right, network=network, **common)
            for network, right in (("squeezenet1_1", 0.5), (OTHER.network, 0.75))
            for fold in (1, 2, 3)
        ]


def test_all_of_its_folds_make_a_whole_configuration_without_a_number_of_the_article(ran):
    experiment = catalogue.find("fine-tuning")
    table = reports.experiment_table(experiment, ran).set_index("configuration")
    assert not [column for column in table if "paper" in column]
    row = table.loc[f"{catalogue.SQUEEZENET.title}"]
    assert (row["here, ten crops"], row["seeds"]) == ("0.500\xa0±\xa00.000", "0")
    assert row["missing"] == ""
    assert {one.key for one in reports.complete_everywhere(ran)} == {one.key for one in ran}
    assert reports.complete(ran[1:3]) == []
    assert reports.reported_dots(experiment, ran).empty
    assert losses.reported_losses().empty
    assert prices.earlier() == []


def test_differences_are_judged_by_as_many_folds_as_there_are(ran):
    """By the variance of Nadeau and Bengio for three parts; each test list is half of its other."""
    found = reports.paired(ran, [(OTHER, catalogue.SQUEEZENET)])
    assert found["difference"].to_list() == [0.25]
    assert published.differences().empty
    deviating = found.assign(std=0.1)
    judged = equivalence.posterior(deviating).iloc[0]
    scale = np.sqrt(1 / 3 + 1 / 2) * 0.1
    assert judged["better"] == pytest.approx(stats.t.sf((0.01 - 0.25) / scale, 2))


def test_its_labels_have_no_annotators_and_two_folds_leave_no_cost_to_choose(own):
    datasets.add(*own, "mine", count=2)
    with places.using("mine"):
        loaded = pictures.load()
        assert not crowd.exact().any()
        for name, features in descriptors.blind(loaded).items():
            told = baselines.answers(name, features, loaded.names, "all")
            assert sorted(told["image"]) == sorted(loaded.names)
