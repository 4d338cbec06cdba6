"""What the notebooks put on their pages: banners, tables, galleries, provenance.

A notebook opens a `Page`, shows things, and closes it with how it was made.
"""

import base64
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pandas as pd
from IPython.display import HTML
from IPython.display import display as show
from markupsafe import Markup
from matplotlib.figure import Figure

from pixels_to_sentiment import places, provenance, reports
from pixels_to_sentiment.data import folds, pictures
from pixels_to_sentiment.data.pictures import Pictures
from pixels_to_sentiment.drawing import dark, figures, tables
from pixels_to_sentiment.files.assets import Unavailable
from pixels_to_sentiment.pages import traces
from pixels_to_sentiment.probes import plans
from pixels_to_sentiment.probes.records import ProbeRecord
from pixels_to_sentiment.probes.store import Probes
from pixels_to_sentiment.records import catalogue, experiments
from pixels_to_sentiment.records.catalogue import Configuration
from pixels_to_sentiment.records.runs import Record, Run
from pixels_to_sentiment.records.store import Runs, Store
from pixels_to_sentiment.records.work import Finished, Work
from pixels_to_sentiment.reports import ledger
from pixels_to_sentiment.reports.runs import making
from pixels_to_sentiment.studies.records import StudyRecord

STAND_IN = (
    "The photographs were not at hand when this page was built. What it shows of pictures is made "
    "from a generated stand-in under the photographs' names, labels and folds. No accuracy of "
    "this build says anything about the photographs."
)
# Below a figure made from it.
STAND_IN_NOTE = "stand-in, no photographs"
_VEIL = (
    '<p class="veil"><label><input type="checkbox"> Show the photographs of this page: some show '
    "wounds, violence, death, or people in distress.</label></p>"
)
_ACCOUNT = "Commit, parameters, machine, versions and runs"
_NOTHING = "Nothing recorded", "No run of this has been recorded yet."


class Page:
    """A page being made from a notebook's parameters: remembers what it was made from.

    The tier is a name for the page to show; what is run, the other parameters say.

    Examples
    --------
    >>> page = Page("smoke", source="auto")
    >>> loaded = page.load("auto")  # says so on the page if it is the stand-in
    >>> page.close()  # how the page was made
    """

    def __init__(self, tier: str, **parameters: object):
        self.tier = tier
        self.parameters = parameters
        self.clock = provenance.Clock()
        self.pictures: Pictures | None = None
        self.records: list[Finished] = []
        figures.theme()
        dark.show_both()
        traces.watch()

    def load(self, source: str) -> Pictures:
        """Load the pictures as `pictures.load` does, and say which if not the photographs."""
        self.pictures = pictures.load(source)
        if places.dataset():
            table, count = folds.load(), len(folds.numbers())
            said = (
                f"All on this page is of {len(table):,} other pictures in {count} folds, and says "
                f"nothing of the article's. {table['label'].mean():.1%} of them are positive, "
                "which is the accuracy of always answering so."
            )
            note(f"Another data set: {self.pictures.source}", said)
        elif not self.pictures.real:
            note("Stand-in pictures", f"{STAND_IN} {self.pictures.reason}", kind="warning")
        return self.pictures

    def perform(
        self,
        configurations: Iterable[str],
        device: str,
        experiment: str | None = None,
        **options: object,
    ) -> list[Record]:
        """Run configurations (``network:start:recipe``) on the loaded pictures.

        What cannot be run for want of weights is said on the page. `options` go to
        `experiments.plan`. The word ``all`` stands for all configurations of an experiment.
        """
        chosen = []
        for text in configurations:
            if text == "all" and experiment:
                chosen += catalogue.find(experiment).configurations
            else:
                chosen.append(Configuration.parse(text))
        planned, missing = experiments.plan(dict.fromkeys(chosen), **options)
        for configuration, reason in missing.items():
            note(f"{configuration.title}: weights not at hand", reason)

        def failed(run: Run, fault: Exception) -> None:
            note(f"{run.network} from {run.start}, fold {run.fold}: not finished", str(fault))

        return self.make(Runs(), planned, device, failed=failed)

    def make(
        self,
        store: Store,
        wanted: Iterable[Work],
        device: str,
        on: Pictures | None = None,
        **options: object,
    ) -> list[Finished]:
        """Have work done in its store, on the loaded pictures or on others, for this page."""
        made = list(store.perform(wanted, on or self.pictures, device=device, **options))
        self.records += made
        return made

    def probe_frozen(
        self, names: Iterable[str], device: str, **options: object
    ) -> list[ProbeRecord]:
        """Classify features of networks as they start, as `plans.frozen` lists them.

        What cannot be had is said on the page.
        """
        wanted, missing = plans.frozen(names, **options)
        for name, reason in missing.items():
            note(f"{name}, frozen: weights not at hand", reason)
        return self.make(Probes(), wanted, device)

    @property
    def stand_in_note(self) -> str:
        """What a figure made from the stand-in says below it; empty for the photographs."""
        loaded = self.pictures
        return STAND_IN_NOTE if loaded is not None and loaded.generated else ""

    def veil(self) -> None:
        """Blur the photographs of the page from here on, until the reader asks for them.

        A style sheet does it to the images of class ``photographs`` and to the galleries of maps
        where the box is there and not ticked. The stand-in has nothing to hide.
        """
        if self.pictures is not None and self.pictures.real:
            show(HTML(_VEIL))

    def close(self) -> None:
        """Show how the page was made, folded away but on paper."""
        made = None
        if self.pictures is not None:
            made = {"source": self.pictures.source, "fingerprint": self.pictures.fingerprint}
        short = self.tier != "smoke" and {one.deviation() for one in self.records} - {None}
        details = self.clock.details(
            tier=f"{self.tier}, but made {', '.join(sorted(short))}" if short else self.tier,
            parameters=self.parameters,
            pictures=made,
            runs=[record.key for record in self.records],
        )
        account = traces.linked(provenance.provenance_table(details))
        show(HTML(tables.folded(_ACCOUNT, account, "account")))


