"""Charts of scores: what is drawn where, and what is said when there is nothing."""

import pandas as pd
import pytest
from matplotlib.collections import PathCollection

from pixels_to_sentiment.drawing import charts

NOTHING = pd.DataFrame({"configuration": [], "mean": [], "accuracy": []})
TABLE = pd.DataFrame(
    {"configuration": ["a", "b"], "mean": [0.8, 0.7], "low": [0.75, 0.6], "high": [0.85, 0.75]}
)


def test_every_configuration_has_its_row_from_the_top_down():
    """The paper's rows come last; the line of always positive is where it was put."""
    paper = pd.DataFrame({"configuration": ["the paper: a"], "mean": [0.82]})
    each = pd.DataFrame({"configuration": ["a", "a", "b"], "accuracy": [0.78, 0.82, 0.7]})
    (panel,) = charts.dots(TABLE, each, 0.66, paper).axes
    names = [label.get_text() for label in panel.get_yticklabels()]
    assert dict(zip(names, panel.get_yticks(), strict=True)) == {
        "a": 0,
        "b": -1,
        "the paper: a": -2,
    }
    folds, means, theirs = (
        c.get_offsets().tolist() for c in panel.collections if isinstance(c, PathCollection)
    )
    assert folds == [[0.78, 0], [0.82, 0], [0.7, -1]]
    assert means == [[0.8, 0], [0.7, -1]]
    assert theirs == [[0.82, -2]]
    assert panel.lines[0].get_xdata()[0] == 0.66


def test_differences_are_drawn_around_zero_with_both_intervals():
    """A pair whose second interval is missing is drawn all the same."""
    table = pd.DataFrame(
        {
            "pair": ["a − b", "a − c"],
            "difference": [0.1, -0.02],
            "low": [0.05, -0.1],
            "high": [0.15, 0.06],
            "t_low": [0.0, float("nan")],
            "t_high": [0.2, float("nan")],
        }
    )
    (panel,) = charts.forest(table).axes
    assert [label.get_text() for label in panel.get_yticklabels()] == ["a − b", "a − c"]
    thick = panel.collections[1].get_segments()
    assert [(s[0][0], s[1][0]) for s in thick] == [(0.05, 0.15), (-0.1, 0.06)]


def test_layers_have_a_panel_for_each_network_and_classifier():
    """Layers from left to right as they are given; the paper's marks at their layers."""
    rows = pd.DataFrame(
        [
            (layer, kind, protocol, 0.7, 0.02)
            for layer in ("conv1", "fc8")
            for kind in ("linear SVM", "softmax")
            for protocol in ("one", "other")
        ],
        columns=["layer", "classifier", "protocol", "mean", "std"],
    )
    paper = pd.DataFrame({"layer": ["fc8"], "classifier": ["softmax"], "mean": [0.8]})
    figure = charts.layers({"first": (rows, paper), "second": (rows, paper.head(0))}, 0.66)
    assert len(figure.axes) == 4
    names = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert names == ["conv1", "fc8"]
    marks = [[c.get_offsets().tolist() for c in axes.collections] for axes in figure.axes]
    assert [[[1.0, 0.8]] in some for some in marks] == [False, True, False, False]


def test_nothing_recorded_is_said_in_the_figure():
    for figure in (
        charts.dots(NOTHING, NOTHING, 0.5, NOTHING),
        charts.forest(NOTHING),
        charts.layers({}, 0.5),
        charts.agreement(NOTHING, NOTHING),
    ):
        assert "recorded yet" in figure.axes[0].texts[0].get_text()


def test_agreement_is_drawn_by_count_with_the_ceiling():
    """From five down; a mark a network and count in either panel, and the ceiling left."""
    table = pd.DataFrame({"trained": ["a"] * 3, "count": [3, 4, 5]})
    for name, value in (("accuracy", 0.7), ("low", 0.6), ("high", 0.8)):
        table[name] = [value - 0.1, value, value + 0.1]
        table[name if name == "accuracy" else f"area_{name}"] = table[name]
    table = table.assign(area=table["accuracy"])
    limits = pd.DataFrame({"count": [5, 4, 3], "ceiling": [1.0, 0.9, 0.7]})
    left, right = charts.agreement(table, limits).axes
    assert next(label.get_text() for label in left.get_xticklabels()) == "exactly 5"
    assert [s[0][1] for s in left.collections[0].get_segments()] == [1.0, 0.9, 0.7]
    marks = next(c for c in right.collections if isinstance(c, PathCollection)).get_offsets()
    assert marks.tolist() == [[2, 0.6], [1, 0.7], [0, pytest.approx(0.8)]]


def test_every_network_stands_at_each_of_its_costs():
    """One whose minutes are not known is left out of that panel alone."""
    table = pd.DataFrame(
        {
            "network": ["CaffeNet", "ResNet-50"],
            "how": ["the article's", "fine-tuned"],
            "accuracy": [0.817, 0.85],
            "parameters": [56.9, 23.5],
            "operations": [1.4, 8.2],
            "minutes": [float("nan"), 30.0],
        }
    )
    panels = charts.prices(table, 0.783).axes
    assert [panel.get_xscale() for panel in panels] == ["log"] * 3
    drawn = [
        [tuple(c.get_offsets()[0].tolist()) for c in panel.collections if c.get_offsets().count()]
        for panel in panels
    ]
    assert drawn[0] == [(56.9, 0.817), (23.5, 0.85)]
    assert drawn[1] == [(1.4, 0.817), (8.2, 0.85)]
    assert drawn[2] == [(30.0, 0.85)]
    assert [panel.lines[0].get_ydata()[0] for panel in panels] == [0.783] * 3
