"""A training run that takes a second, for tests: noise under the names of real pictures."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.data.pictures import Pictures
from pixels_to_sentiment.records.runs import Run
from pixels_to_sentiment.training.recipes import Recipe

LIMIT = 4
RUN = Run(
    network="timm/test_efficientnet",
    start="random",
    weights=None,
    agreement="five",
    fold=1,
    recipe=Recipe("tiny", iterations=2, batch_size=4),
    limit=LIMIT,
)
FILES = ["curve.csv", "predictions.csv", "provenance.json", "run.json", "weights.safetensors"]


def made_up_pictures():
    """Noise under the real names of the pictures that `RUN` uses."""
    names = pd.concat([part.head(LIMIT)["image"] for part in folds.split("five", 1)]).to_numpy()
    shape = (len(names), 256, 256, 3)
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    return Pictures(names, pixels, "stand-in", "made-up", pd.DataFrame({"image": names}))


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def copy_of(record, root):
    return Path(shutil.copytree(record.folder, root / "runs" / record.key))


def change(path, **fields):
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))
