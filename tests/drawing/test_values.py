"""Values of marks: each lies on its mark in the picture as saved, and says what is drawn there."""

import base64
import io

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from pixels_to_sentiment.drawing import charts, dark, figures, values

pytestmark = pytest.mark.usefixtures("themed")
COLOURS = figures.PALETTE[1:4]


def middle(image, colour):
    """Where a colour has its middle in a picture, as shares from the left and the top."""
    y, x = np.nonzero((np.abs(image - 255 * np.array(to_rgb(colour))) <= 2).all(-1))
    assert len(x) > 20
    return (x.mean() + 0.5) / image.shape[1], (y.mean() + 0.5) / image.shape[0]


@pytest.mark.parametrize("aspect", ["auto", "equal"])
def test_a_mark_lies_where_the_picture_has_its_colour(aspect):
    """On either ground, in each panel, on a logarithmic axis, and with the margins cut off."""
    figure, panels = plt.subplots(1, 3, figsize=(figures.WIDTH, 3))
    panels[0].set_ylabel("words beside\nthe first panel")
    panels[1].set(aspect=aspect, xlim=(0, 1), ylim=(0, 1))
    panels[2].set_xscale("log")
    for panel, colour, y in zip(panels, COLOURS, (0.2, 0.5, 0.7), strict=True):
        panel.scatter([0.3, 0.9], [y, 0.1], color=[colour, "black"])
        values.tell(panel, [0.3], [y], "{}", [colour])
    light, metadata = dark.drawn(figures.legend_below(figure, panels[0], 1))
    assert [words for *_, words in metadata[values.KEY]] == COLOURS
    for picture in (light, metadata[dark.KEY]):
        with Image.open(io.BytesIO(base64.b64decode(picture))) as opened:
            image = np.asarray(opened.convert("RGB"))
        for *place, colour in metadata[values.KEY]:
            assert place == pytest.approx(middle(image, colour), abs=0.004)


def test_a_point_that_is_not_drawn_tells_nothing():
    """Neither does a figure whose chart says nothing."""
    figure, panel = plt.subplots()
    assert dark.drawn(figure)[1].keys() == {dark.KEY}
    values.tell(panel, [1, np.nan, 2], [1, 1, np.inf], "{}: {}", "a", ["b", "c", "d"])
    figure.canvas.draw()
    assert [words for *_, words in values.told(figure, values.box(figure))] == ["a: b"]


def test_a_chart_tells_values_with_their_intervals_and_real_minus_signs():
    """A forest of differences, whose values a reader cannot read off."""
    row = {"pair": "a − b", "difference": -0.0123, "low": -0.1, "high": 0.05}
    figure = charts.forest(pd.DataFrame([row | {"t_low": -0.2, "t_high": 0.2, "failed": ""}]))
    figure.canvas.draw()
    ((left, _, words),) = values.told(figure, values.box(figure))
    assert 0 < left < 1
    assert words == "a − b: −0.012 (−0.100 to +0.050)"
