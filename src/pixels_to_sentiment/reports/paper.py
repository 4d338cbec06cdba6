"""What the paper reports, what is recorded beside it, and what was recalled of it."""

from collections.abc import Iterable
from itertools import product

import pandas as pd
from markupsafe import Markup

from pixels_to_sentiment.data import audit, folds
from pixels_to_sentiment.drawing import figures, tables
from pixels_to_sentiment.files import assets
from pixels_to_sentiment.judging import scores
from pixels_to_sentiment.judging.published import BASE, EARLIER
from pixels_to_sentiment.judging.scores import CROPS
from pixels_to_sentiment.networks import factory
from pixels_to_sentiment.records import experiments
from pixels_to_sentiment.records.catalogue import Configuration, Experiment
from pixels_to_sentiment.records.runs import Record
from pixels_to_sentiment.reports.runs import (
    complete,
    costs,
    of_experiment,
    shape_of,
    title_of,
    titled,
)

_ADDRESS = "https://doi.org/10.1016/j.imavis.2017.01.011"
# Where a number was read, if not in the article.
_ADDRESSES = {"abstract of arXiv 1604.03489v1": "https://arxiv.org/abs/1604.03489v1"}


def comparison(
    reported: pd.DataFrame, recorded: pd.DataFrame, agreements: Iterable[str] | None = None
) -> pd.DataFrame:
    """Put the paper's numbers above measured ones, as text for `tables.table`.

    Those on all subsets, if none is named. Always positive comes first. A dash stands where nothing
    is reported or recorded. The numbers are rows of `scores.reported` of its experiment on
    fine-tuning, and as `experiments.table`.
    """
    recorded, agreements = titled(recorded), list(agreements or folds.agreements())
    titles = {"the paper's CaffeNet": BASE, "PCNN, as the paper quotes it": EARLIER}
    shown = [(title, reported[reported["variant"] == name]) for title, name in titles.items()]
    shown = [(title, some) for title, some in shown if len(some)]
    shown += recorded.groupby("title", sort=False)
    cells = {
        f"{figures.AGREEMENT_NAMES[agreement]}, {crops}": (agreement, oversampling)
        for agreement, (oversampling, crops) in product(agreements, CROPS.items())
    }
    base = sizes()["always_positive"]
    always = {name: f"{base[agreement]:.3f}" for name, (agreement, _) in cells.items()}
    rows = [{"configuration": "always positive", "seeds": "–"} | always]
    for title, some in shown:
        row = {"configuration": title, "seeds": _seeds(some, agreements)}
        rows.append(row | {name: _score(some, *cell) for name, cell in cells.items()})
    return pd.DataFrame(rows)


def sizes() -> pd.DataFrame:
    """Count the subsets as `audit.sizes` does, with the subset as index."""
    return audit.sizes().set_index("agreement")


def experiment_table(experiment: Experiment, records: Iterable[Record]) -> pd.DataFrame:
    """Set what is recorded of an experiment on the strictest subset beside what the paper reports.

    A row a configuration of the catalogue, as text for `tables.table`. Where the paper reports
    nothing, it has no columns. ``missing`` says, where
    nothing or not every fold is recorded, why, and how long a fold of that network and recipe took
    where others were run.
    """
    records = list(records)
    price = costs(records)
    scored = experiments.table(of_experiment(experiment, records))
    reported = _reported(experiment)
    variants = dict(zip(experiment.paper, experiment.variants, strict=False))
    subset, rows = folds.strictest(), []
    for one in experiment.configurations:
        theirs = reported[reported["variant"] == variants.get(one)]
        named = [one.network, one.start, one.recipe]
        own = scored[(scored[["network", "start", "recipe"]] == named).all(axis=1)]
        row = {"configuration": one.title}
        for oversampling, crops in CROPS.items():
            if len(reported):
                row[f"the paper, {crops}"] = _score(theirs, subset, oversampling)
            row[f"here, {crops}"] = _score(own, subset, oversampling)
        row["seeds"] = _seeds(own, [subset])
        row["missing"] = _why_missing(one, own, price)
        rows.append(row)
    return pd.DataFrame(rows)


def _reported(experiment: Experiment) -> pd.DataFrame:
    """Give the article's numbers of an experiment's variants.

    Those of the whole network, which removed and added layers are held against, stand in another
    of its tables.
    """
    table = scores.of_article(scores.reported())
    return table[table["variant"].isin(experiment.variants)]


def _score(rows: pd.DataFrame, agreement: str, oversampling: str) -> str:
    """Format what is reported or recorded of a cell, and of which folds where it is not of all."""
    chosen = (rows["agreement"] == agreement) & (rows["oversampling"] == oversampling)
    for one in rows[chosen].itertuples():
        if "grade" in rows:
            return tables.score(one.mean, one.std, one.grade)
        only = f" (fold{'s' if one.n > 1 else ''} {one.folds} only)"
        return tables.score(one.mean, one.std) + only * (one.n < len(folds.numbers()))
    return "–"


