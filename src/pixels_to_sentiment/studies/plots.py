"""What studies found, ready to be drawn: their maps over pictures, and plots of the measures."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from pixels_to_sentiment.data.pictures import Pictures
from pixels_to_sentiment.drawing import figures
from pixels_to_sentiment.drawing.values import tell, within
from pixels_to_sentiment.maps import drawing
from pixels_to_sentiment.maps.drawing import Mapped
from pixels_to_sentiment.studies.records import StudyRecord

MEASURES = {"deletion": "deletion", "insertion": "insertion", "road": "ROAD"}
# Of each kind of map its title, colour, line and mark.
DRAWN = {
    "map": ("sentiment map", figures.PALETTE[0], "-", "o"),
    "grad-cam": ("Grad-CAM", figures.PALETTE[1], "--", "s"),
    "random": ("random", "#555555", ":", "x"),
    "centre": ("centre", figures.PALETTE[2], "-.", "^"),
    "edges": ("edge energy", figures.PALETTE[3], (0, (5, 1, 1, 1, 1, 1)), "D"),
}
TITLES = {name: title for name, (title, *_) in DRAWN.items()}
CURVE_TITLES = {
    "deletion": "deletion: most relevant first, to grey",
    "insertion": "insertion: most relevant first, into blur",
    "road-most": "ROAD: most relevant removed",
    "road-least": "ROAD: least relevant removed",
}


def mapped(loaded: Pictures, records: Iterable[StudyRecord], chosen: pd.DataFrame) -> list[Mapped]:
    """Put pictures and their maps together.

    `chosen` are rows of `summary.gathered`, with the keys of `records`, and give the order.
    """
    maps, at = {}, {}
    for record in records:
        names, values = record.maps()
        maps |= {(record.key, name): one for name, one in zip(names, values, strict=True)}
        at[record.key] = np.array(record.at)
    rows = loaded.rows(chosen["image"])
    columns = chosen[["key", "image", "label", "class", "sure"]].itertuples(index=False)
    return [
        Mapped(loaded.pixels[row], maps[key, image], at[key], int(label), int(class_), float(sure))
        for row, (key, image, label, class_, sure) in zip(rows, columns, strict=True)
    ]


def scale(records: Iterable[StudyRecord]) -> float:
    """Choose one scale for the maps of some studies: what 95 of 100 of their places stay within.

    Log-odds in nats, a whole number of 1 or more.
    """
    values = np.concatenate([np.abs(record.maps()[1]).ravel() for record in records])
    return float(max(1, np.ceil(np.quantile(values, 0.95))))


def curves(table: pd.DataFrame) -> Figure:
    """Show `summary.curves` side by side: probability of the class while pixels are taken away."""
    if table.empty:
        return figures.nothing(figures.NOTHING_RECORDED)
    heads = list(table["configuration"].unique())
    each = list(product(CURVE_TITLES, heads))
    figure, panels = figures.grid(len(each), len(heads), (2.1, 0.9), sharex=True, sharey=True)
    for panel, (curve, head) in zip(panels.flat, each, strict=True):
        drawn = table[(table["curve"] == curve) & (table["configuration"] == head)]
        for name, some in drawn.groupby("map", sort=False):
            words, colour, line, mark = DRAWN[name]
            both = some["share"], some["probability"]
            panel.plot(*both, color=colour, linestyle=line, marker=mark, markersize=4, label=words)
            tell(panel, *both, "{}, {:.0%} of the picture: {:.3f}", words, *both)
        above = f"{fill(head, 40)}\n\n" * (panel in panels[0])
        panel.set_title(above + CURVE_TITLES[curve], fontsize=9)
    for panel in panels[-1]:
        panel.set_xlabel("share of the picture")
    figure.supylabel("probability of the class", fontsize=10)
    return figures.legend_below(figure, panels[0, 0], 5)


AGREEMENT_TITLES = {
    "mirrored": "the mirrored picture's, mirrored back",
    "window": "the classifier's, window by window",
    "seed": "that of another seed",
    "head": "with the last layer's weights drawn anew",
    "half": "with the last half of the layers drawn anew",
    "all": "with all layers drawn anew",
    "labels": "of a network taught shuffled labels",
    "picture": "of another picture",
}


def intervals(table: pd.DataFrame, titles: Mapping[str, str], xlabel: str) -> Figure:
    """Show `summary.means` side by side with intervals, a row a measure, its maps below each other.

    `titles` are the words of the measures that are shown, in their order.
    """
    if table.empty:
        return figures.nothing(figures.NOTHING_RECORDED)
    names = [name for name in titles if name in set(table["measure"])]
    heads, words = table["configuration"].unique(), [titles[name] for name in names]
    figure, panels = figures.columns_of_rows(heads, words, 0.6, 0.3)
    shifts = dict(zip(DRAWN, np.linspace(0.3, -0.3, len(DRAWN)), strict=True))
    for (head, map_), some in table.groupby(["configuration", "map"], sort=False):
        panel, (words, colour, _, mark) = panels[list(heads).index(head)], DRAWN[map_]
        rows = some.set_index("measure").reindex(names)
        places = [shifts[map_] - place for place in range(len(names))]
        panel.hlines(places, rows["low"], rows["high"], color=colour, linewidth=2)
        panel.plot(rows["mean"], places, mark, color=colour, label=words, markersize=6)
        tell(panel, rows["mean"], places, "{}: {}", words, within(rows, "mean", "low", "high"))
    for panel in panels:
        panel.axvline(0, color="black", linewidth=0.8)
        panel.set(xlabel=xlabel)
    return figures.legend_below(figure, panels[0], 3)


# Pictures beside each other before the rows begin anew.
COLUMNS = 6


def grid(rows: Mapping[str, tuple[np.ndarray, Sequence[int]]], heads: Sequence[str]) -> Figure:
    """Show maps of the same pictures by several networks, a row a network and a column a picture.

    Parameters
    ----------
    rows
        By the title of a network: probability of positive (n, h, w), hatched where it is missing,
        and what the network calls each picture (n,), which is the colour of its frame.
    heads
        Above each picture, (n,).
    """
    blocks = -(-len(heads) // COLUMNS)
    figure, panels = figures.grid(COLUMNS * blocks * len(rows), COLUMNS, (1.08, 0.9))
    for panel in panels.flat:
        panel.axis("off")
    for down, (title, (maps, classes)) in enumerate(rows.items()):
        for place, (values, class_) in enumerate(zip(maps, classes, strict=True)):
            block, across = divmod(place, COLUMNS)
            panel = panels[block * len(rows) + down, across]
            panel.axis("on")
            panel.set(xticks=[], yticks=[])
            # Seen where the map has nothing.
            panel.patch.set(hatch="////", edgecolor="#888888", linewidth=0)
            shown = panel.imshow(values, cmap=drawing.DIVERGING, vmin=0, vmax=1)
            colour = (figures.NEGATIVE, figures.POSITIVE)[class_]
            panel.spines[:].set(visible=True, color=colour, linewidth=2.5)
            if down == 0:
                # A line of air between the blocks.
                panel.set_title("\n" * (block > 0) + heads[place], fontsize=8)
            if across == 0:
                panel.set_ylabel(fill(title, 18), fontsize=7, rotation=0, ha="right", va="center")
    bar = figure.colorbar(shown, ax=panels, orientation="horizontal", fraction=0.02, pad=0.02,
                          aspect=45)  # fmt: skip
    bar.set_label("probability of positive: vermilion negative, blue positive", fontsize=8)
    bar.ax.tick_params(labelsize=8)
    return figure
