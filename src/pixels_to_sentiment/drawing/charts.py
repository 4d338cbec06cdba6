"""Charts of scores: dots with intervals, differences, layers. None computes a score."""

from itertools import cycle
from textwrap import fill

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from pixels_to_sentiment.drawing.figures import PALETTE, WIDTH, legend_below, nothing

# The paper's numbers are hollow, so that they are told from measured ones.
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
    # Longer lines would leave no room for the panel.
    labels = [fill(name, 44) for name in names]
    lines = max(label.count("\n") + 1 for label in labels)
    figure, panel = plt.subplots(figsize=(WIDTH, (0.2 * max(2, lines) + 0.02) * len(names) + 0.9))
    rows, folds = (some["configuration"].map(place) for some in (table, each))
    panel.scatter(each["accuracy"], folds, s=9, color="#999999", zorder=2)
    panel.hlines(rows, table["low"], table["high"], color=PALETTE[0], linewidth=2, zorder=3)
    panel.scatter(table["mean"], rows, s=30, color=PALETTE[0], zorder=4)
    panel.scatter(paper["mean"], paper["configuration"].map(place), **_PAPER)
    panel.axvline(base, color="black", linewidth=0.8, linestyle=":")
    panel.set_yticks(list(place.values()), labels)
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
    figure, panel = plt.subplots(figsize=(WIDTH, 0.6 * len(table) + 0.9))
    panel.axvline(0, color="black", linewidth=0.8)
    panel.hlines(rows, table["t_low"], table["t_high"], color=PALETTE[0], linewidth=1)
    panel.hlines(rows, table["low"], table["high"], color=PALETTE[0], linewidth=3.5)
    panel.scatter(table["difference"], rows, s=26, color="white", edgecolors=PALETTE[0], zorder=4)
    # Longer lines would leave no room for the panel.
    panel.set_yticks(rows, [fill(pair, 44) for pair in table["pair"]])
    panel.set(xlabel="difference of accuracies", ylim=(-len(table) + 0.4, 0.6))
    return figure


def layers(panels: dict[str, tuple[pd.DataFrame, pd.DataFrame]], base: float) -> Figure:
    """Draw the accuracy on the features of each layer: a row a network, a column a classifier.

    Parameters
    ----------
    panels
        By network in words, two frames: ``layer`` (in the order of drawing), ``classifier``,
        ``protocol``, ``mean`` and ``std``; and ``layer``, ``classifier`` and ``mean`` of the
        paper, drawn hollow.
    base
        Accuracy of always answering positive, drawn as a line.
    """
    if not panels:
        return nothing("Nothing is recorded yet.")
    kinds = list(dict.fromkeys(kind for rows, _ in panels.values() for kind in rows["classifier"]))
    figure, axes = plt.subplots(
        len(panels), len(kinds), sharey=True, squeeze=False, figsize=(WIDTH, 2.9 * len(panels))
    )
    for line, (name, both) in zip(axes, panels.items(), strict=True):
        for panel, kind in zip(line, kinds, strict=True):
            _draw_layers(panel, *both, kind)
            panel.axhline(base, color="black", linewidth=0.8, linestyle=":")
            panel.set_title(f"{fill(name, 78 // len(kinds))}\n{kind}", fontsize=9)
        line[0].set_ylabel("accuracy")
    return legend_below(figure, axes[0, 0], 3)


def _draw_layers(panel: Axes, rows: pd.DataFrame, paper: pd.DataFrame, kind: str) -> None:
    place = {name: n for n, name in enumerate(dict.fromkeys(rows["layer"]))}
    rows, paper = (some[some["classifier"] == kind] for some in (rows, paper))
    for shift, (protocol, group) in enumerate(rows.groupby("protocol", sort=False)):
        at = group["layer"].map(place) + 0.2 * (shift - 0.5)
        panel.errorbar(
            at, group["mean"], group["std"], fmt="o", markersize=3.5, capsize=2, label=protocol
        )
    if len(paper):
        at = paper["layer"].map(place)
        panel.scatter(at, paper["mean"], label="the paper", **_PAPER)
    panel.set_xticks(list(place.values()), list(place), rotation=60, ha="right", fontsize=8)


