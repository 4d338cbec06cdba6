"""Figures: drawn without a warning from minimal data, labelled, the same bytes every time."""

import io

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from pixels_to_sentiment import figures, scores
from pixels_to_sentiment.caffe import logs
from pixels_to_sentiment.errors import UserError

pytestmark = pytest.mark.filterwarnings("error")

NOISE = np.random.default_rng(0).integers(0, 256, (3, 8, 8, 3), dtype=np.uint8)
SHARES = pd.DataFrame({"agreement": "five", "fold": [1, 2], "share": [0.6, 0.7]})
LAYERS = pd.DataFrame(
    {
        "layer": ["conv1", "relu1", "fc6"],
        "output": [(96, 55, 55), (96, 55, 55), (4096,)],
        "parameters": [34_944, 0, 37_752_832],
    }
)
SCORES = pd.DataFrame(
    {
        "configuration": ["one", "one", "two", "two", "three", "three"],
        "fold": 1,
        "oversampling": ["no", "yes"] * 3,
        "accuracy": [0.7, 0.75, 0.8, 0.85, 0.9, 0.95],
        "always_positive": 0.65,
    }
)
CURVES = pd.DataFrame(
    {
        "configuration": "one",
        "fold": [1, 1, 1, 2, 2, 2],
        "iteration": [1, 2, 3] * 2,
        "rate": [0.001, 0.001, 0.0001] * 2,
        "train_loss": [0.7, 0.6, 0.5, 0.8, 0.7, 0.6],
        "test_accuracy": [np.nan, 0.6, 0.7, np.nan, 0.5, 0.8],
    }
)
LOG = pd.DataFrame(
    {
        "iteration": [0, 10, 20],
        "total_loss": [0.9, 0.8, 0.7],
        "train_loss": [0.91, 0.81, 0.71],
        "train_accuracy": [0.5, 0.6, 0.7],
        "test_loss": [1.0, np.nan, 0.6],
        "test_accuracy": [0.4, np.nan, 0.65],
    }
)
LOG_LOSSES = ("total_loss", "train_loss", "test_loss")

# Each figure from the least that it needs, and the labels of its axes.
FIGURES = {
    "balance": (
        lambda: figures.balance(SHARES, {"five": 0.658}),
        {"test fold", "share of positive pictures"},
    ),
    "sizes": (
        lambda: figures.sizes(pd.DataFrame({"width": [100, 600], "height": [1200, 100]})),
        {"width (pixels)", "height (pixels)"},
    ),
    "gallery": (
        lambda: figures.gallery(
            NOISE, ["a", "b", "c"], ["red", "blue", "red"], 2, "no photographs"
        ),
        set(),
    ),
    "network": (lambda: figures.network(LAYERS, 227), set()),
    "fold_accuracy": (lambda: figures.fold_accuracy(SCORES), {"test fold", "accuracy"}),
    "learning_curves": (
        lambda: figures.learning_curves(CURVES),
        {"iteration", "training loss (nats)", "test accuracy"},
    ),
    "training_logs": (
        lambda: figures.training_logs({"one": LOG}, {"one": LOG_LOSSES}),
        {"iteration", "loss", "accuracy"},
    ),
    "confusion": (
        lambda: figures.confusion({"one": scores.confusion([0, 1, 1], [0.1, 0.9, 0.2])}),
        {"label", "prediction"},
    ),
}
every_figure = pytest.mark.parametrize("name", FIGURES)


@pytest.fixture(autouse=True)
def themed():
    """Set the theme for one test, on a backend without a screen, and leave no figure behind."""
    with mpl.rc_context():
        plt.switch_backend("agg")
        figures.theme()
        yield
        plt.close("all")


def texts(axes):
    return [text.get_text() for text in axes.texts]


def svg(figure):
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


@every_figure
def test_a_figure_is_drawn_and_labelled(name):
    """Without a warning, layout included; every axis that is shown has a name somewhere."""
    make, labels = FIGURES[name]
    figure = make()
    assert isinstance(figure, Figure)
    figure.canvas.draw()
    found = {label for axes in figure.axes for label in (axes.get_xlabel(), axes.get_ylabel())}
    assert found - {""} == labels


@every_figure
def test_a_figure_has_the_same_bytes_every_time(name):
    """Made and saved twice, whatever random numbers were drawn between."""
    make, _ = FIGURES[name]
    first = svg(make())
    np.random.random(3)
    assert svg(make()) == first
    assert len(first) > 1000


def test_the_classes_have_two_colours_of_the_palette():
    """Every figure takes them from there; no two colours of the palette are the same."""
    assert set(figures.CLASS_COLOURS) == {"negative", "positive"}
    assert len(set(figures.CLASS_COLOURS.values()) & set(figures.PALETTE)) == 2
    assert len(set(figures.PALETTE)) == len(figures.PALETTE)


