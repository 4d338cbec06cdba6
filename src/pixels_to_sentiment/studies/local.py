"""The mean of the local predictions of CaffeNet's maps against its answer to the whole picture.

The article says that the one is not the other (section 4.6): 64 windows of a picture of 451 pixels
are not the picture warped to 256, of which the classifier sees a crop.
"""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pandas as pd

from pixels_to_sentiment.judging import resampling
from pixels_to_sentiment.judging.scores import VIEWS
from pixels_to_sentiment.networks.architectures import VARIANT
from pixels_to_sentiment.records.runs import Record
from pixels_to_sentiment.studies import authors, plans, summary
from pixels_to_sentiment.studies.records import StudyRecord


def against_global(studies: Iterable[StudyRecord], records: Iterable[Record]) -> pd.DataFrame:
    """Hold the mean of a picture's 64 probabilities against that of the whole picture.

    Of studies of CaffeNet on photographs, with 8x8 places. The run of each is found by what was
    run, since keys change with code; a study without one is left out.

    Returns
    -------
    DataFrame
        Two rows a configuration: ``configuration``, ``crops`` (one of `scores.VIEWS`),
        ``pictures``, ``difference`` (mean absolute difference of the probabilities), ``changed``
        (share of pictures of which the class differs), ``gain`` (accuracy of the mean of the local
        ones less that of the whole picture), each with the ends of its 95% interval by bootstrap
        over the pictures of each fold (``low`` and ``high``, ``changed_low``, ..., ``gain_high``),
        and ``keys`` (of studies and runs, a tuple).
    """
    by_run = {one.run: one for one in records}
    groups: dict[object, list[tuple[StudyRecord, Record]]] = {}
    for one in studies:
        if _counts(one) and one.run in by_run:
            pair = one, by_run[one.run]
            groups.setdefault(replace(one.run, fold=0), []).append(pair)
    rows, keys = [], []
    for run, pairs in groups.items():
        table = pd.concat([_merged(*pair) for pair in pairs], ignore_index=True)
        own = tuple(key for study, record in pairs for key in (study.key, record.key))
        keys += own
        named = {"configuration": plans.run_in_words(run)}
        rows += [named | _compared(table, crops) | {"keys": own} for crops in VIEWS]
    made = pd.DataFrame(rows)
    made.attrs["runs"] = keys
    return made


def _counts(one: StudyRecord) -> bool:
    return (
        one.run is not None
        and one.run.network.partition(VARIANT)[0] == "caffenet"
        and len(one.at) == authors.PLACES
        and one.data["source"] == "photographs"
    )


def _merged(study: StudyRecord, record: Record) -> pd.DataFrame:
    names, log_odds = study.maps()
    local = (1 / (1 + np.exp(-log_odds))).mean((1, 2))
    table = pd.DataFrame({"image": names, "local": local, "fold": study.study.fold})
    return table.merge(record.predictions(), on="image", validate="1:1")


def _compared(table: pd.DataFrame, crops: str) -> dict:
    label, local, whole = (table[name] for name in ("label", "local", crops))
    # At one half the answer is negative, as in `scores.accuracy`.
    class_of = {"local": local > 0.5, "whole": whole > 0.5}
    right = {name: (some == (label == 1)).astype(float) for name, some in class_of.items()}
    found = {"crops": crops, "pictures": len(table)}
    for name, values, ends in (
        ("difference", (local - whole).abs(), ("low", "high")),
        ("changed", class_of["local"] != class_of["whole"], ("changed_low", "changed_high")),
        ("gain", right["local"] - right["whole"], ("gain_low", "gain_high")),
    ):
        interval = resampling.stratified_interval(
            values, table["fold"], resamples=summary.RESAMPLES
        )
        found[name] = float(values.groupby(table["fold"]).mean().mean())
        found |= dict(zip(ends, interval, strict=True))
    return found


def of_authors() -> pd.DataFrame:
    """Hold the mean of the authors' recovered maps against the class of the figure's frame.

    A picture of the figure a row: ``position``, ``label``, ``predicted`` (of the frame), ``cells``
    (that are shown), ``mean`` (of their probabilities of positive), ``least`` and ``most`` (what
    the mean of all 64 can be, whatever the others are) and ``differs`` (whether the class of
    ``mean`` is another than the frame's).
    """
    maps = authors.maps()
    shown = (~np.isnan(maps)).sum((1, 2))
    total, every = np.nansum(maps, (1, 2)), authors.PLACES**2
    made = authors.pictures()[["position", "label", "predicted"]].assign(
        cells=shown,
        mean=total / shown,
        least=total / every,
        most=(total + every - shown) / every,
    )
    return made.assign(differs=(made["mean"] > 0.5) != (made["predicted"] == 1))
