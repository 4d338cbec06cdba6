"""Runs against each other, picture by picture, and differences between them in words."""

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import pandas as pd

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.data.pictures import Pictures
from pixels_to_sentiment.judging import answers, judgement, scores
from pixels_to_sentiment.networks.architectures import CLASSES
from pixels_to_sentiment.records.catalogue import SETTLED, Configuration
from pixels_to_sentiment.records.runs import Record
from pixels_to_sentiment.reports import runs


def gathered(records: Iterable[Record], view: str | None = None) -> pd.DataFrame:
    """Gather the answers of runs, as `answers.gather` does, by configuration in words.

    Of a view, a key of `scores.VIEWS`, or of both; ``attrs["runs"]`` has the keys of the runs.
    """
    records = list(records)
    table = answers.gather(records, runs.title_of)
    table = table if view is None else table[table["view"] == view]
    table.attrs["runs"] = [one.key for one in records]
    return table


def accuracies(records: Iterable[Record], view: str = "oversampled") -> pd.DataFrame:
    """Score configurations of which all folds are there, as `judgement.accuracies` does."""
    return judgement.accuracies(gathered(runs.complete(records), view))


def noise(records: Iterable[Record]) -> pd.DataFrame:
    """Measure how much differences vary over folds, as `judgement.noise` does.

    Each network counts once: CaffeNet-conv by the run that settled, for without it CaffeNet learned
    nothing; others by a third of the paper's recipe where there is one.
    """

    def rank(one: Record) -> tuple[bool, bool]:
        return runs.configuration_of(one) != SETTLED, one.run.recipe.name != "paper-third"

    return judgement.noise(
        gathered(runs.one_per_network(sorted(runs.complete_everywhere(records), key=rank)))
    )


def paired(
    records: Iterable[Record], pairs: Iterable[tuple[Configuration, Configuration]]
) -> pd.DataFrame:
    """Compare pairs of configurations of which all folds are recorded, by ten crops.

    As `judgement.differences` gives it, with ``pair`` (in words) and ``keys`` (of the runs,
    comma-separated); what comes out seed by seed (see `judgement.across_seeds`): ``trials`` (how
    many combinations of a seed of either configuration), ``least`` and ``most`` (differences) and
    ``tried`` (keys of all these runs, comma-separated); and of the seeds compared ``areas`` (under
    ROC of either, in words) and ``failed``, which of the two cannot be counted, and what shows it
    (in words, by semicolons): no better than always answering positive (see
    `judgement.beyond_positive`), or a training loss at the end above a coin's, ln 2 nats (last 10
    iterations, mean over folds and seeds). Empty if no pair is whole.
    """
    records, rows, chosen = list(records), {}, {}
    for pair in pairs:
        if every := _alike(records, pair):
            compared = [one for some in _of_common_seeds(every) for one in some]
            names, tried = tuple(runs.title_of(some[0]) for some in every), [*every[0], *every[1]]
            seeds = judgement.across_seeds(gathered(tried, "oversampled"), *names)["difference"]
            ends = {"trials": len(seeds), "least": seeds.min(), "most": seeds.max()}
            keys = {"keys": compared, "tried": tried}
            rows[names] = ends | {n: scores.listed(r.key for r in some) for n, some in keys.items()}
            chosen |= {one.key: one for one in compared}
    if not rows:
        columns = "pair first other seeds keys difference low high trials least most tried"
        return pd.DataFrame(columns=[*columns.split(), "areas", "failed"])
    table = judgement.differences(gathered(chosen.values(), "oversampled"), rows)
    names = list(zip(table["first"], table["other"], strict=True))
    table = table.join(pd.DataFrame([rows[both] for both in names]))
    table["pair"] = _told_apart(names)
    each = ([chosen[key] for key in rows[both]["keys"].split(", ")] for both in names)
    went = [_went(some, both) for some, both in zip(each, names, strict=True)]
    table["areas"], table["failed"] = zip(*went, strict=True)
    table.attrs["runs"] = list(chosen)
    return table


