"""What figures of a training are drawn from, and what is read off a figure."""

import numpy as np
import pandas as pd

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


def labels(figure):
    """Name the axes of a figure, which is drawn without a warning, layout included."""
    figure.canvas.draw()
    found = {name for axes in figure.axes for name in (axes.get_xlabel(), axes.get_ylabel())}
    return found - {""}


def texts(axes):
    return [text.get_text() for text in axes.texts]
