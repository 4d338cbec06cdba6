"""Runs against each other, picture by picture, and differences between them in words."""

from collections.abc import Iterable
from itertools import chain

import numpy as np
import pandas as pd

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.data.pictures import Pictures
from pixels_to_sentiment.judging import answers, judgement, scores
from pixels_to_sentiment.networks.architectures import CLASSES
from pixels_to_sentiment.records.catalogue import Configuration
from pixels_to_sentiment.records.runs import Record
from pixels_to_sentiment.reports import fidelity
from pixels_to_sentiment.reports.runs import CROPS, complete, runs_of, title_of


def gathered(records: Iterable[Record]) -> pd.DataFrame:
    """Gather the answers of runs, as `answers.gather` does, by configuration in words.

    The frame carries the keys of the runs in ``attrs["runs"]``.
    """
    records = list(records)
    table = answers.gather(records, title_of)
    table.attrs["runs"] = [one.key for one in records]
    return table


def accuracies(records: Iterable[Record], view: str = "oversampled") -> pd.DataFrame:
    """Score configurations of which all folds are there, as `judgement.accuracies` does."""
    told = gathered(complete(records))
    return judgement.accuracies(told[told["view"] == view])


def paired(
    records: Iterable[Record],
    pairs: Iterable[tuple[Configuration, Configuration]],
    view: str = "oversampled",
    agreement: str = "five",
) -> pd.DataFrame:
    """Compare pairs of configurations of which all folds are recorded.

    Returns
    -------
    DataFrame
        As `judgement.differences` gives it, after ``pair`` (in words) and ``keys`` (of the runs,
        comma-separated), with what comes out seed by seed (see `judgement.across_seeds`):
        ``trials`` (how many combinations of a seed of either configuration), ``least`` and
        ``most`` (differences), ``above`` and ``below`` (how many intervals lie on that side of
        zero), ``idle`` (how many are with a seed that did not learn) and ``tried`` (keys of all
        these runs, comma-separated); and ``failed``, which of the two did not learn on the seeds
        compared, and what shows it (in words, by semicolons): no better than always answering
        positive (see `judgement.beyond_positive`), or a training loss at the end above a coin's,
        ln 2 nats (last 10 iterations, mean over folds and seeds). Empty if no pair is whole.
    """
    records, named, keys, chosen, tried = list(records), [], {}, {}, {}
    for pair in pairs:
        every = _alike(records, pair, agreement)
        if every:
            both = _of_common_seeds(every)
            names = tuple(title_of(some[0]) for some in both)
            chosen |= {one.key: one for some in both for one in some}
            named.append(names)
            keys[names] = ", ".join(sorted(one.key for some in both for one in some))
            tried[names] = _tried(list(chain(*every)), names, view)
    if not named:
        columns = ["pair", "keys", "difference", "low", "high", *_TRIED, "failed"]
        return pd.DataFrame(columns=columns)
    told = gathered(chosen.values())
    told = told[told["view"] == view]
    table = judgement.differences(told, named)
    names = list(zip(table["first"], table["other"], strict=True))
    words = [difference_in_words(first, other) for first, other in names]
    table = table.assign(pair=words, keys=[keys[both] for both in names])
    table = table.join(pd.DataFrame([tried[both] for both in names], columns=_TRIED))
    failed = _failed(chosen.values(), told)
    table["failed"] = ["; ".join(failed[one] for one in both if one in failed) for both in names]
    table.attrs["runs"] = list(chosen)
    return table


def _failed(records: Iterable[Record], told: pd.DataFrame) -> dict[str, str]:
    """Name the configurations that did not learn, with what shows it."""
    losses: dict[str, list[float]] = {}
    for one in records:
        losses.setdefault(title_of(one), []).append(one.curve()["train_loss"].tail(10).mean())
    words = {
        name: f"{name} ends at a training loss of {np.mean(some):.2f} nats, above a coin's"
        for name, some in losses.items()
        if np.mean(some) > np.log(len(CLASSES))
    }
    no_better = judgement.beyond_positive(told).query("low <= 0")["configuration"]
    return words | {name: f"{name} is no better than always positive" for name in no_better}


_TRIED = ["trials", "least", "most", "above", "below", "idle", "tried"]


def _tried(records: list[Record], names: tuple[str, str], view: str) -> tuple:
    told = gathered(records)
    found = judgement.across_seeds(told[told["view"] == view], *names)
    ends = found["difference"].min(), found["difference"].max()
    sides = int((found["low"] > 0).sum()), int((found["high"] < 0).sum())
    failed = {
        (name, seed)
        for seed in {one.run.seed for one in records}
        for name in _failed(
            [one for one in records if one.run.seed == seed],
            told[(told["view"] == view) & (told["seed"] == seed)],
        )
    }
    seeds = found[["seed_first", "seed_other"]].itertuples(index=False, name=None)
    idle = sum(not failed.isdisjoint(zip(names, both, strict=True)) for both in seeds)
    return len(found), *ends, *sides, idle, ", ".join(sorted(one.key for one in records))