def note(title: str, text: str, kind: str = "note") -> None:
    """Show an admonition (kinds: note, warning)."""
    box = Markup('<div class="admonition {}"><p class="admonition-title">{}</p><p>{}</p></div>')
    show(HTML(box.format(kind, title, text)))


def table(frame: pd.DataFrame, *, caption: str, name: str, **options: object) -> None:
    """Show a data frame under a caption and a label; options as for `tables.table`.

    Keys of runs become links, and what the table was made from is said below it.
    """
    traces.CELL.tables[name] = frame.rename(columns=options.get("names") or {})
    show(HTML(traces.linked(tables.table(frame, caption=caption, name=name, **options))))


def fold(summary: str, content: Markup, keys: Iterable[str] = ()) -> None:
    """Fold HTML away behind a line that opens it; keys of runs become links.

    The keys are those that it lists, so that nothing else need list them.
    """
    traces.CELL.told |= set(keys)
    show(HTML(tables.folded(summary, traces.linked(content))))


def this_build(
    made: Iterable[Finished], tier: str, found: pd.DataFrame | None = None, **options: object
) -> None:
    """Name the runs or probes that were made for a page, and lead to all runs for what came out.

    On another data set than the article's they are what the page is about, and tabled: `found`,
    with options as for `tables.table`, or else the accuracies of the runs.
    """
    made = list(made)
    if not made:
        note("Nothing was run", "None of the weights that this build asked for can be had here.")
    elif places.dataset():
        if found is None:
            found = reports.titled(experiments.table(made))[list(_AS_ACCURACIES["names"])]
            options = _AS_ACCURACIES
        caption = f"Accuracy, mean over the folds ({tier} tier)"
        table(found, caption=caption, name=f"build-{made[0].key}", **options)
    else:
        said = Markup('<p>They stand among <a href="{}#run-table">all runs</a>: {}.</p>')
        keys = [one.key for one in made]
        traces.CELL.told |= set(keys)
        show(HTML(traces.linked(said.format(tables.RUNS_PAGE, ", ".join(keys)))))


