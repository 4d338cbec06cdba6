"""The numbers of the article by themselves: where each stands, and what was recalled of them."""

import pandas as pd
from markupsafe import Markup

from pixels_to_sentiment import places
from pixels_to_sentiment.drawing import figures, tables
from pixels_to_sentiment.judging import scores
from pixels_to_sentiment.reports.runs import CROPS

_ADDRESS = "https://doi.org/10.1016/j.imavis.2017.01.011"
# Where a number was read, if not in the article.
_ADDRESSES = {"abstract of arXiv 1604.03489v1": "https://arxiv.org/abs/1604.03489v1"}


def reported_table(reported: pd.DataFrame) -> pd.DataFrame:
    """Put rows of `scores.reported` into words, for `tables.table`.

    The value has the mark of its certainty, the source its link; a dash stands where the paper
    gives nothing.
    """
    values = reported["mean"].map(lambda mean: f"{mean:.3f}" if mean < 1 else f"{mean:g}")
    link = Markup('<a href="{}">{}</a>')
    linked = [link.format(_ADDRESSES.get(one, _ADDRESS), one) for one in reported["source"]]
    return pd.DataFrame(
        {
            "experiment": reported["experiment"],
            "variant": reported["variant"],
            "subset": reported["agreement"].map(figures.AGREEMENT_NAMES),
            "crops": reported["oversampling"].map(CROPS).fillna("–"),
            "value": values + reported["grade"].map(tables.MARKS),
            "±": reported["std"].map("{:.3f}".format, na_action="ignore").fillna("–"),
            "grade": reported["grade"],
            "source": pd.Series(linked, reported.index).where(reported["source"] != "", "–"),
            "note": reported["note"].replace("", "–"),
        }
    ).reset_index(drop=True)


def recalled() -> pd.DataFrame:
    """Hold what was recalled of the paper's numbers against what was read in it later.

    Returns
    -------
    DataFrame
        A number a row that was recalled and stands in the article: the columns of `scores.CELL`;
        ``quantity`` (``mean`` or ``std``); ``recalled`` and ``read`` (0..1), and ``off``, the first
        less the second; ``unsure``, whether it was recalled with low confidence; ``swapped``,
        whether it is off and what the article has for the same layer's other classifier.
    """
    known = pd.read_csv(places.ground_truth() / "recalled_results.csv", keep_default_na=False)
    both = scores.of_article(scores.reported()).merge(
        known, on=scores.CELL, suffixes=("", "_recalled")
    )
    parts = [
        both[scores.CELL].assign(
            quantity=name,
            recalled=pd.to_numeric(both[f"{name}_recalled"]),
            read=both[name],
            unsure=both["note_recalled"] != "",
        )
        for name in ("mean", "std")
    ]
    table = pd.concat(parts, ignore_index=True).dropna(subset=["recalled", "read"])
    read = table.set_index(["variant", "quantity"])["read"]
    swaps = {"softmax": "SVM", "SVM": "softmax"}
    layers = table["variant"].where(table["experiment"] == "layer-by-layer", "").str.split(" ")
    others = [
        read.get((f"{layer[0]} {swaps.get(layer[-1])}", quantity))
        for layer, quantity in zip(layers, table["quantity"], strict=True)
    ]
    table = table.assign(off=(table["recalled"] - table["read"]).round(6))
    return table.assign(swapped=(table["off"] != 0) & (table["recalled"] == others))


def recalled_counts(table: pd.DataFrame) -> pd.DataFrame:
    """Count, experiment by experiment, how many of the numbers of `recalled` are right.

    The ``largest error`` is of an accuracy or a standard deviation, without its sign.
    """
    wrong = table["off"] != 0
    counts = table.assign(
        right=~wrong, otherwise=wrong & ~table["swapped"], largest=table["off"].abs()
    ).groupby("experiment", sort=False)
    shown = counts[["right", "swapped", "otherwise"]].sum()
    shown.insert(0, "recalled", counts.size())
    shown = shown.assign(largest=counts["largest"].max()).reset_index()
    return shown.rename(columns={"otherwise": "wrong otherwise", "largest": "largest error"})


def recalled_wrong(table: pd.DataFrame) -> pd.DataFrame:
    """Put the accuracies of `recalled` that are off, or whose spread is, into words.

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
