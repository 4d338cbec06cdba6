"""The numbers of the article by themselves: where each stands, and what was recalled of them."""

import pandas as pd

from pixels_to_sentiment import places
from pixels_to_sentiment.drawing import figures, tables
from pixels_to_sentiment.judging import scores
from pixels_to_sentiment.reports.runs import CROPS

_ADDRESS = "https://doi.org/10.1016/j.imavis.2017.01.011"
# Where a number was read, if not in the article.
_ADDRESSES = {"abstract of arXiv 1604.03489v1": "https://arxiv.org/abs/1604.03489v1"}


def reported_table(reported: pd.DataFrame) -> pd.DataFrame:
    """Put rows of `scores.reported` into words, for `tables.table`.

    Returns
    -------
    DataFrame
        Text, in the order given: ``experiment``, ``variant``, ``subset``, ``crops``, ``value``
        with the mark of its certainty, ``±``, ``grade``, ``source`` (linked) and ``note``. A dash
        where the paper gives nothing.
    """
    rows = [
        {
            "experiment": one.experiment,
            "variant": one.variant,
            "subset": figures.AGREEMENT_NAMES[one.agreement],
            "crops": CROPS.get(one.oversampling, "–"),
            "value": _value(one.mean) + tables.MARKS[one.grade],
            "±": "–" if pd.isna(one.std) else f"{one.std:.3f}",
            "grade": one.grade,
            "source": _linked(one.source) or "–",
            "note": one.note or "–",
        }
        for one in reported.itertuples()
    ]
    return pd.DataFrame(rows)


def _value(mean: float) -> str:
    return f"{mean:.3f}" if mean < 1 else f"{mean:g}"


def _linked(source: str) -> str:
    """Link where a number was read to the record of the article, or of the preprint."""
    return source and f'<a href="{_ADDRESSES.get(source, _ADDRESS)}">{source}</a>'


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
    others = [
        read.get((_other_classifier(one.variant), one.quantity))
        if one.experiment == "layer-by-layer"
        else None
        for one in table.itertuples()
    ]
    table = table.assign(off=(table["recalled"] - table["read"]).round(6))
    return table.assign(swapped=(table["off"] != 0) & (table["recalled"] == others))


def _other_classifier(variant: str) -> str:
    layer, _, classifier = variant.partition(" ")
    return f"{layer} {'SVM' if classifier == 'softmax' else 'softmax'}"


def recalled_counts(table: pd.DataFrame) -> pd.DataFrame:
    """Count, experiment by experiment, how many of the numbers of `recalled` are right.

    Returns
    -------
    DataFrame
        ``experiment``, ``recalled``, ``right``, ``swapped``, ``wrong otherwise`` (numbers), and
        ``largest error`` (of an accuracy or a standard deviation, without its sign).
    """
    grouped = table.assign(right=table["off"] == 0, size=table["off"].abs())
    counts = grouped.groupby("experiment", sort=False).agg(
        recalled=("off", "size"), right=("right", "sum"), swapped=("swapped", "sum"),
        largest=("size", "max"),
    ).reset_index()  # fmt: skip
    otherwise = counts["recalled"] - counts["right"] - counts["swapped"]
    counts.insert(4, "wrong otherwise", otherwise)
    return counts.rename(columns={"largest": "largest error"})


def recalled_wrong(table: pd.DataFrame) -> pd.DataFrame:
    """Put the accuracies of `recalled` that are off, or whose spread is, into words.

    Returns
    -------
    DataFrame
        ``variant``; ``recalled`` and ``read``, as `tables.score` has them; ``off`` and ``± off``,
        the first less the second; ``what it was``: the number of the same layer's other classifier,
        or of neither.
    """
    wrong = table["variant"].isin(table.loc[table["off"] != 0, "variant"])
    by = (
        table[wrong]
        .pivot(index="variant", columns="quantity")
        .loc[table["variant"][wrong].unique()]
    )
    swapped = by["swapped"].mask(by["off"] == 0, 1).all(axis=1)
    return pd.DataFrame(
        {
            "variant": by.index,
            "recalled": [
                tables.score(*pair) for pair in by["recalled"][["mean", "std"]].to_numpy()
            ],
            "read": [tables.score(*pair) for pair in by["read"][["mean", "std"]].to_numpy()],
            "off": by["off", "mean"].to_list(),
            "± off": by["off", "std"].to_list(),
            "what it was": ["the other classifier's" if one else "neither's" for one in swapped],
        }
    )
