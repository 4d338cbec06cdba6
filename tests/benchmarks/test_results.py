"""What is made of the times: ratios, shares, exponents, reports kept and compared."""

import numpy as np
import pandas as pd
import pytest

from pixels_to_sentiment.benchmarks import results

pytestmark = pytest.mark.usefixtures("isolated")

SECONDS = {
    results.OURS: [1.0, 1.0, 2.0],
    results.BF16: [0.5, 0.5, 0.5],
    results.COMMON: [2.0, 3.0, 4.0],
    "matrix product fp32 product": [0.2, 0.2, 0.2],
    "matrix product fp32 convolution": [0.1, 0.1, 0.4],
    "matrix product bf16 product": [0.05, 0.05, 0.05],
}


def test_ratios_are_paired_by_round_and_shares_are_of_the_faster_product():
    """By hand: 10 pictures of 1e9 operations; products of 2 * 4096**3."""
    table = pd.DataFrame(
        results.rows("work", 10, 10**9, (SECONDS, dict.fromkeys(SECONDS, 7.4)))
    ).set_index("contender")
    assert list(table.index) == [results.OURS, results.BF16, results.COMMON]
    assert table.loc[results.COMMON, "ratio"] == 2
    assert tuple(table.loc[results.OURS, ["low", "high"]]) == (1, 1)
    assert tuple(table.loc[results.COMMON, ["low", "high"]]) == results.spread([2, 3, 2])
    assert table.loc[results.COMMON, "seconds"] == [2, 3, 4]
    assert list(table["rate"]) == [10, 20, pytest.approx(10 / 3)]
    flops = 2 * 4096**3
    assert table.loc[results.OURS, "share"] == pytest.approx(1e10 / (flops / 0.1))
    assert table.loc[results.BF16, "share"] == pytest.approx(2e10 / (flops / 0.05))
    assert set(table["mib"]) == {7}


def test_work_without_a_limit_or_operations_has_neither_share_nor_rate_of_them():
    """Only the time counts, as for what ROAD fills in; JSON has no missing number but null."""
    seconds = {results.OURS: [1.0, 1.0], results.PACKAGE: [3.0, 5.0]}
    times = seconds, dict.fromkeys(seconds, 1)
    bare = results.rows("work", 10, 0, times)
    assert [one["ratio"] for one in bare] == [1, 4]
    assert {one[name] for one in bare for name in ("gflops", "limit_gflops", "share")} == {None}
    counted = results.rows("work", 10, 10**9, times)
    assert [(one["gflops"], one["share"]) for one in counted] == [(10, None), (2.5, None)]


def test_without_scipy_the_ratio_is_told_and_its_spread_is_missing(monkeypatch):
    """The seconds of the rounds, from which it follows, are there."""
    monkeypatch.setattr(results, "stats", None)
    times = {results.OURS: [1.0, 1.0], "other": [3.0, 5.0]}, {results.OURS: 1, "other": 1}
    _, other = results.rows("work", 1, 0, times)
    assert (other["ratio"], other["low"], other["high"]) == (4, None, None)
    assert other["seconds"] == [3, 5]


def test_a_map_is_divided_by_the_answer_of_the_same_round():
    """By hand: a slow round slows both, and does not change the ratio."""
    seconds = {
        "this project, classifier": [1.0, 2.0, 1.0],
        "this project, map": [3.0, 6.0, 4.0],
        "OpenCV, classifier": [1.0, 1.0, 1.0],
        "OpenCV, map": [5.0, 4.0, 6.0],
    }
    ours, peer = results.map_rows(10, seconds)
    low, high = results.spread([3, 3, 4])
    assert ours == {
        **{"contender": results.OURS, "pictures": 10, "classifier": 1, "map": 4, "rounds": 3},
        **{"ratio": 3, "low": low, "high": high},
    }
    assert (peer["contender"], peer["ratio"]) == ("OpenCV", 5)


@pytest.mark.parametrize("n", [4, 9])
def test_one_more_round_lies_in_the_spread_in_19_cases_of_20(n):
    """Simulated: rounds whose logarithms are normal."""
    rounds = np.exp(np.random.default_rng(n).normal(0.7, 0.1, (1500, n + 1)))
    spreads = np.array([results.spread(some) for some in rounds[:, :-1]])
    inside = (spreads[:, 0] <= rounds[:, -1]) & (rounds[:, -1] <= spreads[:, 1])
    assert inside.mean() == pytest.approx(0.95, abs=0.02)


def test_exponents_are_those_of_the_powers():
    table = pd.DataFrame(
        [(what, n, 3 * n**power) for what, power in (("b", 2), ("a", 0.5)) for n in (1, 2, 8)],
        columns=["what", "size", "seconds"],
    )
    assert results.exponents(table).round(9).to_dict() == {"b": 2, "a": 0.5}


def test_a_second_report_is_held_against_the_spread_of_the_first():
    """Ends included."""

    def report(ratio):
        rows = [("w", results.OURS, 1, 1, 1), ("w", "x", ratio, 2, 3), ("w", "y", 5, 4, 6)]
        columns = ["what", "contender", "ratio", "low", "high"]
        return {"comparisons": pd.DataFrame(rows, columns=columns).to_dict("records")}

    for ratio, inside in ((2, True), (3.1, False)):
        found = results.repeated(report(2.5), report(ratio))
        assert list(found["contender"]) == ["x", "y"]
        assert list(found["inside"]) == [inside, True]


def test_reports_stand_side_by_side_with_the_machines_limit():
    """The ratios to the contenders asked for, and the largest limit in float32."""

    def report(date, ratio):
        names = ["what", "contender", "ratio", "limit_gflops"]
        rows = [
            ("w", results.OURS, 1, 90),
            ("v", results.OURS, 1, 95),
            ("w", results.COMMON, ratio, 90),
        ]
        rows.append(("w", results.BF16, 9, 500))
        return {
            "made": {"date": date},
            "comparisons": [dict(zip(names, row, strict=True)) for row in rows],
        }

    table = results.across(
        [report("2020-01-02T03:04:05", 2), report("2020-01-01", 3)], [results.COMMON]
    )
    assert table["w"].to_list() == [2, 3]
    assert table["limit"].to_list() == [95, 95]
    assert list(table.columns) == ["date", "limit", "w"]


def test_reports_are_kept_and_the_newest_record_of_what_a_map_costs_is_given():
    """By kind of device; of a whole report or of that part alone, which is no whole report."""
    assert results.map_costs("cpu").empty

    def report(date, ratio, device="cpu", **more):
        hardware = {"cpu": "abacus", "gpu": "loom"}
        made = {"device": device, "date": f"{date}T00:00:00", "hardware": hardware}
        costs = [] if ratio is None else [{"contender": results.OURS, "ratio": ratio}]
        return {"made": made, "costs": costs, **more}

    results.record(report("2026-01-02", 3, comparisons=["some"]))
    results.record(report("2026-01-04", None, comparisons=["some"]))
    assert list(results.map_costs("cpu")["ratio"]) == [3]
    results.record(report("2026-01-03", 4))
    found = results.map_costs("cpu")
    assert (found.loc[0, "ratio"], found.loc[0, "date"][:10]) == (4, "2026-01-03")
    assert found.loc[0, "hardware"] == "abacus"
    whole = [one["made"]["date"][:10] for one in results.recorded("cpu-*")]
    assert whole == ["2026-01-02", "2026-01-04"]
    results.record(report("2026-01-03", 2, device="cuda"))
    assert list(results.map_costs("gpu")["hardware"]) == ["loom"]
