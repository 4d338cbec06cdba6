"""The mean of the local predictions of CaffeNet's maps against its answer to the whole picture.

The article says that the one is not the other (section 4.6): 64 windows of a picture of 451 pixels
are not the picture warped to 256, of which the classifier sees a crop.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence

import numpy as np
import pandas as pd

from pixels_to_sentiment.judging.scores import VIEWS
from pixels_to_sentiment.networks.architectures import VARIANT
from pixels_to_sentiment.records.catalogue import run_in_words
from pixels_to_sentiment.records.runs import Record, Run
from pixels_to_sentiment.studies import authors, summary
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
    return _averaged([(one, by_run[one.run]) for one in studies if _fits(one, by_run)], _local)


def yardsticks(studies: Iterable[StudyRecord], records: Iterable[Record]) -> pd.DataFrame:
    """Hold answers to the whole picture against that of its centre crop, for scale.

    Studies and columns are those of `against_global`; ``crops`` tells whose answer it is:
    ``oversampled`` (the same network's) or ``seed`` (that of the study's other run, if recorded).
    """
    by_run = {one.run: one for one in records}
    runs = [(one.run, one.other) for one in studies if _fits(one, by_run)]
    return _averaged([[by_run[run] for run in both if run in by_run] for both in runs], _again)


def _fits(one: StudyRecord, by_run: Container[Run]) -> bool:
    of_caffenet = one.photographed and one.configuration[0].partition(VARIANT)[0] == "caffenet"
    return of_caffenet and len(one.at) == authors.PLACES and one.run in by_run


def _averaged(of_folds: Iterable[Sequence], compared: Callable) -> pd.DataFrame:
    """Average what `compared` yields of studies and runs, those of a configuration together."""
    groups: dict[str, list[Sequence]] = {}
    for some in of_folds:
        groups.setdefault(run_in_words(some[0].run), []).append(some)
    rows: list[dict] = []
    for title, group in groups.items():
        own = tuple(one.key for some in group for one in some)
        parts = [part.assign(fold=some[0].run.fold) for some in group for part in compared(*some)]
        table = pd.concat(parts, ignore_index=True)
        found = summary.means(table, ("difference", "changed", "gain")).set_index("measure")
        for crops, some in found.groupby("map", sort=False):
            row = {"configuration": title, "crops": crops, "keys": own}
            row["pictures"] = some["pictures"].iloc[0]
            for name, one in some.iterrows():
                start = "" if name == "difference" else f"{name}_"
                row |= {name: one["mean"], f"{start}low": one["low"], f"{start}high": one["high"]}
            rows.append(row)
    made = pd.DataFrame(rows)
    made.attrs["runs"] = list(dict.fromkeys(key for row in rows for key in row["keys"]))
    return made


def _local(study: StudyRecord, record: Record) -> Iterator[pd.DataFrame]:
    names, log_odds = study.maps()
    table = pd.DataFrame({"image": names, "local": (1 / (1 + np.exp(-log_odds))).mean((1, 2))})
    table = table.merge(record.predictions(), on="image", validate="1:1")
    for crops in VIEWS:
        yield _apart(table, crops, "local", crops)


def _again(record: Record, other: Record | None = None) -> Iterator[pd.DataFrame]:
    table = record.predictions()
    yield _apart(table, "oversampled", "oversampled", "centre")
    if other:
        table = table.merge(other.predictions(), on=["image", "label"], suffixes=("", "_other"))
        yield _apart(table, "seed", "centre_other", "centre")


def _apart(table: pd.DataFrame, name: str, answer: str, whole: str) -> pd.DataFrame:
    """Compare two columns of answers, a picture a row, in the form that `summary.means` takes."""
    # At one half the answer is negative, as in `scores.accuracy`.
    positive, said, asked = table["label"] == 1, table[answer] > 0.5, table[whole] > 0.5
    right = (said == positive).astype(float) - (asked == positive)
    apart = (table[answer] - table[whole]).abs()
    return table.assign(map=name, difference=apart, changed=said != asked, gain=right)


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
        cells=shown, mean=total / shown, least=total / every, most=(total + every - shown) / every
    )
    return made.assign(differs=(made["mean"] > 0.5) != (made["predicted"] == 1))
