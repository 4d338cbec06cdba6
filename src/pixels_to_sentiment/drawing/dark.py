"""The same figures on a dark ground, for readers who have their book dark.

A figure is drawn twice. What is black, grey or white in it, as axes and words are, trades places;
a colour has a meaning and stays, as light as it has to be. The dark drawing travels in the metadata
of the light one, where `book.rendering` finds it and Jupyter shows nothing of it.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib.pyplot as plt
import numpy as np
from IPython import get_ipython
from IPython.core.pylabtools import print_figure
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import Collection
from matplotlib.colors import to_rgb, to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

from pixels_to_sentiment.drawing import values

# What the book's theme has in its dark mode: `--pst-color-background` and `--pst-color-text-base`.
GROUND, INK = "#121212", "#ced6dd"
# Key of the drawing in the metadata of ``image/png``.
KEY = "dark"
# Of compression: half the time of Pillow's 6 for a photograph, and 3% more bytes.
LEVEL = 4
# Largest difference between the channels of what counts as grey.
GREY = 0.03
# Luma (BT.601) of red, green and blue; what has less than `DIM` is hard to see in a thin line.
_LIGHT, DIM = (0.299, 0.587, 0.114), 0.36
# What has a colour, and the properties that it is kept in.
_COLOURED = (
    (Text, ("color",)),
    (Line2D, ("color", "markerfacecolor", "markeredgecolor")),
    (Patch, ("facecolor", "edgecolor")),
    (Collection, ("facecolor", "edgecolor")),
)


def show_both() -> None:
    """Let every figure that a notebook shows bring its dark drawing; elsewhere nothing happens."""
    shell = get_ipython()
    if shell is not None:
        # The backend has a say in what a figure is shown as, and has it when it is loaded.
        plt.switch_backend(plt.get_backend())
        # After each cell pyplot would draw its figures once more than they are shown.
        plt.uninstall_repl_displayhook()
        shell.display_formatter.formatters["image/png"].for_type(Figure, drawn)


def left_out(notebook: str) -> str:
    """Give an executed notebook's JSON without its dark drawings, which are half of its bytes."""
    if f'"{KEY}": "' not in notebook:
        return notebook
    light = json.loads(notebook, object_hook=lambda one: {k: one[k] for k in one if k != KEY})
    return json.dumps(light, indent=1, ensure_ascii=False) + "\n"


def drawn(figure: Figure) -> tuple[str, dict[str, object]] | None:
    """Draw a figure on both grounds: a PNG in Base64, and metadata with the other under `KEY`.

    The metadata have the values of its marks, too, if it tells any. Nothing where it has nothing to
    draw.
    """
    if not figure.axes:
        return None
    with _laid_out(figure):
        box = values.box(figure)
        marks = values.told(figure, box)
        saved = {"base64": True, "bbox_inches": box, "pil_kwargs": {"compress_level": LEVEL}}
        light = print_figure(figure, "png", **saved)
        with turned(figure):
            other = print_figure(figure, "png", **saved)
    return light, {KEY: other} | ({values.KEY: marks} if marks else {})


@contextmanager
def turned(figure: Figure) -> Iterator[None]:
    """Turn black and white of a figure within the block."""
    # All are looked up before one is changed: some take their colour from another.
    found = [
        (getattr(artist, f"set_{name}"), before, after)
        for artist in _artists(figure)
        for kind, properties in _COLOURED
        if isinstance(artist, kind)
        for name in properties
        for before, after in _turned(artist, name)
    ]
    try:
        for put, _, after in found:
            put(after)
        yield
    finally:
        for put, before, _ in found:
            put(before)


@contextmanager
def _laid_out(figure: Figure) -> Iterator[None]:
    """Lay a figure out and keep it so within the block, as a layout takes as long as to draw.

    With an engine, even one that does nothing, a figure is drawn once more before it is printed.
    """
    engine = figure.get_layout_engine()
    if engine is not None:
        for _ in range(2):  # a layout settles when it is made twice
            engine.execute(figure)
    # To print sets again what engine there was, and in place of none what the style has.
    with plt.rc_context({"figure.autolayout": False, "figure.constrained_layout.use": False}):
        figure.set_layout_engine(None)
        try:
            yield
        finally:
            figure.set_layout_engine(engine)


def inverted(colour: object, words: bool = False) -> tuple[float, float, float, float]:
    """Give a colour's counterpart on the dark ground: RGBA, 0..1.

    Black becomes `INK`, white `GROUND`, grey what lies between; others stay, but a dim one is mixed
    with some white, and one of `words` with as much, so that it can be seen and read.
    """
    *rgb, alpha = to_rgba(colour)
    if np.ptp(rgb) <= GREY:
        level = np.mean(rgb)
        rgb = level * np.array(to_rgb(GROUND)) + (1 - level) * np.array(to_rgb(INK))
    elif words or np.dot(rgb, _LIGHT) < DIM:
        white = 0.5 if words else 0.2
        rgb = (1 - white) * np.array(rgb) + white
    return (*map(float, rgb), alpha)


def _artists(figure: Figure) -> Iterator[Artist]:
    """Find what is turned: all but numbers on the fields of a coloured table."""
    fixed = {
        text
        for axes in figure.findobj(Axes)
        if any(one.get_array() is not None for one in [*axes.collections, *axes.images])
        for text in axes.texts
    }
    for artist in figure.findobj():
        if artist not in fixed:
            yield artist
            extra = (getattr(artist, "arrow_patch", None), getattr(artist, "_bbox_patch", None))
            yield from filter(None, extra)


def _turned(artist: Artist, name: str) -> Iterator[tuple[object, object]]:
    """Give a colour of an artist and its counterpart, where there is one."""
    before = getattr(artist, f"get_{name}")()
    if isinstance(artist, Collection):
        if artist.get_array() is None and len(before):
            yield before, [inverted(one) for one in before]
    elif not isinstance(before, str) or before != "none":
        yield before, inverted(before, words=isinstance(artist, Text))
