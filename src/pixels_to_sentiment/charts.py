"""Charts of scores: dots with intervals, differences, layers. None computes a score."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from pixels_to_sentiment.figures import PALETTE, WIDTH, nothing

# What is only recalled of the paper is drawn hollow.
_PAPER = {"marker": "D", "facecolors": "none", "edgecolors": "black", "s": 26, "zorder": 4}


def dots(table: pd.DataFrame, each: pd.DataFrame, base: float, paper: pd.DataFrame) -> Figure:
    """Draw configurations as dots with their intervals, above one another.

    Parameters
    ----------
    table
        ``configuration``, ``mean``, ``low``, ``high``, from the top down.
    each
        ``configuration`` and ``accuracy``, a fold a row, drawn as small dots.
    base
        Accuracy of always answering positive, drawn as a line.
    paper
        ``configuration`` and ``mean``: numbers of the paper, in rows of their own below.
    """
    names = list(table["configuration"]) + list(paper["configuration"])
    if not names:
        return nothing("Nothing is recorded yet.")
    place = {name: -n for n, name in enumerate(names)}
    figure, panel = plt.subplots(figsize=(WIDTH, 0.32 * len(names) + 0.9))
    rows = table["configuration"].map(place)
    panel.scatter(
        each["accuracy"], each["configuration"].map(place), s=9, color="#999999", zorder=2
    )
    panel.hlines(rows, table["low"], table["high"], color=PALETTE[0], linewidth=2, zorder=3)
    panel.scatter(table["mean"], rows, s=30, color=PALETTE[0], zorder=4)
    panel.scatter(paper["mean"], paper["configuration"].map(place), **_PAPER)
    panel.axvline(base, color="black", linewidth=0.8, linestyle=":")
    panel.set_yticks(list(place.values()), names)
    panel.set(xlabel="accuracy", ylim=(-len(names) + 0.4, 0.6))
    return figure


def forest(table: pd.DataFrame) -> Figure:
    """Draw paired differences with two intervals each, above one another.

    Parameters
    ----------
    table
        ``pair`` (in words), ``difference``, ``low`` and ``high`` (over pictures, thick),
        ``t_low`` and ``t_high`` (over training sets, thin; missing for one fold).
    """
    if table.empty:
        return nothing("No pair is recorded yet.")
    rows = -np.arange(len(table))
    figure, panel = plt.subplots(figsize=(WIDTH, 0.34 * len(table) + 0.9))
    panel.axvline(0, color="black", linewidth=0.8)
    panel.hlines(rows, table["t_low"], table["t_high"], color=PALETTE[0], linewidth=1)
    panel.hlines(rows, table["low"], table["high"], color=PALETTE[0], linewidth=3.5)
    panel.scatter(table["difference"], rows, s=26, color="white", edgecolors=PALETTE[0], zorder=4)
    panel.set_yticks(rows, table["pair"])
    panel.set(xlabel="difference of accuracies", ylim=(-len(table) + 0.4, 0.6))
    return figure


def layers(table: pd.DataFrame, paper: pd.DataFrame, base: float) -> Figure:
    """Draw the accuracy on the features of each layer, a panel a classifier.

    Parameters
    ----------
    table
        ``layer`` (in the order of drawing), ``classifier``, ``protocol``, ``mean``, ``std``.
    paper
        ``layer``, ``classifier``, ``mean``: the paper's numbers, hollow.
    base
        Accuracy of always answering positive, drawn as a line.
    """
    if table.empty:
        return nothing("Nothing is recorded yet.")
    names = list(dict.fromkeys(table["layer"]))
    place = {name: n for n, name in enumerate(names)}
    kinds = list(dict.fromkeys(table["classifier"]))
    figure, panels = plt.subplots(
        len(kinds), 1, sharex=True, sharey=True, squeeze=False, figsize=(WIDTH, 2.3 * len(kinds))
    )
    for panel, kind in zip(panels[:, 0], kinds, strict=True):
        some = table[table["classifier"] == kind]
        for shift, (protocol, group) in enumerate(some.groupby("protocol", sort=False)):
            at = group["layer"].map(place) + 0.16 * (shift - 0.5)
            panel.errorbar(
                at, group["mean"], group["std"], fmt="o", markersize=4, capsize=2, label=protocol
            )
        theirs = paper[(paper["classifier"] == kind) & paper["layer"].isin(place)]
        if len(theirs):
            panel.scatter(
                theirs["layer"].map(place), theirs["mean"], label="the paper, recalled", **_PAPER
            )
        panel.axhline(base, color="black", linewidth=0.8, linestyle=":")
        panel.set(title=kind, ylabel="accuracy")
        panel.legend(loc="lower left", ncols=3)
    panels[-1, 0].set_xticks(list(place.values()), names, rotation=45, ha="right")
    return figure
