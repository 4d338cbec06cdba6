"""The commands ``experiments``: what they list, run, keep and record."""

import signal
import subprocess
import sys
from dataclasses import replace

import pytest

from pixels_to_sentiment.book import tiers
from pixels_to_sentiment.cli import main
from pixels_to_sentiment.data import folds, pictures
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.files.assets import Unavailable
from pixels_to_sentiment.records import catalogue, experiments, store
from pixels_to_sentiment.studies import plans
from pixels_to_sentiment.studies.records import Study
from pixels_to_sentiment.studies.store import Studies
from pixels_to_sentiment.training import loop
from toy_cli import refused
from toy_runs import RUN, made_up_pictures

pytestmark = pytest.mark.usefixtures("isolated")

IMAGENET = "squeezenet1_1:imagenet:paper"


def test_experiments_are_listed_and_shown(capsys):
    """What is shown can be given to --only."""
    assert main(["experiments", "list"]) == 0
    out = capsys.readouterr().out
    for experiment in catalogue.EXPERIMENTS.values():
        assert f"{experiment.name} " in out
        assert experiment.title in out
    assert main(["experiments", "show", "fine-tuning"]) == 0
    title, subsets, *shown = capsys.readouterr().out.splitlines()
    assert title == catalogue.find("fine-tuning").title
    assert subsets == "subsets: five, four, three"
    assert [line for line in shown if line[0] != " "] == ["as in the paper:", "here:"]
    parsed = tuple(catalogue.Configuration.parse(li.strip()) for li in shown if li[0] == " ")
    assert parsed == catalogue.find("fine-tuning").configurations


def test_frozen_networks_are_shown_as_the_tier_files_name_them(capsys):
    """Below the configurations, where the experiment has any."""
    assert main(["experiments", "show", "ten-years-later"]) == 0
    *_, heading, one, two, three = capsys.readouterr().out.splitlines()
    assert heading == "frozen features, without any fine-tuning:"
    named = [line.strip() for line in (one, two, three)]
    assert named == [":".join(both) for both in catalogue.find("ten-years-later").frozen]


@pytest.fixture
def small_plan(monkeypatch):
    """Plan two tiny runs on made-up pictures, whatever is asked for; gives what was asked."""
    asked = {}

    def plan(configurations, **options):
        asked.update(configurations=tuple(configurations), **options)
        return [RUN, replace(RUN, seed=1)], {}

    monkeypatch.setattr(experiments, "plan", plan)
    monkeypatch.setattr(pictures, "load", made_up_pictures)
    return asked


def test_an_experiment_is_run_once(capsys, small_plan, monkeypatch):
    """A line a run with its scores, a bar with pictures a second, and nothing is trained twice."""
    assert main(["experiments", "run", "fine-tuning"]) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    keys = [run.key("made-up") for run in (RUN, replace(RUN, seed=1))]
    assert [line.split()[0] for line in lines] == keys
    assert "timm/test_efficientnet:random:tiny five fold 1 seed 1: centre 0." in lines[1]
    assert "stand-in" in err.splitlines()[0]
    assert "pictures/s" in err
    assert "100%" in err
    monkeypatch.setattr(loop, "train", lambda *_, **__: pytest.fail("trained again"))
    assert main(["experiments", "run", "fine-tuning"]) == 0
    again, err = capsys.readouterr()
    assert again == out
    assert "pictures/s" not in err


