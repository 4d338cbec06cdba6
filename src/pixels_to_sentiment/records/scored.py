"""Scores of recorded runs as plain rows, counted without pandas, which takes longer to import."""

import csv
from collections import defaultdict
from collections.abc import Iterable
from statistics import fmean, stdev

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.records import experiments
from pixels_to_sentiment.records.runs import Record

# A column of predictions, and whether it is oversampled: `scores.VIEWS`, without numpy.
_VIEWS = {"centre": "no", "oversampled": "yes"}


def rows(records: Iterable[Record]) -> list[dict]:
    """Score configurations, one a dict: `experiments.table` to ten digits, with lists.

    Raises
    ------
    UserError
        If the predictions of a run cannot be read.
    """
    groups = defaultdict(list)
    for one in experiments.whole_seeds(records):
        run = one.run
        name = (experiments.experiment_of(run), run.network, run.start, run.recipe.name)
        name += (run.precision, folds.AGREEMENTS.index(run.agreement))
        for view, accuracy in _accuracies(one).items():
            groups[*name, _VIEWS[view]].append((run.fold, run.seed, one.key, accuracy))
    return [_row(name, some) for name, some in sorted(groups.items())]


def _row(name: tuple, some: list[tuple]) -> dict:
    by_fold = defaultdict(list)
    for fold, _, _, accuracy in some:
        by_fold[fold].append(accuracy)
    each = [fmean(values) for values in by_fold.values()]
    named = dict(zip(["experiment", *experiments.CONFIGURATION], name, strict=True))
    return {
        **named,
        "agreement": folds.AGREEMENTS[named["agreement"]],
        "seeds": sorted({seed for _, seed, _, _ in some}),
        "keys": sorted(key for _, _, key, _ in some),
        "folds": sorted(by_fold),
        "mean": round(fmean(each), 10),
        "std": round(stdev(each), 10) if len(each) > 1 else None,
        "n": len(each),
    }


def _accuracies(one: Record) -> dict[str, float]:
    """Shares of pictures that are right, by view, as `scores.accuracy` has them."""
    path = one.folder / "predictions.csv"
    try:
        with path.open(newline="") as file:
            table = list(csv.DictReader(file))
        labels = [row["label"] == "1" for row in table]
        right = {view: [float(row[view]) > 0.5 for row in table] for view in _VIEWS}
        return {view: fmean(map(bool.__eq__, some, labels)) for view, some in right.items()}
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise UserError(
            f"{path} cannot be read ({type(fault).__name__}: {fault}): restore its folder or "
            "delete it."
        ) from fault
