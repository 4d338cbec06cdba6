"""The commands ``experiments``: what they list, run, keep and record."""

import shutil
from dataclasses import replace

import pytest

from pixels_to_sentiment import places
from pixels_to_sentiment.book import tiers
from pixels_to_sentiment.cli import main
from pixels_to_sentiment.data import folds, pictures
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.files.assets import Unavailable
from pixels_to_sentiment.records import catalogue, experiments, store
from pixels_to_sentiment.studies import plans
from pixels_to_sentiment.studies.records import Study
from pixels_to_sentiment.studies.store import Studies
from pixels_to_sentiment.training import devices, loop
from toy_cli import refused, said
from toy_runs import RUN, copy_of, made_up_pictures

pytestmark = pytest.mark.usefixtures("isolated", "quick")

IMAGENET = "squeezenet1_1:imagenet:paper"
KEYS = [run.key("made-up") for run in (RUN, replace(RUN, seed=1))]


def run(words, status=0):
    assert main(["experiments", "run", *words.split()]) == status


def test_experiments_are_listed_and_shown(capsys):
    """What is shown can be given to --only."""
    out = said(capsys, "experiments", "list")
    for experiment in catalogue.EXPERIMENTS.values():
        assert f"{experiment.name} " in out
        assert experiment.title in out
    title, subsets, *shown = said(capsys, "experiments", "show", "fine-tuning").splitlines()
    assert title == catalogue.find("fine-tuning").title
    assert subsets == "subsets: five, four, three"
    assert [line for line in shown if line[0] != " "] == ["as in the paper:", "here:"]
    parsed = tuple(catalogue.Configuration.parse(li.strip()) for li in shown if li[0] == " ")
    assert parsed == catalogue.find("fine-tuning").configurations
    shown = said(capsys, "experiments", "show", "ten-years-later")
    assert "without any fine-tuning:\n  mobilenet_v2:imagenet\n" in shown


@pytest.fixture
def asked(monkeypatch):
    """Plan two tiny runs on made-up pictures, whatever is asked for; gives what was asked."""
    asked = {}

    def plan(configurations, **options):
        asked.update(configurations=tuple(configurations), **options)
        return [RUN, replace(RUN, seed=1)], {}

    monkeypatch.setattr(experiments, "plan", plan)
    monkeypatch.setattr(pictures, "load", lambda source="": made_up_pictures())
    return asked


@pytest.fixture(scope="module")
def trained(finished, tmp_path_factory):
    """Folder of both runs, trained once."""
    root = copy_of(finished, tmp_path_factory.mktemp("trained")).parent
    store.Runs(root).get(replace(RUN, seed=1), made_up_pictures())
    return root


@pytest.fixture
def photographs(asked, trained, monkeypatch):
    """Pass the made-up pictures for photographs, on which both runs are finished."""
    shutil.copytree(trained, places.runs())
    loaded = replace(made_up_pictures(), source="photographs")
    of_source = {"stand-in": made_up_pictures()}
    monkeypatch.setattr(pictures, "load", lambda source="": of_source.get(source, loaded))


@pytest.fixture
def idle(monkeypatch):
    """Train nothing; gives the runs that were to be trained."""
    todo = []
    monkeypatch.setattr(
        store.Runs, "perform", lambda _, some, *__, **___: todo.extend(some) or iter(())
    )
    return todo


def test_an_interrupted_experiment_goes_on_where_it_was(capsys, asked, monkeypatch):
    """A line a run with its scores, a bar with pictures a second, and nothing is trained twice."""
    real, trained = loop.train, []

    def train(*arguments, **options):
        trained.append(arguments)
        if len(trained) == 2:
            raise KeyboardInterrupt
        return real(*arguments, **options)

    monkeypatch.setattr(loop, "train", train)
    run("fine-tuning", status=130)
    first, err = capsys.readouterr()
    assert first.split()[0] == KEYS[0]
    assert "stand-in" in err.splitlines()[0]
    run("fine-tuning")
    out, err = capsys.readouterr()
    lines = out.splitlines(keepends=True)
    assert lines[0] == first
    assert [line.split()[0] for line in lines] == KEYS
    assert "timm/test_efficientnet:random:tiny five fold 1 seed 1: centre 0." in lines[1]
    assert "pictures/s" in err
    run("fine-tuning")
    again, err = capsys.readouterr()
    assert again == out
    assert "pictures/s" not in err
    assert len(trained) == 3
    assert {path.name for path in places.runs().iterdir()} == set(KEYS)


