"""Figures of losses and accuracies over iterations, and of speed over processes and machines.

Each function takes tidy data and gives a matplotlib figure; none computes a score.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from itertools import cycle
from textwrap import fill

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from pixels_to_sentiment.drawing.figures import NARROW, PALETTE, WIDTH, legend_below, nothing
from pixels_to_sentiment.drawing.values import tell
from pixels_to_sentiment.networks.declared import CLASSES

# How the lines of a training log are drawn: whether of a loss, and the phase.
LOG_STYLES = {
    (True, "train"): "-",
    (True, "test"): "--",
    (False, "train"): "-.",
    (False, "test"): ":",
}
# Where there are more points than this, the line has the means of so many stretches of them.
MANY_POINTS, STRETCHES = 300, 100


def learning_curves(curves: pd.DataFrame) -> Figure:
    """Show training loss and test accuracy over iterations, as `reports.curves_of` gives them.

    There is a row a configuration, as more than two panels abreast do not fit a phone. A dashed
    line is the loss of a coin, dotted ones are where the rate is cut.
    """
    if curves.empty:
        return nothing()
    names = list(dict.fromkeys(curves["configuration"]))
    lowest = min(0.3, curves["test_accuracy"].min() - 0.05)
    size = NARROW, 1.75 * len(names) + 0.7
    options = {"squeeze": False, "sharex": "row", "sharey": "col"}
    figure, panels = plt.subplots(len(names), 2, figsize=size, **options)
    for (loss, hits), name in zip(panels, names, strict=True):
        some = curves[curves["configuration"] == name]
        for (fold, curve), colour in zip(some.groupby("fold"), cycle(PALETTE), strict=False):
            style = {"color": colour, "linewidth": 1, "label": f"fold {fold}"}
            loss.plot(curve["iteration"], curve["train_loss"], **style)
            tested = curve.dropna(subset="test_accuracy")
            hits.plot("iteration", "test_accuracy", "o-", data=tested, markersize=3, **style)
            both = tested["iteration"], tested["test_accuracy"]
            tell(hits, *both, "fold {}, iteration {:g}: {:.3f}", fold, *both)
        first = some[some["fold"] == some["fold"].iloc[0]]
        cuts = first.loc[first["rate"].diff() < 0, "iteration"]
        loss.axhline(np.log(len(CLASSES)), color="grey", linewidth=0.8, linestyle="--")
        for panel in (loss, hits):
            for cut in cuts:
                panel.axvline(cut, color="grey", linewidth=0.6, linestyle=":")
        # Over both panels, with room kept for it by the second.
        loss.set_title(fill(name, 60), loc="left", fontsize=9, pad=10).set_in_layout(False)
        hits.set_title(" ", fontsize=9, pad=10)
        loss.set_yscale("log")
        loss.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        loss.yaxis.set_major_formatter("{x:g}")
        loss.yaxis.set_minor_formatter(NullFormatter())
        loss.set(ylabel="training loss (nats)")
        hits.set(ylabel="test accuracy", ylim=(lowest, 1.0))
    for panel in panels[-1]:
        panel.set_xlabel("iteration")
    return legend_below(figure, panels[0, 0], 5)


_OF_PAPER = {"linewidth": 1, "linestyle": "--", "marker": "D", "markersize": 2.5}


def losses(paper: pd.DataFrame, here: pd.DataFrame) -> Figure:
    """Show the paper's losses and ours over iterations: training beside validation, on one scale.

    Both have ``curve`` (in words), ``fold``, ``iteration``, ``training`` and ``validation``. The
    paper's curves are dashed; of ours the line is the first fold and the band spans all folds.
    """
    figure, panels = plt.subplots(1, 2, figsize=(WIDTH, 3.6), sharex=True, sharey=True)
    colours = cycle(PALETTE)
    for curves, style in ((paper, _OF_PAPER), (here, {"linewidth": 1.6})):
        for name, some in curves.groupby("curve", sort=False):
            style = style | {"color": next(colours), "label": fill(name, 50)}
            first = some[some["fold"].isna() | (some["fold"] == some["fold"].min())]
            for panel, kind in zip(panels, ("training", "validation"), strict=True):
                panel.plot(first["iteration"], first[kind], **style)
                both = first["iteration"], first[kind]
                tell(panel, *both, "{}, iteration {:g}: {:.3f}", name, *both)
                if curves is here:
                    ends = some.groupby("iteration")[kind].agg(["min", "max"])
                    panel.fill_between(
                        ends.index, *ends.to_numpy().T, color=style["color"], alpha=0.15
                    )
    for panel, title in zip(panels, ("training", "validation (ours: test fold)"), strict=True):
        panel.set(title=title, xlabel="iteration", ylim=(0, None))
    panels[0].set_ylabel("loss (nats)")
    return legend_below(figure, panels[0], 2)


def training_logs(
    curves: Mapping[str, pd.DataFrame], losses: Mapping[str, Collection[str]], what: str = "both"
) -> Figure:
    """Show loss, accuracy or both over the iterations, a colour a model.

    Losses are solid in training and dashed in the test, other outputs dash-dotted and dotted.
    With several outputs of one kind, the second and further ones carry marks. Where there are
    more than `MANY_POINTS`, the line shows means over `STRETCHES` stretches of them, in a pale
    band from the least to the largest.

    Parameters
    ----------
    curves
        By model, as `caffe.logs.read` and `loop.train` give them.
    losses
        By model, the columns that are losses. Of training, ``total_loss`` alone is drawn where
        there is one.
    what
        ``"loss"``; ``"accuracy"`` for all outputs that are not losses; ``"both"`` for the loss on
        the left axis and the others on the right.
    """
    kinds = {"loss": {True}, "accuracy": {False}, "both": {True, False}}[what]
    lines = [
        line
        for (model, curve), colour in zip(curves.items(), cycle(PALETTE), strict=False)
        for line in _log_lines(model, curve, losses[model], colour)
        if line[0] in kinds
    ]
    if not lines:
        return nothing("The logs have nothing of this kind to show.")
    labels = [style["label"] for *_, style in lines]
    rows = sum(label.count("\n") + 1 for label in labels) / 2
    figure, left = plt.subplots(figsize=(WIDTH, 3.4 + 0.2 * rows))
    left.set_xlabel("iteration")
    others = dict.fromkeys(quantity for is_loss, quantity, *_ in lines if not is_loss)
    right = left
    if any(is_loss for is_loss, *_ in lines):
        left.set_ylabel("loss")
        if others:
            right = left.twinx()
            right.spines["right"].set_visible(True)
    if others:
        right.set_ylabel(fill(", ".join(others), 40))
    handles = []
    for is_loss, _, points, band, style in lines:
        panel = left if is_loss else right
        panel.fill_between(points[:, 0], *band.T, color=style["color"], linewidth=0, alpha=0.3)
        handles += panel.plot(*points.T, linewidth=1.5, markersize=4, **style)
    figure.legend(handles, labels, loc="outside lower center", ncols=2, handlelength=3.2)
    return figure


def _log_lines(
    model: str, curve: pd.DataFrame, losses: Collection[str], colour: str
) -> Iterator[tuple[bool, str, np.ndarray, np.ndarray, dict[str, object]]]:
    """Give the columns that can be drawn and hold a number.

    Of each whether it is a loss, its name, the points of its line, the ends of its band, and its
    style.
    """
    kinds: Counter[tuple[bool, str]] = Counter()
    for column in curve:
        is_loss = column == "total_loss" or column in losses
        found = re.fullmatch(r"(train|test|total)(\d*)_(.+)", column)
        if not found or (is_loss and found[1] == "train" and "total_loss" in curve):
            continue
        phase = "test" if found[1] == "test" else "train"
        net = f" net {found[2]}" if found[2] else ""
        label = f"{model}: {found[3]}, {'test' if phase == 'test' else 'training'}{net}"
        points, band = _thinned(curve["iteration"].to_numpy(), curve[column].to_numpy(float))
        if len(points):
            mark = ("", "o", "s", "^", "D", "v")[kinds[is_loss, phase] % 6]
            kinds[is_loss, phase] += 1
            style = {
                "color": colour,
                "label": fill(label, 50),
                "linestyle": LOG_STYLES[is_loss, phase],
                "marker": mark or ("o" if len(points) == 1 else ""),
                "markevery": max(1, len(points) // 12),
            }
            yield is_loss, found[3], points, band, style


def _thinned(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give what the line shows, and from where to where the band around it reaches; (n, 2) each."""
    rows = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    count = len(rows) if len(rows) <= MANY_POINTS else STRETCHES
    some = np.array_split(rows, count) if count else []
    line = [(x[one].mean(), y[one].mean()) for one in some]
    band = [(y[one].min(), y[one].max()) for one in some]
    return np.array(line).reshape(-1, 2), np.array(band).reshape(-1, 2)


def scaling(ways: pd.DataFrame, days: pd.DataFrame) -> Figure:
    """Draw the speed of training by processes, and the days of a model by machines, side by side.

    The tables are `benchmarks.scaling.ways` and `Model.days`.
    """
    if ways.empty:
        return nothing()
    figure, (left, right) = plt.subplots(1, 2, figsize=(WIDTH, 3.6))
    trained = ways.dropna(subset="speed").groupby("way", sort=False)
    for (way, some), colour in zip(trained, PALETTE, strict=False):
        left.plot(some["processes"], some["speed"], "o-", color=colour, label=way)
    left.set(xlabel="processes", ylabel="times as fast as one process", ylim=(0, None))
    left.set_xticks(sorted(ways.dropna(subset="speed")["processes"].unique()))
    right.plot(days["machines"], days["days"], "o-", color=PALETTE[0])
    right.set(xlabel="machines", ylabel="days", xscale="log", yscale="log")
    right.xaxis.set_major_formatter("{x:g}")
    right.yaxis.set_major_formatter("{x:g}")
    return legend_below(figure, left, 2)