def test_balance_shows_each_fold_and_the_whole_subset():
    """A panel a subset: bars as high as the shares, a line at the share of the subset."""
    shares = pd.concat([SHARES, SHARES.assign(agreement="three", share=[0.55, 0.65])])
    five, three = figures.balance(shares, {"five": 0.658, "three": 0.606}).axes
    assert [bar.get_height() for bar in five.patches] == [0.6, 0.7]
    assert [bar.get_height() for bar in three.patches] == [0.55, 0.65]
    assert three.lines[0].get_ydata()[0] == 0.606
    assert (five.get_title(), three.get_title()) == ("five agree", "three agree")


def test_the_real_shares_fit_the_panel():
    """No bar of the published folds is cut off."""
    from pixels_to_sentiment import audit

    shares, sizes = audit.balance(), audit.sizes().set_index("agreement")
    for axes in figures.balance(shares, sizes["always_positive"].to_dict()).axes:
        low, high = axes.get_ylim()
        assert all(low < bar.get_height() < high for bar in axes.patches)
        assert len(axes.patches) == 5


def test_a_gallery_frames_each_picture_in_its_colour():
    """Row by row with its title; empty places are blank, a note stands below."""
    figure = figures.gallery(NOISE, ["a", "b", "c"], ["red", "blue", "red"], 2, "not real")
    assert len(figure.axes) == 4
    for axes, image, title, colour in zip(
        figure.axes, NOISE, "abc", ("red", "blue", "red"), strict=False
    ):
        assert np.array_equal(axes.images[0].get_array(), image)
        assert axes.get_title() == title
        assert {spine.get_edgecolor() for spine in axes.spines.values()} == {to_rgba(colour)}
        assert all(spine.get_visible() for spine in axes.spines.values())
    assert not figure.axes[3].axison
    assert figure.get_supxlabel() == "not real"
    assert figures.gallery(NOISE, "abc", ["red"] * 3).get_supxlabel() == ""


def test_a_gallery_needs_a_title_and_a_colour_a_picture():
    """None is left out in silence; without pictures nothing is shown."""
    with pytest.raises(ValueError, match="shorter"):
        figures.gallery(NOISE, ["a", "b"], ["red"] * 3)
    assert not any(axes.axison for axes in figures.gallery(NOISE[:0], [], []).axes)


def test_a_network_is_drawn_with_the_layers_that_learn():
    """The input first, each block with its output and its parameters."""
    axes = figures.network(LAYERS, 227).axes[0]
    assert len(axes.patches) == 3
    assert texts(axes) == [
        *["input", "3×227×227", "conv1", "96×55×55\n0.03 M", "fc6", "4096\n37.75 M"]
    ]
    lefts = [block.get_x() for block in axes.patches]
    assert lefts == sorted(lefts)


def test_fold_accuracy_has_a_panel_a_configuration():
    """Bars are the accuracies, marks the share of positives; empty places are blank."""
    figure = figures.fold_accuracy(SCORES)
    assert [axes.get_title() for axes in figure.axes] == ["one", "two", "three", ""]
    assert not figure.axes[3].axison
    second = figure.axes[1]
    assert [bar.get_height() for bar in second.patches] == [0.8, 0.85]
    assert second.collections[0].get_offsets().tolist() == [[1, 0.65]]
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert sorted(legend) == ["always positive", "centre crop", "ten crops"]


def test_learning_curves_show_folds_and_the_cuts_of_the_rate():
    """A line a fold, test accuracy where it was watched, a dotted line where the rate falls."""
    loss, hits = figures.learning_curves(CURVES).axes
    assert [line.get_ydata().tolist() for line in loss.lines[:2]] == [
        [0.7, 0.6, 0.5],
        [0.8, 0.7, 0.6],
    ]
    assert [line.get_xydata().tolist() for line in hits.lines[:2]] == [
        [[2, 0.6], [3, 0.7]],
        [[2, 0.5], [3, 0.8]],
    ]
    for axes in (loss, hits):
        assert [line.get_xdata()[0] for line in axes.lines[2:]] == [3]
    assert loss.get_yscale() == "log"
    legend = loss.figure.legends[0].get_texts()
    assert [text.get_text() for text in legend] == ["fold 1", "fold 2"]


def test_learning_curves_have_a_column_a_configuration():
    """In the order of the data."""
    both = pd.concat([CURVES.assign(configuration=name) for name in ("b", "a")])
    titles = [axes.get_title() for axes in figures.learning_curves(both).axes]
    assert titles == ["b", "a", "", ""]


def test_confusion_shows_counts_and_shares_of_each_label():
    """A row's shares are of its label; a label that no picture has shows zeros."""
    some = scores.confusion([0, 0, 0, 0, 1], [0.1, 0.1, 0.1, 0.9, 0.9])
    none = scores.confusion([1, 1], [0.9, 0.1])
    first, second = figures.confusion({"some": some, "none": none}).axes
    assert texts(first) == ["3\n75 %", "1\n25 %", "0\n0 %", "1\n100 %"]
    assert texts(second) == ["0\n0 %", "0\n0 %", "1\n50 %", "1\n50 %"]
    assert (first.get_title(), second.get_title()) == ("some", "none")


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
    figure = figures.training_logs({"m": LOG}, {"m": LOG_LOSSES})
    assert drawn_logs(figure) == {
        "m: loss, training": ([0.9, 0.8, 0.7], "-", "", 0),
        "m: loss, test": ([1.0, 0.6], "--", "", 0),
        "m: accuracy, training": ([0.5, 0.6, 0.7], "-.", "", 1),
        "m: accuracy, test": ([0.4, 0.65], ":", "", 1),
    }
    assert figure.axes[0].lines[1].get_xdata().tolist() == [0, 20]
    assert figure.axes[1].spines["right"].get_visible()


