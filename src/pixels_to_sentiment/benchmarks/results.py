"""What a benchmark found: ratios and their spread, kept as reports and read again."""

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from pixels_to_sentiment import places

try:
    from scipy import stats
except ImportError:  # as on a GPU machine that has torch and little else
    stats = None

OURS, COMMON, LIMIT = "this project", "common loop", "matrix product"
PACKAGE = "grad-cam package"
BF16 = f"{OURS}, bf16"
CLASSIFIER, MAP = "classifier", "map"
# Of the square matrices that are multiplied.
PRODUCT_SIDE = 4096


def rows(
    title: str,
    count: int,
    flops: int,
    times: tuple[dict[str, list[float]], dict[str, float]],
    products: int = 1,
) -> list[dict]:
    """Set each contender beside this project's code, on `count` pictures (`products`) a round.

    The times are those of `timing.alternate`; `flops` are operations a picture, 0 for work that is
    not the network's. A contender a row: ``what``, ``contender``, ``rate`` (median, pictures a
    second), ``rounds``, ``ratio`` (this project's rate by its, median over rounds), ``low`` and
    ``high`` (see `spread`), ``gflops``, ``limit_gflops`` and ``share`` (of the faster product in
    its precision), each missing where it was not counted or timed, ``mib``, ``seconds`` (of each
    round).
    """
    (seconds, mib), limits, found = times, {}, []
    for name, taken in seconds.items():
        if name.startswith(LIMIT):
            precision = name.split()[2]
            rate = 2 * PRODUCT_SIDE**3 * products / np.median(taken)
            limits[precision] = max(limits.get(precision, 0.0), rate)
    for name in (one for one in seconds if not one.startswith(LIMIT)):
        taken = seconds[name]
        rate = count / float(np.median(taken))
        limit = limits.get("bf16" if name == BF16 else "fp32")
        found.append(
            {
                "what": title,
                "contender": name,
                "rate": rate,
                **_ratio(taken, seconds[OURS]),
                "gflops": rate * flops / 1e9 if flops else None,
                "limit_gflops": limit / 1e9 if limit else None,
                "share": rate * flops / limit if limit else None,
                "mib": round(mib[name]),
                "seconds": [round(one, 4) for one in taken],
            }
        )
    return found


def map_rows(pictures: int, seconds: dict[str, list[float]]) -> list[dict]:
    """Divide the time of the map by that of the classifier, round by round, for each contender.

    ``classifier`` and ``map`` are medians (seconds for the pictures at once), ``ratio`` is that of
    the rounds, ``low`` and ``high`` are its `spread`.
    """
    found = []
    for name in dict.fromkeys(name.partition(", ")[0] for name in seconds):
        taken = {one: seconds[f"{name}, {one}"] for one in (CLASSIFIER, MAP)}
        medians = {one: float(np.median(times)) for one, times in taken.items()}
        ratio = _ratio(taken[MAP], taken[CLASSIFIER])
        found.append({"contender": name, "pictures": pictures} | medians | ratio)
    return found


def _ratio(taken: list[float], reference: list[float]) -> dict[str, float]:
    ratios = np.asarray(taken) / np.asarray(reference)
    low, high = spread(ratios)
    return {"rounds": len(ratios), "ratio": float(np.median(ratios)), "low": low, "high": high}


def spread(ratios: Iterable[float]) -> tuple[float, float] | tuple[None, None]:
    """Say between which ratios one more round would lie in 19 cases of 20; nothing without scipy.

    The prediction interval of one further value by Student's t, of the logarithms. It is wider
    than that of another run's median would be if all rounds were independent; those of one run
    share the state of the machine, so another run counts as no more than one round.
    """
    if stats is None:
        return None, None
    logarithms = np.log(np.asarray(list(ratios)))
    n = len(logarithms)
    # Not by `stats.t.interval`, which knows no ends where all rounds are alike, as with oneself.
    half = stats.t.ppf(0.975, n - 1) * logarithms.std(ddof=1) * np.sqrt(1 + 1 / n)
    return tuple(float(np.exp(logarithms.mean() + sign * half)) for sign in (-1, 1))


def exponents(table: pd.DataFrame) -> pd.Series:
    """Fit ``seconds = a * size ** b`` to each ``what`` by least squares of logarithms; give b."""
    logarithms = np.log(table[["size", "seconds"]]).groupby(table["what"], sort=False)
    return logarithms.apply(lambda some: np.polyfit(some["size"], some["seconds"], 1)[0])


# Begins the names of reports that hold nothing but what a map costs.
_COSTS = "costs-"


def record(report: dict) -> Path:
    """Keep a report among the recorded ones, named by device and date."""
    made = report["made"]
    kind = "gpu" if made["device"].startswith("cuda") else "cpu"
    alone = _COSTS if report.get("costs") and not report.get("comparisons") else ""
    return keep(report, f"{alone}{kind}", made["date"])


def keep(report: dict, name: str, began: str) -> Path:
    """Keep a report among the recorded ones, under a name followed by when it was begun."""
    stamp = began[:19].replace(":", "").replace("-", "")
    path = places.benchmarks() / f"{name}-{stamp}.json"
    places.keep(path, json.dumps(report, indent=1) + "\n")
    return path


def recorded(name: str) -> list[dict]:
    """Read the recorded reports of a name, or of a pattern of names, in their order.

    ``cpu-*`` and ``gpu-*`` are whole reports of a kind of device, the newest last.
    """
    paths = sorted(places.benchmarks().glob(f"{name}.json"))
    return [json.loads(path.read_text()) for path in paths]


def map_costs(kind: str) -> pd.DataFrame:
    """Give the newest recorded `map_rows` of a kind of device, with ``date`` and ``hardware``."""
    reports = recorded(f"{kind}-*") + recorded(f"{_COSTS}{kind}-*")
    reports = [one for one in reports if one.get("costs")]
    if not reports:
        return pd.DataFrame()
    newest = max(reports, key=lambda one: one["made"]["date"])
    made = newest["made"]
    hardware = made["hardware"]["gpu" if made["device"].startswith("cuda") else "cpu"]
    return pd.DataFrame(newest["costs"]).assign(date=made["date"], hardware=hardware)


def repeated(first: dict, second: dict) -> pd.DataFrame:
    """Hold the ratios of a second report (``again``) against the spread of the first."""
    keys = ["what", "contender"]
    one, other = (pd.DataFrame(report["comparisons"]) for report in (first, second))
    columns = [*keys, "ratio", "low", "high"]
    both = one[columns].merge(
        other[[*keys, "ratio"]].rename(columns={"ratio": "again"}), on=keys, validate="1:1"
    )
    both = both[both["contender"] != OURS].reset_index(drop=True)
    return both.assign(inside=both["again"].between(both["low"], both["high"]))


def across(reports: Iterable[dict], contenders: Iterable[str]) -> pd.DataFrame:
    """Set the ratios to contenders of several reports side by side, a report a row.

    ``limit`` is the largest that was measured of products in float32 (GFLOP/s) at the time.
    """
    contenders, rows = list(contenders), []
    for report in reports:
        table = pd.DataFrame(report["comparisons"])
        shown = table[table["contender"].isin(contenders)]
        row = {
            "date": report["made"]["date"][:16].replace("T", " "),
            "limit": table.loc[table["contender"] == OURS, "limit_gflops"].max(),
        }
        rows.append(row | dict(zip(shown["what"], shown["ratio"], strict=True)))
    return pd.DataFrame(rows)
