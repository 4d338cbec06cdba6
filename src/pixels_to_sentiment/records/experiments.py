"""How a part of the catalogue is run here, and the scores of what was run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from itertools import product
from statistics import fmean, stdev
from typing import TYPE_CHECKING

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.records import catalogue
from pixels_to_sentiment.records.catalogue import Configuration
from pixels_to_sentiment.records.runs import SHORTENED, VIEWS, Record, Run
from pixels_to_sentiment.training import recipes

if TYPE_CHECKING:
    import pandas as pd


def plan(
    configurations: Iterable[Configuration],
    *,
    agreements: Iterable[str] = ("five",),
    test_folds: Iterable[int] = folds.FOLDS,
    seeds: Iterable[int] = (0,),
    precision: str = "fp32",
    iterations: int | None = None,
    batch_size: int | None = None,
    limit: int | None = None,
    inner: Iterable[int | None] = (None,),
) -> tuple[list[Run], dict[Configuration, str]]:
    """List the runs of some configurations.

    Parameters
    ----------
    iterations, batch_size, limit
        Instead of the recipe's own and of whole lists, for trying things: the recipe's name gets
        ``-shortened``, or the run a limit, so that nothing of it passes for the full protocol.
    inner
        Folds of the training list to test on instead of the test fold, for choosing by.

    Returns
    -------
    runs : list of Run
        Configuration by configuration, then subset, seed and fold.
    missing : dict
        Configurations whose weights cannot be had here, with the reason.

    Raises
    ------
    UserError
        If a subset, fold, recipe or precision is unknown, or a number is below 1.
    """
    from pixels_to_sentiment.files.assets import Unavailable
    from pixels_to_sentiment.networks import factory

    numbers = {"iterations": iterations, "batch_size": batch_size, "limit": limit}
    for name, value in numbers.items():
        if value is not None:
            require_count(name, value)
    if precision not in recipes.PRECISIONS:
        raise UserError(
            f"There is no precision {precision!r}: choose from {list(recipes.PRECISIONS)}."
        )
    configurations, agreements = list(configurations), list(agreements)
    test_folds, seeds, inner = list(test_folds), list(seeds), list(inner)
    for held in set(inner) - {None}:
        if held not in folds.FOLDS or held in test_folds:
            raise UserError(
                f"Fold {held} is not in the training list of folds {test_folds}: hold out others "
                "of 1 to 5."
            )
    for seed in seeds:
        if not 0 <= seed < 2**63:
            raise UserError(f"There is no seed {seed}: give whole numbers from 0 up to 2**63 - 1.")
    # Everything is checked before the first file is fetched.
    for agreement, fold in product(agreements, test_folds):
        folds.split(agreement, fold)
    asked = {
        (one.recipe, agreement): _recipe(one.recipe, agreement, iterations, batch_size)
        for one, agreement in product(configurations, agreements)
    }
    runs, missing = [], {}
    for one in configurations:
        try:
            weights = factory.weights_asset(one.network, one.start)
        except Unavailable as reason:
            missing[one] = str(reason)
            continue
        for agreement, seed, fold, held in product(agreements, seeds, test_folds, inner):
            lists = agreement, fold, asked[one.recipe, agreement]
            more = {"precision": precision, "limit": limit, "inner": held}
            runs.append(Run(one.network, one.start, weights, *lists, seed, **more))
    return runs, missing


def require_count(name: str, value: object) -> None:
    """Refuse what is not a whole number from 1 up."""
    # In Python a bool is an int.
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise UserError(f"{name} is {value!r}: give a whole number from 1 up.")


def _recipe(
    name: str, agreement: str, iterations: int | None, batch_size: int | None
) -> recipes.Recipe:
    recipe = recipes.recipe(name, agreement)
    shorter = replace(
        recipe,
        iterations=iterations or recipe.iterations,
        batch_size=batch_size or recipe.batch_size,
    )
    return recipe if shorter == recipe else replace(shorter, name=name + SHORTENED)


CONFIGURATION = ["network", "start", "recipe", "precision", "agreement", "oversampling"]


def fold_scores(records: Iterable[Record]) -> pd.DataFrame:
    """Compute the accuracy of each run, with and without oversampling.

    Returns
    -------
    DataFrame
        ``experiment`` and the columns of `CONFIGURATION`, then ``fold``, ``seed``, ``key``,
        ``accuracy`` and ``pictures`` (in the test fold).
    """
    import pandas as pd

    from pixels_to_sentiment.judging import scores

    columns = ["experiment", *CONFIGURATION, "fold", "seed", "key", "accuracy", "pictures"]
    rows = []
    for record in records:
        run, predictions = record.run, record.predictions()
        facts = vars(run) | {"recipe": run.recipe.name, "experiment": experiment_of(run)}
        facts |= {"key": record.key, "pictures": len(predictions)}
        for view, oversampling in scores.VIEWS.items():
            accuracy = scores.accuracy(predictions["label"], predictions[view])
            rows.append(facts | {"oversampling": oversampling, "accuracy": accuracy})
    return pd.DataFrame(rows, columns=columns)


def experiment_of(run: Run) -> str:
    """Name the first experiment with a run's configuration, ``"other"`` for one of nobody's."""
    names = catalogue.experiments_of(Configuration(run.network, run.start, run.recipe.name))
    return names[0] if names else "other"


def whole_seeds(records: Iterable[Record]) -> list[Record]:
    """Leave out seeds of which fewer folds are there than of another of the same configuration.

    In a mean over folds, such a seed would weigh on some of them alone.
    """
    groups: dict[Run, dict[int, list[Record]]] = {}
    for one in records:
        seeds = groups.setdefault(replace(one.run, fold=0, seed=0, weights=None), {})
        seeds.setdefault(one.run.seed, []).append(one)
    kept = []
    for seeds in groups.values():
        most = max(map(len, seeds.values()))
        kept += [one for some in seeds.values() if len(some) == most for one in some]
    return kept


def table(records: Iterable[Record]) -> pd.DataFrame:
    """Score configurations, one a row, as `scores.summarise` does, from whole seeds alone."""
    from pixels_to_sentiment.judging import scores

    rows = fold_scores(whole_seeds(records)).sort_values(
        ["experiment", *CONFIGURATION],
        key=lambda column: (
            column.map(folds.AGREEMENTS.index) if column.name == "agreement" else column
        ),
    )
    return scores.summarise(rows, ["experiment", *CONFIGURATION])


def rows(records: Iterable[Record]) -> list[dict]:
    """Score configurations, one a dict: `table` to ten digits, with lists; without pandas."""
    groups = defaultdict(list)
    for one in whole_seeds(records):
        run = one.run
        name = (experiment_of(run), run.network, run.start, run.recipe.name)
        name += (run.precision, folds.AGREEMENTS.index(run.agreement))
        for view, accuracy in one.scores().items():
            groups[*name, VIEWS[view]].append((run.fold, run.seed, one.key, accuracy))
    return [_row(name, some) for name, some in sorted(groups.items())]


def _row(name: tuple, some: list[tuple]) -> dict:
    by_fold = defaultdict(list)
    for fold, _, _, accuracy in some:
        by_fold[fold].append(accuracy)
    each = [fmean(values) for values in by_fold.values()]
    named = dict(zip(["experiment", *CONFIGURATION], name, strict=True))
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
