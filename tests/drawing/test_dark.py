"""Figures on a dark ground: greys trade places, colours stay, and nothing is left changed."""

import base64
import io

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb, to_rgba
from PIL import Image

from pixels_to_sentiment.drawing import dark, figures

pytestmark = pytest.mark.usefixtures("themed")


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB"))


def both(figure):
    light, metadata = dark.drawn(figure)
    assert list(metadata) == [dark.KEY]
    return pixels(light), pixels(metadata[dark.KEY])


def share(image, colour):
    """Share of pixels that are within two levels of a colour."""
    return (np.abs(image - 255 * np.array(to_rgb(colour))) <= 2).all(-1).mean()


def test_the_ground_trades_places_with_the_ink_and_a_colour_stays():
    """Bars keep theirs; what was white is as dark as the page, and nothing black is left."""
    figure, panel = plt.subplots()
    panel.bar([1, 2], [3, 4], color=figures.NEGATIVE)
    panel.axhline(1, color="black", linewidth=3)
    light, other = both(figure)
    assert light.shape == other.shape
    assert share(light, "white") == pytest.approx(share(other, dark.GROUND), abs=1e-3)
    assert share(light, "white") > 0.3
    assert share(light, figures.NEGATIVE) == share(other, figures.NEGATIVE) > 0.2
    assert share(other, "white") == share(other, "black") == 0
    assert share(other, dark.INK) > 0.001


def test_a_figure_is_left_as_it_was():
    """Lines, hollow markers, a legend in a frame, an arrow and words in a box."""
    figure, panel = plt.subplots()
    panel.plot([0, 1], [0, 1], "o-", color="black", markerfacecolor="white", label="some")
    panel.scatter([0.2, 0.4], [0.4, 0.2], color="white", edgecolors="black")
    panel.fill_between([0, 1], 0.1, 0.2, color="0.8")
    panel.annotate("there", (0.5, 0.5), (0.7, 0.2), arrowprops={}, bbox={"facecolor": "white"})
    panel.legend(frameon=True)
    before, first = dark.drawn(figure)
    after, second = dark.drawn(figure)
    assert before == after
    assert first == second
    assert first[dark.KEY] != before


def test_photographs_and_fields_of_a_coloured_table_stay():
    """Also the numbers on the fields, which were chosen to be read there."""
    figure, panel = plt.subplots(figsize=(3, 3))
    panel.imshow(np.full((2, 2, 3), 255, np.uint8))
    number = panel.text(0.5, 0.5, "8", color="black")
    heading = panel.set_title("grey", color="0.2")
    light, other = both(figure)
    assert share(light, "white") > share(other, "white") > 0.3
    with dark.turned(figure):
        assert to_rgba(number.get_color()) == to_rgba("black")
        assert to_rgba(heading.get_color()) != to_rgba("0.2")


def contrast(one, other):
    """Contrast of two colours by WCAG 2.2: 21 for black on white."""
    rgb = np.array([to_rgb(one), to_rgb(other)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    low, high = np.sort(linear @ [0.2126, 0.7152, 0.0722])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colour", ["black", "0.3", "navy", "#B00000", *figures.PALETTE])
def test_words_can_be_read_on_the_dark_ground(colour):
    """Of whatever colour (1.4.3); parts of a drawing are told from it (1.4.11)."""
    assert contrast("black", "white") == pytest.approx(21)
    assert contrast(dark.inverted(colour, words=True), dark.GROUND) >= 4.5
    least = 4.5 if colour in figures.PALETTE else 1.1 if colour == "navy" else 2.2
    assert contrast(dark.inverted(colour), dark.GROUND) >= least


def test_transparency_stays_and_ends_of_the_greys_are_ground_and_ink():
    assert dark.inverted((0, 0, 0, 0.25)) == pytest.approx((*to_rgb(dark.INK), 0.25))
    assert dark.inverted("white") == pytest.approx((*to_rgb(dark.GROUND), 1))
    assert dark.inverted("#D55E0080") == to_rgba("#D55E0080")


def test_both_drawings_are_of_one_layout_which_is_made_twice_to_settle(monkeypatch):
    """Each is drawn once; where a figure is laid out when drawn, what does it stays with it."""
    figure, panel = plt.subplots(layout="constrained")
    panel.set_ylabel("a label that takes some room")
    engine, made = figure.get_layout_engine(), []
    laid_out = type(engine).execute
    monkeypatch.setattr(type(engine), "execute", lambda *told: made.append(told) or laid_out(*told))
    draw, drawn = figure.draw, []
    figure.draw = lambda *told: drawn.append(told) or draw(*told)
    light, other = both(figure)
    assert light.shape == other.shape
    assert len(made) == len(drawn) == 2
    assert figure.get_layout_engine() is engine


def test_where_there_is_nothing_to_draw_or_no_notebook_nothing_happens(monkeypatch):
    """No picture of a figure without axes, and no backend is loaded."""
    assert dark.drawn(plt.figure()) is None
    monkeypatch.setattr(plt, "switch_backend", lambda name: pytest.fail("a backend was loaded"))
    dark.show_both()


def test_in_a_notebook_every_figure_brings_both():
    """By the formatter that shows figures there, and by it alone."""
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    try:
        plt.ion()  # as notebooks are
        dark.show_both()
        figure, _ = plt.subplots()
        figure.canvas.draw_idle = lambda: pytest.fail("it was drawn for nobody")
        shell.events.trigger("post_execute")
        data, metadata = shell.display_formatter.format(figure)
        assert share(pixels(data["image/png"]), "white") > 0.5
        assert share(pixels(metadata["image/png"][dark.KEY]), dark.GROUND) > 0.5
    finally:
        plt.ioff()
        InteractiveShell.clear_instance()
