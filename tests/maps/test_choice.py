"""Which run maps a picture: the one named, or the best of those that count."""

import json
import re

import numpy as np
import pytest

from pixels_to_sentiment import places
from pixels_to_sentiment.data import folds, pictures
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.files import assets
from pixels_to_sentiment.imports import datasets
from pixels_to_sentiment.maps import choice
from pixels_to_sentiment.records import catalogue, runs, store
from pixels_to_sentiment.records.catalogue import Configuration
from toy_runs import change


@pytest.fixture
def at_hand(isolated, made, monkeypatch):
    """Make finished runs, with a file in place of the weights, where runs are looked for."""
    monkeypatch.setenv("PIXELS_TO_SENTIMENT_RUNS", str(isolated / "made"))
    monkeypatch.setattr(runs.Record, "restore", lambda record: None)

    def make(weights=True, **options):
        record = made(**options)
        if weights:
            (record.folder / runs.WEIGHTS).write_bytes(b"weights")
        return record

    return make


def rewrite(record, **fields):
    """Change what a run's folder says, as if the run had been so: under its key."""
    path = record.folder / "run.json"
    content = json.loads(path.read_text())
    change(path, run=content["run"] | fields.pop("run", {}), **fields)
    path.parent.rename(path.parent.with_name(json.loads(path.read_text())["key"]))


def test_the_best_run_is_the_most_accurate_beyond_always_positive_with_ten_crops(at_hand):
    """On its own test fold, whose share of positives is no advantage; not with the centre crop."""
    at_hand(fold=1, right=0.7)
    best = at_hand(fold=2, right=0.9)
    at_hand(fold=3, right=0.8)
    table = best.predictions()
    table["centre"] = 0.5
    table.to_csv(best.folder / "predictions.csv", index=False)
    found = choice.best()
    assert found.record.key == best.key
    assert found.among == 3
    assert found.accuracy == pytest.approx(0.9, abs=0.01)
    assert found.always_positive == folds.split("five", 2)[1]["label"].mean()
    # Fold 3 has a tenth more positive pictures than fold 5.
    at_hand(fold=3, right=0.82, network="mobilenet_v2")
    better = at_hand(fold=5, right=0.78, network="mobilenet_v2")
    assert choice.best("mobilenet_v2").record.key == better.key


def test_only_whole_runs_on_photographs_with_weights_and_a_map_count(at_hand):
    """However accurate the others are."""
    counts = at_hand(fold=1, right=0.6)
    at_hand(fold=2, right=0.95, weights=False)
    at_hand(fold=3, right=0.95, network="squeezenet1_1+fire9-2")
    few = at_hand(fold=4, right=0.95)
    few.predictions().head(48).to_csv(few.folder / "predictions.csv", index=False)
    rewrite(few, run={"limit": 48})
    rewrite(at_hand(fold=5, right=0.95), data={"source": "stand-in", "fingerprint": "f"})
    short = at_hand(fold=1, right=0.95, seed=1)
    recipe = json.loads((short.folder / "run.json").read_text())["run"]["recipe"]
    rewrite(short, run={"recipe": recipe | {"name": "paper" + runs.SHORTENED}})
    inner, train = at_hand(fold=1, seed=2), folds.split("five", 1)[0]
    part = train.loc[train["fold"] == 2, ["image", "label"]]
    part = part.assign(centre=part["label"], oversampled=part["label"])
    part.to_csv(inner.folder / "predictions.csv", index=False)
    rewrite(inner, run={"inner": 2})
    found = choice.best()
    assert (found.record.key, found.among) == (counts.key, 1)


def test_a_run_is_named_by_the_beginning_of_its_key(at_hand):
    """If that fits one alone, and then even one that would never be chosen."""
    first, second = at_hand(fold=1), at_hand(fold=2)
    first.predictions().head(48).to_csv(first.folder / "predictions.csv", index=False)
    rewrite(first, run={"limit": 48})
    (first,) = (one for one in runs.Record.recorded(places.runs()) if one.key != second.key)
    assert choice.named(first.key).record.folder == first.folder
    assert choice.named(first.key[:10]).record.folder == first.folder
    assert "made from a few pictures" in choice.named(first.key).in_words()
    second.folder.rename(second.folder.with_name(first.key[:4] + "0" * 12))
    with pytest.raises(UserError, match="keys of 2 runs begin with"):
        choice.named(first.key[:4])


