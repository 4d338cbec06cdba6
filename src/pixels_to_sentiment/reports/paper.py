"""What the paper reports, and what is recorded beside it."""

from collections.abc import Iterable
from itertools import product

import pandas as pd

from pixels_to_sentiment import places
from pixels_to_sentiment.data import audit, folds
from pixels_to_sentiment.drawing import figures, tables
from pixels_to_sentiment.files import assets
from pixels_to_sentiment.judging import scores
from pixels_to_sentiment.networks import factory
from pixels_to_sentiment.records import experiments
from pixels_to_sentiment.records.catalogue import Configuration, Experiment
from pixels_to_sentiment.records.runs import Record
from pixels_to_sentiment.reports.runs import CROPS, costs, of_experiment, titled
from pixels_to_sentiment.training import recipes

# The network that the paper's variants are held against.
_BASE = "CaffeNet, ILSVRC-2012"
# The paper quotes one accuracy of it for each subset.
_EARLIER = "PCNN (You et al. 2015)"


def comparison(
    reported: pd.DataFrame, recorded: pd.DataFrame, agreements: Iterable[str] = folds.AGREEMENTS
) -> pd.DataFrame:
    """Put the paper's numbers above measured ones, as text for `tables.table`.

    Always positive comes first. A dash stands where nothing is reported or recorded.

    Parameters
    ----------
    reported
        Rows of `scores.reported` of its experiment on fine-tuning.
    recorded
        As `experiments.table` gives it.
    """
    recorded, agreements = titled(recorded), list(agreements)
    theirs = {_BASE: "the paper's CaffeNet", _EARLIER: "PCNN, as the paper quotes it"}
    shown = [(words, reported[reported["variant"] == name]) for name, words in theirs.items()]
    shown = [(title, some) for title, some in shown if len(some)]
    shown += recorded.groupby("title", sort=False)
    rows = [{"configuration": "always positive", "seeds": "–"}]
    for title, some in shown:
        rows.append({"configuration": title, "seeds": _seeds(some, agreements)})
    base = sizes()["always_positive"]
    for agreement, (oversampling, crops) in product(agreements, CROPS.items()):
        name = f"{figures.AGREEMENT_NAMES[agreement]}, {crops}"
        rows[0][name] = f"{base[agreement]:.3f}"
        for row, (_, some) in zip(rows[1:], shown, strict=True):
            row[name] = _score(some, agreement, oversampling)
    return pd.DataFrame(rows)


def sizes() -> pd.DataFrame:
    """Count the subsets as `audit.sizes` does, with the subset as index."""
    return audit.sizes().set_index("agreement")


def experiment_table(
    experiment: Experiment, records: Iterable[Record], agreement: str = "five"
) -> pd.DataFrame:
    """Set what is recorded of an experiment beside what the paper reports, cell by cell.

    A row a configuration of the catalogue, as text for `tables.table`. ``missing`` says, where
    nothing or not every fold is recorded, why, and how long a fold of that network and recipe took
    where others were run.
    """
    records = list(records)
    price = costs(records)
    scored = experiments.table(of_experiment(experiment, records, agreement))
    reported = scores.of_article(scores.reported(experiment.reported))
    variants = dict(zip(experiment.paper, experiment.variants, strict=False))
    rows = []
    for one in experiment.configurations:
        theirs = reported[reported["variant"] == variants.get(one)]
        named = [one.network, one.start, one.recipe]
        own = scored[(scored[["network", "start", "recipe"]] == named).all(axis=1)]
        row = {"configuration": one.title}
        for oversampling, crops in CROPS.items():
            row[f"the paper, {crops}"] = _score(theirs, agreement, oversampling)
            row[f"here, {crops}"] = _score(own, agreement, oversampling)
        row["seeds"] = _seeds(own, [agreement])
        row["missing"] = _why_missing(one, own, price, agreement)
        rows.append(row)
    return pd.DataFrame(rows)


def _score(rows: pd.DataFrame, agreement: str, oversampling: str) -> str:
    """Format what is reported or recorded of a cell, and of which folds where it is not of all."""
    chosen = (rows["agreement"] == agreement) & (rows["oversampling"] == oversampling)
    for one in rows[chosen].itertuples():
        if "grade" in rows:
            return tables.score(one.mean, one.std, one.grade)
        only = f" (fold{'s' if one.n > 1 else ''} {one.folds} only)"
        return tables.score(one.mean, one.std) + only * (one.n < len(folds.FOLDS))
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


