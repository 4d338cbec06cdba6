"""How fast the losses settle: the paper's curves and those of recorded runs, on the same axes."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from pixels_to_sentiment import places
from pixels_to_sentiment.records.runs import Record
from pixels_to_sentiment.reports.runs import curves_of

# How many of the last points tell where a loss ends, and which part of that counts as near.
_LAST, _NEAR = 5, 0.1
# What is measured of a curve, and with how many digits it is shown.
_MEASURES = {"end": 2, "reached": 0, "stays": 0, "step": 3}
_COLUMNS = ["curve", "fold", "iteration", "training", "validation"]


def reported_losses() -> pd.DataFrame:
    """Give the losses of the paper's figure 6, read off its picture within 0.02.

    ``curve`` is the start in words; ``fold`` is missing, for which it is, is not said; losses are
    in nats. Only points that could be read are there; beside a data set of one's own, none.
    """
    table = pd.read_csv(places.ground_truth() / "figure6_losses.csv")
    table = table[:0] if places.dataset() else table
    return table.assign(curve="the paper: " + table["start"], fold=np.nan)[_COLUMNS]


def recorded_losses(records: Iterable[Record]) -> pd.DataFrame:
    """Give the losses of runs as `reported_losses` has the paper's, test for validation."""
    names = {"configuration": "curve", "train_loss": "training", "test_loss": "validation"}
    curves = curves_of(records).rename(columns=names).reindex(columns=_COLUMNS)
    return curves.dropna(subset="validation")


def settled(losses: pd.DataFrame) -> pd.DataFrame:
    """Measure how soon each loss comes near its end, and how smooth it is from there on.

    By ``curve``, ``fold`` and ``loss`` (training or validation), of `reported_losses` and
    `recorded_losses`: ``end``, mean of the last five losses (nats); ``reached``, iteration of the
    first point within a tenth of it, and ``stays``, of the first from which on all are (missing
    where none is); ``step``, root mean square of the change from point to point from ``reached`` on
    (nats; missing where fewer than two points are left).
    """
    rows = []
    for kind in ("validation", "training"):
        for names, some in losses.groupby(["curve", "fold"], sort=False, dropna=False):
            rows.append((*names, kind, *_settled(some.set_index("iteration")[kind])))
    return pd.DataFrame(rows, columns=["curve", "fold", "loss", *_MEASURES])


def _settled(losses: pd.Series) -> tuple[float, ...]:
    end = losses.tail(_LAST).mean()
    near = (losses - end).abs() <= _NEAR * end
    stays = near[::-1].cummin()[::-1]
    firsts = (one.idxmax() if one.any() else np.nan for one in (near, stays))
    steps = losses[near.cummax()].diff()
    return end, *firsts, (steps**2).mean() ** 0.5


def over_folds(measured: pd.DataFrame) -> pd.DataFrame:
    """Put `settled` into words, a curve and loss a row: the median over its folds, and their range.

    ``folds`` counts them, and is a dash for the paper's.
    """
    rows = []
    for names, some in measured.groupby(["loss", "curve"], sort=False):
        words = (_median(some[name], digits) for name, digits in _MEASURES.items())
        rows.append((*names, some["fold"].nunique() or "–", *words))
    return pd.DataFrame(rows, columns=["loss", "curve", "folds", *_MEASURES])


def _median(values: pd.Series, digits: int) -> str:
    known = values.dropna()
    if known.empty:
        return "not within the curve"
    middle, least, most = (f"{v:.{digits}f}" for v in (known.median(), known.min(), known.max()))
    never = len(values) - len(known)
    span = f" ({least} to {most})" if len(known) > 1 else ""
    return f"{middle}{span}" + f", never in {never} fold{'s' * (never > 1)}" * (never > 0)
