"""What is made of the times: ratios, shares, exponents, reports kept and compared."""

import numpy as np
import pandas as pd
import pytest

from pixels_to_sentiment.benchmarks import contenders, suite

pytestmark = pytest.mark.usefixtures("isolated")

SECONDS = {
    suite.OURS: [1.0, 1.0, 2.0],
    suite.BF16: [0.5, 0.5, 0.5],
    suite.COMMON: [2.0, 3.0, 4.0],
    "matrix product fp32 product": [0.2, 0.2, 0.2],
    "matrix product fp32 convolution": [0.1, 0.1, 0.4],
    "matrix product bf16 product": [0.05, 0.05, 0.05],
}


def test_ratios_are_paired_by_round_and_shares_are_of_the_faster_product():
    """By hand: 10 pictures of 1e9 operations; products of 2 * 4096**3."""
    table = pd.DataFrame(
        suite.rows("work", 10, 10**9, SECONDS, dict.fromkeys(SECONDS, 7.4))
    ).set_index("contender")
    assert list(table.index) == [suite.OURS, suite.BF16, suite.COMMON]
    assert table.loc[suite.COMMON, "ratio"] == 2
    assert tuple(table.loc[suite.COMMON, ["low", "high"]]) == suite.spread([2, 3, 2])
    assert table.loc[suite.COMMON, "seconds"] == [2, 3, 4]
    assert list(table["rate"]) == [10, 20, pytest.approx(10 / 3)]
    flops = 2 * 4096**3
    assert table.loc[suite.OURS, "share"] == pytest.approx(1e10 / (flops / 0.1))
    assert table.loc[suite.BF16, "share"] == pytest.approx(2e10 / (flops / 0.05))
    assert set(table["mib"]) == {7}


def test_work_without_a_limit_or_operations_has_neither_share_nor_rate_of_them():
    """Only the time counts, as for what ROAD fills in; JSON has no missing number but null."""
    seconds = {suite.OURS: [1.0, 1.0], suite.PACKAGE: [3.0, 5.0]}
    bare = suite.rows("work", 10, 0, seconds, dict.fromkeys(seconds, 1))
    assert [one["ratio"] for one in bare] == [1, 4]
    assert {one[name] for one in bare for name in ("gflops", "limit_gflops", "share")} == {None}
    counted = suite.rows("work", 10, 10**9, seconds, dict.fromkeys(seconds, 1))
    assert [(one["gflops"], one["share"]) for one in counted] == [(10, None), (2.5, None)]


def test_maps_are_held_against_the_grad_cam_package_on_the_same_work():
    """Same network, pictures and device; one comparison has the machine's limit."""
    found = suite.comparisons("maps", "cpu", "")
    limited = []
    for one in found:
        ours, *others = one["entries"]
        assert (ours.name, ours.keep) == (suite.OURS, True)
        packages = [o for o in others if o.name.startswith(suite.PACKAGE)]
        assert packages
        for other in packages:
            assert not other.keep
            assert ours.options.items() <= other.options.items()
        limited += [one["title"] for o in others if o.name.startswith(suite.LIMIT)][:1]
    assert limited == [found[0]["title"]]


@pytest.mark.parametrize("n", [4, 9])
def test_one_more_round_lies_in_the_spread_in_19_cases_of_20(n):
    """Simulated: rounds whose logarithms are normal."""
    rounds = np.exp(np.random.default_rng(n).normal(0.7, 0.1, (4000, n + 1)))
    spreads = np.array([suite.spread(some) for some in rounds[:, :-1]])
    inside = (spreads[:, 0] <= rounds[:, -1]) & (rounds[:, -1] <= spreads[:, 1])
    assert inside.mean() == pytest.approx(0.95, abs=0.015)


def test_exponents_are_those_of_the_powers():
    table = pd.DataFrame(
        [(what, n, 3 * n**power) for what, power in (("b", 2), ("a", 0.5)) for n in (1, 2, 8)],
        columns=["what", "size", "seconds"],
    )
    assert suite.exponents(table).round(9).to_dict() == {"b": 2, "a": 0.5}


def test_operations_are_twice_the_multiplications():
    """CaffeNet forward, from the shapes of its prototxt; backward lacks conv1's input only."""
    conv1 = 55 * 55 * 96 * 3 * 121
    others = 27 * 27 * 256 * 48 * 25 + 13 * 13 * (384 * 256 * 9 + (384 + 256) * 192 * 9)
    inner = 9216 * 4096 + 4096 * 4096 + 4096 * 2
    forward = 2 * (conv1 + others + inner)
    assert contenders.operations("caffenet", train=False) == forward
    assert contenders.operations("caffenet", train=True) == 3 * forward - 2 * conv1


def test_operations_of_a_convolution_in_groups_are_those_of_its_groups():
    """MobileNetV2's published count: 300 million products for 1000 classes, 1.28 million less."""
    products = contenders.operations("mobilenet_v2", train=False) / 2
    assert products == pytest.approx(300e6, rel=0.01)


def test_a_report_is_kept_and_found_again():
    """The newest first, by kind of device."""
    dates = ["2026-01-02T03:04:05+00:00", "2026-01-03T03:04:05+00:00"]
    for device, date in [("cpu", dates[0]), ("cpu", dates[1]), ("cuda:0", dates[0])]:
        suite.record({"made": {"device": device, "date": date}})
    assert [one["made"]["date"] for one in suite.recorded("cpu")] == dates[::-1]
    assert [one["made"]["device"] for one in suite.recorded("gpu")] == ["cuda:0"]


def test_a_second_report_is_held_against_the_spread_of_the_first():
    """Ends included."""

    def report(ratio):
        rows = [("w", suite.OURS, 1, 1, 1), ("w", "x", ratio, 2, 3), ("w", "y", 5, 4, 6)]
        columns = ["what", "contender", "ratio", "low", "high"]
        return {"comparisons": pd.DataFrame(rows, columns=columns).to_dict("records")}

    for ratio, inside in ((2, True), (3.1, False)):
        found = suite.repeated(report(2.5), report(ratio))
        assert list(found["contender"]) == ["x", "y"]
        assert list(found["inside"]) == [inside, True]


def test_files_lie_as_torchvision_wants_them(isolated):
    """A folder a class, 256 pictures, of the stand-in where there are no photographs."""
    folder = isolated / "files"
    folder.mkdir()
    suite.write_files(folder)
    assert {path.parent.name for path in folder.rglob("*.jpg")} == {"0", "1"}
    assert len(list(folder.rglob("*.jpg"))) == 256


def test_reports_stand_side_by_side_with_the_machines_limit():
    """The ratios to the contenders asked for, and the largest limit in float32."""

    def report(date, ratio):
        names = ["what", "contender", "ratio", "limit_gflops"]
        rows = [("w", suite.OURS, 1, 90), ("v", suite.OURS, 1, 95), ("w", suite.COMMON, ratio, 90)]
        rows.append(("w", suite.BF16, 9, 500))
        return {
            "made": {"date": date},
            "comparisons": [dict(zip(names, row, strict=True)) for row in rows],
        }

    table = suite.across(
        [report("2020-01-02T03:04:05", 2), report("2020-01-01", 3)], [suite.COMMON]
    )
    assert table["w"].to_list() == [2, 3]
    assert table["limit"].to_list() == [95, 95]
    assert list(table.columns) == ["date", "limit", "w"]