@pytest.mark.parametrize(
    ("what", "phases", "labels"),
    [
        ("loss", ("train", "test"), ["m: loss, training", "m: loss, test"]),
        ("accuracy", ("train", "test"), ["m: accuracy, training", "m: accuracy, test"]),
        ("both", ("test",), ["m: loss, test", "m: accuracy, test"]),
        ("loss", ("train",), ["m: loss, training"]),
    ],
)
def test_training_logs_draw_what_is_asked_for(what, phases, labels):
    """One quantity has one axis, of its name."""
    figure = figures.training_logs({"m": LOG}, {"m": LOG_LOSSES}, what, phases)
    assert list(drawn_logs(figure)) == labels
    names = [axes.get_ylabel() for axes in figure.axes]
    assert names == (["loss", "accuracy"] if what == "both" else [what])


def test_each_model_of_training_logs_has_a_colour():
    """More models than colours begin the palette anew; a run's own loss has no total."""
    curves = {f"m{place}": LOG.drop(columns="total_loss") for place in range(8)}
    figure = figures.training_logs(curves, dict.fromkeys(curves, LOG_LOSSES), "loss")
    colours = [line.get_color() for line in figure.axes[0].lines]
    assert colours[::2] == colours[1::2] == [*figures.PALETTE, figures.PALETTE[0]]
    assert figure.axes[0].lines[0].get_ydata().tolist() == [0.91, 0.81, 0.71]


def test_several_outputs_of_training_logs_are_told_apart():
    """By label and mark, test nets too; which are losses is said by the log alone."""
    log = LOG.assign(test_top5=0.9, test1_accuracy=0.3, test_my_cost=0.2)
    figure = figures.training_logs({"m": log}, {"m": ("test_my_cost",)}, phases=["test"])
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
    figure = figures.training_logs({"m": log}, {"m": ("total_loss",)})
    assert drawn_logs(figure) == {"m: loss, training": ([0.5], "-", "o", 0)}


def test_many_points_of_a_training_log_are_a_band_with_its_means():
    """All points are there, thin and pale; the means of equal stretches lie over them."""
    noise = np.arange(2000) % 2
    log = pd.DataFrame({"iteration": np.arange(2000), "train_accuracy": noise})
    band, means = figures.training_logs({"m": log}, {"m": ()}).axes[0].lines
    assert band.get_ydata().tolist() == noise.tolist()
    assert band.get_alpha() < 0.5
    assert band.get_linewidth() < means.get_linewidth()
    assert means.get_ydata().tolist() == [0.5] * figures.STRETCHES
    assert means.get_xdata().tolist() == [9.5 + 20 * place for place in range(figures.STRETCHES)]
    assert means.get_linestyle() == "-."


@pytest.mark.parametrize(
    ("curves", "what", "phases"),
    [
        ({}, "both", ("train", "test")),
        ({"m": LOG.iloc[:0]}, "both", ("train", "test")),
        ({"m": LOG[["iteration", "total_loss"]]}, "accuracy", ("train", "test")),
        ({"m": LOG[["iteration", "total_loss"]]}, "both", ("test",)),
        ({"m": LOG * np.nan}, "both", ("train",)),
    ],
)
def test_training_logs_say_so_if_there_is_nothing_to_draw(curves, what, phases):
    """Rather than empty axes."""
    figure = figures.training_logs(curves, dict.fromkeys(curves, LOG_LOSSES), what, phases)
    figure.canvas.draw()
    assert texts(figure.axes[0]) == ["The logs have nothing of this kind to show."]


@pytest.mark.parametrize(("what", "phases"), [("speed", ("train",)), ("loss", ("validation",))])
def test_training_logs_refuse_what_they_do_not_know(what, phases):
    """The sentence says what there is."""
    with pytest.raises(UserError, match="ask for loss, accuracy or both, and for train or test"):
        figures.training_logs({"m": LOG}, {"m": LOG_LOSSES}, what, phases)


@pytest.mark.parametrize("what", ["loss", "accuracy", "both"])
def test_the_real_log_is_drawn(mirror, what):
    """As it was read, without a warning."""
    log = logs.read(mirror / "caffe_finetuning_example.log")
    figure = figures.training_logs({"AlexNet": log.curve}, {"AlexNet": log.losses}, what)
    figure.canvas.draw()
    last = figure.axes[-1].lines[-1].get_xydata()[-1].tolist()
    assert last == [100_000, 1.42583 if what == "loss" else 0.7438]
