"""The paper's claims as data, and a verdict on each by a stated rule.

No verdict is written down: each is computed from what is recorded, by the rule of its kind of test.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from pixels_to_sentiment import (
    assets,
    catalogue,
    figures,
    folds,
    judgement,
    networks,
    reports,
    resampling,
    scores,
    tables,
)
from pixels_to_sentiment.catalogue import Configuration
from pixels_to_sentiment.probes import protocols
from pixels_to_sentiment.probes.records import ProbeRecord
from pixels_to_sentiment.runs import Record

REPRODUCED, NOT_REPRODUCED = "reproduced", "not reproduced"
UNTESTED = "could not be tested here"
VERDICTS = (REPRODUCED, NOT_REPRODUCED, UNTESTED)

VIEW = "oversampled"
SIGNIFICANT = 0.05
# Where a comparison lies: above zero by more than the noise, within the noise, or below it.
ABOVE, WITHIN, BELOW = "above", "within", "below"


@dataclass(frozen=True)
class Claim:
    """A claim of the paper and how it is tested.

    Attributes
    ----------
    name
        Short, as the only one of its name.
    text
        In one line.
    chapter
        Label of the chapter that it belongs to; empty if there is none.
    kind
        Of test, see `rules`.
    own, here
        Configurations, or pairs of which the first is said to be better: those with the paper's
        own network and start, and those that stand in for them.
    grade
        Of the claim itself, as of the reported results: V verified, R recalled.
    reason
        Why it cannot be tested, if it cannot.
    reported
        What the table of reported results calls its number, where that is of no configuration.
    """

    name: str
    text: str
    chapter: str
    kind: str
    own: tuple = ()
    here: tuple = ()
    grade: str = "R"
    reason: str = ""
    reported: str = ""


def _from(start: str, whole: Configuration = catalogue.PAPERS) -> Configuration:
    return replace(whole, start=start)


def _with(whole: Configuration, change: str) -> Configuration:
    return replace(whole, network=f"{whole.network}+{change}") if change else whole


STAND_INS = (catalogue.SQUEEZENET, catalogue.CAFFENET)
_STARTS = ("imagenet", "places", "deepsentibank", *catalogue.MVSO)
# The whole network, and what corresponds to the cuts that the paper's table has.
_CUTS = {
    catalogue.PAPERS: ("", "fc7-4096", "fc6-4096", "fc7-2", "fc6-2"),
    catalogue.SQUEEZENET: ("", "fire9-512", "fire8-512", "fire9-2", "fire8-2"),
    catalogue.CAFFENET: ("", "fc7-4096", "fc6-4096", "fc7-2", "fc6-2"),
    catalogue.MOBILENET: ("", "conv18-1280", "block17-320", "conv18-2", "block17-2"),
}


def _ablated(first: str, other: str) -> dict[str, tuple]:
    """Pair two of the paper's cuts, and the same two of the networks that stand in."""
    places = [_CUTS[catalogue.PAPERS].index(name) for name in (first, other)]
    pairs = [tuple(_with(whole, cuts[n]) for n in places) for whole, cuts in _CUTS.items()]
    return {"own": tuple(pairs[:1]), "here": tuple(pairs[1:])}


