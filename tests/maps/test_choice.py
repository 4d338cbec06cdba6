"""Which run maps a picture: the one named, or the best of those that count."""

import json

import numpy as np
import pytest

from pixels_to_sentiment import places
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.files import assets
from pixels_to_sentiment.maps import choice
from pixels_to_sentiment.networks import factory
from pixels_to_sentiment.records import catalogue, runs
from pixels_to_sentiment.records.catalogue import Configuration
from pixels_to_sentiment.training import loop


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


@pytest.fixture
def no_timing(monkeypatch):
    """Say that a run takes five minutes, without trying; gives what was asked."""
    asked = []
    monkeypatch.setattr(choice, "training_seconds", lambda one, **_: asked.append(one) or 300.0)
    return asked


def rewrite(record, **fields):
    """Change what a run's folder says."""
    path = record.folder / "run.json"
    content = json.loads(path.read_text())
    content["run"].update(fields.pop("run", {}))
    path.write_text(json.dumps(content | fields))


def test_the_best_run_is_the_most_accurate_beyond_always_positive_with_ten_crops(at_hand):
    """On its own test fold; the centre crop does not count."""
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


def test_a_fold_with_more_positive_pictures_is_no_advantage(at_hand):
    """Fold 3 has a tenth more of them than fold 5, and answering positive knows nothing."""
    at_hand(fold=3, right=0.82)
    better = at_hand(fold=5, right=0.78)
    assert choice.best().record.key == better.key


def test_only_whole_runs_on_photographs_with_weights_and_a_map_count(at_hand):
    """However accurate the others are."""
    counts = at_hand(fold=1, right=0.6)
    at_hand(fold=2, right=0.95, weights=False)
    at_hand(fold=3, right=0.95, network="squeezenet1_1+fire9-2")
    rewrite(at_hand(fold=4, right=0.95), run={"limit": 48})
    rewrite(at_hand(fold=5, right=0.95), data={"source": "stand-in", "fingerprint": "f"})
    short = at_hand(fold=1, right=0.95, seed=1)
    recipe = json.loads((short.folder / "run.json").read_text())["run"]["recipe"]
    rewrite(short, run={"recipe": recipe | {"name": "paper" + runs.SHORTENED}})
    assert choice.best().record.key == counts.key
    assert choice.best().among == 1


def test_of_a_network_its_own_best_is_taken(at_hand):
    """Whatever others reach; what makes no maps is refused with the names of those that do."""
    at_hand(right=0.9)
    own = at_hand(right=0.7, network="mobilenet_v2")
    assert choice.best("mobilenet_v2").record.key == own.key
    with pytest.raises(UserError, match=r"squeezenet1_1\+fire9-2 is none .*caffenet"):
        choice.best("squeezenet1_1+fire9-2")


def test_a_run_is_named_by_the_beginning_of_its_key(at_hand):
    """If that fits one alone, and then even one that would never be chosen."""
    first, second = at_hand(fold=1), at_hand(fold=2)
    rewrite(first, run={"limit": 48})
    assert choice.named(first.key).record.folder == first.folder
    assert choice.named(first.key[:10]).record.folder == first.folder
    assert "made from a few pictures" in choice.named(first.key).in_words()
    second.folder.rename(second.folder.with_name(first.key[:4] + "0" * 12))
    with pytest.raises(UserError, match="keys of 2 runs begin with"):
        choice.named(first.key[:4])


@pytest.mark.parametrize("key", ["../made", "*"])
def test_a_key_of_no_run_is_refused(at_hand, key):
    """In a sentence that says where runs were looked for."""
    at_hand()
    with pytest.raises(UserError, match=r"no finished run .*made"):
        choice.named(key)


def test_a_named_run_without_weights_or_map_is_refused(at_hand):
    """What is recorded has none; the command that makes them is the whole of its plan."""
    bare = at_hand(weights=False, fold=2, seed=3, precision="bf16")
    command = (
        "experiments run fine-tuning --only squeezenet1_1:imagenet:paper --agreements five "
        "--folds 2 --seeds 3 --precision bf16"
    )
    with pytest.raises(UserError, match=command) as fault:
        choice.named(bare.key)
    assert "delete it" in str(fault.value)
    bare.folder.rename(places.results().parent / "kept")
    places.results().mkdir()
    (places.results().parent / "kept").rename(places.results() / bare.key)
    with pytest.raises(UserError, match=command) as fault:
        choice.named(bare.key[:6])
    assert "recorded without its weights" in str(fault.value)
    cut = at_hand(network="squeezenet1_1+fire9-2")
    with pytest.raises(UserError, match=f"{cut.key} is of .*, which makes no maps"):
        choice.named(cut.key)


def test_a_run_is_said_with_its_accuracy_and_what_that_is_beside(at_hand):
    """Network, start, recipe, subset, fold, seed; that of several the best flatters itself."""
    best = at_hand(fold=2, right=0.875, seed=4)
    alone = choice.best().in_words()
    said = [best.key, "SqueezeNet 1.1 from ImageNet, paper's recipe", "five agree", "fold 2"]
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


@pytest.mark.parametrize("network", [None, "caffenet", "alexnet", "squeezenet1_0", "mobilenet_v2"])
def test_with_no_run_at_hand_the_command_that_makes_one_is_said(isolated, no_timing, network):
    """It is one that can be run, with how long it takes and what has to be fetched before."""
    with pytest.raises(UserError, match="about 5 minutes on this machine") as fault:
        choice.best(network)
    (asked,) = no_timing
    Configuration.parse(str(asked))
    assert asked.network == network or (network is None and asked == catalogue.SQUEEZENET)
    assert asked.start != "random"
    said = str(fault.value)
    assert f"experiments run fine-tuning --only {asked} --agreements five --folds 1`" in said
    assert "files fetch twitter_deepsent.zip " in said


def test_weights_that_are_at_hand_are_preferred(mirror, no_timing):
    """And nothing has to be fetched then."""
    with pytest.raises(UserError) as fault:
        choice.best("caffenet")
    start = assets.find("caffenet_conv1-5.imagenet1k.skimcaffe-ssl.no-biases.safetensors")
    assert start is not None
    assert no_timing[0].start == "imagenet-convolutions"
    assert "fetch" not in str(fault.value)


def test_the_time_of_a_run_is_that_of_its_pictures(tiny, monkeypatch):
    """In proportion to iterations; the first one of the trial, which is slower, does not count."""
    real = loop.train
    monkeypatch.setattr(choice, "TIMED_BATCH", 2)
    monkeypatch.setattr(loop, "train", lambda *given: real(*given).assign(seconds=[9, 9.5, 9.9]))
    monkeypatch.setattr(factory, "blank", lambda name, *, start: tiny())
    third, whole = (
        choice.training_seconds(Configuration("squeezenet1_1", "imagenet", recipe), device="cpu")
        for recipe in ("paper-third", "paper")
    )
    assert 60 * 256 * 0.2 < third < 1.2 * 60 * 256 * 0.2
    assert 2.5 < whole / third < 3
