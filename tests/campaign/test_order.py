"""Which runs come first, which are left out, and what a run is taken to cost."""

from dataclasses import replace

import pytest

from pixels_to_sentiment.campaign import order
from pixels_to_sentiment.networks import factory
from pixels_to_sentiment.records import catalogue
from pixels_to_sentiment.records.runs import Record
from toy_cli import write_result
from toy_runs import RUN


@pytest.fixture
def planned(monkeypatch):
    """All runs of the catalogue, as if all weights were at hand."""
    monkeypatch.setattr(factory, "weights_asset", lambda network, start: f"{network}-{start}")
    return order.planned()[0]


def test_the_rows_of_the_claims_come_first_and_seed_by_seed(planned):
    """Five seeds of each, then the other precision, then the other subsets, then the rest."""
    stages = {}
    for place, run in enumerate(planned):
        one = catalogue.Configuration(run.network, run.start, run.recipe.name)
        kind = (one in order.MAIN, run.precision, run.agreement == "five")
        stages.setdefault(kind, []).append(place)
    first, second, third = ((True, "bf16", True), (True, "fp32", True), (True, "bf16", False))
    assert max(stages[first]) < min(stages[second]) <= max(stages[second]) < min(stages[third])
    assert max(stages[third]) < min(stages[False, "bf16", True])
    seeds = [planned[place].seed for place in stages[first]]
    assert seeds == sorted(seeds)
    assert set(seeds) == {0, 1, 2, 3, 4}
    networks = dict.fromkeys(planned[place].network for place in stages[first])
    assert [*networks] == [
        *("caffenet", "caffenet+fc6-2", "caffenet+fc7-2", "caffenet+fc9-2"),
        *("squeezenet1_1", "mobilenet_v2", "efficientnet_lite0", "resnet50"),
    ]
    assert len(set(planned)) == len(planned)


def test_a_run_costs_what_those_most_like_it_took_on_this_kind_of_device(tmp_path):
    """By pictures: 90 seconds for 180 batches; the same network's rate before any other's."""
    record = Record.open(write_result(tmp_path, 1, 3))
    costs = order.Costs([record], "cpu")
    half = replace(record.run, recipe=replace(record.run.recipe, iterations=90))
    assert costs.expected(half) == pytest.approx(45 * order.MARGIN)
    costs.add(RUN, 8.0)  # two batches of four pictures
    assert costs.expected(half) == pytest.approx(45 * order.MARGIN)
    unknown = replace(RUN, network="alexnet", recipe=replace(RUN.recipe, name="other"))
    assert costs.expected(unknown) == pytest.approx(8 * order.MARGIN)
    assert order.Costs([record], "cuda").expected(half) is None


def test_a_trial_tells_nothing_of_what_runs_cost(tmp_path):
    """Most of its seconds are those of the start, not of its few pictures."""
    trial = Record.open(write_result(tmp_path, 1, 3, limit=4))
    assert order.Costs([trial], "cpu").expected(replace(trial.run, limit=None)) is None
