"""Which cost counts: the paper's choice by test accuracy, and a choice that never sees the test.

The paper reports for each layer the accuracy at the one cost, a power of two, whose mean test
accuracy over the five folds is best. That is optimistic: the test pictures choose. The nested
protocol takes for each fold the cost of the best accuracy inside its training list.

The authors tried the same costs on every layer, 2 ** -5 and above, where an SVM on large features
makes no mistake on its training list any more and a higher cost changes nothing (see `authors`).
"""

import numpy as np
import pandas as pd

PROTOCOLS = ("paper", "nested")
# The least cost that the authors tried, by public notebooks of what seem to be their tools.
AUTHORS_LEAST = 2.0**-5
# Accuracies are ratios of small numbers, so what differs by less is the same.
_DIGITS = 9


def choose(table: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Choose costs by both protocols; of costs that do equally well, the lowest.

    Parameters
    ----------
    table
        A cost a row: the columns of `by`, ``fold``, ``seed``, ``cost``, ``accuracy`` (test) and
        ``inner`` (inside the training list), each cost once a fold and seed.
    by
        Columns that name a layer and classifier.

    Returns
    -------
    DataFrame
        The columns of `by`, then ``protocol``, ``fold``, ``seed``, ``cost``, ``accuracy`` and
        ``edge``, whether no lower or no higher cost was there to be chosen. The paper's protocol
        chooses among the costs that all folds have.
    """
    rows = []
    for names, group in table.groupby(by, sort=False, dropna=False):
        accuracy, inner = (
            group.pivot(index=["fold", "seed"], columns="cost", values=name)
            for name in ("accuracy", "inner")
        )
        mean = accuracy.dropna(axis="columns").groupby("fold").mean().mean().round(_DIGITS)
        inner = inner.round(_DIGITS)
        for (fold, seed), tested in accuracy.iterrows():
            # A row's first largest value is that of the lowest cost.
            for protocol, basis in (("paper", mean), ("nested", inner.loc[(fold, seed)].dropna())):
                cost = basis.idxmax()
                edge = cost in (basis.index[0], basis.index[-1])
                rows.append((*names, protocol, fold, seed, cost, tested[cost], edge))
    columns = [*by, "protocol", "fold", "seed", "cost", "accuracy", "edge"]
    return pd.DataFrame(rows, columns=columns)


def compare(table: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Average the fold accuracies of both protocols, side by side.

    Parameters are those of `choose`.

    Returns
    -------
    DataFrame
        The columns of `by`, then for each of `PROTOCOLS` ``*_mean`` and ``*_std`` over the folds
        (seeds are averaged first; the standard deviation with n - 1, missing for one fold),
        ``*_costs`` (those chosen, a tuple, ascending) and ``*_edges`` (how often the choice was
        at the edge of the grid); ``difference``, the paper's mean minus the nested one, and ``n``,
        the number of folds.
    """
    rows = []
    for names, group in choose(table, by).groupby(by, sort=False, dropna=False):
        row = dict(zip(by, names, strict=True))
        for protocol, part in group.groupby("protocol", sort=False):
            each = part.groupby("fold")["accuracy"].mean()
            row[f"{protocol}_mean"], row[f"{protocol}_std"] = each.mean(), each.std(ddof=1)
            row[f"{protocol}_costs"] = tuple(sorted(part["cost"].unique().tolist()))
            row[f"{protocol}_edges"] = int(part["edge"].sum())
        row["difference"] = row["paper_mean"] - row["nested_mean"]
        row["n"] = len(each)
        rows.append(row)
    return pd.DataFrame(rows)


def authors(table: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Score SVMs at the authors' costs, of which the best mean test accuracy counts.

    Where costs of `AUTHORS_LEAST` and above are there in all folds, the best of these; where the
    highest that is there is below, what it predicts, if the one before predicts the same: then
    higher ones do, too.

    Parameters
    ----------
    table
        As in `choose`, with ``predicted`` (of the test pictures) and ``classifier``, of which
        ``"svm"`` alone is taken: a softmax classifier goes on changing with its cost.

    Returns
    -------
    DataFrame
        The columns of `by`, then ``authors_mean`` and ``authors_std`` over the folds (seeds are
        averaged first; n - 1), missing where some fold does not say.
    """
    rows = []
    for names, group in table[table["classifier"] == "svm"].groupby(by, sort=False, dropna=False):
        costs = group.pivot(index=["fold", "seed"], columns="cost", values="accuracy")
        shared = costs.dropna(axis="columns").groupby("fold").mean()
        tried = shared.loc[:, shared.columns >= AUTHORS_LEAST]
        if tried.shape[1]:
            each = tried[tried.mean().round(_DIGITS).idxmax()]
        else:
            runs = group.sort_values("cost").groupby(["fold", "seed"])
            settled = runs["predicted"].agg(lambda p: p.tail(2).nunique() == 1 and len(p) > 1)
            each = runs["accuracy"].last().where(settled).groupby("fold").agg("mean")
        whole = each.notna().all()
        rows.append((*names, *((each.mean(), each.std(ddof=1)) if whole else (np.nan, np.nan))))
    return pd.DataFrame(rows, columns=[*by, "authors_mean", "authors_std"])
