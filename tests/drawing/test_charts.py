"""Charts of scores: what is drawn where, and what is said when there is nothing."""

import pandas as pd
import pytest
from matplotlib.collections import PathCollection

from pixels_to_sentiment.drawing import charts, figures

pytestmark = pytest.mark.usefixtures("themed")

NOTHING = pd.DataFrame({"configuration": [], "mean": [], "accuracy": []})
TABLE = pd.DataFrame(
    {"configuration": ["a", "b"], "mean": [0.8, 0.7], "low": [0.75, 0.6], "high": [0.85, 0.75]}
)


def test_every_configuration_has_its_row_from_the_top_down():
    """The paper's own rows come last; the line of always positive crosses no label."""
    paper = pd.DataFrame({"configuration": ["b", "the paper: c"], "mean": [0.7, 0.82]})
    each = pd.DataFrame({"configuration": ["a", "a", "b"], "accuracy": [0.78, 0.82, 0.7]})
    (panel,) = charts.dots(TABLE, each, 0.66, paper).axes
    assert {one.get_text(): one.xy[1] for one in panel.texts} == {
        "a": 0,
        "b": -1,
        "the paper: c": -2,
    }
    folds, means, theirs = (
        c.get_offsets().tolist() for c in panel.collections if isinstance(c, PathCollection)
    )
    assert folds == [[0.78, 0], [0.82, 0], [0.7, -1]]
    assert means == [[0.8, 0], [0.7, -1]]
    assert theirs == [[0.7, -1], [0.82, -2]]
    # A piece a row, which ends below the next one's label.
    parts = panel.collections[-1].get_segments()
    assert [part[:, 0].tolist() for part in parts] == [[0.66, 0.66]] * 3
    panel.figure.canvas.draw()
    tops = panel.transData.transform([part.max(axis=0) for part in parts])[:, 1]
    assert all(top < one.get_window_extent().y0 for top, one in zip(tops, panel.texts, strict=True))


def test_differences_are_drawn_around_zero_with_both_intervals():
    """A pair whose second interval is missing is drawn all the same; one that failed in grey.

    The paper's have rows of their own below.
    """
    table = pd.DataFrame(
        {
            "pair": ["a − b", "a − c"],
            "difference": [0.1, -0.02],
            "low": [0.05, -0.1],
            "high": [0.15, 0.06],
            "t_low": [0.0, float("nan")],
            "t_high": [0.2, float("nan")],
            "failed": ["", "c is no better than always positive"],
        }
    )
    (panel,) = charts.forest(table, {"theirs": -0.03}).axes
    first, other = panel.collections[1].get_colors()
    assert len({*first[:3]}) > 1
    assert len({*other[:3]}) == 1
    assert [label.get_text() for label in panel.texts] == ["a − b", "a − c", "theirs"]
    assert panel.collections[3].get_offsets().tolist() == [[-0.03, -2]]
    thick = panel.collections[1].get_segments()
    assert [(s[0][0], s[1][0]) for s in thick] == [(0.05, 0.15), (-0.1, 0.06)]


def test_layers_have_a_panel_for_each_network_and_classifier():
    """Layers from the last row to the first; the paper's mark at its layer, on the authors' costs.

    These are drawn only where the paper's numbers are.
    """
    table = pd.DataFrame(
        [
            (name, layer, kind, 0.7, 0.02, 0.6, 0.03)
            for name in ("first", "second")
            for layer in ("fc8", "conv1")
            for kind in ("linear SVM", "softmax")
        ],
        columns=["configuration", "layer", "classifier", "a_mean", "a_std", "b_mean", "b_std"],
    ).assign(article_mean=[None, 0.8, *[None] * 6], authors_costs_mean=0.79, authors_costs_std=0.01)
    figure = charts.layers(table, {"a": "one", "b": "other"}, 0.66)
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == [f"{n}\n{k}" for n in ("first", "second") for k in ("linear SVM", "softmax")]
    names = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert names == ["conv1", "fc8"]
    marks = [[c.get_offsets().tolist() for c in axes.collections] for axes in figure.axes]
    assert [any([1.0, 0.8] in one for one in some) for some in marks] == [False, True, False, False]
    ((low, high), *_) = figure.axes[0].containers[1].lines[0].get_xydata().tolist()
    assert (low, high) == pytest.approx((0.2, 0.6))
    drawn = [[bar.lines[0].get_xydata().tolist() for bar in one.containers] for one in figure.axes]
    assert [len(some) for some in drawn] == [2, 3, 2, 2]
    assert drawn[1][2] == [[0.0, 0.79], [1.0, 0.79]]


@pytest.mark.parametrize(
    "draw",
    [
        lambda: charts.dots(NOTHING, NOTHING, 0.5, NOTHING),
        lambda: charts.forest(NOTHING),
        lambda: charts.layers(NOTHING, {}, 0.5),
        lambda: charts.agreement(NOTHING, NOTHING),
        lambda: charts.thresholds(NOTHING, 0.5),
        lambda: charts.reliability(NOTHING),
        lambda: charts.strata(NOTHING),
    ],
)
def test_nothing_recorded_is_said_in_the_figure(draw):
    assert "Nothing is recorded" in draw().axes[0].texts[0].get_text()


