"""What is recorded for or against a claim: comparisons, each with its number and in words.

The functions that compare take a claim and all recorded runs, probes and studies of maps. They give
what is there on all five folds, and the paper's own networks and starts before those that stand in
for them.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from pixels_to_sentiment import figures, folds, judgement, layerwise, reports, resampling, tables
from pixels_to_sentiment.claims.paper import VIEW, Claim, neighbours, reported
from pixels_to_sentiment.maps import measures, summary
from pixels_to_sentiment.maps.records import StudyRecord
from pixels_to_sentiment.probes import protocols
from pixels_to_sentiment.probes.records import ProbeRecord
from pixels_to_sentiment.runs import Record

SIGNIFICANT = 0.05
# Where a comparison lies: above zero by more than the noise, within the noise, or below it.
ABOVE, WITHIN, BELOW = "above", "within", "below"

# Maps that are made without the network.
UNKNOWING = (measures.RANDOM, measures.CENTRE, measures.EDGES)


class Row(NamedTuple):
    """One comparison: in words, its value, where it lies, and whether it is of the paper's own.

    It is ``steady`` if it lies there with every seed that was trained, and ``learned`` if both
    networks did.
    """

    text: str
    value: float
    side: str
    own: bool
    keys: tuple[str, ...]
    steady: bool = True
    learned: bool = True


def pairs(claim: Claim, records: Sequence[Record], *_: object) -> list[Row]:
    """Compare the first of each pair with the other, on the same pictures."""
    rows = []
    for own, both in ((True, claim.own), (False, claim.here)):
        for one in reports.paired(records, both, VIEW).itertuples():
            what = f"{one.pair} (seed{'s' * (',' in one.seeds)} {one.seeds})"
            interval = one.difference, one.low, one.high
            row = _row(what, interval, own, one.keys.split(", "), one.p_t)
            if one.trials > 1:
                span = f"{tables.signed(one.least)} to {tables.signed(one.most)}"
                sides = {ABOVE: one.above, BELOW: one.below}
                sides[WITHIN] = one.trials - one.above - one.below
                words = f"{row.text}; seed by seed {span}, of {one.trials} combinations "
                words += f"{one.above} above and {one.below} below zero by more than the noise"
                words += f", {one.idle} with a seed that did not learn" if one.idle else ""
                row = row._replace(
                    text=words,
                    keys=tuple(one.tried.split(", ")),
                    steady=sides[row.side] == one.trials,
                )
            if one.failed:
                row = row._replace(text=f"{row.text}; {one.failed}", learned=False)
            rows.append(row)
    return rows


def views(claim: Claim, records: Sequence[Record], *_: object) -> list[Row]:
    """Compare ten crops with the centre crop, in each network and subset."""
    rows = []
    for own, name, agreement, some in _recorded(claim, records):
        (one,) = judgement.oversampling(reports.gathered(some)).itertuples()
        interval = one.difference, one.low, one.high
        what = f"{name}, {figures.AGREEMENT_NAMES[agreement]}"
        rows.append(_row(what, interval, own, _keys(some), one.p_t))
    return rows


def subsets(claim: Claim, records: Sequence[Record], *_: object) -> list[Row]:
    """Compare each subset by agreement with the next, in each network that has all three."""
    scored: dict[tuple, dict] = {}
    for own, name, agreement, some in _recorded(claim, records):
        scored.setdefault((own, name), {})[agreement] = _accuracy(some), _keys(some)
    rows = []
    for (own, name), parts in scored.items():
        if len(parts) == len(folds.AGREEMENTS):
            for one, other in pairwise(folds.AGREEMENTS):
                (first, keys), (second, more) = parts[one], parts[other]
                what = f"{name}, {neighbours(one, other)}"
                rows.append(_row(what, unpaired(first, second), own, keys + more))
    return rows


def levels(claim: Claim, records: Sequence[Record], *_: object) -> list[Row]:
    """Compare each accuracy with the paper's number."""
    rows = []
    for own, name, agreement, some in _recorded(claim, records):
        one, aim = _accuracy(some), reported(claim.own[0], agreement, VIEW)["mean"]
        side = BELOW if one.high < aim else ABOVE if one.low > aim else WITHIN
        text = f"{name}, {figures.AGREEMENT_NAMES[agreement]}"
        text += f": {one.mean:.3f} ({one.low:.3f} to {one.high:.3f})"
        rows.append(Row(text, one.mean - aim, side, own, _keys(some)))
    return rows


def depths(claim: Claim, _: object, probes: Sequence[ProbeRecord], *__: object) -> list[Row]:
    """Correlate depth and accuracy of the layers, for each network and classifier."""
    rows = []
    for own, name, some in _probed(claim, probes):
        scored = protocols.compare(layerwise.accuracies(some), ["layer", "classifier"])
        for classifier, group in scored.groupby("classifier", sort=False):
            value, p = rank_correlation(group["nested_mean"][::-1])
            side = WITHIN if not p < SIGNIFICANT else ABOVE if value > 0 else BELOW
            rho = tables.signed(value, 2)
            text = f"{name}, {classifier}: {rho} over {len(group)} layers (p {tables.p_value(p)})"
            rows.append(Row(text, value, side, own, _keys(some)))
    return rows


