"""Charts of scores: intervals, differences, layers, and what an accuracy hides.

None computes a score.
"""

from collections.abc import Mapping, Sequence
from itertools import cycle, product
from textwrap import fill

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from pixels_to_sentiment.drawing.figures import (
    NARROW,
    PALETTE,
    WIDTH,
    grid,
    legend_below,
    nothing,
    rows,
)
from pixels_to_sentiment.drawing.tables import signed
from pixels_to_sentiment.drawing.values import tell, within

_GREY = "#999999"
_DOTTED = {"color": "black", "linewidth": 0.8, "linestyle": ":"}
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
        ``configuration`` and ``mean``: numbers of the paper, each in the row of that name, or one
        of its own below; ``paper`` says which it is, if the row does not.
    """
    names = list(dict.fromkeys([*table["configuration"], *paper["configuration"]]))
    if not names:
        return nothing()
    place = {name: -n for n, name in enumerate(names)}
    figure, panel = rows(names, 0.2)
    at, folds = (some["configuration"].map(place) for some in (table, each))
    panel.scatter(each["accuracy"], folds, s=9, color=_GREY, zorder=2)
    panel.hlines(at, table["low"], table["high"], color=PALETTE[0], linewidth=2, zorder=3)
    panel.scatter(table["mean"], at, s=30, color=PALETTE[0], zorder=4)
    theirs = paper["configuration"].map(place)
    panel.scatter(paper["mean"], theirs, **_PAPER)
    pair = each["configuration"], each["accuracy"]
    tell(panel, each["accuracy"], folds, "{}, a fold: {:.3f}", *pair)
    said = within(table, "mean", "low", "high")
    tell(panel, table["mean"], at, "{}: {}", table["configuration"], said)
    words = paper.get("paper", paper["configuration"])
    tell(panel, paper["mean"], theirs, "{}: {:.3f}", words, paper["mean"])
    _upright(panel, base, len(names), **_DOTTED)
    panel.set(xlabel="accuracy")
    return figure


def _upright(panel: Axes, x: float, count: int, **style: object) -> None:
    """Draw a line down so many rows of `figures.rows`, but not through their labels."""
    at = -np.arange(count)
    panel.vlines([x] * count, at - 0.25, at + 0.12, **style)


def forest(table: pd.DataFrame, paper: Mapping[str, float] | None = None) -> Figure:
    """Draw paired differences with two intervals each, above one another.

    By ``pair`` (in words), ``difference``, ``low`` and ``high`` (over pictures, thick), ``t_low``
    and ``t_high`` (over training sets, thin; missing for one fold); grey where ``failed`` says that
    one of the two cannot be counted. The paper's differences, by their words, come below.
    """
    if table.empty:
        return nothing()
    theirs = pd.Series(paper or {}, dtype=float)
    at, below = np.split(-np.arange(len(table) + len(theirs)), [len(table)])
    figure, panel = rows([*table["pair"], *theirs.index], 0.24)
    color = np.where(table["failed"] == "", PALETTE[0], _GREY)
    panel.hlines(at, table["t_low"], table["t_high"], color=color, linewidth=1)
    panel.hlines(at, table["low"], table["high"], color=color, linewidth=3.5)
    panel.scatter(table["difference"], at, s=26, color="white", edgecolors=color, zorder=4)
    said = within(table, "difference", "low", "high", "+.3f")
    tell(panel, table["difference"], at, "{}: {}", table["pair"], said)
    panel.scatter(theirs, below, **_PAPER)
    tell(panel, theirs, below, "{}: {}", theirs.index, theirs.map(signed))
    _upright(panel, 0, len(at) + len(below), color="black", linewidth=0.8)
    panel.set(xlabel="difference of accuracies")
    return figure


def layers(table: pd.DataFrame, protocols: Mapping[str, str], base: float) -> Figure:
    """Draw the accuracy on the features of each layer: a row a network, a column a classifier.

    Parameters
    ----------
    table
        As `layerwise.compared` gives it, whose last row of a network is drawn to the left; the
        paper's numbers are hollow, and what the authors' costs give stands at the same place.
    protocols
        What each kind of mean and deviation of it is called.
    base
        Accuracy of always answering positive, drawn as a line.
    """
    if table.empty:
        return nothing()
    names, kinds = table["configuration"].unique(), sorted(table["classifier"].unique())
    figure, axes = plt.subplots(
        len(names), len(kinds), sharey=True, squeeze=False, figsize=(WIDTH, 2.9 * len(names))
    )
    for panel, (name, kind) in zip(axes.flat, product(names, kinds), strict=True):
        some = table[table["configuration"] == name][::-1]
        place = {layer: n for n, layer in enumerate(some["layer"].unique())}
        some = some[some["classifier"] == kind]
        at = some["layer"].map(place)
        for shift, (protocol, words) in zip((-0.2, 0.2), protocols.items(), strict=True):
            _spreads(panel, at + shift, some, protocol, words)
        if some["article_mean"].notna().any():
            _spreads(panel, at, some, "authors_costs", "the authors' costs")
            means = some["article_mean"]
            panel.scatter(at, means, label="the paper", **_PAPER)
            tell(panel, at, means, "{}, the paper: {:.3f}", some["layer"], means)
        panel.set_xticks(list(place.values()), list(place), rotation=60, ha="right", fontsize=8)
        panel.axhline(base, **_DOTTED)
        panel.set_title(f"{fill(name, 78 // len(kinds))}\n{kind}", fontsize=9)
    for panel in axes[:, 0]:
        panel.set_ylabel("accuracy")
    return legend_below(figure, axes[0, 0], 2)


def _spreads(panel: Axes, at: pd.Series, table: pd.DataFrame, name: str, words: str) -> None:
    """Draw the means of one kind with their deviations."""
    means, spreads = table[f"{name}_mean"], table[f"{name}_std"]
    panel.errorbar(at, means, spreads, fmt="o", markersize=3.5, capsize=2, label=words)
    tell(panel, at, means, "{}, {}: {:.3f} ± {:.3f}", table["layer"], words, means, spreads)


def agreement(table: pd.DataFrame, limits: pd.DataFrame) -> Figure:
    """Draw accuracy and, below it, area under ROC by how many annotators gave the label.

    The table is as `crowd.by_count` gives it, with ``trained``: what was trained on what, in words.
    The limits, ``count`` and ``ceiling``, are what an oracle could reach, drawn as dashes; always
    answering positive is dotted. What has no area is in the first panel alone.
    """
    if table.empty:
        return nothing()
    figure, panels = plt.subplots(2, 1, sharex=True, sharey=True, figsize=(NARROW, 5.6))
    place = {count: n for n, count in enumerate(sorted(table["count"].unique(), reverse=True))}
    limits = limits[limits["count"].isin(place)]
    at = limits["count"].map(place)
    panels[0].hlines(
        limits["ceiling"], at - 0.4, at + 0.4, color="black", linewidth=1, linestyle="--",
        label="ceiling of the labels",
    )  # fmt: skip
    base = table.drop_duplicates("count")
    at = base["count"].map(place)
    panels[0].hlines(base["positive"], at - 0.4, at + 0.4, **_DOTTED, label="always positive")
    panels[1].axhline(0.5, **_DOTTED)
    shown = table.groupby("trained", sort=False)
    measures = (("accuracy", "low", "high"), ("area", "area_low", "area_high"))
    for (n, (name, some)), color in zip(enumerate(shown), PALETTE, strict=False):
        at = some["count"].map(place) + 0.5 * ((n + 0.5) / len(shown) - 0.5)
        for panel, (value, low, high) in zip(panels, measures, strict=True):
            panel.vlines(at, some[low], some[high], color=color, linewidth=2)
            panel.scatter(at, some[value], s=26, color=color, zorder=3, label=fill(name, 64))
            said = within(some, value, low, high)
            tell(panel, at, some[value], "{}, exactly {}: {}", name, some["count"], said)
    for panel, words in zip(panels, ("accuracy", "area under ROC"), strict=True):
        panel.set_xticks(list(place.values()), [f"exactly {count}" for count in place])
        panel.set(ylabel=words, ylim=(None, 1.02))
    panels[1].set_xlabel("annotators who gave the label")
    return legend_below(figure, panels[0], 1)


def prices(table: pd.DataFrame, earlier: Sequence[float]) -> Figure:
    """Draw accuracy against each cost of a network, on logarithmic scales, above one another.

    The table is as `reports.prices.prices` gives it; upright lines reach as far as ``std``. The
    networks have colours, ``how`` has marks, which are hollow where no minutes are told, and stand
    aside of one another. The accuracies `earlier` are of networks of unknown costs, as dashes.
    """
    if table.empty:
        return nothing()
    costs = {
        "parameters": "parameters (millions)",
        "operations": "GFLOP a picture",
        "minutes": "minutes a fold, as recorded",
    }
    figure, panels = plt.subplots(len(costs), 1, sharey=True, figsize=(NARROW, 9.6))
    colours = dict(zip(table["network"].unique(), cycle(PALETTE), strict=False))
    marks = dict(zip(table["how"].unique(), cycle("oDs^"), strict=False))
    for panel, (column, words) in zip(panels, costs.items(), strict=True):
        panel.set(xlabel=words, xscale="log", xmargin=0.15, ylabel="accuracy, centre crop")
        dashed = {"label": "PCNN, as the article quotes it", "linestyle": "--"}
        for one in earlier:
            panel.axhline(one, **_DOTTED | dashed)
        for (network, how), some in table.groupby(["network", "how"], sort=False):
            told, aside = some["minutes"].notna().all(), list(marks).index(how) - len(marks) / 2
            colour = colours[network] if told else "black"
            both = some[column] * 1.08 ** (aside + 0.5), some["accuracy"]
            panel.errorbar(*both, some["std"], fmt="none", ecolor=colour, linewidth=1, zorder=2)
            # Some colours are pale without a dark edge.
            panel.scatter(
                *both, s=40, marker=marks[how], facecolors=colour if told else "none",
                linewidths=0.8, edgecolors="black", label=fill(f"{network}, {how}", 64), zorder=3,
            )  # fmt: skip
            parts = network, how, some["accuracy"], some["std"], words, some[column]
            tell(panel, *both, "{}, {}: {:.3f} ± {:.3f}; {}: {:.3g}", *parts)
        panel.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        panel.xaxis.set_major_formatter("{x:g}")
        panel.xaxis.set_minor_locator(NullLocator())
    return legend_below(figure, panels[0], 1)


def thresholds(table: pd.DataFrame, base: float) -> Figure:
    """Draw ROC and precision-recall curves side by side, as `calibration.curves` gives them.

    Dotted: what chance gives; `base` is the share of positives. A dot is where the threshold is one
    half.
    """
    if table.empty:
        return nothing()
    rates = {
        "roc": ("false positive rate", "true positive rate"),
        "precision": ("recall", "precision"),
    }
    figure, panels = plt.subplots(1, 2, figsize=(NARROW, 3.4))
    for colour, (name, some) in zip(
        PALETTE, table.groupby("configuration", sort=False), strict=False
    ):
        for panel, kind in zip(panels, rates, strict=True):
            each = some[some["curve"] == kind]
            panel.plot(each["x"], each["y"], color=colour, linewidth=1.5, label=fill(name, 60))
            points = _along(each)
            panel.scatter(*points.iloc[0][["x", "y"]], s=26, color=colour, zorder=3)
            form = "{}, threshold {:.2f}: {} {:.3f}, {} {:.3f}"
            x, y, threshold = (points[one] for one in ("x", "y", "threshold"))
            tell(panel, x, y, form, name, threshold, rates[kind][0], x, rates[kind][1], y)
    panels[0].plot([0, 1], [0, 1], **_DOTTED)
    panels[1].axhline(base, **_DOTTED)
    for panel, (x, y) in zip(panels, rates.values(), strict=True):
        panel.set(xlabel=x, ylabel=y)
    panels[1].set(ylim=(0.5, 1.01))
    return legend_below(figure, panels[0], 1)


def _along(curve: pd.DataFrame) -> pd.DataFrame:
    """Pick the point of a curve at the threshold of one half, then those nearest to tenths of x."""
    # Positive is what lies above one half.
    half = curve["threshold"].where(curve["threshold"] > 0.5).idxmin()
    tenths = [(curve["x"] - x / 10).abs().idxmin() for x in range(1, 10)]
    points = curve.loc[[half, *tenths]]
    return points.assign(threshold=[0.5, *points["threshold"][1:]])


def reliability(table: pd.DataFrame) -> Figure:
    """Draw the share of positives against what was said, as `calibration.diagram` gives it.

    A panel a configuration; areas of the dots are as the numbers of pictures.
    """
    if table.empty:
        return nothing()
    shown = table.groupby("configuration", sort=False)
    options = {"width": NARROW, "sharex": True, "sharey": True}
    figure, panels = grid(len(shown), min(2, len(shown)), (2.4, 0.8), **options)
    for panel, (name, some) in zip(panels.flat, shown, strict=False):
        panel.plot([0, 1], [0, 1], **_DOTTED)
        for colour, (how, each) in zip(PALETTE, some.groupby("as"), strict=False):
            panel.plot(each["said"], each["share"], color=colour, linewidth=1, label=how)
            panel.scatter(each["said"], each["share"], s=each["pictures"] / 3, color=colour)
            form, both = "{}: {:.3f} said, {:.3f} positive, of {}", (each["said"], each["share"])
            tell(panel, *both, form, how, *both, each["pictures"])
        panel.set_title(fill(name, 22), fontsize=9)
        panel.set(aspect="equal")
    for panel in panels[-1]:
        panel.set_xlabel("probability said")
    for panel in panels[:, 0]:
        panel.set_ylabel("share of positives")
    return legend_below(figure, panels[0, 0], 2)


def strata(table: pd.DataFrame) -> Figure:
    """Draw accuracies by stratum with their intervals, a stratum a row.

    As `crowd.by_group` gives them, with ``stratum`` (property and group, in words). A line across
    the row is the share of positives, which always answering positive scores.
    """
    if table.empty:
        return nothing()
    place = {name: -n for n, name in enumerate(dict.fromkeys(table["stratum"]))}
    figure, panel = rows(list(place), 0.3, 0.2)
    shown = table.groupby("configuration", sort=False)
    for n, (colour, (name, some)) in enumerate(zip(PALETTE, shown, strict=False)):
        at = some["stratum"].map(place) + 0.4 * (0.5 - (n + 0.5) / len(shown))
        panel.hlines(at, some["low"], some["high"], color=colour, linewidth=2)
        panel.scatter(some["accuracy"], at, s=22, color=colour, zorder=3, label=fill(name, 60))
        said = within(some, "accuracy", "low", "high")
        tell(panel, some["accuracy"], at, "{}, {}: {}", name, some["stratum"], said)
    base = table.drop_duplicates("stratum")
    at = base["stratum"].map(place)
    panel.vlines(base["positive"], at - 0.28, at + 0.22, color="black", label="always positive")
    panel.set(xlabel="accuracy")
    return legend_below(figure, panel, 2)
