"""How far the project's fast way from picture to prediction is from Caffe's exact one.

The decoded array holds pictures warped to 256x256 and rounded to uint8, with their edge repeated
where they are enlarged. Caffe's Python interface does not round, and lets that border fade
(`caffe.preprocessing`). Here is what it costs: in pixels, and in predictions.
"""

import io
import json
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from pixels_to_sentiment import places, provenance
from pixels_to_sentiment.caffe import preprocessing
from pixels_to_sentiment.data.pictures import Pictures
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.files import archives
from pixels_to_sentiment.judging import scores
from pixels_to_sentiment.records.runs import Record
from pixels_to_sentiment.reports.runs import apart, configuration_of
from pixels_to_sentiment.training import loop, prediction

EXACT, EXACT_PROVENANCE = "exact.csv", "exact.json"
AT_ONCE = 64


def exact(archive: Path, names: Iterable[str]) -> np.ndarray:
    """Resize pictures of the archive as Caffe's Python interface does, without rounding.

    Gives float32 RGB (n, 256, 256, 3), in 0..255.
    """
    names = list(names)
    with archives.open_archive(archive) as opened:
        members = archives.members_by_name(opened, names)

        def read(name: str) -> np.ndarray:
            content = io.BytesIO(opened.read(members[name]))
            content.name = name
            return preprocessing.resize(preprocessing.load_image(content)) * np.float32(255)

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return np.stack(list(pool.map(read, names)))


def rounding(loaded: Pictures, archive: Path) -> pd.DataFrame:
    """Compare the decoded array with the exact pixels of each picture, in 0..255.

    ``largest`` is the absolute difference of all pixels, ``inside`` without the outermost rows and
    columns, and ``mean`` without them, too.
    """
    rows = []
    for start in range(0, len(loaded.names), AT_ONCE):
        names = loaded.names[start : start + AT_ONCE]
        apart = np.abs(exact(archive, names) - loaded.pixels[start : start + AT_ONCE])
        inside = apart[:, 1:-1, 1:-1]
        measured = (x.astype(float) for x in (apart.max((1, 2, 3)), inside.max((1, 2, 3))))
        rows += zip(names, *measured, inside.mean((1, 2, 3), dtype=float), strict=True)
    return pd.DataFrame(rows, columns=["image", "largest", "inside", "mean"])


def predict_exactly(record: Record, archive: Path) -> pd.DataFrame:
    """Predict a run's test pictures from exact pixels, otherwise as `runs.Record.predictions`.

    Raises
    ------
    UserError
        If the run was not made on the photographs, or has no weights.
    """
    if record.data["source"] != "photographs":
        other = record.data["source"]
        raise UserError(f"Run {record.key} is not of the photographs ({other}): name one that is.")
    network = record.restore()
    table = record.predictions()[["image", "label"]]
    pixels = torch.from_numpy(exact(archive, table["image"]))
    with loop.arithmetic("fp32", "cpu"):
        centre, oversampled = prediction.centre_and_oversampled(network, pixels)
    return table.assign(centre=centre.numpy(), oversampled=oversampled.numpy())


def effect(fast: pd.DataFrame, exact: pd.DataFrame) -> pd.DataFrame:
    """Set predictions from the decoded array beside those from exact pixels, as `runs.apart`.

    But the accuracies are ``accuracy_fast`` and ``accuracy_exact``.
    """
    named = {"first": "accuracy_fast", "second": "accuracy_exact"}
    return apart([(fast, exact)]).rename(columns=named)


def record(finished: Record, predicted: pd.DataFrame) -> Path:
    """Keep predictions from exact pixels in the folder of the recorded result of that training.

    Raises
    ------
    UserError
        If no recorded result has the same run and the same predictions to the last digit.
    """
    told = finished.predictions()
    same = (one for one in Record.recorded() if one.run == finished.run)
    there = next((one for one in same if one.predictions().equals(told)), None)
    if there is None:
        raise UserError(
            f"No recorded result has the predictions of run {finished.key}: record the run first "
            f"(`pixels-to-sentiment record {finished.key}`)."
        )
    made = dict(zip(("commit", "dirty"), provenance.commit(), strict=True))
    made |= {"hardware": provenance.hardware(), "versions": provenance.versions()}
    made["made"] = datetime.now(UTC).isoformat(timespec="seconds")
    files = {EXACT_PROVENANCE: json.dumps(made, indent=1) + "\n"}
    for name, text in (files | {EXACT: predicted.to_csv(index=False)}).items():
        places.keep(there.folder / name, text)
    return there.folder


def both_ways(records: Iterable[Record]) -> pd.DataFrame:
    """Table `effect`, in words, for the runs that were predicted from exact pixels, too."""
    frames = [pd.DataFrame()]
    for one, fast, exactly in _predicted_both_ways(records):
        table = effect(fast, exactly)
        table["view"] = table["view"].map(scores.VIEWS).map(scores.CROPS)
        named = {"configuration": configuration_of(one).title, "fold": one.run.fold}
        frames.append(pd.DataFrame({**named, "key": one.key, **table}))
    return pd.concat(frames, ignore_index=True)


def probabilities(records: Iterable[Record]) -> pd.DataFrame:
    """Give the probabilities of those runs: ``fast``, ``exact``, and ``crops`` in words."""
    frames = [
        pd.DataFrame({"crops": scores.CROPS[crops], "fast": fast[view], "exact": exactly[view]})
        for _, fast, exactly in _predicted_both_ways(records)
        for view, crops in scores.VIEWS.items()
    ]
    return pd.concat([pd.DataFrame(), *frames], ignore_index=True)


def _predicted_both_ways(
    records: Iterable[Record],
) -> Iterator[tuple[Record, pd.DataFrame, pd.DataFrame]]:
    for one in records:
        if (one.folder / EXACT).is_file():
            yield one, one.predictions(), pd.read_csv(one.folder / EXACT)
