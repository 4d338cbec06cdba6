"""How a part of the catalogue is run here, and the scores of what was run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from itertools import groupby, product
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

# Over a training list, as the paper's iterations make on each of its subsets.
EPOCHS = 65


def plan(
    configurations: Collection[Configuration],
    *,
    agreements: Collection[str] | None = None,
    test_folds: Collection[int] | None = None,
    seeds: Collection[int] = (0,),
    precision: str = "fp32",
    iterations: int | None = None,
    batch_size: int | None = None,
    limit: int | None = None,
    inner: Collection[int | None] = (None,),
) -> tuple[list[Run], dict[Configuration, str]]:
    """List the runs of some configurations.

    Parameters
    ----------
    agreements, test_folds
        By default the first subset, which is the strictest, and all folds.
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
        If there is no such network, start, recipe, subset, fold, seed, precision or number.
    """
    from pixels_to_sentiment.files.assets import Unavailable
    from pixels_to_sentiment.networks import factory

    agreements = agreements or folds.agreements()[:1]
    test_folds = test_folds or folds.numbers()
    shorter = {"iterations": iterations, "batch_size": batch_size}
    for name, value in (shorter | {"limit": limit}).items():
        if value is not None:
            require_count(name, value)
    if precision not in recipes.PRECISIONS:
        raise UserError(
            f"There is no precision {precision!r}: choose from {list(recipes.PRECISIONS)}."
        )
    for held in set(inner) - {None}:
        if held not in folds.numbers() or held in test_folds:
            raise UserError(
                f"Fold {held} is not in the training list of folds {[*test_folds]}: hold out "
                f"others of 1 to {folds.numbers()[-1]}."
            )
    for seed in seeds:
        if not 0 <= seed < 2**63:
            raise UserError(f"There is no seed {seed}: give whole numbers from 0 up to 2**63 - 1.")
    # Everything is checked before the first file is fetched.
    for agreement, fold in product(agreements, test_folds):
        folds.split(agreement, fold)
    asked = {
        (one.recipe, agreement): _recipe(one.recipe, agreement, shorter)
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


def _recipe(name: str, agreement: str, shorter: dict[str, int | None]) -> recipes.Recipe:
    full = recipe_of(name, agreement)
    recipe = replace(full, **{field: value for field, value in shorter.items() if value})
    return full if recipe == full else replace(recipe, name=name + SHORTENED)


def recipe_of(name: str, agreement: str) -> recipes.Recipe:
    """Give a recipe with the iterations of a subset; of one's own, as many epochs as the paper."""
    if agreement != folds.WHOLE:
        return recipes.recipe(name, agreement)
    full = recipes.recipe(name, "five")
    if full.fitted:
        return full
    trained_on = len(folds.subset(agreement)) * (1 - 1 / len(folds.numbers()))
    passes = EPOCHS / (3 if name.endswith(recipes.THIRD) else 1)
    iterations = round(passes * trained_on / (full.batch_size * full.iter_size))
    return replace(full, iterations=max(1, iterations))


CONFIGURATION = ["network", "start", "recipe", "precision", "agreement", "oversampling"]
_NAMES = ["experiment", *CONFIGURATION]


def experiment_of(run: Run) -> str:
    """Name the first experiment with a run's configuration, ``"other"`` for one of nobody's."""
    own = Configuration(run.network, run.start, run.recipe.name)
    having = (one.name for one in catalogue.EXPERIMENTS.values() if own in one.configurations)
    return next(having, "other")


def _scored(records: Iterable[Record]) -> list[dict]:
    found = []
    for one in records:
        run = one.run
        facts = vars(run) | {"recipe": run.recipe.name, "experiment": experiment_of(run)}
        for view, accuracy in one.scores().items():
            row = {"key": one.key, "oversampling": VIEWS[view], "accuracy": accuracy}
            found.append(facts | row)
    return found


def fold_scores(records: Iterable[Record]) -> pd.DataFrame:
    """Give the accuracy of each run, with and without oversampling.

    ``experiment`` and the columns of `CONFIGURATION`, then ``fold``, ``seed``, ``key`` and
    ``accuracy``.
    """
    import pandas as pd

    return pd.DataFrame(_scored(records), columns=[*_NAMES, "fold", "seed", "key", "accuracy"])


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


def rows(records: Iterable[Record]) -> list[dict]:
    """Score configurations, one a dict, from whole seeds alone; without pandas, which is slow.

    ``experiment`` and the names of `CONFIGURATION`, then ``seeds``, ``keys`` and ``folds`` (lists),
    ``mean`` over the n folds, of the seeds of each first, ``std`` and ``n``. The standard deviation
    is with n - 1 (``None`` for one fold); the paper does not say which it uses.
    """
    known = folds.agreements()

    def place(row: dict) -> list:  # subsets in the order of the paper
        return [row[n] if n != "agreement" else known.index(row[n]) for n in _NAMES]

    scored = sorted(_scored(whole_seeds(records)), key=place)
    return [_row(list(some)) for _, some in groupby(scored, place)]


def _row(some: list[dict]) -> dict:
    by_fold = defaultdict(list)
    for one in some:
        by_fold[one["fold"]].append(one["accuracy"])
    each = [fmean(values) for values in by_fold.values()]
    return {
        **{name: some[0][name] for name in _NAMES},
        **{f"{name}s": sorted({one[name] for one in some}) for name in ("seed", "key", "fold")},
        "mean": fmean(each),
        "std": stdev(each) if len(each) > 1 else None,
        "n": len(each),
    }


def table(records: Iterable[Record]) -> pd.DataFrame:
    """Give `rows` as a table, ``seeds``, ``keys`` and ``folds`` separated by commas."""
    import pandas as pd

    lists = ["seeds", "keys", "folds"]
    table = pd.DataFrame(rows(records), columns=[*_NAMES, *lists, "mean", "std", "n"])
    for name in lists:
        table[name] = [", ".join(map(str, some)) for some in table[name]]
    return table.astype({"std": float})
