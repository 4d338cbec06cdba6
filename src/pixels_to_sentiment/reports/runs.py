"""Recorded runs: picking them, naming them, and what each of them says."""

from collections import Counter
from collections.abc import Iterable

import pandas as pd

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.drawing import figures, tables
from pixels_to_sentiment.judging import scores
from pixels_to_sentiment.records import experiments
from pixels_to_sentiment.records.catalogue import Configuration, Experiment
from pixels_to_sentiment.records.experiments import CONFIGURATION
from pixels_to_sentiment.records.runs import Record

CROPS = {"no": "centre crop", "yes": "ten crops"}


def titled(table: pd.DataFrame) -> pd.DataFrame:
    """Add ``title``, the configuration in words, to a frame with its columns."""
    names = [
        Configuration(*parts).title + ("" if precision == "fp32" else f" ({precision})")
        for *parts, precision in table[["network", "start", "recipe", "precision"]].itertuples(
            index=False, name=None
        )
    ]
    return table.assign(title=names)


def title_of(record: Record) -> str:
    """Name a run's configuration in words, with its precision where it is not fp32."""
    run = record.run
    title = Configuration(run.network, run.start, run.recipe.name).title
    return title if run.precision == "fp32" else f"{title} ({run.precision})"


def runs_of(
    configuration: Configuration, records: Iterable[Record], agreement: str = "five"
) -> list[Record]:
    """Pick the records of a configuration on a subset.

    Where it was run in several precisions, the one with the most runs is taken, so that none
    stands twice.
    """
    some = [
        one
        for one in records
        if Configuration(one.run.network, one.run.start, one.run.recipe.name) == configuration
        and one.run.agreement == agreement
    ]
    counts = Counter(one.run.precision for one in some)
    return [one for one in some if one.run.precision == counts.most_common(1)[0][0]]


def of_experiment(
    experiment: Experiment, records: Iterable[Record], agreement: str = "five"
) -> list[Record]:
    """Pick the records of an experiment's configurations on a subset, in the catalogue's order."""
    records = list(records)
    return [
        one
        for configuration in experiment.configurations
        for one in runs_of(configuration, records, agreement)
    ]


def of_timm(records: Iterable[Record]) -> list[Configuration]:
    """List the recorded configurations of networks of timm, which no experiment can list."""
    found = {
        Configuration(one.run.network, one.run.start, one.run.recipe.name): None
        for one in records
        if one.run.network.startswith("timm/")
    }
    return sorted(found)


def by_configuration(records: Iterable[Record], configurations: Iterable[str]) -> list[Record]:
    """Pick the records of some configurations (``network:start:recipe``), in that order."""
    records = list(records)
    return [
        record
        for text in configurations
        for record in records
        if str(Configuration(record.run.network, record.run.start, record.run.recipe.name)) == text
    ]


def complete(records: Iterable[Record], agreement: str = "five") -> list[Record]:
    """Pick the records of configurations of which all five folds of a subset are there.

    Of several seeds those with all folds are taken.
    """
    chosen: dict[tuple, list[Record]] = {}
    for record in experiments.whole_seeds(records):
        run = record.run
        if run.agreement == agreement:
            chosen.setdefault((run.network, run.start, run.recipe, run.precision), []).append(
                record
            )
    return [
        record
        for group in chosen.values()
        if {one.run.fold for one in group} == set(folds.FOLDS)
        for record in group
    ]


def one_per_network(records: Iterable[Record]) -> list[Record]:
    """Keep one configuration of each network and start: others answer too much alike.

    Of several the first given is kept, with all of its folds and seeds.
    """
    chosen: dict[tuple[str, str], str] = {}
    kept = {}
    for one in records:
        run = one.run
        name = (run.recipe.name, run.precision)
        if chosen.setdefault((run.network, run.start), name) == name:
            kept[one.key] = one
    return list(kept.values())


def recorded_details(records: Iterable[Record]) -> pd.DataFrame:
    """Say how recorded runs were made, a configuration and subset a row.

    Returns
    -------
    DataFrame
        ``configuration``, ``subset``, ``folds``, ``seeds``, ``date``, ``commit``, ``hardware``,
        ``minutes`` (total), ``keys``.
    """
    rows = []
    for record in records:
        run, made = record.run, record.provenance()
        hardware = made["hardware"].get("gpu") or made["hardware"]["cpu"]
        rows.append(
            {
                "network": run.network,
                "start": run.start,
                "recipe": run.recipe.name,
                "precision": run.precision,
                "subset": figures.AGREEMENT_NAMES[run.agreement],
                "fold": run.fold,
                "seed": run.seed,
                "date": made["began"][:10],
                "commit": made["commit"][:7] + ("*" if made["dirty"] else ""),
                "hardware": f"{hardware}, {made['hardware']['cores']} cores",
                "minutes": made["seconds"] / 60,
                "data": record.data["fingerprint"][:12],
                "key": record.key,
            }
        )
    frame = pd.DataFrame(rows)
    if frame.empty:
        return frame
    frame = titled(frame).rename(columns={"title": "configuration"})
    joined = {
        name: (name, lambda values: ", ".join(map(str, sorted(set(values)))))
        for name in ("fold", "seed", "date", "commit", "hardware", "data", "key")
    }
    grouped = frame.groupby(["configuration", "subset"], sort=False)
    return grouped.agg(**joined, minutes=("minutes", "sum")).reset_index()


