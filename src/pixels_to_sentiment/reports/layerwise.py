"""What is recorded of the layers, as frames in words, beside what the paper reports."""

from collections.abc import Iterable

import pandas as pd

from pixels_to_sentiment import reports
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.drawing import figures, tables
from pixels_to_sentiment.judging import answers, judgement, scores
from pixels_to_sentiment.probes import protocols
from pixels_to_sentiment.probes.records import FROZEN, ProbeRecord
from pixels_to_sentiment.records.catalogue import Configuration
from pixels_to_sentiment.records.runs import Record

CLASSIFIER_TITLES = {"svm": "linear SVM", "softmax": "softmax"}
PROTOCOL_TITLES = {"test_choice": "chosen by test accuracy", "nested": "nested choice"}
# What the table of reported results calls them.
REPORTED = {"svm": "SVM", "softmax": "softmax"}
_BY = ["configuration", "agreement", "layer", "features", "classifier"]


def accuracies(records: Iterable[ProbeRecord]) -> pd.DataFrame:
    """Stack `ProbeRecord.accuracies`, each once, with ``configuration`` in words."""
    frames = [one.accuracies().assign(configuration=reports.title_of(one)) for one in records]
    if not frames:
        return pd.DataFrame(columns=_BY)
    # A layer may be in two probes of one network.
    case = ["configuration", "agreement", "layer", "classifier", "fold", "seed", "cost"]
    return pd.concat(frames, ignore_index=True).drop_duplicates(case, ignore_index=True)


def told(records: Iterable[ProbeRecord]) -> pd.DataFrame:
    """Gather what classifiers of layers predicted, as `answers.gather` does of runs.

    The cost is that of the nested choice. ``configuration`` is the network, layer and classifier in
    words, ``view`` the centre crop, ``positive`` 0 or 1; ``layer`` and ``classifier`` come last.
    """
    records = list(records)
    lists = {one.key: one.probe.lists()[1] for one in records}
    by = ["configuration", "agreement", "layer", "classifier"]
    columns = [*answers.COLUMNS, "layer", "classifier"]
    stacked, parts = accuracies(records), [pd.DataFrame(columns=columns)]
    if len(stacked):
        chosen = protocols.choose(stacked, by).query("protocol == 'nested'")
        for one in chosen.drop(columns=["protocol", "accuracy"]).merge(stacked).itertuples():
            words = f"{one.configuration}: {one.layer}, {CLASSIFIER_TITLES[one.classifier]}"
            named = {name: getattr(one, name) for name in (*by, "fold", "seed")}
            named |= {"configuration": words, "positive": [float(said) for said in one.predicted]}
            parts.append(lists[one.key][["image", "label"]].assign(**named, view="centre"))
    table = pd.concat(parts[1:] or parts, ignore_index=True)[columns]
    table.attrs["runs"] = [one.key for one in records]
    return table


def tuned_against_frozen(
    probes: Iterable[ProbeRecord],
    records: Iterable[Record],
    configurations: Iterable[Configuration],
) -> pd.DataFrame:
    """Compare fine-tuned networks with softmax on what they knew before, centre crop.

    Of which all folds are recorded, as are those of probes of the same network and start. As
    `judgement.differences` (cost by the nested choice), with ``pair`` (in words), ``least`` and
    ``most``, the differences seed by seed of the fine-tuned network. Only the seed of the probe is
    compared otherwise.
    """
    probes, records, rows, used = list(probes), list(records), [], []
    for one in configurations:
        runs = reports.complete(reports.runs_of(one, records))
        wanted = f"{one.network}:{one.start}", folds.strictest()
        some = [p for p in probes if (p.probe.network, p.probe.agreement) == wanted]
        known = told(some)
        # Of several layers the last, which comes first.
        first_layer = known["layer"].iloc[:1].squeeze()
        known = known[(known["classifier"] == "softmax") & (known["layer"] == first_layer)]
        if not runs or known["fold"].nunique() < len(folds.numbers()):
            continue
        both = pd.concat([reports.gathered(runs, "centre"), known], ignore_index=True)
        first, other = reports.title_of(runs[0]), known["configuration"].iloc[0]
        by_seed = judgement.across_seeds(both, first, other)["difference"]
        named = {"pair": f"{first} − {other}", "least": by_seed.min(), "most": by_seed.max()}
        rows.append(judgement.differences(both, [(first, other)]).assign(**named))
        used += [one.key for one in (*runs, *some)]
    empty = pd.DataFrame(columns=["pair", "difference", "low", "high"])
    table = pd.concat(rows or [empty], ignore_index=True)
    table.attrs["runs"] = used
    return table


