"""Figures of a training: each fold, phase and output told apart, nothing left out."""

import math

import numpy as np
import pandas as pd
import pytest

from pixels_to_sentiment.drawing import curves, figures
from toy_figures import CURVES, LOG, LOG_LOSSES, labels, texts

pytestmark = [pytest.mark.filterwarnings("error"), pytest.mark.usefixtures("themed")]


def test_learning_curves_show_folds_and_the_cuts_of_the_rate():
    """A line a fold, test accuracy where it was watched, a dotted line where the rate falls.

    There is a row a configuration, in the order of the data; a phone shows all of it.
    """
    both = pd.concat([CURVES.assign(configuration=name) for name in ("b", "a")])
    figure = curves.learning_curves(both)
    assert labels(figure) == {"iteration", "training loss (nats)", "test accuracy"}
    loss, hits, other, _ = figure.axes
    assert (loss.get_title("left"), other.get_title("left")) == ("b", "a")
    assert figure.get_figwidth() == figures.NARROW
    drawn = [list(line.get_ydata()) for line in loss.lines]
    assert drawn[:2] == [[0.7, 0.6, 0.5], [0.8, 0.7, 0.6]]
    assert drawn[2] == pytest.approx([math.log(2)] * 2)
    watched = [line.get_xydata().tolist() for line in hits.lines[:2]]
    assert watched == [[[2, 0.6], [3, 0.7]], [[2, 0.5], [3, 0.8]]]
    for cuts in (loss.lines[3:], hits.lines[2:]):
        assert [line.get_xdata()[0] for line in cuts] == [3]
    assert loss.get_yscale() == "log"
    legend = loss.figure.legends[0].get_texts()
    assert [text.get_text() for text in legend] == ["fold 1", "fold 2"]


def drawn_logs(figure):
    """Label in the legend: values, style, mark and place of its axes; drawn without a warning."""
    figure.canvas.draw()
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    lines = [
        (line.get_ydata().tolist(), line.get_linestyle(), line.get_marker(), place)
        for place, axes in enumerate(figure.axes)
        for line in axes.lines
    ]
    assert len(names) == len(lines)
    # The legend has them in the order of the columns; the left axes come before the right.
    names.sort(key=lambda name: "loss" not in name)
    return dict(zip(names, lines, strict=True))


def test_training_logs_draw_loss_left_and_accuracy_right():
    """Each quantity and phase in its style; of training loss only the solver's own value."""
    figure = curves.training_logs({"m": LOG}, {"m": LOG_LOSSES})
    assert drawn_logs(figure) == {
        "m: loss, training": ([0.9, 0.8, 0.7], "-", "", 0),
        "m: loss, test": ([1.0, 0.6], "--", "", 0),
        "m: accuracy, training": ([0.5, 0.6, 0.7], "-.", "", 1),
        "m: accuracy, test": ([0.4, 0.65], ":", "", 1),
    }
    assert labels(figure) == {"iteration", "loss", "accuracy"}
    assert figure.axes[0].lines[1].get_xdata().tolist() == [0, 20]
    assert figure.axes[1].spines["right"].get_visible()


@pytest.mark.parametrize("what", ["loss", "accuracy"])
def test_training_logs_draw_what_is_asked_for(what):
    """One quantity has one axis, of its name."""
    figure = curves.training_logs({"m": LOG}, {"m": LOG_LOSSES}, what)
    assert list(drawn_logs(figure)) == [f"m: {what}, training", f"m: {what}, test"]
    assert [axes.get_ylabel() for axes in figure.axes] == [what]


def test_each_model_of_training_logs_has_a_colour():
    """More models than colours begin the palette anew; a run's own loss has no total."""
    several = {f"m{place}": LOG.drop(columns="total_loss") for place in range(8)}
    figure = curves.training_logs(several, dict.fromkeys(several, LOG_LOSSES), "loss")
    colours = [line.get_color() for line in figure.axes[0].lines]
    assert colours[::2] == colours[1::2] == [*figures.PALETTE, figures.PALETTE[0]]
    assert figure.axes[0].lines[0].get_ydata().tolist() == [0.91, 0.81, 0.71]


