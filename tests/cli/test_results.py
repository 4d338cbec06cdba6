"""The commands ``results`` and ``record``: what is printed, and what gets recorded."""

import json

import pytest

import toy_studies
from pixels_to_sentiment import places
from pixels_to_sentiment.cli import main
from pixels_to_sentiment.records import runs
from pixels_to_sentiment.studies.records import Study
from toy_cli import refused, said, write_result
from toy_runs import change

pytestmark = pytest.mark.usefixtures("isolated")

RESULT_KEYS = [
    *["experiment", "network", "start", "recipe", "precision", "agreement", "oversampling"],
    *["seeds", "keys", "folds", "mean", "std", "n"],
]


def test_no_results_are_said_to_be_none(capsys):
    """In words, or as an empty list."""
    assert "Nothing is recorded yet" in said(capsys, "results")
    assert json.loads(said(capsys, "results", "--json")) == []


def test_a_damaged_result_is_one_sentence(capsys):
    """Also where the fault lies in a file and not in the words of the command."""
    folder = write_result(places.results(), "aaaa", 1, 3)
    (folder / "run.json").write_text("{")
    assert str(folder) in refused(capsys, "results")


def test_results_as_json_are_complete(capsys):
    """A row a configuration with the documented keys; numbers are numbers, keys whole."""
    write_result(places.results(), "a" * 16, 1, 4)
    assert [row["std"] for row in json.loads(said(capsys, "results", "--json"))] == [None, None]
    write_result(places.results(), "b" * 16, 2, 3)
    rows = json.loads(said(capsys, "results", "--json"))
    assert [list(row) for row in rows] == [RESULT_KEYS, RESULT_KEYS]
    centre, oversampled = rows
    assert (centre["oversampling"], oversampled["oversampling"]) == ("no", "yes")
    assert (centre["experiment"], centre["recipe"]) == ("fine-tuning", "paper")
    assert centre["keys"] == ["a" * 16, "b" * 16]
    assert (centre["folds"], centre["seeds"], centre["n"]) == ([1, 2], [0], 2)
    assert (centre["mean"], oversampled["mean"]) == (0.875, 1.0)
    assert centre["std"] == pytest.approx(0.25 / 2**0.5)


def test_results_as_text_have_a_line_a_configuration(capsys):
    """Below one for experiment and network, with rounded scores; keys whole, if asked for."""
    keys = "0123456789abcdef", "76543210fedcba98", "fedcba9876543210"
    for key, fold, right in zip(keys, (1, 2, 4), (3, 4, 4), strict=True):
        write_result(places.results(), key, fold, right)
    heading, network, row, *notes = said(capsys, "results").splitlines()
    assert heading.split()[:5] == ["recipe", "agree", "precision", "seeds", "folds"]
    assert network == "fine-tuning: squeezenet1_1:imagenet"
    scores = ["0.917", "0.144", "1.000", "0.000"]
    assert row.split() == ["paper", "five", "fp32", "0", "1-2,4", *scores]
    assert "--keys" in notes[-1]
    assert said(capsys, "results", "--keys").splitlines()[3].split() == list(keys)


def test_what_is_recorded_fits_100_columns(capsys, monkeypatch):
    """With keys and without."""
    monkeypatch.setenv("PIXELS_TO_SENTIMENT_RESULTS", str(places.checkout() / "book" / "results"))
    for more in ([], ["--keys"]):
        lines = said(capsys, "results", *more).splitlines()
        assert len(lines) > 40
        assert max(map(len, lines)) <= 100


# Recording


def test_finished_runs_are_recorded_by_their_keys(capsys):
    """And are there in the results then; a second time nothing is added."""
    for key, fold in (("a" * 16, 1), ("b" * 16, 2)):
        write_result(places.runs(), key, fold, 4)
    assert said(capsys, "record", "b" * 16) == f"Recorded {places.results() / ('b' * 16)}.\n"
    assert said(capsys, "record", "b" * 16) == ""
    assert [path.name for path in places.results().iterdir()] == ["b" * 16]


def test_all_that_can_be_recorded_is_and_the_rest_is_counted(capsys):
    """What other code has made, is of a few pictures or is recorded already stands in no way."""
    now = {"code": runs.Run.fingerprint()}
    for key, fold, changed in (("a", 1, now), ("b", 2, {}), ("c", 3, now), ("e", 1, now)):
        change(write_result(places.runs(), key * 16, fold, 4) / "run.json", **changed)
    few = toy_studies.trained(places.runs(), {"source": "photographs"})
    change(few.folder / "run.json", **now)
    older, damaged = places.runs() / ("f" * 16) / "maps.json", places.runs() / ("d" * 16)
    older.parent.mkdir()
    older.write_text('{"code": "older", "of": "another form"}')
    out = said(capsys, "record", "--all")
    assert [path.name for path in sorted(places.results().iterdir())] == ["a" * 16, "c" * 16]
    assert out.count("Recorded ") == 2
    assert "\n2 left out. The first: Run " in out
    (few.folder / "predictions.csv").unlink()
    damaged.mkdir()
    (damaged / "run.json").write_text("{ damaged")
    assert said(capsys, "record", "--all").startswith("2 left out.")


def test_keys_or_all_of_them_are_recorded(capsys):
    """Not both, and not nothing."""
    assert "Say what to record" in refused(capsys, "record")
    assert "Say what to record" in refused(capsys, "record", "--all", "a" * 16)


def test_finished_maps_are_recorded_as_runs_are(capsys):
    """What a folder holds tells where it belongs."""
    trained = toy_studies.trained(places.runs(), {"source": "photographs"}, limit=None)
    study = Study(trained.key, "five", 1)
    made = toy_studies.written(places.runs() / ("d" * 16), study, run=trained.run)
    assert said(capsys, "record", made.name) == f"Recorded {places.results() / made.name}.\n"
    assert (places.results() / made.name / "maps.json").is_file()


def test_a_folder_of_another_kind_is_not_to_be_deleted(capsys):
    """It may hold hours of work."""
    folder = places.runs() / ("c" * 16)
    folder.mkdir(parents=True)
    (folder / "other.json").write_text("{}")
    sentence = refused(capsys, "record", folder.name)
    assert "which has a run.json" in sentence
    assert "delete it and run again" not in sentence
    assert main(["record", "--all"]) == 0
    assert (folder / "other.json").is_file()
