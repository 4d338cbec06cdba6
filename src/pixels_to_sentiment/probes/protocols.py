"""Which cost counts: the paper's choice by test accuracy, and a choice that never sees the test.

The paper reports for each layer the accuracy at the one cost, a power of two, whose mean test
accuracy over the five folds is best. That is optimistic: the test pictures choose. The nested
protocol takes for each fold the cost of the best accuracy inside its training list.

The authors tried the same costs on every layer, 2 ** -5 and above, where an SVM on large features
has no training picture inside its margin any more and a higher cost changes nothing (see
`authors`).
"""

import numpy as np
import pandas as pd

# The costs that the authors tried, by public notebooks of what seem to be their tools (errata).
AUTHORS = tuple(2.0**power for power in (-5, -3, -1, 0, 1, 3, 5, 7, 9, 11, 13, 15))
# So many costs that predict the same, and higher ones are taken to do so, too.
SETTLED = 3
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
        The columns of `by`, then ``protocol``, ``fold``, ``seed``, ``cost`` and ``accuracy``. The
        paper's protocol chooses among the costs that all folds have.
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
                rows.append((*names, protocol, fold, seed, cost, tested[cost]))
    columns = [*by, "protocol", "fold", "seed", "cost", "accuracy"]
    return pd.DataFrame(rows, columns=columns)


def compare(table: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Average the fold accuracies of both protocols, side by side.

    The columns of `by`, then ``paper_mean``, ``paper_std``, ``nested_mean`` and ``nested_std`` over
    the folds (seeds are averaged first; the standard deviation with n - 1, missing for one fold),
    ``difference``, the paper's mean minus the nested one, and ``n``, the number of folds.
    """
    rows = []
    for names, group in choose(table, by).groupby(by, sort=False, dropna=False):
        row = dict(zip(by, names, strict=True))
        for protocol, part in group.groupby("protocol", sort=False):
            each = part.groupby("fold")["accuracy"].mean()
            row[f"{protocol}_mean"], row[f"{protocol}_std"] = each.mean(), each.std(ddof=1)
        row["difference"] = row["paper_mean"] - row["nested_mean"]
        row["n"] = len(each)
        rows.append(row)
    return pd.DataFrame(rows)


def authors(table: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Score SVMs at the authors' costs, of which the best mean test accuracy counts.

    Once the cost is so large that no training picture lies inside the margin, a larger one changes
    nothing. That is taken to be so where the `SETTLED` highest costs of the table predict the same
    for every test picture; then the highest stands for all of the authors' that are higher.

    `table` is as in `choose`, with ``predicted`` (of the test pictures) and ``classifier``, of
    which ``"svm"`` alone is taken: a softmax classifier goes on changing with its cost. Gives the
    columns of `by`, then ``authors_mean`` and ``authors_std`` over the folds (seeds are averaged
    first; n - 1), missing where the table does not tell of each of `AUTHORS`.
    """
    rows = []
    for names, group in table[table["classifier"] == "svm"].groupby(by, sort=False, dropna=False):
        at = {}
        for run, some in group.sort_values("cost").groupby(["fold", "seed"]):
            known, last = some.set_index("cost")["accuracy"], some["predicted"].tail(SETTLED)
            settled = len(last) == SETTLED and last.nunique() == 1
            beyond = known.iloc[-1] if settled else np.nan
            at[run] = {c: beyond if c > known.index[-1] else known.get(c, np.nan) for c in AUTHORS}
        each = pd.DataFrame(at).T.groupby(level=0).mean()
        whole = pd.DataFrame(at).notna().all(axis=None)
        best = each[each.mean().round(_DIGITS).idxmax()] if whole else pd.Series([np.nan])
        rows.append((*names, best.mean(), best.std(ddof=1)))
    return pd.DataFrame(rows, columns=[*by, "authors_mean", "authors_std"])