def _alike(
    records: list[Record], pair: Iterable[Configuration], agreement: str
) -> list[list[Record]]:
    """Pick the whole seeds of two configurations in the precision that most are whole in of both.

    What precision changes would be taken for what the configurations do otherwise.
    """
    found = []
    for precision in sorted({one.run.precision for one in records}):
        some = [one for one in records if one.run.precision == precision]
        both = [complete(runs_of(one, some, agreement), agreement) for one in pair]
        if all(_of_common_seeds(both)):
            found.append(both)
    return max(found, key=lambda both: min(map(len, _of_common_seeds(both))), default=[])


def _of_common_seeds(both: list[list[Record]]) -> list[list[Record]]:
    """Keep the runs that are compared: of seeds that both configurations have."""
    common = set.intersection(*({(one.run.fold, one.run.seed) for one in some} for some in both))
    return [[one for one in some if (one.run.fold, one.run.seed) in common] for some in both]


def difference_in_words(first: str, other: str) -> str:
    """Say what is compared, leaving out what both have in common at the end.

    But for frozen layers: the same networks with and without make two comparisons.
    """
    one, two, frozen = first.split(", "), other.split(", "), ""
    while len(one) > 1 and len(two) > 1 and one[-1] == two[-1]:
        two.pop()
        common = one.pop()
        frozen = f" ({common})" if "frozen" in common else frozen
    return f"{', '.join(one)} − {', '.join(two)}{frozen}"


def words(table: pd.DataFrame) -> pd.DataFrame:
    """Put a table of `judgement` into words: views named, subsets left out where all are five."""
    views = {view: CROPS[oversampling] for view, oversampling in scores.VIEWS.items()}
    if "view" in table:
        table = table.assign(view=table["view"].map(views))
    if "between" in table:
        both = {"views": " and ".join(views.values())}
        table = table.assign(between=table["between"].map(views | both))
    hidden = [name for name in ("agreement", "folds", "pictures") if name in table]
    return table.drop(columns=hidden)


def agreement_of(pairs: Iterable[tuple[Record, Record]]) -> pd.DataFrame:
    """Compare two runs of each fold, picture by picture (ten crops), two configurations a row.

    Parameters
    ----------
    pairs
        Two runs each, of the same fold.

    Returns
    -------
    DataFrame
        ``first``, ``second`` (configurations in words), ``folds``, ``pictures``, ``changed``
        (predictions), ``accuracy, first``, ``accuracy, second``, ``largest change`` (of a
        probability).
    """
    gathered: dict[tuple[str, str], list[tuple[pd.DataFrame, pd.DataFrame]]] = {}
    for first, second in pairs:
        one, two = (r.predictions().set_index("image") for r in (first, second))
        both = (one, two.loc[one.index])
        gathered.setdefault((title_of(first), title_of(second)), []).append(both)
    rows = []
    for names, some in gathered.items():
        one, two = (pd.concat(parts) for parts in zip(*some, strict=True))
        changed = (one["oversampled"] > 0.5) != (two["oversampled"] > 0.5)
        values = [scores.accuracy(t["label"], t["oversampled"]) for t in (one, two)]
        change = (one["oversampled"] - two["oversampled"]).abs().max()
        rows.append((*names, len(some), len(one), int(changed.sum()), *values, change))
    columns = ["first", "second", "folds", "pictures", "changed"]
    return pd.DataFrame(
        rows, columns=[*columns, "accuracy, first", "accuracy, second", "largest change"]
    )


def both_ways(records: Iterable[Record]) -> pd.DataFrame:
    """Table recorded runs that were predicted from the decoded array and from exact pixels.

    Returns
    -------
    DataFrame
        As `fidelity.effect`, after ``configuration``, ``fold`` and ``key``, with views in words;
        empty if there are none.
    """
    records = list(records)
    titles = [Configuration(r.run.network, r.run.start, r.run.recipe.name).title for r in records]
    compared = fidelity.recorded(records)
    frames = [
        compared[r.key].assign(configuration=title, fold=r.run.fold, key=r.key)
        for r, title in zip(records, titles, strict=True)
        if r.key in compared
    ]
    if not frames:
        return pd.DataFrame()
    rows = pd.concat(frames, ignore_index=True)
    rows["view"] = rows["view"].map(scores.VIEWS).map(CROPS)
    first = ["configuration", "fold", "key"]
    return rows[[*first, *rows.columns.drop(first)]]


def twins(loaded: Pictures, agreement: str = "five") -> dict[str, str]:
    """Name the test pictures of which the training list of their fold has an identical copy.

    Returns
    -------
    dict
        Digest of the picture, shared by its copies, by its name.
    """
    digests = loaded.files.set_index("image")["sha256"]
    found = {}
    for fold in folds.FOLDS:
        train, test = (part["image"] for part in folds.split(agreement, fold))
        some = test[loaded.copies(test, train)]
        found |= {name: digests[name] for name in some}
    return found
