"""The figures of the book, in one visual language.

Each function takes tidy data and gives a matplotlib figure; none computes a score.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import fill

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from pixels_to_sentiment.drawing.values import tell

# Okabe and Ito's palette, told apart with any colour vision: blue and vermilion for the classes.
POSITIVE, NEGATIVE = "#0072B2", "#D55E00"
CLASS_COLOURS = {"negative": NEGATIVE, "positive": POSITIVE}
PALETTE = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#F0E442"]
AGREEMENT_NAMES = {
    "five": "five agree",
    "four": "four agree",
    "three": "three agree",
    "all": "all pictures",  # of a data set of one's own
}
WIDTH = 7.5
# That of what a phone shows whole.
NARROW = 4.6


def theme() -> None:
    """Set the look of all figures, by ``book.mplstyle``; the same bytes at every run."""
    sns.set_theme(context="notebook", style="ticks", palette=PALETTE)
    plt.style.use(Path(__file__).with_name("book.mplstyle"))


def legend_below(figure: Figure, panel: Axes, columns: int) -> Figure:
    """Put the legend of a panel, which is that of all, below a figure."""
    handles, labels = panel.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=columns)
    return figure


def rows(labels: Sequence[str], inches: float, reach: float = 0.0) -> tuple[Figure, Axes]:
    """Make a panel with a row for each label, from the top down: at 0, -1 and so on.

    A label stands above the marks of its row, which is so many inches high besides the lines of the
    label, and in which marks may lie as far as `reach` (0..0.5) from its middle.
    """
    figure, (panel,) = columns_of_rows([""], labels, inches, reach)
    return figure, panel


def columns_of_rows(
    heads: Sequence[str], labels: Sequence[str], inches: float, reach: float = 0.0
) -> tuple[Figure, Sequence[Axes]]:
    """Make a panel of the same `rows` for each head, side by side and with one scale."""
    labels, heads = [fill(label, 64) for label in labels], [fill(head, 40) for head in heads]
    lines = max(label.count("\n") + 1 for label in labels)
    each = inches + 0.16 * lines
    above = max(0.2 * len(head.splitlines()) for head in heads)
    size = (WIDTH if heads[1:] else NARROW, each * len(labels) + 0.9 + above)
    figure, panels = plt.subplots(1, len(heads), sharex=True, figsize=size, squeeze=False)
    place = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points"}
    # Nobody should have to scroll a tall figure for its scale.
    tall = len(labels) > 12
    for panel, head in zip(panels[0], heads, strict=True):
        for n, label in enumerate(labels):
            panel.annotate(label, (0, reach - n), (0, 5), va="bottom", fontsize=9, **place)
        panel.set(yticks=[], ylim=(0.5 - len(labels), reach + (0.16 * lines + 0.1) / each))
        panel.spines["left"].set_visible(False)
        panel.tick_params(top=tall, labeltop=tall)
        panel.set_title(head, fontsize=9)
    return figure, panels[0]


def grid(
    count: int,
    columns: int,
    heights: tuple[float, float],
    width: float = WIDTH,
    **options: object,
) -> tuple[Figure, np.ndarray]:
    """Make panels in rows, so many inches each and once; those left over are blank."""
    rows = max(1, -(-count // columns))
    height = heights[0] * rows + heights[1]
    figure, panels = plt.subplots(rows, columns, figsize=(width, height), squeeze=False, **options)
    for panel in panels.flat[count:]:
        panel.axis("off")
    return figure, panels


def balance(shares: pd.DataFrame, overall: dict[str, float]) -> Figure:
    """Show the share of positive pictures in each test fold, and in each subset `overall`.

    By ``agreement``, ``fold`` and ``share`` (0..1).
    """
    figure, panels = plt.subplots(1, len(overall), sharey=True, figsize=(NARROW, 2.6))
    ends = (0.5 if shares["share"].min() > 0.5 else 0, max(0.75, shares["share"].max()))
    for panel, (agreement, share) in zip(np.atleast_1d(panels), overall.items(), strict=True):
        some = shares[shares["agreement"] == agreement]
        panel.bar(some["fold"], some["share"], color=POSITIVE, width=0.7)
        panel.axhline(share, color="black", linewidth=1, linestyle="--")
        panel.set(title=AGREEMENT_NAMES[agreement], xlabel="test fold", ylim=ends)
        panel.set_xticks(some["fold"])
    said = "\n(the axis starts at one half)" if ends[0] else ""
    np.atleast_1d(panels)[0].set_ylabel(f"share of positive pictures{said}")
    return figure


def sizes(files: pd.DataFrame) -> Figure:
    """Show how wide and high the files are (columns ``width``, ``height``, in pixels)."""
    figure, panel = plt.subplots(figsize=(WIDTH, 4.2))
    panel.set_aspect("equal")
    panel.scatter(files["width"], files["height"], s=10, alpha=0.35, color=POSITIVE, linewidth=0)
    side = max(files["width"].max(), files["height"].max())
    panel.plot([0, side], [0, side], color="grey", linewidth=0.8, linestyle=":")
    panel.set(xlim=(0, 1.05 * files["width"].max()), ylim=(0, 1.05 * files["height"].max()))
    panel.set(xlabel="width (pixels)", ylabel="height (pixels)")
    return figure


def gallery(
    pixels: np.ndarray,
    titles: Sequence[str],
    colours: Sequence[str],
    columns: int = 6,
    note: str = "",
) -> Figure:
    """Show pictures, uint8 RGB (n, h, w, 3), in a grid, each with its title and a coloured frame.

    A note is printed below, as for pictures that are not the photographs.
    """
    figure, panels = grid(len(pixels), columns, (1.55, 0.2))
    pictures = zip(pixels, titles, colours, strict=True)
    for panel, (image, title, colour) in zip(panels.flat, pictures, strict=False):
        panel.imshow(image)
        panel.set(xticks=[], yticks=[])
        panel.set_title(title, fontsize=8)
        for spine in panel.spines.values():
            spine.set(visible=True, color=colour, linewidth=2.5)
    if note:
        figure.supxlabel(note, fontsize=9, color="#B00000")
    return figure


def network(layers: pd.DataFrame, input_side: int) -> Figure:
    """Draw a network as blocks in the order in which a picture passes them.

    Of the layers, as `network.Network.layers` gives them, those with parameters are drawn, with
    heights after their output's side and widths after the logarithm of their channels.
    """
    drawn = layers[layers["parameters"] > 0]
    blocks = [
        ("input", (3, input_side, input_side), 0),
        *drawn[["layer", "output", "parameters"]].itertuples(index=False, name=None),
    ]
    figure, panel = plt.subplots(figsize=(WIDTH, 2.9))
    left = 0.0
    for name, shape, parameters in blocks:
        spatial = len(shape) == 3
        channels, side = shape[0], shape[1] if spatial else 1
        width, height = 0.4 + 0.1 * np.log2(channels), 0.3 + np.sqrt(side) / 5
        middle = left + width / 2
        colour = "#DDDDDD" if name == "input" else PALETTE[0] if spatial else PALETTE[1]
        panel.bar(
            middle, height, width, -height / 2, color=colour, edgecolor="black", linewidth=0.6
        )
        size = "×".join(map(str, shape)) + (f"\n{parameters / 1e6:.2f} M" if parameters else "")
        panel.text(middle, height / 2 + 0.1, name.replace("_", "\n"), ha="center", va="bottom")
        panel.text(middle, -height / 2 - 0.1, size, ha="center", va="top", fontsize=7.5)
        left += width + 0.5
    panel.set(xlim=(-0.4, left - 0.2), ylim=(-2.5, 2.2))
    panel.axis("off")
    return figure


def percent(share: float) -> str:
    """Write a probability as a percentage that does not claim certainty: ``84%``, ``> 99%``."""
    return "> 99%" if share > 0.99 else f"{share:.0%}"


NOTHING_RECORDED = "Nothing is recorded for this figure yet."


def nothing(text: str = NOTHING_RECORDED) -> Figure:
    """Hold the place of a figure of which there is nothing to show yet."""
    figure, panel = plt.subplots(figsize=(WIDTH, 1.2))
    panel.text(0.5, 0.5, text, ha="center", va="center", color="#B00000")
    panel.axis("off")
    return figure


def by_day(counts: pd.DataFrame) -> Figure:
    """Draw how many results came on each day (rows), a colour a kind (columns), bar upon bar."""
    if counts.empty:
        return nothing()
    figure, panel = plt.subplots(figsize=(WIDTH, 2.6))
    style = {"color": PALETTE, "width": 0.8, "rot": 45, "legend": False}
    counts.plot.bar(stacked=True, ax=panel, xlabel="", ylabel="results recorded", **style)
    middle = (counts.cumsum(axis=1) - counts / 2).where(counts > 0)
    for kind, some in counts.items():
        tell(panel, range(len(some)), middle[kind], "{}: {} {}", counts.index, some, kind)
    return legend_below(figure, panel, len(counts.columns))


def changes(table: pd.DataFrame) -> Figure:
    """Draw how far each probability moves with exact pixels: a dot a picture, a colour the crops.

    By ``crops``, ``fast`` and ``exact``, as `fidelity.probabilities` gives them.
    """
    if table.empty:
        return nothing()
    figure, panel = plt.subplots(figsize=(WIDTH, 2.8))
    panel.axhline(0, color="black", linewidth=0.8)
    panel.axvline(0.5, color="black", linewidth=0.8, linestyle=":")
    for (crops, some), colour in zip(table.groupby("crops"), PALETTE, strict=False):
        moved = some["exact"] - some["fast"]
        panel.scatter(some["fast"], moved, s=9, alpha=0.6, color=colour, linewidth=0, label=crops)
        most = moved.abs().nlargest(3).index
        both = some["fast"][most], moved[most]
        tell(panel, *both, "{}, {:.3f}: changes by {:+.4f}", crops, *both)
    panel.set(xlabel="probability of positive, decoded array", ylabel="change with exact pixels")
    return legend_below(figure, panel, 2)


def confusion(tables: dict[str, pd.DataFrame]) -> Figure:
    """Show confusion tables side by side, as `scores.confusion` gives them."""
    if not tables:
        return nothing()
    figure, panels = grid(len(tables), min(3, len(tables)), (3.4, 0), sharey=True)
    for panel, (name, table) in zip(panels.flat, tables.items(), strict=False):
        # A few pictures may all have the same label.
        share = table.div(table.sum(axis=1), axis=0).fillna(0)
        text = table.astype(str) + "\n" + (100 * share).round().astype(int).astype(str) + "%"
        sns.heatmap(share, annot=text, fmt="", cmap="Blues", vmin=0, vmax=1, cbar=False,
                    square=True, ax=panel, linewidths=1)  # fmt: skip
        panel.set_title(fill(name, 26), fontsize=9)
        panel.tick_params(length=0)
    return figure


def growth(table: pd.DataFrame, exponents: Mapping[str, float]) -> Figure:
    """Show how ``seconds`` grow with ``size`` on logarithmic axes, a panel for each ``what``.

    The exponents are of the power fitted to each.
    """
    figure, panels = grid(len(exponents), 2, (2.3, 0), NARROW)
    for panel, (what, exponent) in zip(panels.flat, exponents.items(), strict=False):
        some = table[table["what"] == what]
        panel.plot(some["size"], some["seconds"], marker="o", color=POSITIVE)
        panel.set(xscale="log", yscale="log", xlabel=what.rpartition(", ")[2], ylabel="seconds")
        panel.set_title(f"{what.partition(',')[0]}\nexponent {exponent:.2f}", fontsize=9)
        panel.set_xticks(some["size"], [str(size) for size in some["size"]])
        panel.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        panel.yaxis.set_major_formatter("{x:g}")
        panel.minorticks_off()
    return figure
