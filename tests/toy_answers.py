"""Answers made up for tests, right and wrong where they should be."""

import numpy as np
import pandas as pd

from pixels_to_sentiment.judging.answers import COLUMNS


def told(right, configuration="a", labels=None, seed=0, view="centre", agreement="five", first=1):
    """Answers of one configuration and seed.

    ``right`` says of each fold's pictures (folds, pictures) whether they are answered rightly;
    labels are 0, 1, 0, ... unless given; the folds are numbered from ``first``.
    """
    right = np.asarray(right, bool)
    labels = np.arange(right.size).reshape(right.shape) % 2 if labels is None else labels
    labels = np.asarray(labels)
    fold, place = np.indices(right.shape)
    frame = pd.DataFrame(
        {
            "fold": fold.ravel() + first,
            "image": [f"{f + first}-{p}.jpg" for f, p in zip(fold.flat, place.flat, strict=True)],
            "label": labels.ravel(),
            "positive": np.where(right == (labels == 1), 0.9, 0.1).ravel(),
        }
    )
    named = {"configuration": configuration, "agreement": agreement, "seed": seed, "view": view}
    return frame.assign(**named)[COLUMNS]


def together(*frames):
    return pd.concat(frames, ignore_index=True)
