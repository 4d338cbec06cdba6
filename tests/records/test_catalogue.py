"""The catalogue of experiments: configurations as text, in words, and where they belong."""

from dataclasses import replace

import pytest

from pixels_to_sentiment import places
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.judging import scores
from pixels_to_sentiment.records import catalogue
from pixels_to_sentiment.records.catalogue import Configuration
from pixels_to_sentiment.records.runs import SHORTENED
from pixels_to_sentiment.training import recipes
from toy_runs import RUN

pytestmark = pytest.mark.usefixtures("isolated")
RANDOM = Configuration("squeezenet1_1", "random", "paper")
CATALOGUE = sorted({one for each in catalogue.EXPERIMENTS.values() for one in each.configurations})


@pytest.mark.parametrize("configuration", [*CATALOGUE, RANDOM], ids=str)
def test_a_configuration_survives_being_written(configuration):
    """All of the catalogue are known networks, starts and recipes, and come back equal."""
    assert Configuration.parse(str(configuration)) == configuration


def test_titles_tell_configurations_apart():
    """Tables name their rows with them: none stands for two, and a shortened one says so."""
    shortened = [replace(one, recipe=one.recipe + SHORTENED) for one in CATALOGUE]
    assert len({one.title for one in CATALOGUE}) == len(CATALOGUE) > 20
    assert [one.title for one in shortened] == [f"{one.title}, shortened" for one in CATALOGUE]
    assert "test_vit" in Configuration("timm/test_vit", "random", "paper").title
    text = "caffenet+fc7-2:random:head-at-base-rate-frozen-convolutions-third"
    words = "CaffeNet fc7-2 from random weights, our recipe, convolutions frozen, a third"
    assert Configuration.parse(text).title == words


@pytest.mark.parametrize(
    "text", ["", "alexnet:random:paper:x", "x:random:paper", "alexnet:random:x"]
)
def test_a_configuration_with_an_unknown_part_is_refused(text):
    """One sentence, and for an unknown part the known ones."""
    with pytest.raises(UserError, match=r"of the form|choose from"):
        Configuration.parse(text)


def test_every_experiment_is_found_under_its_name():
    """With subsets that there are; no row of the catalogue is of none."""
    listed = {row["experiment"] for row in places.rows("records/catalogue.csv")}
    assert listed == catalogue.EXPERIMENTS.keys()
    for name, experiment in catalogue.EXPERIMENTS.items():
        assert catalogue.find(name) is experiment
        assert set(experiment.agreements) <= set(folds.AGREEMENTS)
    with pytest.raises(UserError, match=r"no experiment 'nope'.*fine-tuning"):
        catalogue.find("nope")


def test_the_papers_own_configurations_are_of_its_network_and_recipe():
    """CaffeNet, the whole recipe, which for fc6-2 alone has a lower rate."""
    for experiment in catalogue.EXPERIMENTS.values():
        assert {one.family for one in experiment.paper} <= {"caffenet"}
        slower = {one for one in experiment.paper if one.recipe != "paper"}
        assert slower <= {Configuration("caffenet+fc6-2", "imagenet", "paper-at-0.0001")}
        assert not set(experiment.paper) & set(experiment.here)


def test_the_papers_numbers_are_found_by_the_names_of_the_catalogue():
    """Each name is one of the table of reported results, and each of an experiment is named.

    What else is named is a whole network's, of another experiment.
    """
    every = scores.of_article(scores.reported())
    for experiment in catalogue.EXPERIMENTS.values():
        if not experiment.variants:
            continue
        reported = set(every.loc[every["experiment"] == experiment.reported, "variant"])
        assert len(experiment.variants) == len(experiment.paper)
        named = dict(zip(experiment.variants, experiment.paper, strict=True))
        assert named.keys() <= {*every["variant"]}
        assert {named[one].network for one in named.keys() - reported} <= {"caffenet"}
        assert reported - set(experiment.variants) <= {"PCNN (You et al. 2015)"}


def test_a_run_is_named_with_what_is_unusual_about_it():
    """Precision and seed are told apart where they are not bf16 and 0."""
    title = catalogue.run_in_words(replace(RUN, precision="bf16"))
    assert title == Configuration(RUN.network, RUN.start, RUN.recipe.name).title
    changed = catalogue.run_in_words(replace(RUN, precision="fp32", seed=2))
    assert changed == f"{title} (fp32), seed 2"


def test_a_variant_is_compared_with_the_whole_network_of_its_start_and_recipe():
    """The base rate alone may differ: where a whole one has the same, that comes first.

    Each that is run here has its whole one beside.

    But fc6-2 by the article's recipe, whose whole network is elsewhere, what is the
    predecessor's, and an added layer trained alone, which is compared with itself.
    """
    for name in ("ablation", "addition"):
        experiment = catalogue.EXPERIMENTS[name]
        pairs = catalogue.variants(experiment)
        lonely = {catalogue.CONVOLUTIONS_FC6_2}
        lonely |= {one for one in experiment.here if str(one).endswith(":imagenet:paper")}
        lonely |= {one for one in experiment.here if "frozen-below" in one.recipe}
        cut = [one for one in experiment.here if "+" in one.network and one not in lonely]
        assert list(dict.fromkeys(one for one, _ in pairs)) == cut
        for one, whole in pairs:
            both = [recipes.recipe(each.recipe, "five") for each in (one, whole)]
            alike = [replace(each, name="", base_rate=0.0) for each in both]
            assert (whole.network, whole.start, alike[0]) == (one.family, one.start, alike[1])
            same = replace(one, network=one.family)
            assert dict(reversed(pairs))[one] == same or same not in experiment.here
    slower = Configuration("squeezenet1_1+fire9-2", "imagenet", "head-at-base-rate-at-0.0001-third")
    beside = [
        whole for one, whole in catalogue.variants(catalogue.find("ablation")) if one == slower
    ]
    assert beside == [replace(slower, network="squeezenet1_1"), catalogue.SQUEEZENET_OURS]
