"""What is drawn of studies is what they found; where there is nothing, it is said."""

from dataclasses import replace
from itertools import product

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from pixels_to_sentiment.drawing import figures
from pixels_to_sentiment.studies import measures, plots
from pixels_to_sentiment.studies.records import StudyRecord
from toy_studies import FITTED, blocks, written

pytestmark = pytest.mark.usefixtures("any_pictures", "themed")


@pytest.fixture
def points():
    """Make `summary.curves` of two configurations, with another number in every row."""
    rows = [
        (title, name, curve, share)
        for title in ("one", "other")
        for curve, shares in measures.CURVES.items()
        for name in measures.MAPS
        for share in shares
    ]
    made = pd.DataFrame(rows, columns=["configuration", "map", "curve", "share"])
    return made.assign(probability=np.linspace(0.2, 0.9, len(made)))


def values_of(line):
    return [list(map(float, values)) for values in line.get_data()]


def test_every_map_and_every_measure_has_a_name_and_a_mark():
    """Nothing that is measured falls out of a figure; maps are told apart without colour, too."""
    assert plots.TITLES.keys() == set(measures.MAPS)
    assert plots.CURVE_TITLES.keys() == measures.CURVES.keys()
    assert plots.AGREEMENT_TITLES.keys() == set(measures.AGREEMENTS)
    *_, lines, marks = zip(*plots.DRAWN.values(), strict=True)
    assert len(set(lines)) == len(set(marks)) == len(measures.MAPS)


def test_curves_are_drawn_as_given(points):
    """A column a configuration, a panel a curve, a line a map, and one legend with all maps."""
    figure = plots.curves(points)
    wanted = list(product(plots.CURVE_TITLES, ("one", "other")))
    for panel, (curve, title) in zip(figure.axes, wanted, strict=True):
        head = f"{title}\n\n" if panel in figure.axes[:2] else ""
        assert panel.get_title() == head + plots.CURVE_TITLES[curve]
        assert [line.get_label() for line in panel.lines] == list(plots.TITLES.values())
        drawn = points[(points["configuration"] == title) & (points["curve"] == curve)]
        for line, name in zip(panel.lines, measures.MAPS, strict=True):
            some = drawn[drawn["map"] == name]
            assert values_of(line) == [list(some["share"]), list(some["probability"])]
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == list(plots.TITLES.values())


def test_intervals_are_drawn_as_given():
    """A column a configuration, with a row a measure that is there, the maps below each other.

    What a map lacks has no dot, and each map keeps its place.
    """
    names = ["mirrored", "window", "seed"]
    rows = [("one", map_, name) for name in names[::-1] for map_ in ("map", "grad-cam")]
    rows = [one for one in rows if one[1:] != ("grad-cam", "window")]
    rows.append(("other", *rows[-1][1:]))
    table = pd.DataFrame(rows, columns=["configuration", "map", "measure"])
    middle = np.linspace(0.1, 0.6, len(table))
    table = table.assign(mean=middle, low=middle - 0.05, high=middle + 0.04)
    left, right = plots.intervals(table, plots.AGREEMENT_TITLES, "rank correlation").axes
    assert [panel.get_title() for panel in (left, right)] == ["one", "other"]
    heights = [text.xy[1] for text in left.texts]
    assert heights == sorted(heights, reverse=True), "the first stands at the top"
    for panel, lines in ((left, ("map", "grad-cam")), (right, ("grad-cam",))):
        assert panel.get_xlabel() == "rank correlation"
        titles = [text.get_text() for text in panel.texts]
        assert titles == [plots.AGREEMENT_TITLES[name] for name in names]
        for line, spans, name in zip(panel.lines, panel.collections, lines, strict=False):
            assert line.get_label() == plots.TITLES[name]
            some = table[(table["map"] == name) & (table["configuration"] == panel.get_title())]
            drawn = some.set_index("measure").reindex(names)
            np.testing.assert_allclose(line.get_xdata(), drawn["mean"])
            ends = [segment[:, 0] for segment in spans.get_segments() if segment.size]
            np.testing.assert_allclose(ends, drawn[["low", "high"]].dropna())
    ours, cam, _ = left.lines
    assert (np.abs(np.subtract(ours.get_ydata(), cam.get_ydata())) > 0.1).all()
    np.testing.assert_array_equal(right.lines[0].get_ydata(), cam.get_ydata())


