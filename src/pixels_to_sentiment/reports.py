"""What is recorded, as frames in words: the numbers behind the book's tables and figures."""

from collections import Counter
from collections.abc import Iterable
from itertools import product

import pandas as pd

from pixels_to_sentiment import (
    answers,
    assets,
    audit,
    experiments,
    fidelity,
    figures,
    folds,
    judgement,
    networks,
    places,
    scores,
    tables,
)
from pixels_to_sentiment.catalogue import Configuration, Experiment
from pixels_to_sentiment.experiments import CONFIGURATION
from pixels_to_sentiment.pictures import Pictures
from pixels_to_sentiment.runs import Record

CROPS = {"no": "centre crop", "yes": "ten crops"}


def comparison(
    reported: pd.DataFrame, recorded: pd.DataFrame, agreements: Iterable[str] = folds.AGREEMENTS
) -> pd.DataFrame:
    """Put the paper's numbers above measured ones.

    Parameters
    ----------
    reported
        Rows of `scores.reported` of one configuration of the paper.
    recorded
        As `experiments.table` gives it.

    Returns
    -------
    DataFrame
        Text for `tables.table`: ``configuration`` (always positive, the paper's, then the recorded
        ones in words) and, for each subset, a column for the centre crop and one for ten crops; a
        dash where nothing is reported or recorded.
    """
    recorded = titled(recorded)
    titles = list(dict.fromkeys(recorded["title"]))
    table = {"configuration": ["always positive", "the paper's CaffeNet", *titles]}
    base = sizes()["always_positive"]
    for agreement, (oversampling, crops) in product(agreements, CROPS.items()):
        column = [f"{base[agreement]:.3f}", "–", *["–"] * len(titles)]
        for one in _cell(reported, agreement, oversampling):
            column[1] = tables.score(one.mean, one.std, one.grade)
        for one in _cell(recorded, agreement, oversampling):
            part = "" if one.n == len(folds.FOLDS) else f" (fold {one.folds} only)"
            column[2 + titles.index(one.title)] = tables.score(one.mean, one.std) + part
        table[f"{figures.AGREEMENT_NAMES[agreement]}, {crops}"] = column
    return pd.DataFrame(table)


def _cell(table: pd.DataFrame, agreement: str, oversampling: str) -> Iterable:
    chosen = (table["agreement"] == agreement) & (table["oversampling"] == oversampling)
    return table[chosen].itertuples()


def sizes() -> pd.DataFrame:
    """Count the subsets as `audit.sizes` does, with the subset as index."""
    return audit.sizes().set_index("agreement")


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


def gathered(records: Iterable[Record]) -> pd.DataFrame:
    """Gather the answers of runs, as `answers.gather` does, by configuration in words."""
    return answers.gather(records, title_of)


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


def accuracies(records: Iterable[Record], view: str = "oversampled") -> pd.DataFrame:
    """Score configurations of which all folds are there, as `judgement.accuracies` does."""
    told = gathered(complete(records))
    return judgement.accuracies(told[told["view"] == view])


def by_fold(records: Iterable[Record], view: str = "oversampled") -> pd.DataFrame:
    """Give the accuracy of each run of whole configurations, by ``configuration``."""
    table = fold_table(complete(records))
    return table[table["oversampling"] == scores.VIEWS[view]]