def classifiers(claim: Claim, _: object, probes: Sequence[ProbeRecord], *__: object) -> list[Row]:
    """Compare two classifiers on each layer; of each network, the layer that differs most."""
    rows = []
    for own, name, some in _probed(claim, probes):
        table = _svm_less_softmax(some)
        if len(table):
            widest, p = table["difference"].abs().idxmax(), table["p"].min()
            value = table.loc[widest, "difference"]
            gap = tables.signed(value)
            text = f"{name}: largest difference, SVM − softmax, {gap} ({widest}), "
            text += f"smallest p {tables.p_value(p)}"
            rows.append(Row(text, value, ABOVE if p < SIGNIFICANT else WITHIN, own, _keys(some)))
    return rows


def maps(claim: Claim, _: object, __: object, studies: Sequence[StudyRecord]) -> list[Row]:
    """Compare sentiment maps, by ROAD, with the maps that know nothing of the network."""
    rows = []
    on_photographs = [one for one in studies if one.run is not None]
    for own, name, _agreement, some in _recorded(claim, on_photographs):
        found = summary.differences(summary.gathered(some), ["road"])
        for one in found[found["map"].isin(UNKNOWING)].itertuples():
            what = f"{name}, ROAD, sentiment map − {one.map}"
            rows.append(_row(what, (one.difference, one.low, one.high), own, _keys(some)))
    return rows


def nothing(*_: object) -> list[Row]:
    """Compare nothing, as for what cannot be tested."""
    return []


def _row(what: str, interval: tuple, own: bool, keys: Iterable[str], p: float | None = None) -> Row:
    difference, low, high = interval
    side = ABOVE if low > 0 else BELOW if high < 0 else WITHIN
    test = "" if p is None else f"; t-test p {tables.p_value(p)}"
    text = (
        f"{what}: {tables.signed(difference)} ({tables.signed(low)} to {tables.signed(high)}{test})"
    )
    return Row(text, difference, side, own, tuple(keys))


def _keys(records: Iterable) -> tuple[str, ...]:
    return tuple(one.key for one in records)


def _recorded(claim: Claim, records: Sequence) -> Iterator[tuple[bool, str, str, list]]:
    """Give runs or probes that are there on all folds, by configuration (title) and subset."""
    for own, configurations in ((True, claim.own), (False, claim.here)):
        for configuration in configurations:
            for agreement in folds.AGREEMENTS:
                some = reports.runs_of(configuration, records, agreement)
                if whole := reports.complete(some, agreement):
                    yield own, reports.title_of(whole[0]), agreement, whole


def _probed(
    claim: Claim, probes: Sequence[ProbeRecord]
) -> Iterator[tuple[bool, str, list[ProbeRecord]]]:
    tuned = [one for one in probes if one.run is not None and one.probe.agreement == "five"]
    return ((own, name, some) for own, name, _, some in _recorded(claim, tuned))


def _accuracy(records: Iterable[Record]) -> NamedTuple:
    told = reports.gathered(records)
    (one,) = judgement.accuracies(told[told["view"] == VIEW]).itertuples()
    return one


def unpaired(first: NamedTuple, other: NamedTuple) -> tuple[float, float, float]:
    """Give the difference of two accuracies and its 95% interval, as of independent samples.

    Made of the intervals of both (Newcombe, Interval Estimation for the Difference Between
    Independent Proportions, Statistics in Medicine 17, 1998).

    Parameters
    ----------
    first, other
        With ``mean``, ``low`` and ``high``.
    """
    difference = first.mean - other.mean
    low = difference - np.hypot(first.mean - first.low, other.high - other.mean)
    high = difference + np.hypot(first.high - first.mean, other.mean - other.low)
    return difference, float(low), float(high)


def rank_correlation(values: Iterable[float]) -> tuple[float, float]:
    """Correlate values with their place in the row (Spearman): the correlation and its p.

    It is 0 with p 1 where there are fewer than three values or all are alike.
    """
    values = np.array(list(values))
    if len(values) < 3 or np.ptp(values) == 0:
        return 0.0, 1.0
    found = stats.spearmanr(np.arange(len(values)), values)
    return float(found.statistic), float(found.pvalue)


def _svm_less_softmax(probes: Iterable[ProbeRecord]) -> pd.DataFrame:
    """Compare the classifiers by layer: ``difference`` of accuracies, and ``p`` after Holm."""
    told = layerwise.told(probes)
    told["right"] = (told["positive"] == told["label"]).astype(float)
    paired = told.pivot_table(
        "right", ["layer", "fold", "image"], "classifier", aggfunc="mean", sort=False
    )
    paired = paired.reindex(columns=["svm", "softmax"]).dropna()
    found = {
        layer: (
            one.groupby("fold").mean().mean(),
            resampling.exact_mcnemar((one > 0).sum(), (one < 0).sum()),
        )
        for layer, one in (paired["svm"] - paired["softmax"]).groupby("layer", sort=False)
    }
    table = pd.DataFrame.from_dict(found, orient="index", columns=["difference", "p"])
    return table.assign(p=resampling.holm(table["p"]))
