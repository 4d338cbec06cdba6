"""Figures: drawn without a warning from minimal data, labelled, the same bytes every time."""

import io

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgba

from pixels_to_sentiment.data import audit, folds
from pixels_to_sentiment.drawing import figures
from pixels_to_sentiment.judging import scores
from toy_figures import labels, texts

pytestmark = [pytest.mark.filterwarnings("error"), pytest.mark.usefixtures("themed")]

NOISE = np.random.default_rng(0).integers(0, 256, (3, 8, 8, 3), dtype=np.uint8)
LAYERS = pd.DataFrame(
    {
        "layer": ["conv1", "relu1", "fc6"],
        "output": [(96, 55, 55), (96, 55, 55), (4096,)],
        "parameters": [34_944, 0, 37_752_832],
    }
)


def test_a_figure_is_the_same_bytes_every_time():
    """Whatever chance had a say in between."""
    first, again = io.BytesIO(), io.BytesIO()
    files = pd.DataFrame({"width": [100, 600], "height": [1200, 100]})
    for buffer in (first, again):
        figure = figures.sizes(files)
        figure.savefig(buffer, format="svg", metadata={"Date": None})
        np.random.random(3)
    assert first.getvalue() == again.getvalue()
    assert labels(figure) == {"width (pixels)", "height (pixels)"}


def test_balance_shows_each_fold_and_the_whole_subset():
    """A panel a subset: bars as high as the shares, a line at that of the subset; none cut off."""
    shares = audit.balance(folds.load())
    whole = dict(zip(folds.AGREEMENTS, (0.6, 0.62, 0.658), strict=True))
    figure = figures.balance(shares, whole)
    panels = figure.axes
    said = "share of positive pictures\n(the axis starts at one half)"
    assert labels(figure) == {"test fold", said}
    other = figures.balance(shares.assign(share=0.4), whole)
    assert labels(other) == {"test fold", "share of positive pictures"}
    assert other.axes[0].get_ylim()[0] == 0
    for panel, (name, share) in zip(panels, whole.items(), strict=True):
        heights = [bar.get_height() for bar in panel.patches]
        assert heights == shares.loc[shares["agreement"] == name, "share"].to_list()
        assert panel.lines[0].get_ydata()[0] == share
        assert panel.get_title() == f"{name} agree"
        low, high = panel.get_ylim()
        assert low < min(heights) < max(heights) < high


def test_a_gallery_frames_each_picture_in_its_colour():
    """Row by row with its title; empty places are blank, a note stands below."""
    figure = figures.gallery(NOISE, ["a", "b", "c"], ["red", "blue", "red"], 2, "not real")
    assert labels(figure) == set()
    assert [axes.get_title() for axes in figure.axes] == ["a", "b", "c", ""]
    for axes, image, colour in zip(figure.axes, NOISE, ("red", "blue", "red"), strict=False):
        assert np.array_equal(axes.images[0].get_array(), image)
        assert {spine.get_edgecolor() for spine in axes.spines.values()} == {to_rgba(colour)}
        assert all(spine.get_visible() for spine in axes.spines.values())
    assert not figure.axes[3].axison
    assert figure.get_supxlabel() == "not real"
    assert figures.gallery(NOISE, "abc", ["red"] * 3).get_supxlabel() == ""
    assert not any(axes.axison for axes in figures.gallery(NOISE[:0], [], []).axes)


def test_a_network_is_drawn_with_the_layers_that_learn():
    """The input first, each block with its output and its parameters."""
    figure = figures.network(LAYERS, 227)
    assert labels(figure) == set()
    axes = figure.axes[0]
    assert len(axes.patches) == 3
    assert texts(axes) == [
        *["input", "3×227×227", "conv1", "96×55×55\n0.03 M", "fc6", "4096\n37.75 M"]
    ]
    lefts = [block.get_x() for block in axes.patches]
    assert lefts == sorted(lefts)


def test_confusion_shows_counts_and_shares_of_each_label():
    """A row's shares are of its label; a label that no picture has shows zeros."""
    some = scores.confusion([0, 0, 0, 0, 1], [0.1, 0.1, 0.1, 0.9, 0.9])
    none = scores.confusion([1, 1], [0.9, 0.1])
    figure = figures.confusion({"some": some, "none": none})
    assert labels(figure) == {"label", "prediction"}
    first, second = figure.axes
    assert texts(first) == ["3\n75%", "1\n25%", "0\n0%", "1\n100%"]
    assert texts(second) == ["0\n0%", "0\n0%", "1\n50%", "1\n50%"]
    assert (first.get_title(), second.get_title()) == ("some", "none")


@pytest.mark.parametrize(("share", "text"), [(0.846, "85%"), (0.99, "99%"), (0.997, "> 99%")])
def test_a_percentage_never_claims_certainty(share, text):
    assert figures.percent(share) == text


def test_the_results_of_a_day_stand_upon_one_another():
    """A mark for each count that is there says it."""
    counts = pd.DataFrame({"runs": [2, 0], "probes": [1, 3]}, index=["Monday", "Tuesday"])
    figure = figures.by_day(counts)
    tops = [(bar.get_y(), bar.get_height()) for bar in figure.axes[0].patches]
    assert tops == [(0, 2), (0, 0), (2, 1), (0, 3)]
    told = [words for *_, words in figure.told]
    assert told == ["Monday: 2 runs", "Monday: 1 probes", "Tuesday: 3 probes"]


def test_the_largest_changes_are_told():
    """A dot a picture; of each way to crop three are named."""
    rows = [("ten crops", 0.4, 0.4 + n / 100) for n in (1, -5, 3, 2)] + [("centre crop", 0.9, 0.8)]
    figure = figures.changes(pd.DataFrame(rows, columns=["crops", "fast", "exact"]))
    centre, ten = (one.get_offsets().tolist() for one in figure.axes[0].collections)
    assert len(ten) == 4
    assert centre == [[0.9, pytest.approx(-0.1)]]
    assert [round(y, 2) for _, _, y, _ in figure.told] == [-0.1, -0.05, 0.03, 0.02]


def test_openings_without_results_say_so():
    for draw in (figures.by_day, figures.changes):
        assert "Nothing is recorded" in draw(pd.DataFrame()).axes[0].texts[0].get_text()