def _why_missing(
    configuration: Configuration, rows: pd.DataFrame, price: pd.DataFrame, agreement: str
) -> str:
    if len(rows) and rows["n"].iloc[0] == len(folds.FOLDS):
        return ""
    start = factory.find_start(configuration.network, configuration.start)
    if not len(rows) and start and not any(assets.find(name) for name in start.assets):
        return "not run: weights not at hand"
    what = "other folds not recorded" if len(rows) else "not recorded"
    recipe = recipes.recipe(configuration.recipe, agreement)
    alike = price[
        (price["network"] == configuration.family) & (price["iterations"] == recipe.iterations)
    ]
    # The fewest minutes are of the precision that most is recorded in.
    return what + (f": {alike['median'].min():.0f} minutes a fold" if len(alike) else "")


def reported_dots(
    experiment: Experiment, view: str = "oversampled", agreement: str = "five"
) -> pd.DataFrame:
    """Give the paper's numbers of an experiment: ``configuration`` in words and ``mean``."""
    table = scores.of_article(scores.reported(experiment.reported))
    chosen = table[
        (table["agreement"] == agreement)
        & (table["oversampling"] == scores.VIEWS[view])
        & table["variant"].isin(experiment.variants)
    ]
    return pd.DataFrame(
        {"configuration": "the paper: " + chosen["variant"], "mean": chosen["mean"]}
    )


# Variants of the paper's tables that its text sets against each other, the first said to be better.
_AGAINST = (
    ("fc7-2", "fc6-2"),
    ("MVSO English", "fc9-2, MVSO English"),
    *(("MVSO English", start) for start in ("Places", "DeepSentiBank")),
    *(
        ("MVSO English", f"MVSO {name}")
        for name in ("Spanish", "French", "Italian", "German", "Chinese")
    ),
    *(("conv4 SVM", other) for other in ("conv5 SVM", "pool5 SVM", "conv4 softmax")),
)


def reported_differences() -> pd.DataFrame:
    """Take the differences between the paper's numbers that its text is about.

    These are the improvement over the earlier state of the art; on each subset the network that is
    fine-tuned from ILSVRC-2012 less the earlier one, and ten crops less the centre crop; each
    variant less that network, and variants and layers against each other, from the same crops.

    Returns
    -------
    DataFrame
        ``what`` (in words), ``agreement``, ``between`` (as `judgement.noise` has it) and
        ``difference``.
    """
    table = scores.of_article(scores.reported())
    rows = [
        ("the best network − the state of the art before", "five", "oversampled", one.mean)
        for one in table[table["experiment"] == "abstract v1"].itertuples()
    ]
    # The same number stands in two experiments.
    table = table[
        ~((table["experiment"] == "initialisation") & (table["variant"] == "ILSVRC-2012"))
    ]
    means = table.set_index(["variant", "agreement", "oversampling"])["mean"]
    for one in folds.AGREEMENTS:
        centre, name = means[_BASE, one, "no"], figures.AGREEMENT_NAMES[one]
        earlier = centre - means[_EARLIER, one, "no"]
        rows.append((f"{name}: fine-tuned CaffeNet − PCNN, centre crop", one, "centre", earlier))
        crops = means[_BASE, one, "yes"] - centre
        rows.append((f"{name}: ten crops − centre crop", one, "views", crops))
    chosen = table["experiment"].isin(["layer ablation", "initialisation", "layer addition"])
    # What is added on another start is held against that start.
    named = dict.fromkeys(table.loc[chosen, "variant"])
    pairs = [(one, _BASE) for one in named if one != "fc9-2, MVSO English"]
    for both in [*pairs, *_AGAINST]:
        for view, oversampling in scores.VIEWS.items():
            found = [means.get((one, "five", oversampling)) for one in both]
            # Layers have the centre crop alone.
            if None not in found:
                words = " − ".join("fine-tuned CaffeNet" if one == _BASE else one for one in both)
                what = f"{words}, {CROPS[oversampling]}"
                rows.append((what, "five", view, found[0] - found[1]))
    return pd.DataFrame(rows, columns=["what", "agreement", "between", "difference"])


def later_results() -> pd.DataFrame:
    """Give accuracies that others published later on the same photographs, a column a subset."""
    table = pd.read_csv(places.ground_truth() / "later_results.csv")
    index = ["work", "training", "protocol"]
    # In the order of the file.
    wide = table.pivot_table(index=index, columns="agreement", values="accuracy", sort=False)
    columns = {"training": "network and training"} | figures.AGREEMENT_NAMES
    return wide[list(folds.AGREEMENTS)].reset_index().rename(columns=columns)
