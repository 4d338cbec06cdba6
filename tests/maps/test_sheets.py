"""The drawing of a photograph beside its map."""

from itertools import combinations

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from pixels_to_sentiment.maps import drawing, sheets

GRID = np.array([[-4.0, 0.0], [1.0, 9.0]])
# Of the middles of the places; halfway between them the nearest one changes.
AT = np.array([0.1, 0.7])

WORDS = {"scale": 4.0, "heading": "h", "note": "n"}


def sheet(grid=GRID, size=(60, 40), **options):
    words = WORDS | options
    return sheets.sheet(np.zeros((40, 60, 3), np.uint8), grid, AT, size, **words)


def texts(figure):
    return [text.get_text() for text in figure.texts]


@pytest.mark.parametrize(
    ("grid", "extend"),
    [([[-4, 4]], "neither"), ([[-4, 5]], "max"), ([[-5, 0]], "min"), ([[-5, 5]], "both")],
)
def test_the_scale_says_where_places_lie_beyond_it(monkeypatch, grid, extend):
    """Its ends are pointed there, and only there."""
    asked = []
    real = sheets.Figure.colorbar
    monkeypatch.setattr(
        sheets.Figure, "colorbar", lambda *a, **o: asked.append(o["extend"]) or real(*a, **o)
    )
    sheet(np.array(grid * 2, float))
    assert asked == [extend]


def test_what_lies_in_no_place_is_grey_and_said():
    """As around the places of a map whose windows do not reach the edge."""
    at = np.array([0.4, 0.5])
    figure = sheets.sheet(np.zeros((40, 60, 3), np.uint8), GRID, at, (60, 40), **WORDS)
    drawn = figure.axes[1].images[0].get_array()
    assert np.isnan(np.ma.filled(drawn, np.nan)[:150]).all()
    assert "Grey: no place" in "".join(texts(figure))
    assert "Grey" not in "".join(texts(sheet()))


def test_each_place_is_drawn_where_it_lies():
    """Unsmoothed, the first row on top, up to the edges of the picture."""
    left, right = sheet(size=(300, 200)).axes[:2]
    drawn = right.images[0].get_array()
    first = round(0.4 * len(drawn))
    np.testing.assert_array_equal(np.unique(drawn[:first, :first]), GRID[0, 0])
    np.testing.assert_array_equal(np.unique(drawn[:first, first:]), GRID[0, 1])
    np.testing.assert_array_equal(np.unique(drawn[first:, :first]), GRID[1, 0])
    np.testing.assert_array_equal(np.unique(drawn[first:, first:]), GRID[1, 1])
    assert right.images[0].get_clim() == (-4, 4), "symmetric whatever the map holds"
    assert right.images[0].cmap is drawing.DIVERGING
    assert right.images[0].get_interpolation() == "none"
    assert right.images[0].origin == "upper"
    for panel in (left, right):
        box = panel.get_position()
        width, height = panel.figure.get_size_inches() * (box.width, box.height)
        assert width / height == pytest.approx(1.5)


@pytest.mark.parametrize("size", [(1, 1), (3, 1000), (1000, 3)])
@pytest.mark.parametrize("warning", ["", "trained on it"])
def test_words_lie_outside_the_panels_and_inside_the_drawing(size, warning):
    """Long names and notes are wrapped, for pictures of any shape."""
    figure = sheet(
        size=size,
        heading="a rather long name " * 8 + "\nsecond",
        note="note " * 60,
        warning=warning,
    )
    figure.draw_without_rendering()
    whole = figure.bbox
    boxes = [text.get_window_extent() for text in figure.texts if text.get_text()]
    boxes.append(figure.axes[2].get_tightbbox())
    assert len(boxes) == (4 if warning else 3)
    for box in boxes:
        assert whole.x0 <= box.x0 <= box.x1 <= whole.x1
        assert whole.y0 <= box.y0 <= box.y1 <= whole.y1
    for first, second in combinations(boxes, 2):
        assert not first.overlaps(second)
    for panel in figure.axes[:2]:
        assert not any(box.overlaps(panel.get_window_extent()) for box in boxes)


def test_drawing_leaves_no_figure_open_and_no_setting_changed(tmp_path):
    """A folder of photographs takes no more memory than one, and a theme changes nothing."""
    before = dict(mpl.rcParams)
    shown = np.zeros((4, 6, 3), np.uint8)
    sheets.draw(tmp_path / "a.part", shown, GRID, AT, (6, 4), **WORDS)
    with mpl.rc_context({"font.size": 30, "savefig.dpi": 10, "image.cmap": "gray"}):
        sheets.draw(tmp_path / "b.part", shown, GRID, AT, (6, 4), **WORDS)
    assert (tmp_path / "a.part").read_bytes() == (tmp_path / "b.part").read_bytes()
    assert Image.open(tmp_path / "a.part").format == "PNG"
    assert plt.get_fignums() == []
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("name", ["$a$b_{x}^.jpg", "猫.jpg", "100%.jpg", "a\\b"])
def test_names_are_drawn_as_they_are(tmp_path, name, recwarn):
    """None is taken for a formula, and a letter that the font lacks is no warning."""
    words = {"scale": 4.0, "heading": name, "note": name, "warning": name}
    sheets.draw(tmp_path / "a.png", np.zeros((4, 6, 3), np.uint8), GRID, AT, (6, 4), **words)
    assert not recwarn.list
    figure = sheets.sheet(np.zeros((4, 6, 3), np.uint8), GRID, AT, (6, 4), **words)
    assert texts(figure) == [name] * 3