def agreement(table: pd.DataFrame, limits: pd.DataFrame) -> Figure:
    """Draw accuracy and area under ROC by how many annotators gave the label, side by side.

    Parameters
    ----------
    table
        As `crowd.by_count` gives it, with ``trained``: what was trained on what, in words.
    limits
        ``count`` and ``ceiling``, what an oracle could reach, drawn as dashes.
    """
    if table.empty:
        return nothing("Nothing is recorded yet.")
    figure, panels = plt.subplots(1, 2, sharex=True, sharey=True, figsize=(WIDTH, 3.6))
    place = {count: n for n, count in enumerate(sorted(table["count"].unique(), reverse=True))}
    limits = limits[limits["count"].isin(place)]
    at = limits["count"].map(place)
    panels[0].hlines(
        limits["ceiling"], at - 0.4, at + 0.4, color="black", linewidth=1, linestyle="--",
        label="ceiling of the labels",
    )  # fmt: skip
    shown = table.groupby("trained", sort=False)
    measures = (("accuracy", "low", "high"), ("area", "area_low", "area_high"))
    for (n, (name, some)), color in zip(enumerate(shown), PALETTE, strict=False):
        at = some["count"].map(place) + 0.5 * ((n + 0.5) / len(shown) - 0.5)
        for panel, (value, low, high) in zip(panels, measures, strict=True):
            panel.vlines(at, some[low], some[high], color=color, linewidth=2)
            panel.scatter(at, some[value], s=26, color=color, zorder=3, label=fill(name, 60))
    for panel, words in zip(panels, ("accuracy", "area under ROC"), strict=True):
        panel.axhline(0.5, color="black", linewidth=0.8, linestyle=":")
        panel.set_xticks(list(place.values()), [f"exactly {count}" for count in place])
        panel.set(xlabel="annotators who gave the label", ylabel=words, ylim=(None, 1.02))
    return legend_below(figure, panels[0], 1)


def prices(table: pd.DataFrame, earlier: float) -> Figure:
    """Draw accuracy against each cost of a network, on logarithmic scales, side by side.

    Parameters
    ----------
    table
        As `reports.prices.prices` gives it: ``network``, ``how``, ``accuracy``, ``parameters``,
        ``operations`` and ``minutes``. The networks have colours, ``how`` has marks, which are
        hollow where no minutes are told.
    earlier
        Accuracy of a network whose costs are not known, drawn as dashes.
    """
    costs = {
        "parameters": "parameters (millions)",
        "operations": "GFLOP a picture",
        "minutes": "minutes a fold, as recorded",
    }
    figure, panels = plt.subplots(1, len(costs), sharey=True, figsize=(WIDTH, 4.2))
    colours = dict(zip(table["network"].unique(), cycle(PALETTE), strict=False))
    marks = dict(zip(table["how"].unique(), "oDs", strict=False))
    for panel, (column, words) in zip(panels, costs.items(), strict=True):
        dashes = {"color": "black", "linewidth": 0.8, "linestyle": "--"}
        panel.axhline(earlier, **dashes, label="PCNN, as the article quotes it")
        for (network, how), some in table.groupby(["network", "how"], sort=False):
            colour, told = colours[network], some["minutes"].notna().all()
            panel.scatter(
                some[column], some["accuracy"], s=40, marker=marks[how], edgecolors=colour,
                facecolors=colour if told else "none", label=f"{network}, {how}", zorder=3,
            )  # fmt: skip
        panel.set(xlabel=words, xscale="log")
        panel.margins(x=0.15)
        panel.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        panel.xaxis.set_major_formatter("{x:g}")
        panel.xaxis.set_minor_locator(NullLocator())
        panel.tick_params(axis="x", rotation=45)
    panels[0].set_ylabel("accuracy, five agree, centre crop")
    return legend_below(figure, panels[0], 2)
