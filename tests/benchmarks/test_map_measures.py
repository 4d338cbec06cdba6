"""Recorded measures of maps, averaged and beside those of Quantus, from made-up reports."""

import json

import numpy as np
import pytest

from pixels_to_sentiment import places
from pixels_to_sentiment.benchmarks import map_measures


def keep(name, rows):
    places.benchmarks().mkdir(exist_ok=True)
    made = {"network": "a", "began": "2026-01-02T03", "seconds": 90, "commit": "0123456789"}
    made |= {"dirty": False, "hardware": {"cpu": "one"}, "versions": {"torch": "2"}}
    made |= {"other_versions": {"quantus": "0.6"}} if name == "quantus" else {}
    (places.benchmarks() / f"{name}.json").write_text(json.dumps({"made": made, "rows": rows}))


def test_recorded_measures_are_averaged_by_network_and_map(isolated):
    """Maps that were not measured are left out, and so is a picture whose map is nothing."""
    assert map_measures.by_network().empty
    row = {"network": "a", "map": "map", "places": 4, "road": 0.5, "sparseness": 0.25}
    row |= {"complexity": np.log(2), "sensitivity": 1.0}
    nothing = row | {"sparseness": None, "complexity": None, "sensitivity": None, "road": 0.1}
    random = row | {"map": "random", "places": None}
    keep("maps-a", [row, row | {"complexity": np.log(4)}, nothing, random])
    (found,) = map_measures.by_network().to_dict("records")
    assert (found["network"], found["map"], found["pictures"], found["places"]) == (
        "a",
        "map",
        3,
        4,
    )
    assert found["spread"] == pytest.approx(3)
    assert found["road"] == pytest.approx(1.1 / 3)
    assert 0.1 <= found["road_low"] < found["road"] < found["road_high"] <= 0.5
    assert found["sparseness_low"] == found["sparseness"] == found["sparseness_high"] == 0.25


def test_seconds_and_values_are_held_against_quantus(isolated):
    """The largest difference of a picture counts, not that of the means."""
    assert map_measures.beside_quantus().empty
    row = {"measure": "road", "ours": [1.0, 0.0], "quantus": [0.5, 0.5]}
    row |= {"our_seconds": 0.5, "quantus_seconds": 6.0}
    keep("quantus", [row | {"draws": [[1.0, 0.0], [0.75, 0.5], [1.0, 0.25]]}, row])
    found = map_measures.beside_quantus()
    for name, value in {"ours": 0.5, "quantus": 0.5, "apart": 0.5, "times": 12}.items():
        assert found[name].to_list() == [value, value]
    np.testing.assert_array_equal(found["by_noise"], [0.5, np.nan])
    assert map_measures.made().to_dict("records") == [
        {
            **{"network": "a", "beside": "quantus 0.6", "date": "2026-01-02", "minutes": 1.5},
            **{"commit": "0123456", "machine": "one", "torch": "2"},
        }
    ]
