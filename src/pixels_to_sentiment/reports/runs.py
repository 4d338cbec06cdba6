"""Recorded runs: picking them, naming them, and what each of them says."""

from collections import Counter, defaultdict
from collections.abc import Iterable

import pandas as pd

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.drawing import figures, tables
from pixels_to_sentiment.judging import scores
from pixels_to_sentiment.records import catalogue, experiments
from pixels_to_sentiment.records.catalogue import Configuration, Experiment, title_of
from pixels_to_sentiment.records.runs import Record
from pixels_to_sentiment.records.work import Finished
from pixels_to_sentiment.training.recipes import Recipe


def configuration_of(record: Finished) -> Configuration:
    """Give the configuration of a run, or of the one behind a probe or study."""
    return Configuration(*record.configuration)


def titled(table: pd.DataFrame) -> pd.DataFrame:
    """Add ``title``, the configuration in words, to a frame with its columns."""
    parts = table[["network", "start", "recipe", "precision"]].itertuples(index=False, name=None)
    titles = [Configuration(*names).in_precision(precision) for *names, precision in parts]
    return table.assign(title=titles)


def runs_of(
    configuration: Configuration, records: Iterable[Record], agreement: str | None = None
) -> list[Record]:
    """Pick the records of a configuration on a subset, by default the strictest.

    Where it was run in several precisions, the one with the most runs is taken, so that none
    stands twice.
    """
    wanted = configuration, agreement or folds.strictest()
    some = [one for one in records if (configuration_of(one), one.run.agreement) == wanted]
    counts = Counter(one.run.precision for one in some)
    return [one for one in some if one.run.precision == counts.most_common(1)[0][0]]


def of_experiment(
    experiment: Experiment, records: Iterable[Record], agreement: str | None = None
) -> list[Record]:
    """Pick the records of an experiment's configurations on a subset, in the catalogue's order."""
    records = list(records)
    return [run for one in experiment.configurations for run in runs_of(one, records, agreement)]


def of_timm(records: Iterable[Record]) -> list[Configuration]:
    """List the recorded configurations of networks of timm, which no experiment can list."""
    return sorted({configuration_of(r) for r in records if r.run.network.startswith("timm/")})


def complete(records: Iterable[Record], agreement: str | None = None) -> list[Record]:
    """Pick the records of configurations of which all folds of a subset are there.

    Of several seeds those with all folds are taken.
    """
    agreement, chosen = agreement or folds.strictest(), defaultdict(list)
    for one in experiments.whole_seeds(records):
        if one.run.agreement == agreement:
            chosen[configuration_of(one), one.run.recipe, one.run.precision].append(one)
    wanted = set(folds.numbers())
    whole = (group for group in chosen.values() if {one.run.fold for one in group} == wanted)
    return [one for group in whole for one in group]


def complete_everywhere(records: Iterable[Record]) -> list[Record]:
    """Pick as `complete` does, on every subset of every experiment, some of which share runs."""
    records = list(records)
    return [
        one
        for experiment in map(catalogue.find, catalogue.EXPERIMENTS)
        for agreement in experiment.agreements
        for one in complete(of_experiment(experiment, records, agreement), agreement)
    ]


def one_per_network(records: Iterable[Record]) -> list[Record]:
    """Keep one configuration of each network and start: others answer too much alike.

    Of several the first given is kept, with all of its folds and seeds.
    """
    chosen, kept = {}, {}
    for one in records:
        name = one.run.recipe.name, one.run.precision
        if chosen.setdefault((one.run.network, one.run.start), name) == name:
            kept[one.key] = one
    return list(kept.values())


def making(record: Finished) -> dict[str, object]:
    """Say how finished work was made, as tables show it.

    ``date``, ``commit`` (7 digits, with a star where files differed from it), ``hardware``,
    ``data`` (12 digits of the fingerprint) and ``minutes``.
    """
    made = record.provenance()
    hardware = made["hardware"]
    cores = hardware["cores"]
    return {
        "date": made["began"][:10],
        "commit": made["commit"][:7] + "*" * made["dirty"],
        "hardware": f"{hardware.get('gpu') or hardware['cpu']}, {cores} core{'s' * (cores != 1)}",
        "data": record.data["fingerprint"][:12],
        "minutes": made["seconds"] / 60,
    }


def apart(pairs: Iterable[tuple[pd.DataFrame, pd.DataFrame]]) -> pd.DataFrame:
    """Hold two predictions of the same pictures against each other, of all pairs together.

    They are as `runs.Record.predictions`. A row a ``view`` has the accuracies ``first`` and
    ``second``, how many of ``pictures`` answers are ``changed``, and ``largest`` and ``mean``,
    absolute changes of the probability of positive.
    """
    one_to_one = {"on": ["image", "label"], "validate": "1:1"}
    both = pd.concat(one.merge(other, **one_to_one) for one, other in pairs)
    rows = []
    for view in scores.VIEWS:
        one, other = both[f"{view}_x"], both[f"{view}_y"]
        accuracies = (scores.accuracy(both["label"], some) for some in (one, other))
        changed, gaps = ((one > 0.5) != (other > 0.5)).sum(), (one - other).abs()
        rows.append((view, *accuracies, changed, len(both), gaps.max(), gaps.mean()))
    columns = ["view", "first", "second", "changed", "pictures", "largest", "mean"]
    return pd.DataFrame(rows, columns=columns)