@pytest.mark.parametrize(
    "draw",
    [plots.curves, lambda table: plots.intervals(table, {"road": "ROAD"}, "score")],
)
def test_where_nothing_is_recorded_the_figure_says_so(draw):
    """It does not fail, and shows no empty axes."""
    (panel,) = draw(pd.DataFrame()).axes
    assert [text.get_text() for text in panel.texts] == [figures.NOTHING_RECORDED]
    assert not panel.axison


def test_a_grid_shows_every_map_in_its_place_and_frame():
    """A row a network within each block of six, the frame in the colour of the class."""
    dice = np.random.default_rng(0)
    ours, theirs = dice.random((2, 8, 3, 3))
    theirs[:, 0] = np.nan
    classes = np.array([0, 1] * 4)
    rows = {"the article": (theirs, classes), "ours": (ours, 1 - classes)}
    figure = plots.grid(rows, [f"picture {n}" for n in range(1, 9)])
    panels = np.array(figure.axes[:24]).reshape(4, 6)
    for place in range(8):
        block, across = divmod(place, 6)
        for down, (maps, named) in enumerate(rows.values()):
            panel = panels[2 * block + down, across]
            (image,) = panel.images
            shown = np.ma.filled(image.get_array().astype(float), np.nan)
            np.testing.assert_array_equal(shown, maps[place])
            assert image.get_clim() == (0, 1)
            colour = list(figures.CLASS_COLOURS.values())[named[place]]
            assert plt.matplotlib.colors.to_hex(panel.spines["top"].get_edgecolor()).upper() == (
                colour
            )
            assert panel.get_title().strip() == (f"picture {place + 1}" if down == 0 else "")
    assert [panel.get_ylabel() for panel in panels[:2, 0]] == list(rows)
    assert not panels[3, 5].images


@pytest.fixture
def studies(tmp_path):
    made = []
    for fold in (1, 2):
        study = replace(FITTED, fold=fold)
        maps = np.random.default_rng(fold).normal(0, 2, (4, 2, 2)).round(3)
        made.append(StudyRecord.open(written(tmp_path / f"key{fold}", study, maps=maps)))
    return made


def test_pictures_and_maps_are_put_together_by_study_and_name(studies):
    """In the order of the rows that are asked for."""
    loaded = blocks()
    in_second, in_first = (
        one.maps()[0][place] for one, place in zip(studies[::-1], (2, 1), strict=True)
    )
    chosen = pd.DataFrame(
        [(in_second, 1, 0, 0.7, studies[1].key), (in_first, 0, 0, 0.9, studies[0].key)],
        columns=["image", "label", "class", "sure", "key"],
    )
    found = plots.mapped(loaded, studies, chosen)
    for one, name, record, place in zip(found, chosen["image"], studies[::-1], (2, 1), strict=True):
        np.testing.assert_array_equal(one.log_odds, record.maps()[1][place])
        np.testing.assert_array_equal(one.pixels, loaded.pixels[loaded.rows([name])[0]])
    assert [(one.label, one.predicted, one.sure) for one in found] == [(1, 0, 0.7), (0, 0, 0.9)]


def test_one_scale_holds_95_of_100_places(studies, tmp_path):
    """A whole number of nats, one at least, so that noise is not shown as strongly as evidence."""
    values = np.abs([one.maps()[1] for one in studies]).ravel()
    found = plots.scale(studies)
    assert found == int(found) >= 1
    assert (values <= found).mean() >= 0.95
    assert found == 1 or (values <= found - 1).mean() < 0.95
    faint = written(tmp_path / "key", FITTED, maps=np.full((4, 2, 2), 0.01))
    assert plots.scale([StudyRecord.open(faint)]) == 1