def costs(records: Iterable[Record]) -> pd.DataFrame:
    """Say how long training took, a network, kind of arithmetic, length and machine a row.

    A cut network counts as the one it was cut from. Prediction and the tests on the way are part of
    a run.

    Returns
    -------
    DataFrame
        ``network``, ``precision``, ``iterations``, ``hardware``, ``runs``, ``least``, ``median``
        and ``most`` (minutes a run), ``hours`` (of all runs).
    """
    rows, records = [], list(records)
    for one in records:
        made = one.provenance()
        machine = made["hardware"].get("gpu") or made["hardware"]["cpu"]
        rows.append(
            {
                "network": one.run.network.partition("+")[0],
                "precision": one.run.precision,
                "iterations": one.run.recipe.iterations,
                "hardware": f"{machine}, {made['hardware']['cores']} cores",
                "minutes": made["seconds"] / 60,
            }
        )
    names = ["network", "precision", "iterations", "hardware"]
    grouped = pd.DataFrame(rows, columns=[*names, "minutes"]).groupby(names)["minutes"]
    table = grouped.agg(runs="size", least="min", median="median", most="max", hours="sum")
    table = table.assign(hours=table["hours"] / 60).reset_index()
    table.attrs["runs"] = [one.key for one in records]
    return table


def curves_of(records: Iterable[Record]) -> pd.DataFrame:
    """Stack the learning curves of runs, with ``configuration`` and ``fold`` beside."""
    frames = [pd.DataFrame(columns=["configuration", "fold"])]
    for record in records:
        run = record.run
        title = titled(
            pd.DataFrame([[run.network, run.start, run.recipe.name, run.precision]],
                         columns=CONFIGURATION[:4])
        )["title"].iloc[0]  # fmt: skip
        frames.append(record.curve().assign(configuration=title, fold=run.fold))
    return pd.concat(frames[1:] or frames, ignore_index=True)


def fold_table(records: Iterable[Record]) -> pd.DataFrame:
    """Give the accuracy of each run beside the share of positives in its test fold.

    Returns
    -------
    DataFrame
        `experiments.fold_scores` with ``configuration`` and ``always_positive``.
    """
    records = list(records)
    table = titled(experiments.fold_scores(records)).rename(columns={"title": "configuration"})
    base = {r.key: float(r.predictions()["label"].mean()) for r in records}
    return table.assign(always_positive=table["key"].map(base))


def by_fold(records: Iterable[Record], view: str = "oversampled") -> pd.DataFrame:
    """Give the accuracy of each run of whole configurations, by ``configuration``."""
    table = fold_table(complete(records))
    return table[table["oversampling"] == scores.VIEWS[view]]


def by_seed(records: Iterable[Record], view: str = "oversampled") -> pd.DataFrame:
    """Score each seed of configurations apart.

    Returns
    -------
    DataFrame
        ``configuration``, ``agreement``, ``seed``, ``folds`` (which), ``accuracy`` (mean and
        standard deviation over them, as text), ``mean``, ``least`` and ``most`` (of the folds);
        ``positive``, the share of test pictures that are called positive, ``auc`` (as
        `scores.auc`), ``first`` (training loss of the first batch, in nats), ``peak``, the largest
        by that one, and ``train_loss`` (nats, over the last 10 iterations), all means over the
        folds. Where nearly all is positive or nothing, the network hardly tells pictures apart at
        its threshold; if the area is near one half, at no other either.
    """
    # By seed within each configuration, and configurations as they come.
    records = sorted(records, key=lambda one: one.run.seed)
    curves = {one.key: one.curve()["train_loss"] for one in records}
    told = {one.key: one.predictions() for one in records}
    measures = {
        "positive": {key: (some[view] > 0.5).mean() for key, some in told.items()},
        "auc": {key: scores.auc(some["label"], some[view]) for key, some in told.items()},
        "first": {key: curve.iloc[0] for key, curve in curves.items()},
        "peak": {key: peak_of(curve) for key, curve in curves.items()},
        "train_loss": {key: curve.tail(10).mean() for key, curve in curves.items()},
    }
    table = fold_table(records)
    table = table[table["oversampling"] == scores.VIEWS[view]]
    rows = []
    for names, group in table.groupby(["configuration", "agreement", "seed"], sort=False):
        each = group["accuracy"]
        which = ", ".join(str(fold) for fold in sorted(group["fold"]))
        score = tables.score(each.mean(), each.std(ddof=1))
        measured = (group["key"].map(values).mean() for values in measures.values())
        rows.append((*names, which, score, each.mean(), each.min(), each.max(), *measured))
    names = ["configuration", "agreement", "seed", "folds", "accuracy", "mean", "least", "most"]
    table = pd.DataFrame(rows, columns=[*names, *measures])
    return table.sort_values(
        "configuration", key=lambda of: pd.factorize(of)[0], kind="stable", ignore_index=True
    )


def peak_of(losses: pd.Series) -> float:
    """Give the largest training loss of a run by the loss of its first batch: 1 or more."""
    return float(losses.max() / losses.iloc[0])


def confusions(records: Iterable[Record], view: str = "oversampled") -> dict[str, pd.DataFrame]:
    """Count labels against predictions over all folds, for each configuration in words."""
    frames: dict[str, list[pd.DataFrame]] = {}
    for record in records:
        frames.setdefault(fold_table([record])["configuration"].iloc[0], []).append(
            record.predictions()
        )
    return {
        name: scores.confusion((every := pd.concat(parts))["label"], every[view])
        for name, parts in frames.items()
    }
