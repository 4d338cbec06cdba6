"""Diagnostics: lines, dots and labels are those of their frames."""

import pandas as pd
import pytest

from pixels_to_sentiment.drawing import diagnostics

pytestmark = pytest.mark.usefixtures("themed")


def test_each_configuration_has_a_curve_in_both_panels():
    rows = [(n, c, x, x) for n in "ab" for c in ("roc", "precision") for x in (0, 1)]
    table = pd.DataFrame(rows, columns=["configuration", "curve", "x", "y"])
    figure = diagnostics.curves(table, 0.6)
    for panel in figure.axes[:2]:
        assert [line.get_label() for line in panel.get_lines()][:2] == ["a", "b"]
    assert figure.axes[1].get_lines()[-1].get_ydata()[0] == 0.6


def test_reliability_has_a_panel_a_configuration_and_dots_by_their_pictures():
    rows = [(n, how, 0.3, 0.4, 30) for n in "abc" for how in ("answered", "tempered")]
    table = pd.DataFrame(rows, columns=["configuration", "as", "said", "share", "pictures"])
    figure = diagnostics.reliability(table)
    assert [panel.get_title() for panel in figure.axes] == ["a", "b", "c"]
    dots = figure.axes[0].collections
    assert [one.get_offsets().tolist() for one in dots] == [[[0.3, 0.4]]] * 2
    assert [one.get_sizes().tolist() for one in dots] == [[10]] * 2


def test_strata_stand_above_one_another_with_the_share_of_positives():
    rows = [(n, s, 0.8, 0.7, 0.9, p) for n in "ab" for s, p in (("x: low", 0.5), ("x: high", 0.6))]
    names = ["configuration", "stratum", "accuracy", "low", "high", "positive"]
    figure = diagnostics.strata(pd.DataFrame(rows, columns=names))
    panel = figure.axes[0]
    assert [label.get_text() for label in panel.get_yticklabels()] == ["x: low", "x: high"]
    bases = [part[0][0] for part in panel.collections[-1].get_segments()]
    assert bases == [0.5, 0.6]


@pytest.mark.parametrize("draw", [lambda t: diagnostics.curves(t, 0.5), diagnostics.reliability,
                                  diagnostics.strata])  # fmt: skip
def test_nothing_recorded_is_said(draw):
    assert "Nothing" in draw(pd.DataFrame()).axes[0].texts[0].get_text()