def test_options_reach_the_plan(asked, idle):
    """Those given, and otherwise the subsets of the experiment, all folds, seed 0 and fp32.

    The smoke tier shortens what is run, by the values of its file; the paper tier does not.
    """
    run("fine-tuning")
    experiment = catalogue.find("fine-tuning")
    usual = {"seeds": [0], "precision": "fp32", "inner": (None,)}
    whole = {"agreements": experiment.agreements, "test_folds": folds.FOLDS}
    assert asked == {"configurations": experiment.configurations, **whole, **usual}
    run(f"fine-tuning --only {IMAGENET} --agreements four --folds 2 3 --seeds 4 --precision bf16")
    given = {"agreements": ["four"], "test_folds": [2, 3], "seeds": [4], "precision": "bf16"}
    one = (catalogue.Configuration.parse(IMAGENET),)
    assert asked == {"configurations": one, "inner": (None,), **given}
    run("ablation --tier smoke")
    assert {"iterations", "batch_size", "limit"} <= set(asked)


def test_a_network_is_run_alone_with_its_variants(asked, idle):
    """All variants for the plain name, one for its own."""
    every = catalogue.find("ablation").configurations
    run("ablation --network squeezenet1_1")
    whole = tuple(one for one in every if one.network.partition("+")[0] == "squeezenet1_1")
    assert asked["configurations"] == whole
    run("ablation --network squeezenet1_1+fire9-2")
    one_cut = tuple(one for one in every if one.network == "squeezenet1_1+fire9-2")
    assert asked["configurations"] == one_cut
    assert 0 < len(one_cut) < len(whole) < len(every)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("fine-tuning --network resnet", "fine-tuning has no network 'resnet'"),
        # Which has it, but nothing of it was asked for.
        (
            "ablation --only squeezenet1_1:imagenet:paper --network caffenet",
            "None of --only has the network 'caffenet': choose from ['squeezenet1_1']",
        ),
        ("fine-tuning --tier huge", "huge"),
        ("fine-tuning --tier smoke --record", "paper tier"),
        # Not after the first run, which may have taken hours.
        ("fine-tuning --record", "photographs"),
    ],
)
def test_what_there_is_not_is_refused(capsys, asked, monkeypatch, words, named):
    """Before anything is trained."""
    monkeypatch.setattr(loop, "train", lambda *_, **__: pytest.fail("trained"))
    assert named in refused(capsys, "experiments", "run", *words.split())


@pytest.mark.parametrize(
    ("line", "said"),
    [
        *(
            (f"mapped: {value}", "mapped is ")
            for value in ("[3]", "'3'", ".nan", "0", "2.0", "true")
        ),
        *[(f"{name}: 0", f"{name} is ") for name in ("iterations", "batch_size", "limit")],
        ("iteration: 3", "no parameter of a notebook is named 'iteration'; the nearest is"),
    ],
)
def test_a_tier_of_wrong_numbers_or_names_is_refused(capsys, monkeypatch, tmp_path, line, said):
    """In a sentence that names the file; a name that is passed over would run for days."""
    file = tmp_path / "mine.yaml"
    file.write_text(f"tier: mine\n{line}\n")
    monkeypatch.setattr(tiers, "paths", lambda: {"mine": file})
    assert f"{file}: {said}" in refused(capsys, "experiments", "run", "ablation", "--tier", "mine")


def test_missing_weights_are_said_on_standard_error(capsys, idle, monkeypatch):
    """The rest is run; where there is no rest, the pictures are not even loaded."""
    monkeypatch.setattr(pictures, "load", lambda: pytest.fail("loaded the pictures"))
    only = f"fine-tuning --agreements five --folds 1 --only {IMAGENET}"
    run(only, status=2)
    out, err = capsys.readouterr()
    told, sentence = err.splitlines()
    assert told.startswith(f"{IMAGENET}: weights not at hand. ")
    assert sentence.startswith("pixels-to-sentiment: Nothing can be run here")
    assert out == ""
    monkeypatch.setattr(pictures, "load", made_up_pictures)
    run(f"{only} squeezenet1_1:random:paper")
    assert [one.start for one in idle] == ["random"]
    assert f"{IMAGENET}: weights not at hand. " in capsys.readouterr().err


