"""The commands ``results``, ``record`` and ``benchmark``: what is printed, what is recorded."""

import json
from types import SimpleNamespace

import pytest

import toy_studies
from pixels_to_sentiment import places
from pixels_to_sentiment.benchmarks import results, suite
from pixels_to_sentiment.cli import main
from pixels_to_sentiment.data import pictures
from pixels_to_sentiment.studies.records import Study
from toy_cli import refused, said, write_result
from toy_runs import change


@pytest.fixture(autouse=True)
def _empty(isolated, monkeypatch):
    """Have a folder for results, as every checkout has, and take made-up pictures for real ones."""
    places.results().mkdir()
    monkeypatch.setattr(pictures, "PUBLISHED", "f")


RESULT_KEYS = [
    *["experiment", "network", "start", "recipe", "precision", "agreement", "oversampling"],
    *["seeds", "keys", "folds", "mean", "std", "n"],
]


@pytest.mark.parametrize("words", [["results"], ["campaign", "--dry-run"]])
def test_a_folder_of_results_that_is_not_there_is_not_taken_for_an_empty_one(capsys, words):
    """As with a letter too many in its name, which would have all runs made again."""
    places.results().rmdir()
    assert f"There is no folder {places.results()}" in refused(capsys, *words)


def test_damaged_results_are_left_out_and_named(capsys):
    """A line each, which names the file; the others are scored, and the status says so, too."""
    write_result(places.results(), 1, 3)
    for fold, name in ((2, "run.json"), (3, "predictions.csv"), (4, "run.json")):
        path = write_result(places.results(), fold, 3) / name
        path.unlink() if fold == 4 else path.write_bytes(b"\xff")
    assert main(["results", "--json"]) == 2
    out, err = capsys.readouterr()
    assert [row["folds"] for row in json.loads(out)] == [[1], [1]]
    *lines, last = err.splitlines()
    assert len(lines) == 3
    assert all(line.startswith("pixels-to-sentiment: left out: /") for line in lines)
    assert "without 3 damaged, as said above" in last


def test_results_as_json_are_complete(capsys):
    """A row a configuration with the documented keys; numbers are numbers, keys whole."""
    first = write_result(places.results(), 1, 4)
    assert [row["std"] for row in json.loads(said(capsys, "results", "--json"))] == [None, None]
    second = write_result(places.results(), 2, 3)
    rows = json.loads(said(capsys, "results", "--json"))
    assert [list(row) for row in rows] == [RESULT_KEYS, RESULT_KEYS]
    centre, oversampled = rows
    assert (centre["oversampling"], oversampled["oversampling"]) == ("no", "yes")
    assert (centre["experiment"], centre["recipe"]) == ("fine-tuning", "paper")
    assert centre["keys"] == sorted([first.name, second.name])
    assert (centre["folds"], centre["seeds"], centre["n"]) == ([1, 2], [0], 2)
    assert (centre["mean"], oversampled["mean"]) == (0.875, 1.0)
    assert centre["std"] == pytest.approx(0.25 / 2**0.5)


def test_results_as_text_have_a_line_a_configuration(capsys, monkeypatch):
    """Below one for experiment and network, with rounded scores; keys whole, if asked for.

    What is recorded of the article fits 100 columns.
    """
    made = [write_result(places.results(), *one) for one in ((1, 3), (2, 4), (4, 4))]
    heading, network, row, *notes = said(capsys, "results").splitlines()
    assert heading.split()[:5] == ["recipe", "agree", "prec.", "seeds", "folds"]
    assert network == "fine-tuning: squeezenet1_1:imagenet"
    scores = ["0.917", "0.144", "1.000", "0.000"]
    assert row.split() == ["paper", "five", "fp32", "0", "1-2,4", *scores]
    assert "--keys" in notes[-1]
    keys = said(capsys, "results", "--keys").splitlines()[3].split()
    assert keys == sorted(folder.name for folder in made)
    monkeypatch.setenv("PIXELS_TO_SENTIMENT_RESULTS", str(places.checkout() / "book" / "results"))
    lines = said(capsys, "results", "--keys").splitlines()
    assert len(lines) > 40
    assert max(map(len, lines)) <= 100


# Recording


def test_finished_runs_are_recorded_by_their_keys(capsys):
    """And are there in the results then; a second time nothing is added.

    Keys or all of them: not both, and not nothing.
    """
    _, second = (write_result(places.runs(), fold, 4) for fold in (1, 2))
    recorded = places.results() / second.name
    assert said(capsys, "record", second.name) == f"Recorded {recorded}.\n"
    assert said(capsys, "record", second.name) == ""
    assert "Say what to record" in refused(capsys, "record")
    assert "Say what to record" in refused(capsys, "record", "--all", second.name)
    assert list(places.results().iterdir()) == [recorded]


