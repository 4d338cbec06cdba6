"""What the notebooks put on their pages: banners, tables, galleries, provenance.

A notebook opens a `Page`, shows things, and closes it with how it was made.
"""

import time
from collections.abc import Iterable
from itertools import product

import numpy as np
import pandas as pd
from IPython.display import HTML
from IPython.display import display as show
from matplotlib.figure import Figure

from pixels_to_sentiment import (
    audit,
    experiments,
    fidelity,
    figures,
    folds,
    pictures,
    provenance,
    scores,
    tables,
)
from pixels_to_sentiment.experiments import CONFIGURATION, Configuration
from pixels_to_sentiment.pictures import Pictures
from pixels_to_sentiment.runs import Record
from pixels_to_sentiment.store import Store

CROPS = {"no": "centre crop", "yes": "ten crops"}
STAND_IN = (
    "The photographs were not at hand when this page was built. What it shows of pictures is made "
    "from a generated stand-in under the photographs' names, labels and folds. No accuracy of "
    "this build says anything about the photographs."
)


class Page:
    """A page being made: remembers what it was made from.

    Parameters
    ----------
    tier
        ``"smoke"`` or ``"paper"``.
    parameters
        The notebook's parameters, as the page's provenance shows them.

    Examples
    --------
    >>> page = Page("smoke", source="auto")
    >>> loaded = page.load("auto")  # says so on the page if it is the stand-in
    >>> page.close()  # how the page was made
    """

    def __init__(self, tier: str, **parameters: object):
        self.tier = tier
        self.parameters = parameters
        self.started = time.time()
        self.pictures: Pictures | None = None
        self.records: list[Record] = []
        figures.theme()

    def load(self, source: str) -> Pictures:
        """Load the pictures as `pictures.load` does, and say so if they are the stand-in."""
        self.pictures = pictures.load(source)
        if not self.pictures.real:
            note("Stand-in pictures", f"{STAND_IN} {self.pictures.reason}", kind="warning")
        return self.pictures

    def perform(
        self, configurations: Iterable[str], device: str, **options: object
    ) -> list[Record]:
        """Run configurations (``network:start:recipe``) on the loaded pictures.

        What cannot be run for want of weights is said on the page. `options` go to
        `experiments.plan`.
        """
        chosen = [Configuration.parse(text) for text in configurations]
        planned, missing = experiments.plan(chosen, **options)
        for configuration, reason in missing.items():
            note(f"{configuration.title}: weights not available here", reason)
        performed = list(experiments.perform(planned, self.pictures, Store(), device=device))
        self.records += performed
        return performed

    @property
    def stand_in_note(self) -> str:
        """What a figure made from the stand-in says below it; empty for the photographs."""
        return "" if self.pictures is None or self.pictures.real else "stand-in, no photographs"

    def close(self) -> None:
        """Show how the page was made."""
        made = None
        if self.pictures is not None:
            made = {"source": self.pictures.source, "fingerprint": self.pictures.fingerprint}
        details = provenance.provenance(
            self.tier,
            self.parameters,
            self.started,
            pictures=made,
            runs=[record.key for record in self.records],
        )
        show(HTML(provenance.provenance_table(details)))


def note(title: str, text: str, kind: str = "note") -> None:
    """Show an admonition (kinds: note, warning)."""
    show(
        HTML(
            f'<div class="admonition {kind}"><p class="admonition-title">{title}</p>'
            f"<p>{text}</p></div>"
        )
    )


def table(frame: pd.DataFrame, **options: object) -> None:
    """Show a data frame; options as for `tables.table`."""
    show(HTML(tables.table(frame, **options)))


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


def gallery_of_predictions(
    loaded: Pictures, records: Iterable[Record], count: int, note: str = ""
) -> Figure:
    """Show the surest right and the surest wrong predictions of some runs, half and half.

    Sureness is the probability of the predicted class from ten crops.
    """
    every = pd.concat([record.predictions() for record in records])
    every["sure"] = (every["oversampled"] - 0.5).abs() + 0.5
    every["right"] = (every["oversampled"] > 0.5) == (every["label"] == 1)
    surest = every.sort_values("sure", ascending=False)
    chosen = pd.concat(
        [surest[surest["right"] == right].head(count // 2) for right in (True, False)]
    )
    words = np.where(chosen["oversampled"] > 0.5, "positive", "negative")
    titles = [
        f"{word} {sure:.0%}\n{'right' if right else 'wrong'}"
        for word, sure, right in zip(words, chosen["sure"], chosen["right"], strict=True)
    ]
    colours = [figures.CLASS_COLOURS[word] for word in words]
    return figures.gallery(
        loaded.pixels[loaded.rows(chosen["image"])], titles, colours, columns=6, note=note
    )


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