def _seeds(rows: pd.DataFrame, agreements: list[str]) -> str:
    """Say which seeds a configuration has, subset by subset where they differ."""
    if "seeds" not in rows:
        return "–"
    some = rows[rows["agreement"].isin(agreements)]
    several = some.groupby("seeds", sort=False)["agreement"].unique()
    if len(several) < 2:
        return several.index[0] if len(several) else "–"
    return "; ".join(f"{seeds} ({', '.join(names)})" for seeds, names in several.items())


def _why_missing(configuration: Configuration, rows: pd.DataFrame, price: pd.DataFrame) -> str:
    if len(rows) and rows["n"].iloc[0] == len(folds.numbers()):
        return ""
    start = factory.find_start(configuration.network, configuration.start)
    if not len(rows) and start and not any(assets.find(name) for name in start.assets):
        return "not run: weights not at hand"
    what = "other folds not recorded" if len(rows) else "not recorded"
    recipe = experiments.recipe_of(configuration.recipe, folds.strictest())
    layers, length = shape_of(recipe)
    same = (price["layers"] == layers) & (price["iterations"] == length)
    alike = price[(price["network"] == configuration.family) & same]
    # The fewest minutes are of the precision that most is recorded in.
    minutes = f"{alike['median'].min():.0f}"
    return what + f": {minutes} minute{'s' * (minutes != '1')} a fold" * (len(alike) > 0)


def reported_dots(experiment: Experiment, records: Iterable[Record]) -> pd.DataFrame:
    """Give an experiment's numbers in the paper, ten crops and five agree, for `charts.dots`.

    ``paper`` names each and ``mean`` is its accuracy. ``configuration`` is its row: that of the
    first complete record of the same network from the same start, or from the convolutions of that,
    and else one of its own.
    """
    table = _reported(experiment)
    table = table[(table["agreement"] == "five") & (table["oversampling"] == "yes")]
    found = reversed(complete(records))
    recorded = {(one.run.network, one.run.start): title_of(one) for one in found}
    rows = {}
    for variant, one in zip(experiment.variants, experiment.paper, strict=False):
        starts = one.start, f"{one.start}-convolutions"
        rows[variant] = next(filter(None, (recorded.get((one.network, s)) for s in starts)), None)
    words = "the paper: " + table["variant"]
    own = table["variant"].map(rows).fillna(words)
    return pd.DataFrame({"configuration": own, "paper": words, "mean": table["mean"]})


def reported_table(reported: pd.DataFrame) -> pd.DataFrame:
    """Put rows of `scores.reported` into words, for `tables.table`.

    The value has the mark of its certainty, the source its link; a dash stands where the paper
    gives nothing. It does not say which crops the numbers that it quotes are of.
    """
    values = reported["mean"].map(lambda mean: f"{mean:.3f}" if mean < 1 else f"{mean:g}")
    crops = reported["oversampling"].map(CROPS).fillna("–")
    link = Markup('<a href="{}">{}</a>')
    linked = [link.format(_ADDRESSES.get(one, _ADDRESS), one) for one in reported["source"]]
    return pd.DataFrame(
        {
            "experiment": reported["experiment"],
            "variant": reported["variant"],
            "subset": reported["agreement"].map(figures.AGREEMENT_NAMES),
            "crops": crops.mask(reported["variant"] == EARLIER, "not stated"),
            "value": values + reported["grade"].map(tables.MARKS),
            "±": reported["std"].map("{:.3f}".format, na_action="ignore").fillna("–"),
            "grade": reported["grade"],
            "source": pd.Series(linked, reported.index).where(reported["source"] != "", "–"),
            "note": reported["note"].replace("", "–"),
        }
    ).reset_index(drop=True)


def recalled_wrong(table: pd.DataFrame) -> pd.DataFrame:
    """Put the accuracies of `published.recalled` that are off, or whose spread is, into words.

    ``off`` and ``± off`` are the number recalled less that read; ``what it was`` tells whether it
    was that of the same layer's other classifier.
    """
    wrong = table[table["variant"].isin(table.loc[table["off"] != 0, "variant"])]
    by = wrong.pivot(index="variant", columns="quantity").loc[wrong["variant"].unique()]
    swapped = by["swapped"].mask(by["off"] == 0, 1).all(axis=1)
    both = ["mean", "std"]
    return pd.DataFrame(
        {
            "variant": by.index,
            **{name: tables.scored(by[name][both]) for name in ("recalled", "read")},
            "off": by["off", "mean"].to_list(),
            "± off": by["off", "std"].to_list(),
            "what it was": ["the other classifier's" if one else "neither's" for one in swapped],
        }
    )
