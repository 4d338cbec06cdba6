"""The paper's numbers and others': differences, what was recalled, and what came later."""

from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from pixels_to_sentiment import places
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.judging import scores

# The network that the paper's variants are held against, and the state of the art before.
BASE, EARLIER = "CaffeNet, ILSVRC-2012", "PCNN (You et al. 2015)"


def differences() -> pd.DataFrame:
    """Take the differences between the paper's numbers that its text is about.

    These are the improvement over the earlier state of the art; on each subset the network that is
    fine-tuned from ILSVRC-2012 less the earlier one, and ten crops less the centre crop; each
    variant less that network, and variants and layers against each other, from the same crops.
    ``what`` (in words), ``agreement``, ``between`` (as `judgement.noise` has it), ``difference``.
    """
    table = scores.of_article(scores.reported())
    columns = ["what", "agreement", "between", "difference"]
    if table.empty:  # beside a data set of one's own
        return pd.DataFrame(columns=columns)
    best = table.loc[table["experiment"] == "abstract v1", "mean"].item()
    rows = [("the best network − the state of the art before", "five", "oversampled", best)]
    means = table.set_index(["variant", "agreement", "oversampling"])["mean"]
    for one in folds.AGREEMENTS:
        centre, crops, earlier = means[
            [(BASE, one, "no"), (BASE, one, "yes"), (EARLIER, one, "no")]
        ]
        what = f"{one} agree: fine-tuned CaffeNet − PCNN, centre crop"
        rows.append((what, one, "centre", centre - earlier))
        rows.append((f"{one} agree: ten crops − centre crop", one, "views", crops - centre))
    chosen = table["experiment"].isin(["layer ablation", "initialisation", "layer addition"])
    # The first is the same network, and what is added on another start is held against that start.
    others = table.loc[chosen & ~table["variant"].isin(["ILSVRC-2012", "fc9-2, MVSO English"])]
    pairs = [(one, BASE) for one in others["variant"].unique()]
    # What the paper's text sets against each other besides, the first said to be better.
    pairs += pd.read_csv(Path(__file__).with_name("against.csv")).itertuples(index=False, name=None)
    for both, (view, oversampling) in product(pairs, scores.VIEWS.items()):
        found = [means.get((one, "five", oversampling)) for one in both]
        # Layers have the centre crop alone.
        if None not in found:
            words = " − ".join("fine-tuned CaffeNet" if one == BASE else one for one in both)
            what = f"{words}, {scores.CROPS[oversampling]}"
            rows.append((what, "five", view, found[0] - found[1]))
    return pd.DataFrame(rows, columns=columns)


def later() -> pd.DataFrame:
    """Give accuracies that others published later on the same photographs, a column a subset."""
    table = pd.read_csv(places.ground_truth() / "later_results.csv")
    index = ["work", "training", "protocol"]
    # In the order of the file.
    wide = table.pivot_table(index=index, columns="agreement", values="accuracy", sort=False)
    titles = {one: f"{one} agree" for one in folds.AGREEMENTS}
    titles["training"] = "network and training"
    return wide[list(folds.AGREEMENTS)].reset_index().rename(columns=titles)


def recalled() -> pd.DataFrame:
    """Hold what was recalled of the paper's numbers against what was read in it later.

    A number a row that was recalled and stands in the article: the columns of `scores.CELL`;
    ``quantity`` (``mean`` or ``std``); ``recalled`` and ``read`` (0..1), and ``off``, the first
    less the second; ``unsure``, whether it was recalled with low confidence; ``swapped``, whether
    it is off and what the article has for the same layer's other classifier.
    """
    path, both = places.ground_truth() / "recalled_results.csv", ["mean", "std"]
    known = pd.read_csv(path, keep_default_na=False, na_values={name: [""] for name in both})
    known = known.melt([*scores.CELL, "note"], both, "quantity", "recalled")
    read = scores.of_article(scores.reported()).melt(scores.CELL, both, "quantity", "read")
    table = read.merge(known, on=[*scores.CELL, "quantity"]).dropna(subset=["recalled", "read"])
    off = (table["recalled"] - table["read"]).round(6)
    layers = table[table["experiment"] == "layer-by-layer"].set_index(["variant", "quantity"])
    swaps = {"SVM": "softmax", "softmax": "SVM"}
    names = table["variant"].str.replace("SVM|softmax", lambda one: swaps[one[0]], regex=True)
    others = layers["read"].reindex(zip(names, table["quantity"], strict=True)).to_numpy()
    return table.assign(
        off=off,
        unsure=table["note"] != "",
        swapped=(off != 0) & (table["recalled"] == others),
    )


def recalled_counts(table: pd.DataFrame) -> pd.DataFrame:
    """Count, experiment by experiment, how many of the numbers of `recalled` are right.

    The ``largest error`` is of an accuracy or a standard deviation, without its sign.
    """
    names = ["right", "swapped", "wrong otherwise"]
    kinds = np.select([table["off"] == 0, table["swapped"]], names[:2], names[2])
    counts = pd.crosstab(table["experiment"], kinds).reindex(columns=names, fill_value=0)
    counts.insert(0, "recalled", counts.sum(axis=1))
    counts["largest error"] = table["off"].abs().groupby(table["experiment"]).max()
    return counts.loc[table["experiment"].unique()].reset_index()