def test_a_killed_command_goes_on_where_it_was(isolated):
    """What had been finished stays as it is, and the same command makes the rest."""
    command = [sys.executable, "-m", "pixels_to_sentiment", "experiments", "run", "fine-tuning"]
    command += ["--only", "timm/test_efficientnet:random:paper", "--tier", "smoke"]
    command += ["--agreements", "five", "--folds", "1", "2", "3"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        first = process.stdout.readline()
        process.kill()
    assert process.returncode == -signal.SIGKILL
    kept = isolated / "runs" / first.split()[0] / "run.json"
    made = kept.stat().st_mtime_ns
    again = subprocess.run(command, capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    lines = again.stdout.splitlines(keepends=True)
    assert lines[0] == first
    assert [line.split(" fold ")[1][0] for line in lines] == ["1", "2", "3"]
    assert kept.stat().st_mtime_ns == made
    assert {path.name for path in kept.parents[1].iterdir()} == {one.split()[0] for one in lines}


def test_options_reach_the_plan(capsys, small_plan, monkeypatch):
    """Those given, and otherwise the subsets of the experiment, all folds, seed 0 and fp32."""
    monkeypatch.setattr(store.Runs, "perform", lambda *_, **__: iter(()))
    assert main(["experiments", "run", "fine-tuning"]) == 0
    experiment = catalogue.find("fine-tuning")
    assert small_plan == {
        "configurations": experiment.configurations,
        "agreements": experiment.agreements,
        "test_folds": folds.FOLDS,
        "seeds": [0],
        "precision": "fp32",
    }
    given = ["--only", IMAGENET, "--agreements", "four", "--folds", "2", "3", "--seeds", "4"]
    assert main(["experiments", "run", "fine-tuning", *given, "--precision", "bf16"]) == 0
    assert small_plan == {
        "configurations": (catalogue.Configuration.parse(IMAGENET),),
        "agreements": ["four"],
        "test_folds": [2, 3],
        "seeds": [4],
        "precision": "bf16",
    }


def test_recording_the_stand_in_is_refused_before_training(capsys, small_plan, monkeypatch):
    """Not after the first run, which may have taken hours."""
    monkeypatch.setattr(loop, "train", lambda *_, **__: pytest.fail("trained"))
    assert "photographs" in refused(capsys, "experiments", "run", "fine-tuning", "--record")


def test_each_run_is_recorded_as_soon_as_it_is_finished(capsys, small_plan, monkeypatch):
    """An interrupted command has recorded what was done."""
    photographs = replace(made_up_pictures(), source="photographs")
    monkeypatch.setattr(pictures, "load", lambda: photographs)
    recorded = []
    monkeypatch.setattr(store, "record", lambda records: recorded.extend(records))
    assert main(["experiments", "run", "fine-tuning", "--record"]) == 0
    out, err = capsys.readouterr()
    assert [one.key for one in recorded] == [line.split()[0] for line in out.splitlines()]
    assert len(recorded) == 2
    assert "stand-in" not in err


def test_missing_weights_are_said_on_standard_error(capsys, monkeypatch):
    """The rest is run; where there is no rest, the pictures are not even loaded."""
    monkeypatch.setattr(pictures, "load", lambda: pytest.fail("loaded the pictures"))
    part = ["experiments", "run", "fine-tuning", "--agreements", "five", "--folds", "1"]
    only = [*part, "--only", IMAGENET]
    assert main(only) == 2
    out, err = capsys.readouterr()
    said, sentence = err.splitlines()
    assert said.startswith(f"{IMAGENET}: weights not at hand. ")
    assert sentence.startswith("pixels-to-sentiment: Nothing can be run here")
    assert out == ""
    performed = []
    monkeypatch.setattr(pictures, "load", made_up_pictures)
    monkeypatch.setattr(
        store.Runs, "perform", lambda _, todo, *__, **___: performed.extend(todo) or iter(())
    )
    assert main([*only, "squeezenet1_1:random:paper"]) == 0
    assert [run.start for run in performed] == ["random"]
    assert f"{IMAGENET}: weights not at hand. " in capsys.readouterr().err


def asked_of(small_plan, monkeypatch, *arguments):
    monkeypatch.setattr(store.Runs, "perform", lambda *_, **__: iter(()))
    assert main(["experiments", "run", *arguments]) == 0
    return small_plan


def test_the_smoke_tier_shortens_what_is_run(small_plan, monkeypatch):
    """By the values of its file; the paper tier shortens nothing."""
    asked = asked_of(small_plan, monkeypatch, "ablation", "--tier", "smoke")
    assert {"iterations", "batch_size", "limit"} <= set(asked)
    small_plan.clear()
    assert "iterations" not in asked_of(small_plan, monkeypatch, "ablation", "--tier", "paper")


@pytest.mark.parametrize(
    ("network", "count"), [("squeezenet1_1", 11), ("squeezenet1_1+fire9-2", 3), ("caffenet", 17)]
)
def test_a_network_is_run_alone_with_its_variants(small_plan, monkeypatch, network, count):
    """All variants for the plain name, one for its own."""
    asked = asked_of(small_plan, monkeypatch, "ablation", "--network", network)
    assert len(asked["configurations"]) == count
    assert all(one.network.startswith(network) for one in asked["configurations"])


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("fine-tuning", "--network", "resnet"), "resnet"),
        (("fine-tuning", "--tier", "huge"), "huge"),
        (("fine-tuning", "--tier", "smoke", "--record"), "paper tier"),
        (("dancing",), "dancing"),
    ],
)
def test_what_there_is_not_is_refused(capsys, small_plan, arguments, named):
    """Before any picture is loaded."""
    assert named in refused(capsys, "experiments", "run", *arguments)