CLAIMS = (
    Claim(
        "improvement",
        "The best fine-tuned network is 6.1 points (absolute) more accurate than the state of the "
        "art before it.",
        "fine-tuning",
        "untestable",
        own=(_from("mvso-english"),),
        grade="V",
        reason="The earlier network, that of You et al. (PCNN), cannot be scored on these folds: "
        "neither its weights nor code that trains it are among the files of this project.",
        reported="abstract v1",
    ),
    Claim(
        "accuracy",
        "CaffeNet fine-tuned from ImageNet reaches the accuracies of the paper's main table.",
        "fine-tuning",
        "level",
        (catalogue.PAPERS,),
        STAND_INS,
    ),
    Claim(
        "start",
        "It takes a trained start: from random weights the same network is less accurate.",
        "initialisation",
        "better",
        ((catalogue.PAPERS, _from("random")),),
        tuple((one, _from("random", one)) for one in STAND_INS),
    ),
    Claim(
        "oversampling",
        "Oversampling (ten crops) improves accuracy.",
        "judgement",
        "views",
        (catalogue.PAPERS,),
        (*STAND_INS, catalogue.MOBILENET),
    ),
    Claim(
        "agreement",
        "The more annotators agree on the pictures, the more accurate the network.",
        "fine-tuning",
        "ordered",
        (catalogue.PAPERS,),
        STAND_INS,
    ),
    Claim(
        "one-layer",
        "Removing a fully connected layer costs accuracy: the whole network is better than fc7-2.",
        "ablation",
        "better",
        **_ablated("", "fc7-2"),
    ),
    Claim(
        "two-layers",
        "Removing a second one costs more: fc7-2 is better than fc6-2.",
        "ablation",
        "better",
        **_ablated("fc7-2", "fc6-2"),
    ),
    Claim(
        "two-way-fc7",
        "With one layer removed, a new two-way layer is better than leaving the 4096 outputs as "
        "classes: fc7-2 is better than fc7-4096.",
        "ablation",
        "better",
        **_ablated("fc7-2", "fc7-4096"),
    ),
    Claim(
        "two-way-fc6",
        "So it is with two layers removed: fc6-2 is better than fc6-4096.",
        "ablation",
        "better",
        **_ablated("fc6-2", "fc6-4096"),
    ),
    Claim(
        "depth",
        "Later layers carry more sentiment: their features classify better.",
        "layer-by-layer",
        "layers",
        (catalogue.PAPERS,),
        STAND_INS,
    ),
    Claim(
        "classifiers",
        "On a layer's features an SVM and a softmax classifier do about as well.",
        "layer-by-layer",
        "classifiers",
        (catalogue.PAPERS,),
        STAND_INS,
    ),
    Claim(
        "related",
        "Starts from related domains (Places, DeepSentiBank, MVSO) are better than one from "
        "ImageNet.",
        "initialisation",
        "better throughout",
        tuple((_from(one), catalogue.PAPERS) for one in _STARTS[1:]),
    ),
    Claim(
        "mvso-english",
        "Of all starts, MVSO in English is the best.",
        "initialisation",
        "better throughout",
        tuple((_from("mvso-english"), _from(one)) for one in _STARTS if one != "mvso-english"),
    ),
    Claim(
        "addition",
        "A two-way layer on top of the original classifier (fc9) does not help.",
        "addition",
        "no better",
        tuple((_with(one, "fc9-2"), one) for one in (catalogue.PAPERS, _from("mvso-english"))),
        tuple(
            (_with(one, n), one) for one, n in zip(STAND_INS, ("conv11-2", "fc9-2"), strict=True)
        ),
    ),
    Claim(
        "maps",
        "Sentiment maps show which parts of a picture speak for either class.",
        "",
        "untestable",
        reason="The chapter on sentiment maps is not in this edition yet.",
    ),
)


def judge(
    records: Iterable[Record],
    probes: Iterable[ProbeRecord],
    claims: Iterable[Claim] = CLAIMS,
) -> pd.DataFrame:
    """Give a verdict on each claim.

    Parameters
    ----------
    records, probes
        Recorded runs and probes.
    claims
        All of the paper's by default.

    Returns
    -------
    DataFrame
        ``name``, ``claim``, ``grade`` and ``chapter`` (label) as `Claim` has them; ``paper`` (its
        numbers with their marks) and ``evidence`` (the recorded comparisons), both HTML with a
        comparison a line, empty where there is none; ``verdict`` (one of `VERDICTS`), ``why`` and
        ``keys`` (of the runs and probes, comma-separated).
    """
    records, probes, judged = list(records), list(probes), []
    for claim in claims:
        rows = KINDS[claim.kind].rows(claim, records, probes)
        verdict, why = _decide(claim, rows)
        judged.append(
            {
                "name": claim.name,
                "claim": claim.text,
                "grade": claim.grade,
                "chapter": claim.chapter,
                "paper": "<br>".join(_reported_lines(claim)),
                "evidence": "<br>".join(row.text for row in rows),
                "verdict": verdict,
                "why": why,
                "keys": ", ".join(sorted({key for row in rows for key in row.keys})),
            }
        )
    return pd.DataFrame(judged)