def test_several_outputs_of_training_logs_are_told_apart():
    """By label and mark, test nets too; which are losses is said by the log alone."""
    log = LOG[["iteration", "test_loss", "test_accuracy"]]
    log = log.assign(test_top5=0.9, test1_accuracy=0.3, test_my_cost=0.2)
    figure = curves.training_logs({"m": log}, {"m": ("test_my_cost",)})
    figure.canvas.draw()
    left, right = figure.axes
    assert [line.get_ydata()[0] for line in left.lines] == [0.2]
    assert [line.get_ydata()[0] for line in right.lines] == [1.0, 0.4, 0.9, 0.3]
    assert len({line.get_marker() for line in right.lines}) == 4
    assert right.get_ylabel() == "loss, accuracy, top5"
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert "m: accuracy, test net 1" in labels


def test_a_single_point_of_a_training_log_is_marked():
    """A line of one point would not be seen; what is no finite number is left out."""
    log = pd.DataFrame({"iteration": [0, 1, 2], "total_loss": [0.5, np.nan, np.inf]})
    figure = curves.training_logs({"m": log}, {"m": ("total_loss",)})
    assert drawn_logs(figure) == {"m: loss, training": ([0.5], "-", "o", 0)}


def test_many_points_of_a_training_log_are_a_band_with_its_means():
    """Pale, from the least to the largest of equal stretches, whose means are the line."""
    steps = np.arange(2000)
    values = np.where(steps == 1234, 9.0, steps % 2)
    log = pd.DataFrame({"iteration": steps, "train_accuracy": values})
    (panel,) = curves.training_logs({"m": log}, {"m": ()}).axes
    (means,), (band,) = panel.lines, panel.collections
    assert band.get_paths()[0].get_extents().ymax == 9
    assert band.get_alpha() < 0.5
    halves = means.get_xydata().reshape(curves.STRETCHES, 2)
    assert halves[:, 1] == pytest.approx(values.reshape(curves.STRETCHES, -1).mean(axis=1))
    assert halves[:, 0] == pytest.approx(steps.reshape(curves.STRETCHES, -1).mean(axis=1))
    assert means.get_linestyle() == "-."


@pytest.mark.parametrize(
    ("several", "what"),
    [
        ({}, "both"),
        ({"m": LOG.iloc[:0]}, "both"),
        ({"m": LOG[["iteration", "total_loss"]]}, "accuracy"),
        ({"m": LOG * np.nan}, "both"),
    ],
)
def test_training_logs_say_so_if_there_is_nothing_to_draw(several, what):
    """Rather than empty axes."""
    figure = curves.training_logs(several, dict.fromkeys(several, LOG_LOSSES), what)
    figure.canvas.draw()
    assert texts(figure.axes[0]) == ["The logs have nothing of this kind to show."]


def test_losses_of_the_paper_and_of_runs_share_their_axes():
    """Training left, validation right; of ours the first fold is a line and all are a band."""
    paper = pd.DataFrame(
        {"curve": "p", "fold": np.nan, "iteration": [0, 10], "training": [0.9, 0.5]}
    ).assign(validation=[0.7, 0.6])
    here = pd.concat([paper.assign(curve="h", fold=1), paper.assign(curve="h", fold=2)])
    here.loc[here["fold"] == 2, "validation"] = 0.1
    left, right = curves.losses(paper, here).axes
    assert [line.get_ydata().tolist() for line in left.lines] == [[0.9, 0.5]] * 2
    assert [line.get_ydata().tolist() for line in right.lines] == [[0.7, 0.6]] * 2
    assert [line.get_linestyle() for line in right.lines] == ["--", "-"]
    assert right.get_ylim() == left.get_ylim()
    (band,) = right.collections
    assert band.get_paths()[0].get_extents().ymin == pytest.approx(0.1)
    assert [text.get_text() for text in left.figure.legends[0].get_texts()] == ["p", "h"]


def test_speed_is_drawn_by_processes_and_days_by_machines():
    """A line a way of training, without naps; nothing where nothing was measured."""
    ways = pd.DataFrame(
        {"way": ["a", "a", "b", "c"], "processes": [1, 2, 2, 9], "speed": [1, 1.9, 1.5, None]}
    )
    figure = curves.scaling(ways, pd.DataFrame({"machines": [1, 10], "days": [30, 3.1]}))
    left, right = figure.axes
    assert [line.get_xydata().tolist() for line in left.lines] == [[[1, 1], [2, 1.9]], [[2, 1.5]]]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["a", "b"]
    assert right.lines[0].get_xydata().tolist() == [[1, 30], [10, 3.1]]
    assert (right.get_xscale(), right.get_yscale()) == ("log", "log")
    assert not curves.scaling(pd.DataFrame(), pd.DataFrame()).axes[0].lines