@pytest.fixture
def mapping(monkeypatch):
    """Map nothing, and note which studies of which pictures were asked for; each has a line."""
    asked = []

    def perform(self, studies, loaded, **options):
        asked.append((list(studies), loaded.source, options))
        return iter([f"map of {loaded.source}"] if asked[-1][0] else [])

    monkeypatch.setattr(Studies, "perform", perform)
    monkeypatch.setattr(plans, "in_words", str)
    return asked


def test_sentiment_maps_are_made_of_what_was_trained_and_of_the_stand_in(
    capsys, small_plan, mapping, monkeypatch
):
    """The first seed's network maps, held against the second's; a line a study, after the runs."""
    photographs = replace(made_up_pictures(), source="photographs")
    of_source = {"stand-in": made_up_pictures()}
    monkeypatch.setattr(pictures, "load", lambda source="": of_source.get(source, photographs))
    assert main(["experiments", "run", "sentiment-maps", "--folds", "1", "--tier", "smoke"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[2:] == ["map of photographs", "map of stand-in"]
    (trained, source, options), (fitted, other_source, _) = mapping
    assert (source, other_source) == ("photographs", "stand-in")
    keys = [line.split()[0] for line in lines[:2]]
    limit = tiers.values("smoke")["mapped"]
    assert trained == [Study(keys[0], "five", 1, other=keys[1], limit=limit)]
    assert fitted == [Study("squeezenet1_1:imagenet", "five", 1, limit=limit)]
    assert options == {"device": store.pick_device("auto")}


def test_weights_that_the_stand_in_lacks_are_told_and_the_maps_of_photographs_kept(
    capsys, small_plan, mapping, monkeypatch
):
    def perform(self, studies, loaded, **options):
        if loaded.source == "stand-in":
            raise Unavailable("squeezenet.safetensors is in no mirror: name one that has it.")
        return iter(["map of photographs"])

    photographs = replace(made_up_pictures(), source="photographs")
    of_source = {"stand-in": made_up_pictures()}
    monkeypatch.setattr(pictures, "load", lambda source="": of_source.get(source, photographs))
    monkeypatch.setattr(Studies, "perform", perform)
    assert main(["experiments", "run", "sentiment-maps", "--folds", "1", "--tier", "smoke"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[2:] == ["map of photographs"]
    assert "squeezenet1_1:imagenet on the stand-in: not available here. squeezenet.safe" in err


def test_a_run_that_cannot_be_finished_does_not_stop_the_rest(capsys, small_plan, monkeypatch):
    real, asked = store.Store.get, []

    def get(self, run, *arguments, **options):
        asked.append(run)
        if len(asked) == 1:
            raise UserError("Training diverged: lower base_rate.")
        return real(self, run, *arguments, **options)

    monkeypatch.setattr(store.Store, "get", get)
    assert main(["experiments", "run", "fine-tuning", "--tier", "smoke"]) == 2
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 1
    assert f"fold {asked[0].fold} seed {asked[0].seed}: Training diverged: lower" in err
    assert "1 run could not be finished" in err.splitlines()[-1]


def test_what_cannot_be_recorded_does_not_stop_the_rest(capsys, small_plan, monkeypatch):
    """As the same run of older code would refuse to be joined by another."""

    def refuse(records):
        raise UserError(f"Run {records[0].key} cannot be recorded: older code.")

    photographs = replace(made_up_pictures(), source="photographs")
    monkeypatch.setattr(pictures, "load", lambda source="": photographs)
    monkeypatch.setattr(store, "record", refuse)
    assert main(["experiments", "run", "fine-tuning", "--record"]) == 2
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 2
    assert err.count("cannot be recorded: older code.") == 2
    assert "2 finished, but not recorded" in err.splitlines()[-1]


@pytest.mark.parametrize(
    ("given", "there"),
    [
        ([], True),
        (["--network", "squeezenet1_1"], True),
        (["--network", "caffenet"], False),
        (["--only", IMAGENET], False),
    ],
)
def test_maps_of_the_stand_in_are_of_the_networks_that_are_asked_for(
    small_plan, mapping, monkeypatch, given, there
):
    """They belong to no configuration, so that naming some asks for none of them."""
    monkeypatch.setattr(pictures, "load", lambda source="": made_up_pictures())
    assert main(["experiments", "run", "sentiment-maps", "--tier", "smoke", *given]) == 0
    assert any(":" in one.run for studies, *_ in mapping for one in studies) == there


def test_frozen_features_are_of_the_networks_that_are_asked_for(capsys, small_plan):
    """As rows of the chapter that classifies them without fine-tuning: here, none can be had."""
    command = ["experiments", "run", "ten-years-later", "--tier", "smoke", "--folds", "1"]
    said = {}
    for given in ("", "--network squeezenet1_0", f"--only {IMAGENET}"):
        assert main([*command, *given.split()]) == 0
        told = [line for line in capsys.readouterr().err.splitlines() if "not at hand" in line]
        said[given.partition(" ")[0]] = [line.partition(":")[0] for line in told]
    assert said == {
        "": ["mobilenet_v2", "squeezenet1_1", "squeezenet1_0"],
        "--network": ["squeezenet1_0"],
        "--only": [],
    }


def test_a_network_whose_weights_are_missing_is_no_success(capsys, monkeypatch):
    """Though no configuration is missing, where only its frozen features were asked for."""
    monkeypatch.setattr(pictures, "load", made_up_pictures)
    assert main(["experiments", "run", "ten-years-later", "--network", "squeezenet1_0"]) == 2
    assert "Nothing can be run here" in capsys.readouterr().err.splitlines()[-1]


def test_an_experiment_without_maps_makes_none(small_plan, mapping):
    assert main(["experiments", "run", "fine-tuning", "--tier", "smoke"]) == 0
    assert mapping == []


def test_maps_are_recorded_with_the_runs_behind_them(small_plan, mapping, monkeypatch):
    """Those of the stand-in, too: only there the evidence is known."""
    photographs = replace(made_up_pictures(), source="photographs")
    of_source = {"stand-in": made_up_pictures()}
    monkeypatch.setattr(pictures, "load", lambda source="": of_source.get(source, photographs))
    recorded = []
    monkeypatch.setattr(
        store, "record", lambda records: recorded.extend(getattr(o, "key", o) for o in records)
    )
    assert main(["experiments", "run", "sentiment-maps", "--record"]) == 0
    assert recorded[2:] == ["map of photographs", "map of stand-in"]
    assert recorded[:2] == [run.key("made-up") for run in (RUN, replace(RUN, seed=1))]
    (trained, *_), (fitted, *_) = mapping
    assert [one.labels for one in trained] == [True]
    assert [one.fold for one in fitted] == list(folds.FOLDS)
    assert {one.limit for one in (*trained, *fitted)} == {None}
