"""Means of measures over folds, with intervals, and the pictures to look at."""

from collections.abc import Callable, Iterable, Mapping
from itertools import groupby

import numpy as np
import pandas as pd
from scipy.integrate import trapezoid

from pixels_to_sentiment.judging import resampling
from pixels_to_sentiment.records.catalogue import title_of
from pixels_to_sentiment.studies import faithfulness, measures, robustness
from pixels_to_sentiment.studies.records import StudyRecord

# For each score, whether more of it speaks for a map.
SCORES = {"deletion": False, "insertion": True, "road": True}
RESAMPLES = 2000
# A random map is drawn from the same numbers in every fold, so these comparisons of it with another
# random map are the same in all of them and count once.
_ALIKE = ("mirrored", "picture")


def gathered(records: Iterable[StudyRecord]) -> pd.DataFrame:
    """Measures of several studies in one table, with a score a map of a picture.

    The columns of `StudyRecord.measures`, and ``deletion`` and ``insertion`` (areas under the
    curves, 0..1), ``road`` (mean over shares of the probability with the least relevant cells
    removed less that with the most relevant), ``sure`` (probability of the class that is asked
    for), ``right`` (whether it is the label).
    """
    records = list(records)
    if not records:
        return pd.DataFrame()
    table = pd.concat([record.measures() for record in records], ignore_index=True)
    shares = np.array(faithfulness.SHARES)
    for curve in ("deletion", "insertion"):
        values = table[[measures.column(curve, share) for share in shares]].to_numpy()
        table[curve] = trapezoid(values, shares) / np.ptp(shares)
    most, least = (
        table[[measures.column(f"road-{end}", share) for share in faithfulness.ROAD_SHARES]]
        for end in ("most", "least")
    )
    table["road"] = least.mean(axis=1) - most.mean(axis=1)
    table["sure"] = table[measures.column("deletion", 0.0)]
    table = table.assign(right=table["class"] == table["label"])
    table.attrs["runs"] = [record.key for record in records]
    return table


def shapes(records: Iterable[StudyRecord]) -> pd.DataFrame:
    """Say how sparse and how wide the recorded sentiment maps are, a map of a picture a row.

    ``key``, ``fold``, ``image``, ``map`` (`measures.MAP`), ``sparseness`` and ``spread`` (places;
    the exponential of the complexity) as of `robustness`, and ``places`` (of the map).
    """
    parts = []
    for record in records:
        images, maps = record.maps()
        shape = {
            "sparseness": robustness.sparseness(maps),
            "spread": np.exp(robustness.complexity(maps)),
            "places": maps[0].size,
        }
        named = {"key": record.key, "fold": record.study.fold, "image": images}
        parts.append(pd.DataFrame(named | {"map": measures.MAP} | shape))
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    table.attrs["runs"] = [*table["key"].unique()] if parts else []
    return table


def means(table: pd.DataFrame, names: Iterable[str]) -> pd.DataFrame:
    """Average measures over the pictures of each fold, and those over the folds.

    A map and measure a row: ``map``, ``measure``, ``mean``, ``low``, ``high`` (95% interval by
    bootstrap over the pictures of each fold), ``pictures``, ``least`` and ``most`` (means of the
    folds, each of which has a network, and draws of weights, of its own). Measures that a map does
    not have are left out.
    """
    rows = []
    for name in names:
        for map_, some in table.groupby("map", sort=False):
            known = some.dropna(subset=name)
            if map_ == measures.RANDOM and name in _ALIKE:
                known = known[known["fold"] == known["fold"].min()]
            if len(known):
                over_folds = known.groupby("fold")[name].mean()
                found = _mean(known[name], known)
                rows.append((map_, name, *found, over_folds.min(), over_folds.max()))
    columns = ["map", "measure", "mean", "low", "high", "pictures", "least", "most"]
    return _made_of(table, rows, columns)