def test_a_run_that_cannot_be_finished_does_not_stop_the_rest(capsys, photographs, monkeypatch):
    real, tried = store.Store.get, []

    def get(self, one, *arguments, **options):
        tried.append(one)
        if len(tried) == 1:
            raise UserError("Training diverged: lower base_rate.")
        return real(self, one, *arguments, **options)

    monkeypatch.setattr(store.Store, "get", get)
    run("fine-tuning --tier smoke", status=2)
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 1
    assert f"fold {tried[0].fold} seed {tried[0].seed}: Training diverged: lower" in err
    assert "1 run could not be finished" in err.splitlines()[-1]


# Recording, frozen features and maps


def test_each_run_is_recorded_as_soon_as_it_is_finished(capsys, photographs, monkeypatch):
    """An interrupted command has recorded what was done; what cannot be stops nothing."""
    recorded = []
    monkeypatch.setattr(store, "record", recorded.extend)
    run("fine-tuning --record")
    assert [one.key for one in recorded] == KEYS
    out, err = capsys.readouterr()
    assert "stand-in" not in err

    def refuse(records):
        raise UserError(f"Run {records[0].key} cannot be recorded: older code.")

    monkeypatch.setattr(store, "record", refuse)
    run("fine-tuning --record", status=2)
    again, err = capsys.readouterr()
    assert again == out
    assert err.count("cannot be recorded: older code.") == 2
    assert "2 finished, but not recorded" in err.splitlines()[-1]


def test_frozen_features_are_of_the_networks_that_are_asked_for(capsys, photographs, monkeypatch):
    """As rows of the chapter that classifies them without fine-tuning: here, none can be had.

    That is no success where nothing else was asked for.
    """
    told = {}
    for given in ("", "--network squeezenet1_0", f"--only {IMAGENET}"):
        run(f"ten-years-later --tier smoke --folds 1 {given}")
        lines = [line for line in capsys.readouterr().err.splitlines() if "not at hand" in line]
        told[given.partition(" ")[0]] = [line.partition(":")[0] for line in lines]
    assert told == {
        "": [
            *("mobilenet_v2", "squeezenet1_1", "squeezenet1_0"),
            *("efficientnet_lite0", "resnet50"),
        ],
        "--network": ["squeezenet1_0"],
        "--only": [],
    }
    monkeypatch.setattr(experiments, "plan", lambda *_, **__: ([], {}))
    run("ten-years-later --network squeezenet1_0", status=2)
    assert "Nothing can be run here" in capsys.readouterr().err.splitlines()[-1]


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
    capsys, photographs, mapping
):
    """The first seed's network maps, held against the second's; a line a study, after the runs."""
    run("sentiment-maps --folds 1 --tier smoke")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[:2]] == KEYS
    assert lines[2:] == ["map of photographs", "map of stand-in"]
    limit, options = tiers.values("smoke")["mapped"], {"device": devices.pick("auto")}
    trained = [Study(KEYS[0], "five", 1, other=KEYS[1], limit=limit)]
    fitted = [Study("squeezenet1_1:imagenet", "five", 1, limit=limit)]
    assert mapping == [(trained, "photographs", options), (fitted, "stand-in", options)]


def test_maps_are_recorded_with_the_runs_behind_them(capsys, photographs, mapping, monkeypatch):
    """Those of the stand-in, too: only there the evidence is known; and no weights are no fault."""
    recorded, real = [], Studies.perform
    monkeypatch.setattr(
        store, "record", lambda records: recorded.extend(getattr(o, "key", o) for o in records)
    )
    run("sentiment-maps --record")
    assert recorded == [*KEYS, "map of photographs", "map of stand-in"]
    (trained, *_), (fitted, *_) = mapping
    assert [one.labels for one in trained] == [True]
    assert [one.fold for one in fitted] == list(folds.FOLDS)
    assert {one.limit for one in (*trained, *fitted)} == {None}

    def perform(self, studies, loaded, **options):
        if loaded.source == "stand-in":
            raise Unavailable("squeezenet.safetensors is in no mirror: name one that has it.")
        return real(self, studies, loaded, **options)

    monkeypatch.setattr(Studies, "perform", perform)
    run("sentiment-maps --folds 1 --tier smoke")
    out, err = capsys.readouterr()
    assert out.splitlines()[-1] == "map of photographs"
    assert "squeezenet1_1:imagenet on the stand-in: not available here. squeezenet.safe" in err


def test_maps_of_the_stand_in_are_of_the_networks_that_are_asked_for(asked, idle, mapping):
    """They belong to no configuration, so that naming some asks for none of them."""
    run("sentiment-maps --network caffenet --tier smoke")
    assert [list(studies) for studies, *_ in mapping] == [[]]