def compared(records: Iterable[ProbeRecord]) -> pd.DataFrame:
    """Compare the two protocols on every layer, with the article's numbers beside CaffeNet's.

    By ``configuration``, ``agreement``, ``layer`` (the last first), ``features`` and ``classifier``
    (in words), ``_mean`` and ``_std`` of: ``test_choice`` and ``nested`` (`protocols.compare`),
    ``authors_costs`` (`protocols.authors`), all ours, and ``article``, missing where it has none.
    """
    records = list(records)
    stacked = accuracies(records)
    if stacked.empty:
        means = [f"{one}_mean" for one in (*PROTOCOL_TITLES, "authors_costs", "article")]
        return pd.DataFrame(columns=[*_BY, *means, "nested_std", "difference", "n"])
    table = protocols.compare(stacked, _BY)
    table = table.merge(protocols.authors(stacked, _BY), on=_BY, how="left", validate="1:1")
    table.columns = table.columns.str.replace("paper_", "test_choice_")
    table.columns = table.columns.str.replace("authors_", "authors_costs_")
    known = scores.reported("layer-by-layer").set_index("variant")
    names = [
        f"{layer.removesuffix('_twitter')} {REPORTED[kind]}" if "CaffeNet" in title else ""
        for title, layer, kind in table[["configuration", "layer", "classifier"]].to_numpy()
    ]
    table[["article_mean", "article_std"]] = known.reindex(names)[["mean", "std"]].to_numpy()
    # The article took its layers apart on five agree.
    table.loc[table["agreement"] != "five", ["article_mean", "article_std"]] = float("nan")
    table["classifier"] = table["classifier"].map(CLASSIFIER_TITLES)
    table.attrs["runs"] = [one.key for one in records]
    return table


def between_frozen(probes: Iterable[ProbeRecord], first: str) -> pd.DataFrame:
    """Compare softmax on the features of one network (in words) with that of each other one.

    Of untrained networks; a subset counts where all folds are there. As `judgement.differences`,
    with ``pair`` (in words) and ``subset``.
    """
    known = told(one for one in probes if one.run is None)
    used, known = known.attrs["runs"], known[known["classifier"] == "softmax"]
    known = known.assign(configuration=known["configuration"].str.split(f", {FROZEN}").str[0])
    whole = known.groupby(["configuration", "agreement"])["fold"].transform("nunique")
    known = known[whole == len(folds.numbers())]
    others = [name for name in known["configuration"].unique() if name != first]
    table = judgement.differences(known, [(first, other) for other in others])
    table["pair"] = [f"{first} − {other}" for other in table["other"]]
    table["subset"] = table["agreement"].map(figures.AGREEMENT_NAMES)
    table.attrs["runs"] = used
    return table


def by_subset(probes: Iterable[ProbeRecord], agreements: Iterable[str]) -> pd.DataFrame:
    """Set softmax on untrained networks side by side, a column a subset, as text.

    The nested choice on the last features, where all folds are there.
    """
    found = compared(probes)
    chosen = found["classifier"] == CLASSIFIER_TITLES["softmax"]
    last = found[chosen & (found["n"] == len(folds.numbers()))]
    last = last.drop_duplicates(["configuration", "agreement"])
    last = last.assign(score=tables.scored(last[["nested_mean", "nested_std"]]))
    wide = last.pivot(index="configuration", columns="agreement", values="score")
    wide = wide.reindex(columns=list(agreements)).rename(columns=figures.AGREEMENT_NAMES)
    table = wide.astype(object).fillna("–").rename_axis("network", columns=None).reset_index()
    table.attrs["runs"] = found.attrs.get("runs", [])
    return table


def in_words(table: pd.DataFrame, *, beside_paper: bool = True) -> pd.DataFrame:
    """Format `compared` for `tables.table`: a column for each protocol.

    There is one for the network where there are several, and one for the folds where some are
    missing. The paper's numbers and the authors' costs stand there too, beside which nothing
    belongs that was not measured by its protocol (`beside_paper`).
    """
    shown = {
        "network": table["configuration"],
        "layer": table["layer"],
        "features": [f"{n:,}" for n in table["features"]],
        "classifier": table["classifier"],
    }
    titles = {"article": "the paper", **PROTOCOL_TITLES, "authors_costs": "the authors' costs"}
    for name, title in titles.items():
        means = table[f"{name}_mean"]
        if name in PROTOCOL_TITLES or (beside_paper and means.notna().any()):
            shown[title] = tables.scored(table[[means.name, f"{name}_std"]])
    frame = pd.DataFrame(shown).assign(difference=table["difference"])
    if table["configuration"].nunique() < 2:
        frame = frame.drop(columns="network")
    whole = (table["n"] == len(folds.numbers())).all()
    return frame if whole else frame.assign(folds=table["n"])