_AS_ACCURACIES = {
    "names": {
        "title": "configuration",
        "agreement": "subset",
        "oversampling": "ten crops",
        "folds": "which folds",
        "mean": "accuracy",
        "n": "folds",
    },
    "formats": {"mean": ".3f"},
}


def details(records: Iterable[Record]) -> None:
    """Fold away how recorded runs were made: commit, hardware, minutes, keys."""
    records = list(records)
    table = reports.recorded_details(records)
    if table.empty:
        note(*_NOTHING)
        return
    content = tables.table(table.drop(columns="key"), formats={"minutes": ".0f"})
    names = table[["configuration", "subset", "key"]].itertuples(index=False, name=None)
    content += Markup().join(Markup("<p>{}, {}: {}</p>").format(*each) for each in names)
    fold("How the recorded runs were made", content, [one.key for one in records])


def studies(records: Iterable[StudyRecord]) -> None:
    """Fold away how recorded maps were made: network, fold, commit, hardware, minutes, keys."""
    rows = []
    for one in records:
        row = {
            "network": reports.title_of(one),
            "pictures": one.data["source"],
            "fold": one.study.fold,
            "seed": one.run.seed if one.run else "–",
            "compared with": f"seed {one.other.seed}" if one.other else "–",
            "shuffled labels": "yes" if one.study.labels else "no",
        }
        rows.append(row | making(one) | {"key": one.key})
    if not rows:
        note("Nothing recorded", "No maps have been recorded yet.")
        return
    table = pd.DataFrame(rows).sort_values(["pictures", "network", "fold"])
    table = table.drop(columns="data")
    content = tables.table(table, formats={"minutes": ".0f"})
    fold("Network, fold, machine and key of each study", content, table["key"])


@contextmanager
def missing(title: str) -> Iterator[None]:
    """Say on the page what cannot be had, under a title, and go on."""
    try:
        yield
    except Unavailable as reason:
        note(title, str(reason))


def experiment(
    name: str, records: Iterable[Record], caption: str, more: Iterable[Configuration] = ()
) -> None:
    """Show an experiment's table, the paper's numbers beside the recorded ones, and its runs.

    The caption is followed by the subset, and the table's label is that of the experiment, followed
    by ``-table``; `more` are shown as if it listed them.
    """
    records, chosen = list(records), catalogue.find(name)
    chosen = replace(chosen, here=(*chosen.here, *more))
    found = reports.experiment_table(chosen, records)
    caption += f" on {figures.AGREEMENT_NAMES[folds.strictest()]}"
    if any(column.startswith("the paper") for column in found):
        caption += ": the paper's numbers and the recorded ones"
    table(found, caption=caption, name=f"{name}-table")
    details(reports.of_experiment(chosen, records))


def answers(records: Iterable[Record], caption: str, name: str) -> None:
    """Table what runs answer and how their training went, by configuration and seed.

    A training that came to nothing answers always the same, which an accuracy alone hides.
    """
    found = reports.by_seed(records)
    if found.empty:  # the table is there all the same, as the text refers to it
        note(*_NOTHING)
    names = {
        "positive": "answered positive",
        "auc": "area under ROC",
        "first": "first training loss (nats)",
        "peak": "largest ÷ first",
        "train_loss": "at the end (nats)",
    }
    columns = ["configuration", "seed", "folds", "accuracy", *names]
    formats = {"positive": ".2f", "auc": ".2f", "first": ".2f", "peak": ".1f", "train_loss": ".3f"}
    table(found[columns], names=names, formats=formats, caption=caption, name=name)