def rules(claims: Iterable[Claim] = CLAIMS) -> pd.DataFrame:
    """Give the rule of each kind of test that the claims use: ``kind``, ``rule`` (HTML)."""
    used = {claim.kind for claim in claims}
    rows = [(name, kind.rule) for name, kind in KINDS.items() if name in used]
    return pd.DataFrame(rows, columns=["kind", "rule"])


class Row(NamedTuple):
    """One comparison: in words, its value, where it lies, and whether it is of the paper's own."""

    text: str
    value: float
    side: str
    own: bool
    keys: tuple[str, ...]


class Kind(NamedTuple):
    """A kind of test: its rule, how comparisons are made, how they are weighed.

    ``needed`` says what must be recorded: any comparison, one of the paper's own, or all of them.
    """

    rule: str
    rows: Callable[[Claim, Sequence[Record], Sequence[ProbeRecord]], list[Row]]
    weigh: Callable[[Sequence[Row]], tuple[str, str]]
    needed: str = "any"


def _decide(claim: Claim, rows: Sequence[Row]) -> tuple[str, str]:
    kind, own = KINDS[claim.kind], [row for row in rows if row.own]
    least, there = {"any": (1, rows), "own": (1, own), "all": (len(claim.own), own)}[kind.needed]
    if not claim.reason and len(there) >= least:
        return kind.weigh(there)
    others = " on the paper's own network or on stand-ins" if claim.here else ""
    why = claim.reason or f"Nothing that tests it{others} is recorded on all five folds."
    if kind.needed == "own":
        why = "The paper's own network and start are not recorded on all five folds."
    if least > 1:
        why = f"Of the {least} pairs that it takes, {len(there)} are recorded on all five folds."
    if missing := _unavailable(claim.own):
        why += f" Weights not available here: {', '.join(missing)}."
    return UNTESTED, why


def _unavailable(compared: Iterable) -> list[str]:
    """Name the networks and starts, in words, whose weights are not at hand."""
    names = {}
    for one in compared:
        for configuration in (one,) if isinstance(one, Configuration) else one:
            plain = replace(configuration, network=configuration.family)
            start = networks.find_start(plain.network, plain.start)
            if start and not any(assets.find(name) for name in start.assets):
                names[plain.title.partition(",")[0]] = True
    return list(names)


# What is compared


def _pairs(claim: Claim, records: Sequence[Record], _: object) -> list[Row]:
    return [
        _row(one.pair, (one.difference, one.low, one.high), own, one.keys.split(", "), one.p_t)
        for own, pairs in ((True, claim.own), (False, claim.here))
        for one in reports.paired(records, pairs, VIEW).itertuples()
    ]


def _views(claim: Claim, records: Sequence[Record], _: object) -> list[Row]:
    rows = []
    for own, name, agreement, some in _recorded(claim, records):
        (one,) = judgement.oversampling(reports.gathered(some)).itertuples()
        interval = one.difference, one.low, one.high
        what = f"{name}, {figures.AGREEMENT_NAMES[agreement]}"
        rows.append(_row(what, interval, own, _keys(some), one.p_t))
    return rows


def _subsets(claim: Claim, records: Sequence[Record], _: object) -> list[Row]:
    scored: dict[tuple, dict] = {}
    for own, name, agreement, some in _recorded(claim, records):
        scored.setdefault((own, name), {})[agreement] = _accuracy(some), _keys(some)
    rows = []
    for (own, name), subsets in scored.items():
        if len(subsets) == len(folds.AGREEMENTS):
            for one, other in pairwise(folds.AGREEMENTS):
                (first, keys), (second, more) = subsets[one], subsets[other]
                what = f"{name}, {_neighbours(one, other)}"
                rows.append(_row(what, unpaired(first, second), own, keys + more))
    return rows