def reported_dots(
    experiment: Experiment, view: str = "oversampled", agreement: str = "five"
) -> pd.DataFrame:
    """Give the paper's numbers of an experiment: ``configuration`` in words and ``mean``."""
    table = scores.reported(experiment.reported)
    chosen = table[
        (table["agreement"] == agreement)
        & (table["oversampling"] == scores.VIEWS[view])
        & table["variant"].isin(experiment.variants)
    ]
    return pd.DataFrame(
        {"configuration": "the paper: " + chosen["variant"], "mean": chosen["mean"]}
    )


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
        comma-separated); empty if no pair is whole.
    """
    records, named, keys, chosen = list(records), [], {}, {}
    for pair in pairs:
        both = _alike(records, pair, agreement)
        if both:
            names = tuple(title_of(some[0]) for some in both)
            chosen |= {one.key: one for some in both for one in some}
            named.append(names)
            keys[names] = ", ".join(sorted(one.key for some in both for one in some))
    if not named:
        return pd.DataFrame(columns=["pair", "keys", "difference", "low", "high"])
    told = gathered(chosen.values())
    table = judgement.differences(told[told["view"] == view], named)
    names = list(zip(table["first"], table["other"], strict=True))
    words = [_difference_in_words(first, other) for first, other in names]
    return table.assign(pair=words, keys=[keys[both] for both in names])


def _alike(
    records: list[Record], pair: Iterable[Configuration], agreement: str
) -> list[list[Record]]:
    """Pick the runs of two configurations in the precision in which most are whole of both.

    What precision changes would be taken for what the configurations do otherwise.
    """
    found = []
    for precision in sorted({one.run.precision for one in records}):
        some = [one for one in records if one.run.precision == precision]
        both = [complete(runs_of(one, some, agreement), agreement) for one in pair]
        if all(both):
            found.append(both)
    return max(found, key=lambda both: min(map(len, both)), default=[])


def _difference_in_words(first: str, other: str) -> str:
    """Say what is compared, leaving out what both have in common at the end."""
    one, two = first.split(", "), other.split(", ")
    while len(one) > 1 and len(two) > 1 and one[-1] == two[-1]:
        one.pop()
        two.pop()
    return f"{', '.join(one)} − {', '.join(two)}"


def experiment_table(
    experiment: Experiment, records: Iterable[Record], agreement: str = "five"
) -> pd.DataFrame:
    """Set what is recorded of an experiment beside what the paper reports, cell by cell.

    Returns
    -------
    DataFrame
        Text for `tables.table`, a row a configuration of the catalogue: ``configuration``; the
        paper's number and the recorded one for the centre crop and for ten crops; ``seeds``;
        ``empty because`` where nothing, or not every fold, is recorded.
    """
    chosen = of_experiment(experiment, records, agreement)
    scored = experiments.table(chosen)
    reported = scores.reported(experiment.reported) if experiment.reported else pd.DataFrame()
    rows = []
    for configuration in experiment.configurations:
        own = scored[
            (scored["network"] == configuration.network)
            & (scored["start"] == configuration.start)
            & (scored["recipe"] == configuration.recipe)
        ]
        row = {"configuration": configuration.title}
        variant = dict(zip(experiment.paper, experiment.variants, strict=False)).get(configuration)
        for view, crops in CROPS.items():
            row[f"the paper, {crops}"] = _reported_score(reported, variant, agreement, view)
            row[f"here, {crops}"] = _score(own[own["oversampling"] == view])
        row["seeds"] = own["seeds"].iloc[0] if len(own) else "–"
        row["empty because"] = _why_empty(configuration, own)
        rows.append(row)
    return pd.DataFrame(rows)


def _reported_score(
    reported: pd.DataFrame, variant: str | None, agreement: str, oversampling: str
) -> str:
    if not variant:
        return "–"
    chosen = reported[reported["variant"] == variant]
    found = [tables.score(o.mean, o.std, o.grade) for o in _cell(chosen, agreement, oversampling)]
    return found[0] if found else "–"


def _score(rows: pd.DataFrame) -> str:
    if rows.empty:
        return "–"
    one = rows.iloc[0]
    part = "" if one["n"] == len(folds.FOLDS) else f" (folds {one['folds']})"
    return tables.score(one["mean"], one["std"]) + part


def _why_empty(configuration: Configuration, rows: pd.DataFrame) -> str:
    if len(rows):
        return "" if rows["n"].iloc[0] == len(folds.FOLDS) else "other folds not run yet"
    start = networks.find_start(configuration.network, configuration.start)
    if start and not any(assets.find(name) for name in start.assets):
        return "not run: weights not at hand"
    return "not run yet"


def words(table: pd.DataFrame) -> pd.DataFrame:
    """Put a table of `judgement` into words: views named, subsets left out where all are five."""
    views = {view: CROPS[oversampling] for view, oversampling in scores.VIEWS.items()}
    if "view" in table:
        table = table.assign(view=table["view"].map(views))
    hidden = [name for name in ("agreement", "folds", "pictures") if name in table]
    return table.drop(columns=hidden)


def by_seed(records: Iterable[Record], view: str = "oversampled") -> pd.DataFrame:
    """Score each seed of configurations apart.

    Returns
    -------
    DataFrame
        ``configuration``, ``agreement``, ``seed``, ``folds`` (which), ``accuracy`` (mean and
        standard deviation over them, as text), ``mean``, ``least`` and ``most`` (of the folds),
        ``train_loss`` (nats, mean over the folds of the last 10 iterations).
    """
    records = list(records)
    losses = {one.key: one.curve()["train_loss"].tail(10).mean() for one in records}
    table = fold_table(records)
    table = table[table["oversampling"] == scores.VIEWS[view]]
    rows = []
    for names, group in table.groupby(["configuration", "agreement", "seed"], sort=False):
        each = group["accuracy"]
        which = ", ".join(str(fold) for fold in sorted(group["fold"]))
        score = tables.score(each.mean(), each.std(ddof=1))
        loss = group["key"].map(losses).mean()
        rows.append((*names, which, score, each.mean(), each.min(), each.max(), loss))
    names = ["configuration", "agreement", "seed", "folds", "accuracy", "mean", "least", "most"]
    return pd.DataFrame(rows, columns=[*names, "train_loss"])


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


def later_results() -> pd.DataFrame:
    """Give accuracies that others published later on the same photographs.

    Returns
    -------
    DataFrame
        ``work``, ``network and training``, and an accuracy for each subset, a row a result.
    """
    table = pd.read_csv(places.ground_truth() / "later_results.csv")
    wide = table.pivot(index=["work", "training"], columns="agreement", values="accuracy")
    columns = {"training": "network and training"} | figures.AGREEMENT_NAMES
    return wide[list(folds.AGREEMENTS)].reset_index().rename(columns=columns)


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


def reported_differences() -> pd.DataFrame:
    """Take the differences between the paper's numbers that its text is about.

    Returns
    -------
    DataFrame
        ``what`` (in words), ``agreement``, ``between`` (as `judgement.noise` has it) and
        ``difference``: ten crops less the centre crop, and each variant less the network that is
        fine-tuned from ILSVRC-2012, from the same crops.
    """
    table = scores.reported()
    main = table[table["variant"].isin(["CaffeNet, ILSVRC-2012"])]
    base = main.set_index(["agreement", "oversampling"])["mean"]
    views = {oversampling: view for view, oversampling in scores.VIEWS.items()}
    rows = [
        (
            f"{figures.AGREEMENT_NAMES[one]}: ten crops − centre crop",
            one,
            "views",
            base[one, "yes"] - base[one, "no"],
        )
        for one in folds.AGREEMENTS
    ]
    chosen = table[
        table["experiment"].isin(["layer ablation", "initialisation", "layer addition"])
        & (table["variant"] != "ILSVRC-2012")
    ]
    rows += [
        (
            f"{one.variant} − fine-tuned CaffeNet, {CROPS[one.oversampling]}",
            one.agreement,
            views[one.oversampling],
            one.mean - base[one.agreement, one.oversampling],
        )
        for one in chosen.itertuples()
    ]
    return pd.DataFrame(rows, columns=["what", "agreement", "between", "difference"])


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


def agreement_of(records: Iterable[Record]) -> pd.DataFrame:
    """Compare runs on the same fold with the first of them, picture by picture (ten crops).

    Returns
    -------
    DataFrame
        ``first``, ``second`` (configurations in words), ``pictures``, ``same prediction``,
        ``accuracy, first``, ``accuracy, second``, ``largest change`` (of a probability).
    """
    rows = []
    first, *others = list(records) or [None]
    for other in others:
        one, two = (r.predictions().set_index("image") for r in (first, other))
        two = two.loc[one.index]
        names = [curves_of([r])["configuration"].iloc[0] for r in (first, other)]
        same = (one["oversampled"] > 0.5) == (two["oversampled"] > 0.5)
        values = [scores.accuracy(t["label"], t["oversampled"]) for t in (one, two)]
        change = (one["oversampled"] - two["oversampled"]).abs().max()
        rows.append((*names, len(one), int(same.sum()), *values, change))
    columns = ["first", "second", "pictures", "same prediction"]
    return pd.DataFrame(
        rows, columns=[*columns, "accuracy, first", "accuracy, second", "largest change"]
    )


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


def complete(records: Iterable[Record], agreement: str = "five") -> list[Record]:
    """Pick the records of configurations of which all five folds of a subset are there."""
    chosen: dict[tuple, list[Record]] = {}
    for record in records:
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


def by_configuration(records: Iterable[Record], configurations: Iterable[str]) -> list[Record]:
    """Pick the records of some configurations (``network:start:recipe``), in that order."""
    records = list(records)
    return [
        record
        for text in configurations
        for record in records
        if str(Configuration(record.run.network, record.run.start, record.run.recipe.name)) == text
    ]


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
