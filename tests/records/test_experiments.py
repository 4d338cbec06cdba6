"""Experiments as data: configurations, the plan of their runs, and the scores of records."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.networks import architectures, factory
from pixels_to_sentiment.records import catalogue, experiments
from pixels_to_sentiment.records.catalogue import Configuration
from pixels_to_sentiment.records.runs import SHORTENED, Run
from pixels_to_sentiment.training import recipes

pytestmark = pytest.mark.usefixtures("isolated")
RANDOM = Configuration("squeezenet1_1", "random", "paper")
IMAGENET = Configuration("squeezenet1_1", "imagenet", "paper")


# Plans


def test_a_plan_goes_by_configuration_then_subset_seed_and_fold():
    """So the first configuration is whole before the second begins."""
    chosen = [RANDOM, Configuration("caffenet", "random", "paper-third")]
    runs, missing = experiments.plan(
        chosen,
        agreements=["three", "five"],
        seeds=[7, 1],
        test_folds=[2, 1],
        precision="bf16",
    )
    assert missing == {}
    assert [(r.network, r.agreement, r.seed, r.fold) for r in runs] == [
        (network, agreement, seed, fold)
        for network in ("squeezenet1_1", "caffenet")
        for agreement in ("three", "five")
        for seed in (7, 1)
        for fold in (2, 1)
    ]
    assert {(r.start, r.weights, r.precision) for r in runs} == {("random", None, "bf16")}
    for run in runs:
        name = "paper" if run.network == "squeezenet1_1" else "paper-third"
        assert run.recipe == recipes.recipe(name, run.agreement)


@pytest.mark.parametrize(
    ("configuration", "options"),
    [
        (IMAGENET, {"test_folds": [1, 6]}),
        (IMAGENET, {"agreements": ["five", "six"]}),
        (IMAGENET, {"precision": "fp8"}),
        (IMAGENET, {"limit": 0}),
        (IMAGENET, {"batch_size": -1}),
        (IMAGENET, {"seeds": [2**63]}),
        (IMAGENET, {"test_folds": [1], "inner": [1]}),
        (replace(IMAGENET, recipe="nobody's"), {}),
    ],
)
def test_a_plan_is_checked_before_anything_is_fetched(monkeypatch, configuration, options):
    """A mistyped option must not wait for a download, nor for the runs before it."""
    asked = []
    monkeypatch.setattr(factory, "weights_file", lambda names: asked.append(names))
    with pytest.raises(UserError):
        experiments.plan([configuration], **options)
    assert asked == []


def test_missing_weights_are_reported_and_the_rest_is_planned():
    """That row of a table says so; no number from something else takes its place."""
    caffenet = Configuration("caffenet", "imagenet-convolutions", "paper")
    runs, missing = experiments.plan([IMAGENET, RANDOM, caffenet], test_folds=[1])
    assert [run.start for run in runs] == ["random"]
    assert list(missing) == [IMAGENET, caffenet]
    assert "squeezenet1_1" in missing[IMAGENET]
    assert "tests have no network" in missing[IMAGENET]
    assert "caffenet_conv1-5" in missing[caffenet]


def test_a_run_names_the_weights_that_it_starts_from(monkeypatch):
    """Two files of the same start are different runs."""
    monkeypatch.setattr(factory, "weights_file", lambda names: Path("/mirror") / names[-1])
    run = experiments.plan([IMAGENET], test_folds=[1])[0][0]
    assert run.weights == architectures.ARCHITECTURES["squeezenet1_1"].starts["imagenet"].assets[-1]


@pytest.mark.parametrize("changes", [{"iterations": 2}, {"batch_size": 4}])
def test_a_shortened_recipe_has_another_name(changes):
    """Nothing of it passes for the full protocol; the recipe's own numbers change nothing."""
    full = experiments.plan([RANDOM], test_folds=[1])[0][0]
    short = experiments.plan([RANDOM], test_folds=[1], **changes)[0][0]
    assert short.recipe == replace(full.recipe, name="paper-shortened", **changes)
    own = {name: getattr(full.recipe, name) for name in changes}
    assert experiments.plan([RANDOM], test_folds=[1], **own)[0] == [full]


# Scores


def record(key, configuration=RANDOM, *, right=(0.75, 1.0), agreement="five", fold=1, seed=0):
    """Make a record with accuracies from the centre crop and from ten crops."""
    name, start = configuration.network, configuration.start
    recipe = replace(recipes.Recipe(), name=configuration.recipe)
    run = Run(name, start, None, agreement, fold, recipe, seed)
    views = dict(zip(("centre", "oversampled"), right, strict=True))
    return SimpleNamespace(run=run, key=key, scores=lambda: views)


def test_a_table_averages_folds_of_the_same_configuration():
    """Subsets come in the order five, four, three; other recipes and starts stay apart."""
    records = [
        record("k5", IMAGENET, agreement="three"),
        record("k4", RANDOM),
        record("k3", IMAGENET, right=(0.5, 1), fold=2, seed=10),
        record("k2", IMAGENET, right=(0.25, 1), fold=2, seed=2),
        record("k1", IMAGENET, right=(0.75, 0.75), fold=1, seed=2),
        record("k6", IMAGENET, right=(0.75, 0.75), fold=1, seed=10),
        record("k0", IMAGENET, agreement="four"),
    ]
    table = experiments.table(records)
    rows = table[["start", "agreement", "oversampling"]].agg(" ".join, axis=1)
    assert rows.tolist() == [
        *[f"imagenet {a} {o}" for a in ("five", "four", "three") for o in ("no", "yes")],
        *["random five no", "random five yes"],
    ]
    five = table.iloc[0]
    # By hand: fold 1 is 0.75, fold 2 (0.5 + 0.25) / 2 = 0.375.
    assert (five["mean"], five["n"]) == (0.5625, 2)
    assert five["std"] == pytest.approx(0.375 / 2**0.5)
    assert (five["seeds"], five["keys"], five["folds"]) == ("2, 10", "k1, k2, k3, k6", "1, 2")
    assert (table["std"].isna() == (table["n"] == 1)).all()
    plain = experiments.rows(records)[2]
    assert (plain["seeds"], plain["folds"], plain["std"]) == ([0], [1], None)


def test_a_seed_that_lacks_folds_does_not_weigh_on_those_it_has():
    """Beside a seed with more folds it is left out; alone it is what there is."""
    whole = [record("k1", fold=1), record("k2", fold=2)]
    part = record("k3", right=(0, 0), fold=1, seed=1)
    assert experiments.whole_seeds([*whole, part]) == whole
    assert experiments.table([*whole, part]).equals(experiments.table(whole))
    assert experiments.whole_seeds([part]) == [part]
    assert list(experiments.table([])) == list(experiments.table([part]))


def test_runs_belong_to_the_first_experiment_that_lists_their_configuration():
    """A shortened recipe, or what nobody lists, belongs to none."""
    assert experiments.experiment_of(record("k", catalogue.SQUEEZENET).run) == "fine-tuning"
    for experiment in catalogue.EXPERIMENTS.values():
        for configuration in experiment.configurations:
            name = experiments.experiment_of(record("k", configuration).run)
            assert configuration in catalogue.EXPERIMENTS[name].configurations
            shortened = replace(configuration, recipe=configuration.recipe + SHORTENED)
            assert experiments.experiment_of(record("k", shortened).run) == "other"
