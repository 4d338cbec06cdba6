"""What an accuracy hides, drawn: curves of the threshold, reliability, accuracy by stratum."""

from textwrap import fill

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from pixels_to_sentiment.drawing.figures import PALETTE, WIDTH, legend_below, nothing

_NOTHING = "Nothing is recorded yet."


def curves(table: pd.DataFrame, base: float) -> Figure:
    """Draw ROC and precision-recall curves side by side, as `calibration.curves` gives them.

    Dotted: what chance gives; `base` is the share of positives.
    """
    if table.empty:
        return nothing(_NOTHING)
    figure, panels = plt.subplots(1, 2, figsize=(WIDTH, 4))
    for colour, (name, some) in zip(
        PALETTE, table.groupby("configuration", sort=False), strict=False
    ):
        for panel, kind in zip(panels, ("roc", "precision"), strict=True):
            each = some[some["curve"] == kind]
            panel.plot(each["x"], each["y"], color=colour, linewidth=1.5, label=fill(name, 60))
    panels[0].plot([0, 1], [0, 1], color="black", linewidth=0.8, linestyle=":")
    panels[1].axhline(base, color="black", linewidth=0.8, linestyle=":")
    panels[0].set(xlabel="false positive rate", ylabel="true positive rate")
    panels[1].set(xlabel="recall", ylabel="precision", ylim=(0.5, 1.01))
    return legend_below(figure, panels[0], 1)


def reliability(table: pd.DataFrame) -> Figure:
    """Draw the share of positives against what was said, as `calibration.diagram` gives it.

    A panel a configuration; areas of the dots are as the numbers of pictures.
    """
    if table.empty:
        return nothing(_NOTHING)
    shown = table.groupby("configuration", sort=False)
    figure, panels = plt.subplots(
        1, len(shown), sharex=True, sharey=True, squeeze=False, figsize=(WIDTH, 3.2)
    )
    for panel, (name, some) in zip(panels.flat, shown, strict=True):
        panel.plot([0, 1], [0, 1], color="black", linewidth=0.8, linestyle=":")
        for colour, (how, each) in zip((PALETTE[0], PALETTE[1]), some.groupby("as"), strict=True):
            panel.plot(each["said"], each["share"], color=colour, linewidth=1, label=how)
            panel.scatter(each["said"], each["share"], s=each["pictures"] / 3, color=colour)
        panel.set_title(fill(name, 22), fontsize=9)
        panel.set(xlabel="probability said", aspect="equal")
    panels[0, 0].set_ylabel("share of positives")
    return legend_below(figure, panels[0, 0], 2)


def strata(table: pd.DataFrame) -> Figure:
    """Draw accuracies by stratum with their intervals, a stratum a row.

    Parameters
    ----------
    table
        As `crowd.by_group` gives it, with ``stratum`` (property and group, in words). A line
        across the row is the share of positives, which always answering positive scores.
    """
    if table.empty:
        return nothing(_NOTHING)
    place = {name: -n for n, name in enumerate(dict.fromkeys(table["stratum"]))}
    figure, panel = plt.subplots(figsize=(WIDTH, 0.36 * len(place) + 1.2))
    shown = table.groupby("configuration", sort=False)
    for n, (colour, (name, some)) in enumerate(zip(PALETTE, shown, strict=False)):
        at = some["stratum"].map(place) + 0.5 * (0.5 - (n + 0.5) / len(shown))
        panel.hlines(at, some["low"], some["high"], color=colour, linewidth=2)
        panel.scatter(some["accuracy"], at, s=22, color=colour, zorder=3, label=fill(name, 60))
    base = table.drop_duplicates("stratum")
    at = base["stratum"].map(place)
    panel.vlines(base["positive"], at - 0.4, at + 0.4, color="black", label="always positive")
    panel.set_yticks(list(place.values()), list(place))
    panel.set(xlabel="accuracy", ylim=(-len(place) + 0.4, 0.6))
    return legend_below(figure, panel, 2)