def recorded_details(records: Iterable[Record]) -> pd.DataFrame:
    """Say how recorded runs were made, a configuration and subset a row.

    Each run counts once. ``minutes`` are the total, the others all there are, comma-separated.
    """
    rows = []
    for one in {one.key: one for one in records}.values():
        subset = figures.AGREEMENT_NAMES[one.run.agreement]
        named = {"configuration": title_of(one), "subset": subset}
        rows.append(named | making(one) | {"key": one.key, **vars(one.run)})
    if not rows:
        return pd.DataFrame()
    names = ["fold", "seed", "date", "commit", "hardware", "data", "key"]
    grouped = pd.DataFrame(rows).groupby(["configuration", "subset"], sort=False)
    return grouped.agg(dict.fromkeys(names, scores.listed) | {"minutes": "sum"}).reset_index()


def costs(records: Iterable[Record]) -> pd.DataFrame:
    """Say how long training took, a network, kind of arithmetic, length and machine a row.

    A cut network counts as the one it was cut from; ``iterations`` are also those of settling, and
    ``layers`` says if some are ``frozen``, or ``all`` learn. Prediction and the tests on the way
    are part of a run. ``least``, ``median`` and ``most`` are minutes a run, ``hours`` those of all.
    """
    records, rows = list(records), []
    names = ["network", "layers", "precision", "iterations", "hardware"]
    for one in records:
        work, made = one.run, making(one)
        shape = configuration_of(one).family, *shape_of(work.recipe)
        rows.append((*shape[:2], work.precision, shape[2], made["hardware"], made["minutes"]))
    grouped = pd.DataFrame(rows, columns=[*names, "minutes"]).groupby(names)["minutes"]
    table = grouped.agg(runs="size", least="min", median="median", most="max", hours="sum")
    table = table.assign(hours=table["hours"] / 60).reset_index()
    table.attrs["runs"] = [one.key for one in records]
    return table


def shape_of(recipe: Recipe) -> tuple[str, int]:
    """Give what of a recipe decides how long it takes: ``layers`` and ``iterations`` of `costs`."""
    return "frozen" if recipe.frozen else "all", recipe.settling + recipe.iterations


def curves_of(records: Iterable[Record]) -> pd.DataFrame:
    """Stack the learning curves of runs, with ``configuration`` and ``fold`` beside."""
    frames = [one.curve().assign(configuration=title_of(one), fold=one.run.fold) for one in records]
    return pd.concat(frames or [pd.DataFrame(columns=["configuration"])], ignore_index=True)


def by_fold(records: Iterable[Record]) -> pd.DataFrame:
    """Give the accuracy from ten crops of each run of whole configurations, in words."""
    table = titled(experiments.fold_scores(complete(records))).rename(
        columns={"title": "configuration"}
    )
    return table[table["oversampling"] == "yes"]


def by_seed(records: Iterable[Record]) -> pd.DataFrame:
    """Score each seed of configurations apart, by ten crops.

    ``configuration``, ``agreement``, ``seed``, ``folds`` (which), ``accuracy`` (mean and standard
    deviation over them, as text), ``mean``, ``least`` and ``most`` (of the folds); means over the
    folds of the share called ``positive``, ``auc``, the ``first`` training loss (nats), ``peak``
    (as `peak_of`) and ``train_loss`` (nats, over the last 10 iterations). Where nearly all is
    positive or nothing, the network hardly tells pictures apart at its threshold; if the area is
    near one half, at no other either.
    """
    measures, rows = ["positive", "auc", "first", "peak", "train_loss"], []
    # By seed within each configuration, and configurations as they come.
    for one in sorted(records, key=lambda one: one.run.seed):
        told, losses = one.predictions(), one.curve()["train_loss"]
        said = told["oversampled"]
        names = title_of(one), one.run.agreement, one.run.seed, one.run.fold
        shares = one.scores()["oversampled"], (said > 0.5).mean(), scores.auc(told["label"], said)
        rows.append((*names, *shares, losses.iloc[0], peak_of(losses), losses.tail(10).mean()))
    columns = ["configuration", "agreement", "seed", "fold", "accuracy", *measures]
    grouped = pd.DataFrame(rows, columns=columns).groupby(columns[:3], sort=False)
    found = grouped.agg(
        folds=("fold", scores.listed),
        accuracy=("accuracy", lambda each: tables.score(each.mean(), each.std(ddof=1))),
        mean=("accuracy", "mean"),
        least=("accuracy", "min"),
        most=("accuracy", "max"),
        **{name: (name, "mean") for name in measures},
    )
    return found.reset_index().sort_values(
        "configuration", key=lambda of: pd.factorize(of)[0], kind="stable", ignore_index=True
    )


def peak_of(losses: pd.Series) -> float:
    """Give the largest training loss of a run by the loss of its first batch: 1 or more."""
    return float(losses.max() / losses.iloc[0])


def confusions(records: Iterable[Record]) -> dict[str, pd.DataFrame]:
    """Count labels against predictions by ten crops over all folds, by configuration in words."""
    told = defaultdict(list)
    for one in records:
        told[title_of(one)].append(one.predictions())
    joined = {name: pd.concat(some) for name, some in told.items()}
    return {n: scores.confusion(one["label"], one["oversampled"]) for n, one in joined.items()}
