"""How fast the losses settle: the paper's curves and those of recorded runs, on the same axes."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from pixels_to_sentiment import places
from pixels_to_sentiment.records.runs import Record
from pixels_to_sentiment.reports.runs import curves_of

# How many of the last points tell where a loss ends, and which part of that counts as near.
_LAST, _NEAR = 5, 0.1
_COLUMNS = ["curve", "fold", "iteration", "training", "validation"]


def reported_losses() -> pd.DataFrame:
    """Give the losses of the paper's figure 6, read off its picture within 0.02.

    ``curve`` is the start in words; ``fold`` is missing, for which it is, is not said; losses are
    in nats. Only points that could be read are there.
    """
    table = pd.read_csv(places.ground_truth() / "figure6_losses.csv")
    return table.assign(curve="the paper: " + table["start"], fold=np.nan)[_COLUMNS]


def recorded_losses(records: Iterable[Record]) -> pd.DataFrame:
    """Give the losses of runs as `reported_losses` has the paper's, test for validation."""
    names = {"configuration": "curve", "train_loss": "training", "test_loss": "validation"}
    curves = curves_of(records).rename(columns=names).reindex(columns=_COLUMNS)
    return curves.dropna(subset="validation")


def settling(iterations: Iterable[int], losses: Iterable[float]) -> dict:
    """Measure how soon a loss comes near its end, and how smooth it is from there on.

    ``end``, mean of the last five losses (nats); ``reached``, iteration of the first point within a
    tenth of it, and ``stays``, of the first from which on all are (missing where none is);
    ``step``, root mean square of the change from point to point from ``reached`` on (nats; missing
    where fewer than two points are left).
    """
    losses = pd.Series(list(losses), index=list(iterations), dtype=float)
    end = losses.tail(_LAST).mean()
    near = (losses - end).abs() <= _NEAR * end
    reached = near.idxmax() if near.any() else np.nan
    stays = near[::-1].cummin()[::-1]
    steps = losses[near.cummax()].diff()
    return {
        "end": end,
        "reached": reached,
        "stays": stays.idxmax() if stays.any() else np.nan,
        "step": (steps**2).mean() ** 0.5,
    }


def settled(losses: pd.DataFrame) -> pd.DataFrame:
    """Measure each curve and loss of `reported_losses` and `recorded_losses` by `settling`."""
    rows = [
        {"curve": curve, "fold": fold, "loss": kind, **settling(some["iteration"], some[kind])}
        for kind in ("validation", "training")
        for (curve, fold), some in losses.groupby(["curve", "fold"], sort=False, dropna=False)
    ]
    return pd.DataFrame(rows, columns=["curve", "fold", "loss", "end", "reached", "stays", "step"])


def over_folds(measured: pd.DataFrame) -> pd.DataFrame:
    """Put `settled` into words, a curve and loss a row: the median over its folds, and their range.

    ``folds`` counts them, and is a dash for the paper's.
    """
    rows = []
    for (kind, curve), some in measured.groupby(["loss", "curve"], sort=False):
        row = {"loss": kind, "curve": curve, "folds": some["fold"].nunique() or "–"}
        for name, digits in (("end", 2), ("reached", 0), ("stays", 0), ("step", 3)):
            row[name] = _median(some[name], digits)
        rows.append(row)
    return pd.DataFrame(rows, columns=["loss", "curve", "folds", "end", "reached", "stays", "step"])


def _median(values: pd.Series, digits: int) -> str:
    known = values.dropna()
    if known.empty:
        return "not within the curve"
    middle, least, most = (f"{v:.{digits}f}" for v in (known.median(), known.min(), known.max()))
    never = len(values) - len(known)
    span = f" ({least} to {most})" if len(known) > 1 else ""
    return f"{middle}{span}" + f", never in {never} fold{'s' * (never > 1)}" * (never > 0)
