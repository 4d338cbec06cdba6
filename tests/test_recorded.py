"""What is recorded in the book: every score is that of its per-picture predictions.

Counted here from the files alone, by the csv module, beside what the library makes of them.
"""

import csv
import json
from collections import defaultdict
from pathlib import Path
from statistics import mean, stdev

import pytest

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.probes.records import ProbeRecord
from pixels_to_sentiment.records import experiments
from pixels_to_sentiment.records.runs import WEIGHTS, Record
from pixels_to_sentiment.reports import layerwise, ledger

RESULTS = Path(__file__).parents[1] / "book" / "results"
RUNS = sorted(RESULTS.glob("*/run.json"))
AGAIN = sorted(RESULTS.parent.glob("again/*/run.json"))
PROBES = sorted(RESULTS.glob("*/probe.json"))
STUDIES = sorted(RESULTS.glob("*/maps.json"))
TRUTH = dict(zip(folds.load()["image"], folds.load()["label"], strict=True))


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def share_right(folder, view):
    rows = rows_of(folder / "predictions.csv")
    return mean((float(row[view]) > 0.5) == (TRUTH[row["image"]] == 1) for row in rows)


@pytest.fixture(scope="module")
def records():
    return Record.recorded(RESULTS)


@pytest.fixture(scope="module")
def stacked():
    """Accuracies of all recorded probes."""
    return layerwise.accuracies(ProbeRecord.recorded(RESULTS))


def test_every_recorded_key_is_that_of_the_work_as_it_is_read_today():
    """So that none becomes another's by a field, a default or a name that is moved.

    And each is of the full protocol: whole lists and recipes, by code that was committed, with all
    pictures of its published test fold in order, and without weights.
    """
    every = [one for kind in ledger.KINDS for one in kind.recorded(RESULTS)]
    assert len(every) == len([*RUNS, *PROBES, *STUDIES]) > 200
    again = Record.recorded(RESULTS.with_name("again"))
    for one in [*every, *again]:
        assert one.work.key(one.data["fingerprint"], one.code) == one.key == one.folder.name
        assert one.deviation() is None
        one.check()
        made = one.provenance()
        assert (made["commit"] != "unknown", made["dirty"]) == (True, False)
        assert not (one.folder / WEIGHTS).exists()
    assert len({one.identity() for one in every}) == len(every)


def test_every_score_is_that_of_the_predictions_counted_again(records):
    """Accuracy of each run, and mean and standard deviation over folds of each row."""
    by_row = defaultdict(lambda: defaultdict(dict))
    for row in experiments.fold_scores(records).itertuples():
        view = {"no": "centre", "yes": "oversampled"}[row.oversampling]
        assert row.accuracy == pytest.approx(share_right(RESULTS / row.key, view), abs=1e-12)
        name = tuple(getattr(row, column) for column in experiments.CONFIGURATION)
        by_row[name][row.seed][row.fold] = row.accuracy
    table = experiments.table(records)
    assert len(table) == len(by_row)
    for row in table.itertuples():
        name = tuple(getattr(row, column) for column in experiments.CONFIGURATION)
        seeds = by_row[name].values()
        # A seed of which only some folds are recorded does not count beside one that is whole.
        whole = [folds for folds in seeds if len(folds) == max(map(len, seeds))]
        each = [mean(seed[fold] for seed in whole) for fold in whole[0]]
        assert row.mean == pytest.approx(mean(each), abs=1e-12)
        if len(each) > 1:
            assert row.std == pytest.approx(stdev(each), abs=1e-12)


@pytest.mark.parametrize("path", AGAIN, ids=lambda path: path.parent.name)
def test_what_was_made_again_is_of_a_recorded_run(path):
    """Of the same recipe, fold, seed and photographs, and trained another time."""
    was, made = (Record.open_key(home, path.parent.name) for home in (RESULTS, path.parents[1]))
    assert (was.run, was.data, was.code) == (made.run, made.data, made.code)
    assert was.provenance()["began"] != made.provenance()["began"]


@pytest.mark.parametrize("path", PROBES, ids=lambda path: path.parent.name)
def test_every_score_of_a_layer_is_that_of_its_predicted_labels(path, stacked):
    """Each cost of each layer and classifier, counted from the strings of labels."""
    probe = json.loads(path.read_text())["probe"]
    labels = folds.split(probe["agreement"], probe["fold"])[1]["label"].astype(str).to_list()
    rows = rows_of(path.parent / "layers.csv")
    counted = [mean(a == b for a, b in zip(r["predicted"], labels, strict=True)) for r in rows]
    scores = stacked.loc[stacked["key"] == path.parent.name, "accuracy"]
    assert scores.to_list() == pytest.approx(counted, abs=1e-12)


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.parent.name)
def test_recorded_maps_are_whole_and_of_networks_of_their_fold(path):
    """Each of five maps of a picture is measured, and every share lies from 0 to 1."""
    content = json.loads(path.read_text())
    study = content["maps"]
    for name in ("run", "other"):
        if run := content[name]:
            assert (run["agreement"], run["fold"]) == (study["agreement"], study["fold"])
    # Evidence is known of the stand-in alone, on which no network was fine-tuned for maps.
    assert content["data"]["source"] == ("photographs" if content["run"] else "stand-in")
    rows = rows_of(path.parent / "measures.csv")
    assert list({row["map"]: 0 for row in rows}) == ["map", "grad-cam", "random", "centre", "edges"]
    assert all(0 <= float(v) <= 1 for row in rows for k, v in row.items() if "@" in k)
