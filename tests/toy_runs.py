"""A training run that takes a second, for tests: noise under the names of real pictures."""

import json
import shutil
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd

from pixels_to_sentiment import places
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.data.pictures import Pictures
from pixels_to_sentiment.records.runs import Run
from pixels_to_sentiment.records.work import Work
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


def black():
    """Give black pictures under the names of all photographs, as the stand-in."""
    names = folds.load()["image"].to_numpy()
    pixels = np.zeros((len(names), 4, 4, 3), np.uint8)
    return Pictures(names, pixels, "stand-in", "0" * 64, pd.DataFrame())


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def copy_of(record, root):
    return Path(shutil.copytree(record.folder, root / "runs" / record.key))


def written(root, run, positive, data=None, code="c"):
    """Write a finished run's folder, with its probabilities of positive by view, under its key."""
    data = {"fingerprint": "f"} | (data or {})
    folder = root / run.key(data["fingerprint"], code)
    folder.mkdir(parents=True)
    describe(folder, run, {"run": asdict(run)}, data, code)
    table = run.lists()[1][["image", "label"]].assign(**positive)
    table.to_csv(folder / "predictions.csv", index=False)
    curve = {"iteration": [1, 2], "rate": [0.1, 0.1], "train_loss": [0.7, 0.6]}
    pd.DataFrame(curve).to_csv(folder / "curve.csv", index=False)
    return folder


def change(path, **fields):
    """Change what a description says, as if the work had been done so: under its key."""
    content = json.loads(path.read_text()) | fields
    of = next(kind for kind in subclasses(Work) if getattr(kind, "kind", None) == path.stem)
    with suppress(AttributeError, KeyError, TypeError):  # what is no work has no key
        content["key"] = of.read(content[path.stem]).key(
            content["data"]["fingerprint"], content["code"]
        )
    path.write_text(json.dumps(content))


def subclasses(kind):
    return [kind, *(below for one in kind.__subclasses__() for below in subclasses(one))]


MADE = {"commit": "0123456789", "dirty": False, "began": "2020-02-03T04:05:06+00:00"}
MADE |= {"device": "cpu", "seconds": 90.0}
MADE |= {"hardware": {"cpu": "a processor", "cores": 2, "memory_gib": 4.0}}


def describe(folder, work, content, data=None, code="c"):
    """Write what a finished folder says of work and of how it was made."""
    own = places.dataset()
    source = own.name if own else "photographs"
    data = {"source": source, "fingerprint": "f"} | (data or {})
    content |= {"key": work.key(data["fingerprint"], code), "data": data, "code": code}
    (folder / f"{work.kind}.json").write_text(json.dumps(content))
    told(folder)


def told(folder, **fields):
    """Write how what a folder holds was made: as `MADE` says, but for these fields."""
    (folder / "provenance.json").write_text(json.dumps(MADE | fields))
