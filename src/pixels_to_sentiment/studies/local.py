"""The mean of the local predictions of CaffeNet's maps against its answer to the whole picture.

The article says that the one is not the other (section 4.6): 64 windows of a picture of 451 pixels
are not the picture warped to 256, of which the classifier sees a crop.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

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
    groups: dict[str, list[tuple[StudyRecord, Record]]] = {}
    for one in studies:
        of_caffenet = one.photographed and one.configuration[0].partition(VARIANT)[0] == "caffenet"
        if of_caffenet and len(one.at) == authors.PLACES and one.run in by_run:
            pair = one, by_run[one.run]
            groups.setdefault(plans.run_in_words(one.run), []).append(pair)
    rows, keys = [], []
    for title, pairs in groups.items():
        own = tuple(key for study, record in pairs for key in (study.key, record.key))
        keys += own
        table = pd.concat([_compared(*pair) for pair in pairs], ignore_index=True)
        found = summary.means(table, ("difference", "changed", "gain")).set_index("measure")
        for crops, some in found.groupby("map", sort=False):
            row = {"configuration": title, "crops": crops, "keys": own}
            row["pictures"] = some["pictures"].iloc[0]
            for name, one in some.iterrows():
                start = "" if name == "difference" else f"{name}_"
                row |= {name: one["mean"], f"{start}low": one["low"], f"{start}high": one["high"]}
            rows.append(row)
    made = pd.DataFrame(rows)
    made.attrs["runs"] = keys
    return made


def _compared(study: StudyRecord, record: Record) -> pd.DataFrame:
    """Give what is averaged, a picture and view a row, in the form that `summary.means` takes."""
    names, log_odds = study.maps()
    local = (1 / (1 + np.exp(-log_odds))).mean((1, 2))
    table = pd.DataFrame({"image": names, "local": local, "fold": study.study.fold})
    table = table.merge(record.predictions(), on="image", validate="1:1")
    positive, parts = table["label"] == 1, []
    for crops in VIEWS:
        # At one half the answer is negative, as in `scores.accuracy`.
        mean, whole = table["local"] > 0.5, table[crops] > 0.5
        right = (mean == positive).astype(float) - (whole == positive)
        apart = (table["local"] - table[crops]).abs()
        parts.append(table.assign(map=crops, difference=apart, changed=mean != whole, gain=right))
    return pd.concat(parts)


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
