"""Whether a device says what the processor says, and how far two runs with one seed lie apart."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from pixels_to_sentiment import provenance
from pixels_to_sentiment.data.pictures import Pictures
from pixels_to_sentiment.records import catalogue, experiments, store
from pixels_to_sentiment.records.runs import Run
from pixels_to_sentiment.training import prediction

CHECKED = catalogue.SQUEEZENET
# Largest difference in probability that a device may make in float32.
LIMIT = 1e-3
# A processor checks a few pictures only, which tells that the check runs.
_FEW = {"iterations": 1, "batch_size": 4, "limit": 4}


def equality(pictures: Pictures, device: str) -> dict:
    """Train a network twice with one seed in each precision, and predict on either device.

    Returns
    -------
    dict
        ``rows`` and ``made`` (commit, hardware, versions, date). A row has ``what``, ``network``,
        ``precision``, ``iterations``, ``pictures``, and ``largest``, the largest difference in the
        probability of positive from ten crops; between devices also ``limit`` and ``met``.
    """
    clock, rows = provenance.Clock(), []
    numbers = _FEW if device == "cpu" else {}
    for precision in ("fp32", "bf16"):
        (run,), _ = experiments.plan([CHECKED], test_folds=[1], precision=precision, **numbers)
        with TemporaryDirectory() as folder:
            first, again = (
                store.Runs(Path(folder) / name).get(run, pictures, device=device) for name in "ab"
            )
            seen, other = (one.predictions()["oversampled"] for one in (first, again))
            rows.append(_row("two runs with one seed", run, seen, other))
            if precision == "fp32":
                pixels = store.pixels_of(run.lists()[1], pictures)
                on_cpu = prediction.centre_and_oversampled(first.restore(), pixels)[1].numpy()
                row = _row(f"{device} against cpu", run, seen, on_cpu)
                rows.append(row | {"limit": LIMIT, "met": row["largest"] <= LIMIT})
    return {"rows": rows, "made": clock.details(device=device)}


def _row(what: str, run: Run, one: pd.Series, other: Sequence) -> dict:
    return {
        "what": what,
        "network": run.network,
        "precision": run.precision,
        "iterations": run.recipe.iterations,
        "pictures": len(one),
        "largest": float((one - other).abs().max()),
    }
