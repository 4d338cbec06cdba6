"""Drawings of maps, pixel by pixel, and the gallery that needs nothing but the page."""

import base64
import io
import math
import re
from dataclasses import replace

import numpy as np
import pytest
from bs4 import BeautifulSoup
from matplotlib.colors import to_rgb
from PIL import Image

from pixels_to_sentiment.drawing import figures
from pixels_to_sentiment.maps import drawing
from pixels_to_sentiment.maps.drawing import Mapped
from toy_studies import even

pytestmark = pytest.mark.usefixtures("themed")
SHAPE = (30, 42)


@pytest.fixture
def mapped():
    """Make a picture of noise whose map has 5x5 places that do not divide its sides evenly."""
    dice = np.random.default_rng(0)
    pixels = dice.integers(0, 256, (*SHAPE, 3), dtype=np.uint8)
    return Mapped(pixels, dice.normal(0, 3, (5, 5)), even(5), label=1, predicted=1, sure=0.8765)


# The paper's drawing


@pytest.mark.parametrize(("predicted", "frame"), [(1, (0, 255, 0)), (0, (255, 0, 0))])
def test_the_papers_drawing_is_its_formula_pixel_by_pixel(mapped, predicted, frame):
    """Half picture, half red 255 P(negative) and green 255 P(positive) of the nearest place.

    The frame has the colour of the predicted class on all four sides, whatever the label is.
    """
    drawn = drawing.as_the_paper(replace(mapped, predicted=predicted))
    height, width = SHAPE
    for y, x in np.ndindex(height, width):
        log_odds = mapped.log_odds[y * 5 // height, x * 5 // width]
        positive = 1 / (1 + math.exp(-log_odds))
        colour = np.array([255 * (1 - positive), 255 * positive, 0])
        if 6 <= y < height - 6 and 6 <= x < width - 6:
            expected = 0.5 * mapped.pixels[y, x] + 0.5 * colour
            assert np.abs(drawn[y, x] - expected).max() <= 0.5 + 1e-9
        else:
            assert tuple(drawn[y, x]) == frame


# The diverging map


def rgb(log_odds):
    """Colours over a black picture, of which the map's are 65 of 100."""
    black, places = np.zeros((1, len(log_odds), 3), np.uint8), np.array([log_odds], float)
    row = np.vstack([places] * len(log_odds))
    return drawing.overlaid(Mapped(black, row, even(len(row)), 1, 1, 0.5), 4.0)[0] / 0.65


def test_the_diverging_map_goes_from_vermilion_over_white_to_blue():
    """The classes' colours at its ends, evenly on both sides, and no stronger beyond its limit."""
    zero, low, high = rgb([0, -4, 4])
    assert zero.min() > 240
    for sign, end, colour in ((-1, low, figures.NEGATIVE), (1, high, figures.POSITIVE)):
        assert np.abs(end - 255 * np.array(to_rgb(colour))).max() <= 2
        away = np.linalg.norm(rgb([sign, 2 * sign, 3 * sign]) - zero, axis=1)
        np.testing.assert_allclose(away / np.linalg.norm(end - zero), [0.25, 0.5, 0.75], atol=0.03)
        assert (rgb([100 * sign]) == end).all()


def test_the_map_is_laid_over_the_picture_in_grey(mapped):
    """The picture's colours must not be mistaken for the map's."""
    level = replace(mapped, log_odds=np.zeros((2, 2)), at=even(2))
    over = drawing.overlaid(level, 4.0).astype(int)
    assert over.shape == (*SHAPE, 3)
    assert np.ptp(over, axis=-1).max() <= 3
    brightness = mapped.pixels @ np.array([0.299, 0.587, 0.114])
    assert np.corrcoef(over.mean(-1).ravel(), brightness.ravel())[0, 1] > 0.999
    strong = drawing.overlaid(replace(level, log_odds=np.full((2, 2), 9.0)), 4.0)
    assert (strong[..., 2] > strong[..., 0]).all()


def test_the_places_of_the_map_over_the_picture_are_where_they_lie(mapped):
    """Squares as wide as they lie apart; what lies in none is the picture alone."""
    at, black = np.array([0.4, 0.5, 0.6]), np.zeros((20, 20, 3), np.uint8)
    strong = Mapped(black, np.array([[9.0, -9.0, 9.0]] * 3), at, 1, 1, 0.5)
    over = drawing.overlaid(strong, 4.0).astype(int)
    negative = over[..., 0] > over[..., 2]
    assert negative[7:13, 9:11].all()
    assert negative.sum() == 6 * 2
    assert (over[:7] == 0).all(), "the picture alone"
    drawn = drawing.placed(strong.log_odds, at, (20, 20))
    expected = [np.nan] * 7 + [9, 9, -9, -9, 9, 9] + [np.nan] * 7
    np.testing.assert_array_equal(drawn[7:13], [expected] * 6)
    assert np.isnan(drawn[[*range(7), *range(13, 20)]]).all()


@pytest.mark.parametrize(
    ("at", "low", "high"),
    [((0.3, 0.5, 0.7), 0.2, 0.8), ((0.45, 0.65, 0.85), 0.35, 1), ((0.28, 0.6, 0.92), 0, 1),
     ((0.5,), 0, 1)],
)  # fmt: skip
def test_places_cover_what_is_nearer_than_half_their_distance(at, low, high):
    """The outermost reach to the edge where less than half a place would be left; one is all."""
    drawn = drawing.placed(np.ones((len(at), len(at))), np.array(at), (200, 200))
    pixels = (np.arange(200) + 0.5) / 200
    inside = (pixels > low) & (pixels < high)
    np.testing.assert_array_equal(~np.isnan(drawn), np.outer(inside, inside))


# What is shown


def test_a_sheet_shows_each_picture_in_four_ways(mapped):
    """A row a picture, with headings, one scale, its unit, the note, and words below."""
    some = [mapped, replace(mapped, predicted=0), replace(mapped, label=None)]
    figure = drawing.sheet(some, 4.0, "Stand-in pictures")
    *panels, bar = figure.axes
    assert [p.get_title() for p in panels[:4]] == [
        *("picture", "as the paper draws it", "the map's places", "map over picture"),
    ]
    shown = [panel.images[0] for panel in panels]
    np.testing.assert_array_equal(shown[4].get_array(), mapped.pixels)
    np.testing.assert_array_equal(shown[5].get_array(), drawing.as_the_paper(some[1]))
    np.testing.assert_array_equal(shown[6].get_array(), mapped.log_odds)
    assert {one.get_clim() for one in shown[2::4]} == {(-4.0, 4.0)}
    assert "nats" in bar.get_xlabel()
    assert [panel.get_xlabel() for panel in panels[::4]] == [
        "predicted positive (88%)\nlabel positive: right",
        "predicted negative (88%)\nlabel positive: wrong",
        "predicted positive (88%)",
    ]
    assert figure.get_suptitle() == "Stand-in pictures"


# The gallery


@pytest.fixture
def gallery(mapped):
    wrong = replace(mapped, log_odds=-mapped.log_odds, predicted=0, sure=0.6)
    several = [("a photograph", mapped), ('<b>"other"</b> & more', wrong)]
    return BeautifulSoup(drawing.cards(several, 4.0), "html.parser")


def test_every_card_has_a_slider_and_can_be_chosen_by_what_it_is(gallery):
    """The browser's own inputs: the slider sets the place at which the two pictures meet."""
    sliders = gallery.select("input.map-slider[type=range]")
    assert sliders[0]["aria-label"] == "a photograph: from picture to map"
    for one in sliders:
        assert (one["min"], one["max"], one["value"]) == ("0", "100", "50")
        assert "setProperty('--at', this.value + '%')" in one["oninput"]
    radios = gallery.select("input[type=radio]")
    assert [one["value"] for one in radios] == ["all", "right", "wrong", "positive", "negative"]
    assert [one.has_attr("checked") for one in radios] == [True, False, False, False, False]
    cards = [(one["class"], one["style"]) for one in gallery.select(".map-card")]
    kinds = ["map-card", "right", "positive"], ["map-card", "wrong", "negative"]
    assert cards == [(one, "--at: 50%") for one in kinds]


def test_every_picture_lies_in_the_page_and_has_words_for_those_who_do_not_see_it(gallery):
    """The photograph its name, which is text whatever is in it, and both what was found."""
    assert [one["alt"] for one in gallery.select("img")] == [
        "a photograph, predicted positive (88%), label positive: right",
        "Sentiment map of a photograph, predicted positive (88%), label positive: right",
        '<b>"other"</b> & more, predicted negative (60%), label positive: wrong',
        'Sentiment map of <b>"other"</b> & more, predicted negative (60%), label positive: wrong',
    ]
    for image in gallery.select("img"):
        assert image["src"].startswith("data:image/jpeg;base64,")
        image.decompose()
    assert not re.search(r"https?:|//|url\(|@import|<script|<link|<iframe", str(gallery))


def test_the_pictures_of_a_card_are_the_picture_and_its_map():
    """Within what JPEG loses."""
    smooth = Mapped(np.full((*SHAPE, 3), 90, np.uint8), np.full((2, 2), 2.0), even(2), 1, 1, 0.9)
    page = BeautifulSoup(drawing.cards([("x", smooth)], 4.0), "html.parser")
    sources = [one["src"] for one in page.select("img")]
    expected = (smooth.pixels, drawing.overlaid(smooth, 4.0))
    for source, pixels in zip(sources, expected, strict=True):
        data = base64.b64decode(source.partition(",")[2])
        found = np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)
        assert np.abs(found - pixels).max() <= 4