def _levels(claim: Claim, records: Sequence[Record], _: object) -> list[Row]:
    rows = []
    for own, name, agreement, some in _recorded(claim, records):
        one, aim = _accuracy(some), _reported(claim.own[0], agreement, VIEW)["mean"]
        side = BELOW if one.high < aim else ABOVE if one.low > aim else WITHIN
        text = f"{name}, {figures.AGREEMENT_NAMES[agreement]}"
        text += f": {one.mean:.3f} ({one.low:.3f} to {one.high:.3f})"
        rows.append(Row(text, one.mean - aim, side, own, _keys(some)))
    return rows


def _depths(claim: Claim, _: object, probes: Sequence[ProbeRecord]) -> list[Row]:
    rows = []
    for own, name, some in _probed(claim, probes):
        scored = protocols.compare(_layers(some), ["layer", "classifier"])
        for classifier, group in scored.groupby("classifier", sort=False):
            value, p = rank_correlation(group["nested_mean"][::-1])
            side = WITHIN if not p < SIGNIFICANT else ABOVE if value > 0 else BELOW
            text = f"{name}, {classifier}: {value:+.2f} over {len(group)} layers (p {p:.3f})"
            rows.append(Row(text, value, side, own, _keys(some)))
    return rows


def _classifiers(claim: Claim, _: object, probes: Sequence[ProbeRecord]) -> list[Row]:
    rows = []
    for own, name, some in _probed(claim, probes):
        table = _svm_less_softmax(_layers(some))
        if len(table):
            widest, p = table["difference"].abs().idxmax(), table["p"].min()
            value = table.loc[widest, "difference"]
            text = f"{name}: SVM − softmax at most {value:+.3f} ({widest}), smallest p {p:.3f}"
            rows.append(Row(text, value, ABOVE if p < SIGNIFICANT else WITHIN, own, _keys(some)))
    return rows


def _nothing(*_: object) -> list[Row]:
    return []