def test_all_that_can_be_recorded_is_and_the_rest_is_counted(capsys):
    """What other code has made or is recorded already stands in no way, nor what is of no protocol.

    Each reason is told once; what is damaged is named, and the status says so.
    """
    first, other, third = (write_result(places.runs(), fold, 4) for fold in (1, 2, 3))
    change(other / "run.json", code="c")
    few, _ = (write_result(places.runs(), fold, 4, limit=20) for fold in (4, 5))
    older, damaged = places.runs() / ("f" * 16) / "maps.json", places.runs() / ("d" * 16)
    older.parent.mkdir()
    older.write_text('{"code": "older", "of": "another form"}')
    out = said(capsys, "record", "--all")
    assert {path.name for path in places.results().iterdir()} == {first.name, third.name}
    assert out.count("Recorded ") == 2
    assert "\n2 left out. The first: Run " in out
    (few / "predictions.csv").unlink()
    damaged.mkdir()
    (damaged / "run.json").write_text("{ damaged")
    assert main(["record", "--all"]) == 2
    out, err = capsys.readouterr()
    assert out.startswith("1 left out. The first: Run ")
    assert [f"not recorded: {one}" in err for one in (few, damaged)] == [True, True]
    assert "\npixels-to-sentiment: 2 could not be recorded" in err
    assert (damaged / "run.json").is_file()


def test_where_nothing_can_be_written_nothing_more_is_tried(capsys, isolated, monkeypatch):
    """It is no reason to leave a run out: whatever goes on by the status must not."""
    write_result(places.runs(), 1, 4)
    (isolated / "file").touch()
    monkeypatch.setenv("PIXELS_TO_SENTIMENT_RESULTS", str(isolated / "file" / "results"))
    assert "cannot be written" in refused(capsys, "record", "--all")


def test_something_else_in_the_place_of_the_runs_is_named(capsys):
    """It is not taken for a folder without any."""
    places.runs().parent.mkdir(parents=True, exist_ok=True)
    places.runs().write_text("")
    assert "is no folder: name another in PIXELS_TO_SENTIMENT_RUNS" in refused(
        capsys, "record", "--all"
    )


def test_finished_maps_are_recorded_as_runs_are(capsys):
    """What a folder holds tells where it belongs."""
    data = {"source": "photographs", "fingerprint": "f"}
    trained = toy_studies.trained(places.runs(), data, limit=None)
    study = Study(trained.key, "five", 1)
    made = toy_studies.written(places.runs() / study.key("f", "c"), study, run=trained.run)
    change(made / "maps.json", data=data)
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


# Speed

REPORT = {
    "made": {"hardware": {"cpu": "abacus"}, "versions": {"torch": "9"}, "seconds": 61.0},
    "comparisons": [{"what": "count", "contender": "fingers", "ratio": 1.5}],
    "costs": [],
    "growth": [],
    "waiting": [{"what": "tea", "seconds": 180.0}],
}


def test_a_report_is_printed_or_given_as_json(monkeypatch, capsys):
    """With hardware and versions."""
    monkeypatch.setattr(suite, "run", lambda *_, **__: REPORT)
    text = said(capsys, "benchmark", "--only", "waiting")
    assert all(one in text for one in ("abacus", "torch: 9", "fingers", "tea"))
    assert json.loads(said(capsys, "benchmark", "--only", "waiting", "--json")) == REPORT


def test_a_report_is_recorded_whole_or_with_what_a_map_costs_alone(monkeypatch, capsys):
    """Only on the photographs; other parts are for looking at."""
    kept = []
    monkeypatch.setattr(suite, "run", lambda *_, **__: REPORT)
    monkeypatch.setattr(results, "record", lambda report: kept.append(report) or "a file")
    loaded = SimpleNamespace(real=False)
    monkeypatch.setattr(pictures, "load", lambda: loaded)
    record = ["benchmark", "--record"]
    assert "on the photographs" in refused(capsys, *record, "--only", "map-cost")
    loaded.real = True
    said(capsys, *record, "--only", "map-cost")
    said(capsys, *record)
    assert kept == [REPORT] * 2
    assert "--only map-cost" in refused(capsys, *record, "--only", "growth")
    assert len(kept) == 2
