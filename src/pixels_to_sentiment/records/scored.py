"""Scores of recorded runs as plain rows, counted without pandas, which takes longer to import."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from statistics import fmean, stdev

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.records import experiments
from pixels_to_sentiment.records.runs import Record

# A column of predictions, and whether it is oversampled: `scores.VIEWS`, without numpy.
_VIEWS = {"centre": "no", "oversampled": "yes"}


def rows(
    records: Iterable[Record], damaged: Callable[[UserError], None] | None = None
) -> list[dict]:
    """Score configurations, one a dict: `experiments.table` to ten digits, with lists.

    Parameters
    ----------
    damaged
        As for `Finished.found_in`; what is damaged is left out.
    """
    scores = {}
    for one in (records := list(records)):
        try:
            scores[one.key] = one.scores()
        except UserError as fault:
            if damaged is None:
                raise
            damaged(fault)
    groups = defaultdict(list)
    for one in experiments.whole_seeds(one for one in records if one.key in scores):
        run = one.run
        name = (experiments.experiment_of(run), run.network, run.start, run.recipe.name)
        name += (run.precision, folds.AGREEMENTS.index(run.agreement))
        for view, accuracy in scores[one.key].items():
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