def test_a_named_run_without_weights_or_map_is_refused(at_hand):
    """What is recorded has no weights, and can be made again."""
    bare = at_hand(weights=False)
    with pytest.raises(UserError, match="has no weights: delete it"):
        choice.named(bare.key)
    with pytest.raises(UserError, match=r"no finished run .* experiments rerun KEY"):
        choice.named("0" * 16)
    cut = at_hand(network="squeezenet1_1+fire9-2")
    with pytest.raises(UserError, match=f"{cut.key} is of .*, which makes no maps"):
        choice.named(cut.key)


def test_a_run_is_said_with_its_accuracy_and_what_that_is_beside(at_hand):
    """Network, start, recipe, subset, fold, seed; that of several the best flatters itself."""
    best = at_hand(fold=2, right=0.875, seed=4)
    alone = choice.best().in_words()
    said = [best.key, "SqueezeNet 1.1, paper's recipe", "five agree", "fold 2"]
    said += ["seed 4", "87.5% of its 176 test pictures", "ten crops", "always positive: 64.2%"]
    assert all(part in alone for part in said)
    assert "flatters" not in alone
    at_hand(fold=3, right=0.7)
    assert "best of 2 runs, which flatters it" in choice.best().in_words()
    numbers = choice.best().numbers()
    assert json.loads(json.dumps(numbers)) == numbers
    assert numbers["accuracy"] == 0.875
    assert numbers["best_of"] == 2
    assert choice.named(best.key).numbers()["best_of"] is None


def test_the_scale_is_that_of_the_run(at_hand):
    """Log-odds that one in twenty of its test pictures exceeds, in whole halves of a nat."""
    record = at_hand()
    table = record.predictions()

    def scale(centre):
        table.assign(centre=centre).to_csv(record.folder / "predictions.csv", index=False)
        return choice.Choice(record).scale

    assert scale(1 / (1 + np.exp(-np.linspace(-5, 5, len(table))))) == 5.0
    assert scale(0.5) == 0.5
    assert np.isfinite(scale(1.0))


# Where nothing is trained


def asked_for(network):
    """Give the configuration that is asked for in the sentence said without any run."""
    with pytest.raises(UserError, match="There is no whole run") as fault:
        choice.best(network)
    command = "run fine-tuning --only (.*) --agreements five --folds 1`"
    return Configuration.parse(re.search(command, str(fault.value))[1])


@pytest.mark.parametrize("network", [None, "caffenet", "squeezenet1_0"])
def test_with_no_run_at_hand_the_command_that_makes_one_is_said(isolated, network):
    """It is one that can be run; what has to be fetched for it, that command says."""
    asked = asked_for(network)
    assert asked.network == network or (network is None and asked == catalogue.SQUEEZENET)
    assert asked.start != "random"


def test_weights_that_are_at_hand_are_preferred(mirror):
    assert assets.find("caffenet_conv1-5.imagenet1k.skimcaffe-ssl.no-biases.safetensors")
    assert asked_for("caffenet").start == "imagenet-convolutions"


def test_a_head_is_fitted_where_photographs_and_a_whole_start_are_at_hand(
    mirror, made, monkeypatch
):
    """To the first network that has one, on the first fold."""
    record, asked = made(right=0.75), []
    monkeypatch.setattr(pictures, "load", lambda source: None)
    monkeypatch.setattr(
        store.Runs, "perform", lambda self, some, *_, **__: asked.extend(some) or [record]
    )
    found = choice.best()
    assert (found.record, found.fitted_now, found.among) == (record, True, 0)
    (run,) = asked
    assert (run.network, run.start, run.recipe.name) == ("squeezenet1_1", "imagenet", "linear")
    assert (run.agreement, run.fold, run.limit) == ("five", 1, None)


def test_on_other_pictures_the_command_names_them(own):
    datasets.add(*own, "mine", count=3)
    with places.using("mine"), pytest.raises(UserError, match="There is no whole run") as fault:
        choice.best("squeezenet1_1")
    assert "--agreements all --folds 1 --data mine`" in str(fault.value)
