"""What a report says of the targets, and which report the book reads."""

import json
from dataclasses import replace

import pytest

from pixels_to_sentiment import places
from pixels_to_sentiment.campaign import outcome
from pixels_to_sentiment.records import catalogue
from pixels_to_sentiment.training import recipes
from toy_runs import RUN

FULL = replace(RUN, limit=None, precision=catalogue.USUAL_PRECISION)
FULL = replace(FULL, recipe=recipes.recipe("paper", "five"))


def rows(run, call=1):
    """Five folds, of which each ends three seconds after the one before and takes five."""
    folds = (replace(run, fold=fold) for fold in (1, 2, 3, 4, 5))
    return [outcome.row(one, call, 10 + 3 * one.fold, 5.0) for one in folds]


def test_five_folds_take_from_the_first_start_to_the_last_end():
    """Of one call only, as nobody knows how long it was until the next, and of all five."""
    named, _, missing = (replace(FULL, seed=seed) for seed in (0, 1, 2))
    made = rows(named) + rows(replace(FULL, seed=1))[:3] + rows(replace(FULL, seed=1), 2)[3:]
    found = outcome.five_folds(made + rows(missing)[:4])
    of = f"timm/test_efficientnet:random:paper five {catalogue.USUAL_PRECISION} seed"
    assert found == [{"of": f"{of} 0", "seconds": 17.0}, {"of": f"{of} 1", "seconds": None}]


def test_targets_are_met_or_missed_on_a_gpu_and_not_measured_elsewhere():
    """The faster precision counts, the slowest five folds, and no runs of a trial."""
    names = {"this project": 20000.0, "this project, bf16": 31000.0, "common loop": 900.0}
    compared = [
        {"what": "train CaffeNet", "contender": name, "rate": rate, "ratio": 9.0, "share": 0.4}
        for name, rate in names.items()
    ]
    trial = replace(FULL, recipe=replace(FULL.recipe, name="paper-shortened"))
    report = {
        **{"device": "cuda", "benchmark": {"comparisons": compared}},
        "runs": [one | {"ended": one["ended"] / 9} for one in rows(FULL)]
        + [one | {"ended": one["ended"] * 9} for one in rows(trial)],
    }
    found = outcome.summary(report)["targets"]
    assert [(one["measured"], one["met"]) for one in found] == [
        *((31000.0, True), (9.0, False), (0.4, True)),
        (pytest.approx(12 / 9 + 5, abs=0.01), True),
    ]
    assert {one["met"] for one in outcome.summary(report | {"device": "cpu"})["targets"]} == {None}


@pytest.mark.usefixtures("isolated")
def test_the_book_reads_the_newest_campaign_of_a_gpu_or_else_a_rehearsal():
    """By the time at which it began, whatever the name of the device."""
    assert outcome.recorded() is None
    for device, began in (
        *(("cpu", "2020-01-05T00:00:00+00:00"), ("cpu", "2020-01-04T00:00:00+00:00")),
        *(("cuda:1", "2020-01-02T00:00:00+00:00"), ("cuda", "2020-01-03T00:00:00+00:00")),
    ):
        path = outcome.keep({"began": began, "device": device})
        assert json.loads(path.read_text())["began"] == began
        assert path.parent == places.benchmarks()
        newest = outcome.recorded()["began"]
        assert newest == ("2020-01-05T00:00:00+00:00" if device == "cpu" else began)
