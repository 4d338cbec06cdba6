"""The model of many machines by arithmetic of its own, from a made-up report and records."""

import numpy as np
import pandas as pd
import pytest

from pixels_to_sentiment.benchmarks import scaling
from pixels_to_sentiment.records import catalogue
from toy_runs import told

ROWS = [
    ("training", scaling.SERIAL, 1, 6, [60.0, 30.0], {}),
    ("training", scaling.SERIAL, 2, 6, [30.0, 18.0], {}),
    ("training", scaling.WORKERS, 2, 6, [40.0, 20.0], {}),
    ("training", scaling.WORKERS, 4, 6, [33.0, 18.0], {}),
    ("training", scaling.PAPERMILL, 2, 3, [30.0], {}),
    (
        *("nap", scaling.WORKERS, 2, 1000, [15.0]),
        {"cpu": {"client": 0.004, "scheduler": 0.002}},
    ),
    ("nap", scaling.CROWD, 100, 200, [2.0], {"cpu": {"client": 0.005}}),
]
NAMES = "work", "way", "processes", "runs", "seconds"
REPORT = {
    "made": {
        **{"commit": "0123456789", "began": "2026-01-02T03"},
        "hardware": {"cores": 2, "cpu": "a processor"},
    },
    "rows": [
        dict(zip(NAMES, row, strict=True)) | more | ({"mib": {"client": 99.6}} if more else {})
        for *row, more in ROWS
    ],
}


def test_ways_are_held_against_serial_processes_round_by_round():
    """By hand: 30/40 and 18/20; more processes than cores against as many as there are cores."""
    table = scaling.ways(REPORT).set_index(["work", "way", "processes"])
    pair, four = (table.loc["training", scaling.WORKERS, n] for n in (2, 4))
    assert pair["efficiency"] == pytest.approx((30 / 40 + 18 / 20) / 2)
    assert pair["speed"] == pytest.approx((60 / 40 + 30 / 20) / 2)
    assert four["efficiency"] == pytest.approx((30 / 33 + 18 / 18) / 2)
    assert pair["each"] == pytest.approx((40 + 20) / 2 / 6)
    assert np.isnan(pair["overhead"])
    # Half as many runs, in one round: five seconds each against ten.
    assert table.loc["training", scaling.PAPERMILL, 2]["efficiency"] == pytest.approx(0.5)
    # Two processes took a thousand naps in 15 s: 30 ms of a process each, 10 of them asleep.
    naps = table.loc["nap", scaling.WORKERS, 2]
    assert naps["overhead"] == pytest.approx(20)
    assert np.isnan(naps["efficiency"])
    assert np.isnan(table.loc["nap", scaling.CROWD, 100]["overhead"])


def test_the_catalogue_takes_what_recorded_runs_took_for_a_picture(made):
    """Counted anew from the files of the catalogue; a network without a record has no time."""
    fast, slow = made(fold=1, precision="bf16"), made(fold=2, precision="bf16")
    other = made(fold=3, precision="fp32")
    on_gpu = made(fold=4, precision="bf16")
    told(on_gpu.folder, seconds=9e9, device="cuda")
    for one, seconds in ((fast, 100), (slow, 200), (other, 9e9)):
        told(one.folder, seconds=seconds)
    recipe = fast.run.recipe
    rate = 300 / (2 * recipe.iterations * recipe.batch_size * recipe.iter_size)
    table = scaling.wanted([fast, slow, other, on_gpu], seeds=3).set_index("network")
    experiments = pd.read_csv(catalogue.__file__.replace("catalogue.py", "experiments.csv"))
    listed = pd.read_csv(catalogue.__file__.replace("catalogue.py", "catalogue.csv"))
    listed = listed[listed["ran"] != "frozen"].merge(
        experiments[["name", "agreements"]], left_on="experiment", right_on="name"
    )
    listed["agreement"] = listed["agreements"].str.split()
    listed = listed.explode("agreement").drop_duplicates(["configuration", "agreement"])
    ours = listed["configuration"].str.match("squeezenet1_1[:+]")
    row = table.loc["SqueezeNet 1.1"]
    assert row["runs"] == ours.sum() * 5 * 3
    assert table["runs"].sum() == len(listed) * 5 * 3
    assert row["seconds"] == pytest.approx(rate * row["pictures"])
    assert row["longest"] * row["runs"] >= row["seconds"]
    assert table["seconds"].drop("SqueezeNet 1.1").isna().all()


def test_a_model_is_limited_by_the_machines_and_then_by_the_client():
    """By hand: 1000 runs of 99 s and one of waiting; one in 10 ms by the most workers."""
    work = pd.DataFrame({"network": ["a", "b"], "runs": [1000, 7], "pictures": [1, 1]})
    work = work.assign(seconds=[99_980.0, None], longest=[200.0, None])
    model = scaling.model(REPORT, work)
    assert (model["runs"], model["longest"], model["each"]) == (1000, 200, 0.01)
    assert model["overhead"] == pytest.approx(0.02)
    table = scaling.days(model, [1, 100, 10**6])
    np.testing.assert_allclose(table["days"] * 86400, [100_000, 1000, 10])
    np.testing.assert_allclose(table["most"] * 86400, [100_000, 1198, 210], rtol=1e-5)
    assert model["saturation"] == pytest.approx(100 / 0.01)