def differences(table: pd.DataFrame) -> pd.DataFrame:
    """Compare `SCORES` of the sentiment map with those of each other map, picture by picture.

    ``map`` (the other one), ``measure``, ``difference`` (sentiment map less the other, with the
    sign turned where less is better, so that more speaks for the sentiment map), ``low``,
    ``high``, ``pictures``.
    """
    by_map = dict(list(table.set_index(["key", "fold", "image"]).groupby("map", sort=False)))
    ours, rows = by_map.pop(measures.MAP, None), []
    for name, more_is_better in SCORES.items():
        for other, some in by_map.items():
            gap = (ours[name] - some[name]) * (1 if more_is_better else -1)
            values = gap.dropna().reset_index(name="value")
            rows.append((other, name, *_mean(values["value"], values)))
    return _made_of(table, rows, ["map", "measure", "difference", "low", "high", "pictures"])


def curves(table: pd.DataFrame) -> pd.DataFrame:
    """Average curves over pictures and folds: ``map``, ``curve``, ``share``, ``probability``."""
    rows = [
        (map_, curve, share, some.groupby("fold")[measures.column(curve, share)].mean().mean())
        for curve, shares in measures.CURVES.items()
        for map_, some in table.groupby("map", sort=False)
        for share in shares
    ]
    return _made_of(table, rows, ["map", "curve", "share", "probability"])


def surest(table: pd.DataFrame, each: int) -> pd.DataFrame:
    """Choose the pictures of which the network is surest, at most `each` of every group.

    Rows of the sentiment map, right before wrong and positive before negative.
    """
    ours, of = _of_pictures(table).sort_values("sure", ascending=False), ["right", "class"]
    return ours.sort_values(of, ascending=False).groupby(of, sort=False).head(each)


def failures(table: pd.DataFrame, count: int, sure: float) -> pd.DataFrame:
    """Choose the pictures whose map misleads most: what it calls relevant matters least (ROAD).

    Only those whose predicted class has a probability of `sure` or more: a network that hesitates
    gives a map with little in it to be right or wrong about.
    """
    return _of_pictures(table).query("sure >= @sure").sort_values("road").head(count)


def by_configuration(
    records: Iterable[StudyRecord], made: Callable[..., pd.DataFrame] = gathered
) -> dict[str, pd.DataFrame]:
    """Apply `gathered` or `shapes` to the studies of each configuration, by its words.

    One network that was trained in two ways is two here: a mean over both is of neither.
    """
    return {t: made(some) for t, some in groupby(sorted(records, key=title_of), title_of)}


def side_by_side(tables: Mapping[str, pd.DataFrame], found: Callable) -> pd.DataFrame:
    """Apply one of the functions above to several tables, by their titles.

    One frame with a first column ``configuration``; empty without tables.
    """
    if not tables:
        return pd.DataFrame()
    parts = {title: found(table) for title, table in tables.items()}
    made = pd.concat(parts, names=["configuration"]).reset_index(0).reset_index(drop=True)
    made.attrs["runs"] = [key for table in tables.values() for key in table.attrs["runs"]]
    return made


def _of_pictures(table: pd.DataFrame) -> pd.DataFrame:
    """Give the rows of the sentiment map, of each picture that of the first study."""
    return table[table["map"] == measures.MAP].drop_duplicates("image")


def _made_of(table: pd.DataFrame, rows: list[tuple], columns: list[str]) -> pd.DataFrame:
    """Make a frame that remembers which studies it comes from."""
    made = pd.DataFrame(rows, columns=columns)
    made.attrs["runs"] = table.attrs.get("runs", [])
    return made


def _mean(values: pd.Series, of: pd.DataFrame) -> tuple[float, float, float, int]:
    """Give mean, ends of the interval and number of pictures.

    A picture that several studies have mapped, with networks of several seeds, counts once, with
    the mean of its values: two maps of one picture are less evidence than maps of two pictures.
    """
    each = values.groupby([of["fold"], of["image"]], sort=False).mean()
    folds = each.index.get_level_values("fold").to_series()
    mean = float(each.groupby(level="fold").mean().mean())
    ends = resampling.stratified_interval(each, folds, resamples=RESAMPLES)
    return mean, *ends, len(each)