def _went(records: list[Record], names: tuple[str, str]) -> tuple[str, str]:
    """Give the areas of either configuration, and which cannot be counted, with what shows it."""
    went = runs.by_seed(records).groupby("configuration")[["auc", "train_loss"]].mean()
    beyond = judgement.beyond_positive(gathered(records, "oversampled"))
    lows, failed = beyond.set_index("configuration")["low"], []
    for name in names:
        loss = went["train_loss"][name]
        if lows[name] <= 0:
            failed.append(f"{name} is no better than always positive")
        elif loss > np.log(len(CLASSES)):
            failed.append(f"{name} ends at a training loss of {loss:.2f} nats, above a coin's")
    return " / ".join(f"{went['auc'][name]:.2f}" for name in names), "; ".join(failed)


def _alike(records: list[Record], pair: Iterable[Configuration]) -> list[list[Record]]:
    """Pick the whole seeds of two configurations in the precision that most are whole in of both.

    What precision changes would be taken for what the configurations do otherwise.
    """
    found = []
    for precision in sorted({one.run.precision for one in records}):
        some = [one for one in records if one.run.precision == precision]
        found.append([runs.complete(runs.runs_of(one, some)) for one in pair])
    best = max(found, key=lambda both: min(map(len, _of_common_seeds(both))), default=[])
    return best if best and all(_of_common_seeds(best)) else []


def _of_common_seeds(both: list[list[Record]]) -> list[list[Record]]:
    """Keep the runs that are compared: of seeds that both configurations have."""
    common = set.intersection(*({(one.run.fold, one.run.seed) for one in some} for some in both))
    return [[one for one in some if (one.run.fold, one.run.seed) in common] for some in both]


def difference_in_words(first: str, other: str, *, whole: bool = False) -> str:
    """Say what is compared, with what both have in common at the end behind it, or left out.

    But for frozen layers: the same networks with and without make two comparisons.
    """
    one, two, common = first.split(", "), other.split(", "), []
    while len(one) > 1 and len(two) > 1 and one[-1] == two[-1]:
        two.pop()
        common.insert(0, one.pop())
    kept = common if whole else [words for words in common if "frozen" in words][:1]
    return f"{', '.join(one)} − {', '.join(two)}" + (f" ({', '.join(kept)})" if kept else "")


def _told_apart(names: list[tuple[str, str]]) -> list[str]:
    """Say what each pair compares, with the recipe of all that is held against one of several."""
    recipes = defaultdict(set)
    for _, other in names:
        network, _, recipe = other.partition(", ")
        recipes[network].add(recipe)
    several = [len(recipes[other.partition(", ")[0]]) > 1 for _, other in names]
    return [difference_in_words(*both, whole=n) for both, n in zip(names, several, strict=True)]


def words(table: pd.DataFrame) -> pd.DataFrame:
    """Put a table of `judgement` into words: views named, the subset left out."""
    views = {view: scores.CROPS[oversampling] for view, oversampling in scores.VIEWS.items()}
    named = views | {"views": " and ".join(views.values())}
    shown = [name for name in ("view", "between") if name in table]
    table = table.assign(**{name: table[name].map(named) for name in shown})
    return table.drop(columns=["agreement", "folds", "pictures"], errors="ignore")


def agreement_of(pairs: Iterable[tuple[Record, Record]]) -> pd.DataFrame:
    """Compare two runs of each fold, picture by picture (ten crops), two configurations a row.

    ``changed`` counts predictions, ``largest change`` is of a probability.
    """
    rows, told = [], defaultdict(list)
    for both in pairs:
        told[tuple(map(runs.title_of, both))].append([record.predictions() for record in both])
    for names, some in told.items():
        (one,) = runs.apart(some).query("view == 'oversampled'").itertuples()
        counts = len(some), one.pictures, one.changed
        rows.append((*names, *counts, one.first, one.second, one.largest))
    columns = ["first", "second", "folds", "pictures", "changed"]
    columns += ["accuracy, first", "accuracy, second", "largest change"]
    return pd.DataFrame(rows, columns=columns)


def twins(loaded: Pictures) -> dict[str, str]:
    """Name the test pictures that have a copy in the training list of their fold.

    Of the strictest subset; each with its digest, which its copies share.
    """
    digests = loaded.files.set_index("image")["sha256"]
    found = {}
    for fold in folds.numbers():
        train, test = (part["image"] for part in folds.split(folds.strictest(), fold))
        found |= {name: digests[name] for name in test[loaded.copies(test, train)]}
    return found