def _row(what: str, interval: tuple, own: bool, keys: Iterable[str], p: float | None = None) -> Row:
    difference, low, high = interval
    side = ABOVE if low > 0 else BELOW if high < 0 else WITHIN
    test = "" if p is None else f"; t-test p {p:.3f}"
    text = f"{what}: {difference:+.3f} ({low:+.3f} to {high:+.3f}{test})"
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
    """Give the difference of two accuracies and its 95 % interval, as of independent samples.

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


def _layers(probes: Iterable[ProbeRecord]) -> pd.DataFrame:
    """Stack what was predicted and what is true, a cost a row; the last layer first."""
    parts = []
    for one in probes:
        truth = "".join(one.probe.lists()[1]["label"].astype(str))
        predicted = one.table()["predicted"].to_numpy()
        parts.append(one.accuracies().assign(predicted=predicted, truth=truth))
    # A layer may be in two probes of one network.
    return pd.concat(parts, ignore_index=True).drop_duplicates(_CASE)


_CASE = ["layer", "classifier", "fold", "seed", "cost"]


def _svm_less_softmax(table: pd.DataFrame) -> pd.DataFrame:
    """Compare the classifiers by layer: ``difference`` of accuracies, and ``p`` after Holm."""
    chosen = protocols.choose(table, _CASE[:2]).query("protocol == 'nested'")[_CASE].merge(table)
    right = [
        [float(said == true) for said, true in zip(*both, strict=True)]
        for both in chosen[["predicted", "truth"]].itertuples(index=False)
    ]
    each = chosen.assign(right=right, place=[range(len(some)) for some in right])
    each = each.explode(["right", "place"]).astype({"right": float})
    told = each.pivot_table(
        "right", ["layer", "fold", "place"], "classifier", aggfunc="mean", sort=False
    )
    told = told.reindex(columns=["svm", "softmax"]).dropna()
    found = {
        layer: (
            one.groupby("fold").mean().mean(),
            resampling.exact_mcnemar((one > 0).sum(), (one < 0).sum()),
        )
        for layer, one in (told["svm"] - told["softmax"]).groupby("layer", sort=False)
    }
    table = pd.DataFrame.from_dict(found, orient="index", columns=["difference", "p"])
    return table.assign(p=resampling.holm(table["p"]))


# How comparisons are weighed

_WORDS = {
    ABOVE: "as claimed and larger than the noise",
    WITHIN: "smaller than the noise",
    BELOW: "opposite to the claim and larger than the noise",
}


def _all_above(rows: Sequence[Row]) -> tuple[str, str]:
    sides = Counter(row.side for row in rows)
    verdict = REPRODUCED if sides[ABOVE] == len(rows) else NOT_REPRODUCED
    if len(sides) == 1:
        words = _WORDS[rows[0].side]
    else:
        words = ", ".join(f"{sides[side]} {_WORDS[side]}" for side in _WORDS if sides[side])
        words = f"mixed: {words}"
    return verdict, f"{_count(rows)}: {words}. {_whose(rows)}"


def _none_above(rows: Sequence[Row]) -> tuple[str, str]:
    above = sum(row.side == ABOVE for row in rows)
    words = f"{above or 'none'} above zero by more than the noise"
    return NOT_REPRODUCED if above else REPRODUCED, f"{_count(rows)}: {words}. {_whose(rows)}"


def _none_apart(rows: Sequence[Row]) -> tuple[str, str]:
    apart = sum(row.side != WITHIN for row in rows)
    words = f"{apart or 'none'} with a layer that tells the classifiers apart"
    return NOT_REPRODUCED if apart else REPRODUCED, f"{_count(rows)}: {words}. {_whose(rows)}"


def _none_below(rows: Sequence[Row]) -> tuple[str, str]:
    below = sum(row.side == BELOW for row in rows)
    words = f"{below or 'none'} of the intervals ends below the paper's number"
    return NOT_REPRODUCED if below else REPRODUCED, f"{_count(rows)}: {words}. {_whose(rows)}"


def _count(rows: Sequence[Row]) -> str:
    least, most = (f"{end(row.value for row in rows):+.3f}" for end in (min, max))
    span = least if least == most else f"{least} to {most}"
    return f"{len(rows)} recorded comparison{'s' * (len(rows) > 1)} ({span})"


def _whose(rows: Sequence[Row]) -> str:
    own = sum(row.own for row in rows)
    if not own:
        return "On stand-ins only: the paper's own network and start are not recorded."
    rest = "" if own == len(rows) else f", and {len(rows) - own} on stand-ins"
    return f"{own} on the paper's own network and start{rest}."


_BETTER = (
    "Two networks answer the same pictures of the same folds, from ten crops. Reproduced: in every "
    "pair that is recorded on all five folds the first is right more often, and the 95 % interval "
    "of the difference (bootstrap over the pictures of each fold) excludes zero. Not reproduced: "
    "anything else. As every pair must pass, nothing is adjusted for their number. The p of the "
    "corrected resampled t-test, which covers other training pictures, too, stands beside and does "
    "not decide."
)

KINDS = {
    "better": Kind(_BETTER, _pairs, _all_above),
    "better throughout": Kind(
        "As <i>better</i>, for a claim about many starts of one network: all of the paper's pairs "
        "must be recorded. Until then it could not be tested.",
        _pairs,
        _all_above,
        needed="all",
    ),
    "no better": Kind(
        "Pairs as for <i>better</i>. Reproduced: in no recorded pair does the 95 % interval lie "
        "above zero. That no gain is seen does not show that there is none: one that is smaller "
        "than the noise stays unseen.",
        _pairs,
        _none_above,
    ),
    "views": Kind(
        "The same trained networks answer from ten crops and from the centre crop. Reproduced: in "
        "every network and subset recorded on all five folds ten crops are right more often, and "
        "the 95 % interval of the difference (as for <i>better</i>) excludes zero.",
        _views,
        _all_above,
    ),
    "ordered": Kind(
        "Accuracy from ten crops, on five, four and three agree. Reproduced: in every network "
        "recorded on all five folds of all three subsets, both steps down are larger than zero by "
        "their 95 % intervals. Folds and training pictures differ between subsets, so nothing is "
        "paired: the interval of a step is made of the intervals of both accuracies as if they "
        "were independent (Newcombe 1998). The subsets share pictures, which makes this rule "
        "rather too strict.",
        _subsets,
        _all_above,
    ),
    "level": Kind(
        "Reproduced: with the paper's own network and start, in every subset recorded on all five "
        "folds, the 95 % interval of the accuracy (ten crops, bootstrap over pictures) reaches the "
        "paper's number or lies above it. How uncertain that number is itself is left out of "
        "account. Stand-ins are shown and do not count.",
        _levels,
        _none_below,
        needed="own",
    ),
    "layers": Kind(
        "A linear classifier is trained on the features of each layer, its cost chosen inside the "
        "training list. Reproduced: in every fine-tuned network probed on all five folds, and for "
        "each classifier, Spearman's rank correlation between a layer's depth and its accuracy "
        "(mean over the folds) is positive, with p below 5 %.",
        _depths,
        _all_above,
    ),
    "classifiers": Kind(
        "Probes as for <i>layers</i>. Reproduced: no network probed on all five folds has a layer "
        "whose two classifiers McNemar's exact test tells apart, with p below 5 % after Holm's "
        "adjustment for the layers of that network. As for <i>no better</i>, this is no proof that "
        "they are equal.",
        _classifiers,
        _none_apart,
    ),
    "untestable": Kind("Could not be tested: the reason is given.", _nothing, _all_above),
}


# What the paper reports


def _reported_lines(claim: Claim) -> list[str]:
    if claim.reported:
        rows = scores.reported(claim.reported).itertuples()
        return [f"{one.mean:+.3f}{tables.MARKS[one.grade]}" for one in rows]
    lines = []
    for what, *cells in _reported_cells(claim):
        found = [_reported(*cell) for cell in cells]
        if all(one is not None for one in found):
            first, *others = found
            value = first["mean"] - sum(other["mean"] for other in others)
            # The least certain of the grades.
            mark = tables.MARKS[max((one["grade"] for one in found), key="VIR".index)]
            words = what or " − ".join(one["variant"] for one in found)
            lines.append(f"{words}: {value:{'+.3f' if others else '.3f'}}{mark}")
    return lines


def _reported_cells(claim: Claim) -> Iterator[tuple]:
    """Give what a claim is about in the paper's tables: words, then one cell or two to subtract."""
    names = figures.AGREEMENT_NAMES
    for one in claim.own:
        if KINDS[claim.kind].rows is _pairs:
            yield "", *((configuration, "five", VIEW) for configuration in one)
        elif claim.kind == "ordered":
            for both in pairwise(folds.AGREEMENTS):
                yield _neighbours(*both), *((one, agreement, VIEW) for agreement in both)
        elif claim.kind == "views":
            for agreement in folds.AGREEMENTS:
                yield names[agreement], (one, agreement, VIEW), (one, agreement, "centre")
        elif claim.kind == "level":
            for agreement in folds.AGREEMENTS:
                yield names[agreement], (one, agreement, VIEW)


def _neighbours(one: str, other: str) -> str:
    return f"{figures.AGREEMENT_NAMES[one]} − {figures.AGREEMENT_NAMES[other]}"


def _reported(configuration: Configuration, agreement: str, view: str) -> pd.Series | None:
    """Find the paper's number of a configuration."""
    for experiment in catalogue.EXPERIMENTS.values():
        named = dict(zip(experiment.paper, experiment.variants, strict=False))
        if variant := named.get(configuration):
            table = scores.reported(experiment.reported)
            chosen = table[
                (table["variant"] == variant)
                & (table["agreement"] == agreement)
                & (table["oversampling"] == scores.VIEWS[view])
            ]
            if len(chosen):
                return chosen.iloc[0]
    return None