def test_agreement_is_drawn_by_count_with_the_ceiling():
    """From five down; a mark a network and count in either panel, and the ceiling above.

    Always positive has a line a count, as groups differ in their labels.
    """
    table = pd.DataFrame({"trained": ["a"] * 3, "count": [3, 4, 5], "positive": [0.52, 0.47, 0.66]})
    for name, value in (("accuracy", 0.7), ("low", 0.6), ("high", 0.8)):
        table[name] = [value - 0.1, value, value + 0.1]
        table[name if name == "accuracy" else f"area_{name}"] = table[name]
    table = table.assign(area=table["accuracy"])
    limits = pd.DataFrame({"count": [5, 4, 3], "ceiling": [1.0, 0.9, 0.7]})
    above, below = charts.agreement(table, limits).axes
    assert next(label.get_text() for label in below.get_xticklabels()) == "exactly 5"
    lines = [[s[0].tolist() for s in one.get_segments()] for one in above.collections[:2]]
    assert [y for _, y in lines[0]] == [1.0, 0.9, 0.7]
    assert lines[1] == [[1.6, 0.52], [0.6, 0.47], [-0.4, 0.66]]
    marks = next(c for c in below.collections if isinstance(c, PathCollection)).get_offsets()
    assert marks.tolist() == [[2, 0.6], [1, 0.7], [0, pytest.approx(0.8)]]
    # What has no area is in the upper panel alone.
    figure = charts.agreement(table.assign(area=float("nan")), limits)
    assert [panel for panel, *_ in figure.told] == [figure.axes[0]] * len(table)


def test_every_network_stands_at_each_of_its_costs():
    """With its deviation; one whose minutes are not known is left out of that panel alone."""
    table = pd.DataFrame(
        {
            "network": ["CaffeNet", "ResNet-50"],
            "how": ["the article's", "fine-tuned"],
            "accuracy": [0.817, 0.85],
            "std": [0.038, 0.02],
            "parameters": [56.9, 23.5],
            "operations": [1.4, 8.2],
            "minutes": [float("nan"), 30.0],
        }
    )
    figure = charts.prices(table, [0.783])
    panels = figure.axes
    assert [panel.get_xscale() for panel in panels] == ["log"] * 3
    dots = [[c for c in p.collections if isinstance(c, PathCollection)] for p in panels]
    drawn = [
        [tuple(c.get_offsets()[0].tolist()) for c in some if c.get_offsets().count()]
        for some in dots
    ]
    (bar,) = panels[0].collections[0].get_segments()
    assert bar[:, 1].tolist() == pytest.approx([0.779, 0.855])
    # Marks of other kinds stand a little aside of one another.
    assert drawn[0] == [pytest.approx(at, rel=0.05) for at in ((56.9, 0.817), (23.5, 0.85))]
    assert drawn[1] == [pytest.approx(at, rel=0.05) for at in ((1.4, 0.817), (8.2, 0.85))]
    assert drawn[2] == [pytest.approx((30.0, 0.85), rel=0.05)]
    assert (
        figure.told[0][-1] == "CaffeNet, the article's: 0.817 ± 0.038; parameters (millions): 56.9"
    )
    assert [panel.lines[0].get_ydata()[0] for panel in panels] == [0.783] * 3


def test_each_configuration_has_a_curve_in_both_panels():
    """And a dot where the threshold is one half, whose values are told, as at tenths of the way."""
    along = [(0, 0.1, float("inf")), (0.2, 0.7, 0.6), (0.4, 0.8, 0.5), (1, 1, 0.1)]
    rows = [(n, c, *at) for n in "ab" for c in ("roc", "precision") for at in along]
    table = pd.DataFrame(rows, columns=["configuration", "curve", "x", "y", "threshold"])
    figure = charts.thresholds(table, 0.6)
    for panel in figure.axes[:2]:
        assert [line.get_label() for line in panel.get_lines()][:2] == ["a", "b"]
        assert [one.get_offsets().tolist() for one in panel.collections] == [[[0.2, 0.7]]] * 2
    words = "a, threshold 0.50: false positive rate 0.200, true positive rate 0.700"
    assert figure.told[0] == (figure.axes[0], 0.2, 0.7, words)
    assert (figure.axes[1], 1, 1, "b, threshold 0.10: recall 1.000, precision 1.000") in figure.told
    assert len(figure.told) == 2 * 2 * 10
    assert figure.axes[1].get_lines()[-1].get_ydata()[0] == 0.6


def test_reliability_has_a_panel_a_configuration_and_dots_by_their_pictures():
    """Two in a row, so that a phone shows them whole."""
    rows = [(n, how, 0.3, 0.4, 30) for n in "abc" for how in ("answered", "tempered")]
    table = pd.DataFrame(rows, columns=["configuration", "as", "said", "share", "pictures"])
    figure = charts.reliability(table)
    assert [panel.get_title() for panel in figure.axes] == ["a", "b", "c", ""]
    assert figure.get_figwidth() == figures.NARROW
    dots = figure.axes[0].collections
    assert [one.get_offsets().tolist() for one in dots] == [[[0.3, 0.4]]] * 2
    assert [one.get_sizes().tolist() for one in dots] == [[10]] * 2


def test_strata_stand_above_one_another_with_the_share_of_positives():
    rows = [(n, s, 0.8, 0.7, 0.9, p) for n in "ab" for s, p in (("x: low", 0.5), ("x: high", 0.6))]
    names = ["configuration", "stratum", "accuracy", "low", "high", "positive"]
    figure = charts.strata(pd.DataFrame(rows, columns=names))
    panel = figure.axes[0]
    assert [label.get_text() for label in panel.texts] == ["x: low", "x: high"]
    bases = [part[0][0] for part in panel.collections[-1].get_segments()]
    assert bases == [0.5, 0.6]