def differences(found: pd.DataFrame, caption: str, name: str) -> None:
    """Table paired differences, as `reports.paired` gives them, and fold their runs away."""
    if found.empty:
        note("Nothing to compare", "No pair of configurations is recorded on all folds yet.")
        return
    apart = found[["first_only", "other_only"]].astype(int).astype(str)
    spread = found["least"].map(tables.signed) + " to " + found["most"].map(tables.signed)
    spread += " (" + found["trials"].astype(str) + ")"
    shown = found.assign(
        **{name: found[name].map(tables.p_value) for name in ("p_mcnemar_holm", "p_t_holm")},
        pictures=apart["first_only"] + " / " + apart["other_only"],
        by_seed=spread.where(found["trials"] > 1, "–"),
    )
    columns = {
        "pair": "difference",
        "difference": "accuracy",
        "low": "from",
        "high": "to",
        "areas": "areas under ROC",
        "pictures": "right in one only (or with more seeds)",
        "p_mcnemar_holm": "McNemar (or sign test) p (Holm)",
        "t_low": "t from",
        "t_high": "t to",
        "p_t_holm": "corrected t p (Holm)",
        "by_seed": "seed by seed (pairs)",
    }
    formats = dict.fromkeys(("difference", "low", "high", "t_low", "t_high"), "+.3f")
    table(shown[list(columns)], names=columns, formats=formats, caption=caption, name=name)
    keys = tables.table(
        shown[["pair", "seeds", "keys", "tried"]], names={"tried": "keys, seed by seed"}
    )
    fold("The runs behind each difference", keys, found.attrs.get("runs", ()))


# The table of a run, of a probe and of a study of maps that its row leads to.
_MAIN = "predictions.csv", "layers.csv", "measures.csv"


def runs(built: Iterable[str], caption: str, name: str) -> pd.DataFrame:
    """Table all that is recorded and what this build made, as `ledger.ledger`, also as CSV.

    What was predicted or measured is linked where `book.metadata` puts it into the book, which it
    does of the article. ``attrs["runs"]`` has the keys of what is recorded.
    """
    found = ledger.ledger(ledger.recorded(), built)
    link = Markup('<a href="../results/{0}/{1}" download="{0}-{1}">CSV</a>')
    home = None if places.dataset() else places.results()
    tables = [
        next((link.format(key, one) for one in _MAIN if home and (home / key / one).is_file()), "–")
        for key in found["key"]
    ]
    changed = found["changed since"].replace("", "–")
    formats = dict.fromkeys(reports.CROPS.values(), ".3f")
    table(
        found.assign(**{"changed since": changed, "table": tables}),
        caption=caption,
        name=name,
        formats=formats | {"minutes": ".1f", "fold": ".0f", "seed": ".0f"},
        row_ids=[f"run-{key}" for key in found["key"]],
    )
    content = base64.b64encode(found.to_csv(index=False).encode()).decode()
    address = f"data:text/csv;charset=utf-8;base64,{content}"
    download = '<p><a download="runs.csv" href="{}">Download this table (CSV)</a></p>'
    show(HTML(download.format(address)))
    recorded = found["made for"].str.startswith(ledger.RECORDED)
    found.attrs["runs"] = list(found["key"][recorded])
    traces.CELL.told |= set(found["key"])
    return found


def gallery_of_predictions(
    loaded: Pictures, records: Iterable[Record], count: int, note: str = ""
) -> Figure:
    """Show the surest right and the surest wrong predictions of some runs, half and half.

    Sureness is the probability of the predicted class from ten crops.
    """
    every = pd.concat([record.predictions() for record in records])
    positive = every["oversampled"] > 0.5
    every["said"] = np.where(positive, "positive", "negative")
    every["sure"] = (every["oversampled"] - 0.5).abs() + 0.5
    every["right"] = np.where(positive == (every["label"] == 1), "right", "wrong")
    surest = every.sort_values("sure", ascending=False).groupby("right").head(count // 2)
    chosen = surest.sort_values("right", kind="stable")
    titles = [f"{one.said} {figures.percent(one.sure)}\n{one.right}" for one in chosen.itertuples()]
    colours = chosen["said"].map(figures.CLASS_COLOURS)
    shown = loaded.pixels[loaded.rows(chosen["image"])]
    return figures.gallery(shown, titles, colours, columns=count // 2, note=note)
