"""A photograph beside its map, in one drawing.

Nothing of matplotlib's shared state is used, so that a folder of photographs leaves nothing behind
in memory and the drawings look the same whatever was drawn before.
"""

import warnings
from pathlib import Path
from textwrap import fill

import numpy as np
from matplotlib import rc_context, rcParamsDefault
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from pixels_to_sentiment.maps import drawing

# A photograph's shape is drawn as it is between these ratios of width to height.
NARROWEST, WIDEST = 1 / 2, 3.0
# In inches: of a panel, of the drawing's margins, and of the scale with its numbers.
PANEL, MARGIN, SCALE = 3.6, 0.15, 1.15
# Leaves room for the words beside a narrow photograph.
NARROWEST_SHEET = 6.5
DPI = 120
# Pixels a side that a map is enlarged to, about those that the panel has.
FINE = 451
NOWHERE = " Grey: no place of the map lies there."
# Sizes of type in points, and letters of a heading an inch.
HEADING, NOTE, LETTERS = 10, 7.5, 11
RED = "#B00000"


def draw(path: Path, *photograph, **words) -> None:
    """Write what `sheet` makes of the same arguments as PNG, whatever the path's suffix."""
    # What a notebook or a theme has set before must not change the drawing.
    with rc_context(rcParamsDefault | {"backend": "agg"}), warnings.catch_warnings():
        # The font has not every letter of every language that a file can be named in.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        canvas = FigureCanvasAgg(sheet(*photograph, **words))
        canvas.print_figure(path, format="png", dpi=DPI)


def sheet(
    shown: np.ndarray,
    grid: np.ndarray,
    at: np.ndarray,
    size: tuple[int, int],
    *,
    scale: float,
    heading: str,
    note: str,
    warning: str = "",
) -> Figure:
    """Draw a photograph and its map side by side.

    Parameters
    ----------
    shown
        The photograph, uint8 RGB (h, w, 3).
    grid
        Log-odds of positive in nats, (h', w').
    at
        Where its places lie along a side of the photograph, see `dense.places`. Each is drawn
        there, unsmoothed; what lies in none is grey, and the note says so.
    size
        Width and height of the photograph in pixels, which give the shape of both panels.
    scale
        Log-odds from which the colours are full, in nats.
    heading, note, warning
        Text above, below, and below that in red.
    """
    ratio = min(max(size[0] / size[1], NARROWEST), WIDEST)
    width, height = (PANEL, PANEL / ratio) if ratio > 1 else (PANEL * ratio, PANEL)
    across = max(2 * width + SCALE + 3 * MARGIN, NARROWEST_SHEET)
    letters = int(across * LETTERS)
    drawn = drawing.placed(grid, at, (FINE, FINE))
    note += NOWHERE if np.isnan(drawn).any() else ""
    heading = "\n".join(fill(line, letters) for line in heading.splitlines())
    note = fill(note, int(letters * HEADING / NOTE))
    above = 0.2 * (heading.count("\n") + 1) + 2 * MARGIN
    below = 0.16 * (note.count("\n") + 1 + bool(warning)) + 2 * MARGIN
    down = above + height + below
    figure = Figure((across, down), facecolor="white")
    left, right, key = (
        figure.add_axes((place / across, below / down, wide / across, height / down))
        for place, wide in (
            (MARGIN, width),
            (2 * MARGIN + width, width),
            (3 * MARGIN + 2 * width, 0.15),
        )
    )
    left.imshow(shown, aspect="auto")
    right.set_facecolor("0.8")
    options = {"cmap": drawing.DIVERGING, "vmin": -scale, "vmax": scale}
    right.imshow(drawn, aspect="auto", interpolation="none", **options)
    for panel in (left, right):
        panel.set(xticks=[], yticks=[])
    _key(figure, key, grid, scale)
    edge = {"x": MARGIN / across, "parse_math": False}
    figure.text(y=1 - MARGIN / down, s=heading, va="top", fontsize=HEADING, **edge)
    figure.text(y=(below - MARGIN) / down, s=note, va="top", fontsize=NOTE, color="0.25", **edge)
    figure.text(y=MARGIN / 2 / down, s=warning, va="bottom", fontsize=NOTE, color=RED, **edge)
    return figure


def _key(figure: Figure, panel: Axes, grid: np.ndarray, scale: float) -> None:
    """Say what the colours mean, with points at the ends where places lie beyond."""
    below, beyond = bool(grid.min() < -scale), bool(grid.max() > scale)
    extend = {(0, 0): "neither", (1, 0): "min", (0, 1): "max", (1, 1): "both"}[below, beyond]
    colours = ScalarMappable(Normalize(-scale, scale), drawing.DIVERGING)
    bar = figure.colorbar(colours, cax=panel, extend=extend, ticks=np.linspace(-scale, scale, 5))
    labels = [f"{value:+.3g}" if value else "0" for value in bar.get_ticks()]
    bar.ax.set_yticklabels([label.replace("-", "\N{MINUS SIGN}") for label in labels])
    bar.ax.tick_params(labelsize=8)
    bar.set_label("log-odds of positive (nats)", fontsize=8)
