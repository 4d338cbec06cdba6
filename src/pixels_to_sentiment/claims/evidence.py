"""What is recorded for or against a claim: comparisons, each with its number and in words.

The functions that compare take a claim and what is `Recorded`. They give what is there on all five
folds: what the claim is about first, then what stands in for it.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from pixels_to_sentiment import (
    architectures,
    catalogue,
    crowd,
    figures,
    folds,
    layerwise,
    reports,
    resampling,
    scores,
    tables,
)
from pixels_to_sentiment.benchmarks import results
from pixels_to_sentiment.catalogue import Configuration
from pixels_to_sentiment.claims.paper import VIEW, Claim, cell, reported
from pixels_to_sentiment.claims.recorded import Recorded, Trained, effect
from pixels_to_sentiment.claims.rules import MARGIN, NO_SLOWER, SIGNIFICANT
from pixels_to_sentiment.maps import measures, summary

# What a comparison says of the claim.
FOR, UNDECIDED, AGAINST = "for", "undecided", "against"
# Whose networks a comparison is of: what the claim is about, nearly that, or others.
OWN, NEARLY, OTHER = "own", "nearly", "other"
# The authors had GPUs, and time on a processor is another machine's.
_MACHINES = ((OWN, "gpu"), (OTHER, "cpu"))
# Maps that are made without the network.
UNKNOWING = (measures.RANDOM, measures.CENTRE, measures.EDGES)


class Row(NamedTuple):
    """One comparison: in words, its value, what it says of the claim, and whose networks it is of.

    ``left_out`` says why it is shown and does not count, if so: ``idle`` or ``frozen``. ``lone``
    says that there is only one seed of a network, of which the interval then knows nothing.
    """

    text: str
    value: float
    side: str
    rank: str
    keys: tuple[str, ...]
    left_out: str = ""
    lone: bool = False


def better(low: float, high: float, aim: float | None = None) -> str:
    """Say what an interval tells of a claim that something is above zero.

    Parameters
    ----------
    low, high
        Of the difference.
    aim
        The article's difference, if it gives one.
    """
    if low > 0:
        return FOR
    none = low >= -MARGIN and high <= MARGIN and (aim is None or high < aim)
    return AGAINST if high < 0 or none else UNDECIDED


def alike(low: float, high: float) -> str:
    """Say what an interval tells of a claim that there is no difference."""
    if low >= -MARGIN and high <= MARGIN:
        return FOR
    return AGAINST if low > MARGIN or high < -MARGIN else UNDECIDED


def pairs(claim: Claim, recorded: Recorded) -> list[Row]:
    """Compare the first of each pair with the other, on the same pictures."""
    rows = []
    for rank, pair in _listed(claim):
        if not (both := recorded.trained(pair)):
            continue
        left_out, notes = "", []
        if claim.of_layers:
            both, left_out, notes = _that_learned(both)
        if claim.of_layers and all("frozen" in one.recipe for one in pair):
            left_out = "frozen"
            notes.append("the layers below are frozen: new classifiers on fixed features")
        found = effect([one.right[VIEW] for one in both])
        aim = _aim(pair)
        side = better(found.low, found.high, aim)
        what = f"{reports.difference_in_words(*(one.title for one in both))} ({_seeds(both)})"
        text = "; ".join([f"{what}: {_interval(found)}", *notes])
        rows.append(Row(text, found.value, side, rank, _keys(both), left_out, _lone(both)))
    return rows


def beyond(claim: Claim, recorded: Recorded) -> list[Row]:
    """Compare each accuracy with a number that the article has for another network."""
    rows = []
    for rank, configuration, agreement, one in _whole(claim, recorded):
        number = cell(claim.cells[0], agreement, VIEW if claim.kind == "later" else "")
        if number is None or (claim.of_layers and agreement != "five"):
            continue
        own, aim, left_out, notes = reported(configuration, agreement, VIEW), None, "", []
        if own is not None:
            aim = own["mean"] - number["mean"]
        if claim.of_layers:
            (one,), left_out, notes = _that_learned([one])
        found = effect([one.right[VIEW] - number["mean"]])
        if claim.kind == "later" or claim.of_layers:
            size = architectures.sizes([configuration.network])["parameters"][0]
            notes.append(f"{size:.1f} million parameters")
        what = f"{one.title}, {figures.AGREEMENT_NAMES[agreement]} ({_seeds([one])})"
        text = f"{what}: {_level(found, number['mean'])}"
        side = better(found.low, found.high, aim)
        text = "; ".join([text, *notes])
        rows.append(Row(text, found.value, side, rank, one.keys, left_out, _lone([one])))
    return rows


def levels(claim: Claim, recorded: Recorded) -> list[Row]:
    """Compare each accuracy with the article's own."""
    rows = []
    for rank, _, agreement, one in _whole(claim, recorded):
        aim = reported(claim.own[0], agreement, VIEW)["mean"]
        found = effect([one.right[VIEW] - aim])
        side = FOR if found.low > -MARGIN else AGAINST if found.high < -MARGIN else UNDECIDED
        text = f"{one.title}, {figures.AGREEMENT_NAMES[agreement]} ({_seeds([one])}): "
        text += _level(found, aim)
        rows.append(Row(text, found.value, side, rank, one.keys, lone=_lone([one])))
    return rows


def views(claim: Claim, recorded: Recorded) -> list[Row]:
    """Compare ten crops with the centre crop, in each network and subset."""
    rows = []
    for rank, _, agreement, one in _whole(claim, recorded):
        found = effect([one.right["oversampled"] - one.right["centre"]])
        told = [reported(claim.own[0], agreement, view) for view in ("oversampled", "centre")]
        side = better(found.low, found.high, told[0]["mean"] - told[1]["mean"])
        what = f"{one.title}, {figures.AGREEMENT_NAMES[agreement]} ({_seeds([one])})"
        text = f"{what}: {_interval(found)}"
        rows.append(Row(text, found.value, side, rank, one.keys, lone=_lone([one])))
    return rows


def counts(claim: Claim, recorded: Recorded) -> list[Row]:
    """Compare pictures of which more annotators gave the label with those of which one fewer."""
    rows, exact = [], crowd.exact()
    for rank, _, agreement, one in _whole(claim, recorded):
        right = one.right[VIEW]
        of = exact.reindex(right.index.get_level_values("image")).to_numpy()
        for more, fewer in pairwise(sorted(set(of), reverse=True)):
            some, of_some = right[(of == more) | (of == fewer)], of[(of == more) | (of == fewer)]
            shares = [np.sum(of_some == count) for count in (more, fewer)]
            weights = np.where(of_some == more, 1 / shares[0], -1 / shares[1])
            found = effect([some], weights)
            what = f"{one.title}, trained on {figures.AGREEMENT_NAMES[agreement]} ({_seeds([one])})"
            text = f"{what}, exactly {more} − exactly {fewer}: {_interval(found)}"
            side = better(found.low, found.high)
            rows.append(Row(text, found.value, side, rank, one.keys, lone=_lone([one])))
    return rows


def depths(claim: Claim, recorded: Recorded) -> list[Row]:
    """Correlate depth and accuracy of the layers, for each network and classifier."""
    rows = []
    for rank, told, keys in _probed(claim, recorded):
        for classifier, some in told.groupby("classifier", sort=False):
            right = (some["positive"] == some["label"]).groupby([some["layer"], some["fold"]])
            means = right.mean().groupby("layer").mean()[list(dict.fromkeys(some["layer"]))]
            value, p = rank_correlation(means[::-1])
            side = UNDECIDED if not p < SIGNIFICANT else FOR if value > 0 else AGAINST
            title = f"{_title(some)}, {layerwise.CLASSIFIER_TITLES[classifier]}"
            text = f"{title}: {tables.signed(value, 2)} over {len(means)} layers"
            text = f"{text} (p {tables.p_value(p)})"
            rows.append(Row(text, value, side, rank, keys, lone=some["seed"].nunique() == 1))
    return rows


def dips(claim: Claim, recorded: Recorded) -> list[Row]:
    """Compare two layers of a network, by each classifier."""
    rows = []
    for rank, told, keys in _probed(claim, recorded):
        for (first, other), kind in ((p, k) for p in claim.layers for k in ("svm", "softmax")):
            both = [_right(told, layer, kind) for layer in (first, other)]
            if all(len(one) for one in both):
                found = effect(both)
                title = layerwise.CLASSIFIER_TITLES[kind]
                text = f"{_title(told)}, {title}, {first} − {other}: {_interval(found)}"
                aim = _layer_aim(first, other, kind)
                side = better(found.low, found.high, aim)
                lone = len(both[0].columns) == 1
                rows.append(Row(text, found.value, side, rank, keys, lone=lone))
    return rows


def classifiers(claim: Claim, recorded: Recorded) -> list[Row]:
    """Compare two classifiers over all layers of each network."""
    rows = []
    for rank, told, keys in _probed(claim, recorded):
        right = (told["positive"] == told["label"]).astype(float)
        table = told.assign(right=right).pivot_table(
            "right", ["fold", "image", "layer"], "classifier", aggfunc="mean"
        )
        if {"svm", "softmax"} <= set(table):
            gaps = (table["svm"] - table["softmax"]).dropna()
            found = effect([gaps.groupby(["fold", "image"]).mean().to_frame()])
            each = gaps.groupby(["layer", "fold"]).mean().groupby("layer").mean()
            widest = each.abs().idxmax()
            text = f"{_title(told)}, SVM − softmax, mean of {len(each)} layers: {_interval(found)}"
            text += f"; largest {tables.signed(each[widest])} ({widest})"
            side, lone = alike(found.low, found.high), told["seed"].nunique() == 1
            rows.append(Row(text, found.value, side, rank, keys, lone=lone))
    return rows


def parameters(claim: Claim, _: Recorded) -> list[Row]:
    """Count the parameters that cuts save."""
    rows = []
    for whole, cut in claim.own:
        sizes = architectures.sizes([whole.network, cut.network])["parameters"]
        saved, said = sizes[0] - sizes[1], _said(cut)
        text = f"{cut.network.partition('+')[2]}: {saved:.2f} million fewer of {sizes[0]:.2f}"
        side = FOR if said and said <= saved < said + 1 else AGAINST
        rows.append(Row(text, saved, side, OWN, ()))
    return rows


def _said(cut: Configuration) -> int | None:
    """Read how many million parameters the article says that a cut saves; None if it does not."""
    note = reported(cut, "five", VIEW)["note"]
    words = note.partition(" million parameters fewer")[0].split()
    return int(words[-1]) if words and words[-1].isdigit() else None


def positive(claim: Claim, recorded: Recorded) -> list[Row]:
    """Compare networks with always answering positive."""
    rows = []
    for rank, _, agreement, one in _whole(claim, recorded):
        if agreement == "five":
            right = one.right[VIEW]
            found = effect([right.sub(right.index.get_level_values("label").to_numpy(), axis=0)])
            area = reports.by_seed(one.records)["auc"].mean()
            last = one.losses().apply(lambda curve: curve.dropna().tail(10).mean()).mean()
            text = f"{one.title} ({_seeds([one])}): {_interval(found)}; area under ROC {area:.2f}, "
            text += f"training loss at the end {last:.2f} nats"
            side = alike(found.low, found.high)
            rows.append(Row(text, found.value, side, rank, one.keys, lone=_lone([one])))
    return rows


def lost(claim: Claim, recorded: Recorded) -> list[Row]:
    """Compare softmax on features of a fine-tuned network with the network cut after them."""
    rows = []
    first, other = (cell(one, "five", "centre") for one in claim.cells)
    for rank, (whole, cut) in _listed(claim):
        for told, keys in _of_layers(whole, recorded):
            features, some = _right(told, claim.layers[0], "softmax"), recorded.trained([cut])
            if len(features) and some:
                found = effect([features, some[0].right["centre"].droplevel("label")])
                text = f"{_title(told)}, {claim.layers[0]}, softmax − {some[0].title} "
                text += f"({_seeds(some)}): {_interval(found)}"
                side = better(found.low, found.high, first["mean"] - other["mean"])
                used = keys + some[0].keys
                rows.append(Row(text, found.value, side, rank, used, lone=_lone(some)))
    return rows


def tuned(claim: Claim, recorded: Recorded) -> list[Row]:
    """Compare fine-tuned networks with the same, of which the start's features are frozen."""
    rows = []
    for rank, one in _listed(claim):
        for kind in ("features", "convolutions"):
            if both := recorded.trained([one, _frozen(one, kind)]):
                found = effect([some.right[VIEW] for some in both])
                what = reports.difference_in_words(*(some.title for some in both))
                text = f"{what} ({_seeds(both)}): {_interval(found)}"
                side, used = better(found.low, found.high), _keys(both)
                rows.append(Row(text, found.value, side, rank, used, lone=_lone(both)))
        told, keys = recorded.probed(f"{one.network}:{one.start}", tuned=False)
        trained = recorded.trained([one])
        # Of several layers the last, which comes first.
        features = _right(told, told["layer"].iloc[0], "softmax") if len(told) else ()
        if len(features) and trained:
            found = effect([trained[0].right["centre"].droplevel("label"), features])
            text = f"{trained[0].title} ({_seeds(trained)}) − softmax on {_title(told)}, "
            text += f"{told['layer'].iloc[0]}, centre crop: {_interval(found)}"
            side, used = better(found.low, found.high), trained[0].keys + keys
            rows.append(Row(text, found.value, side, rank, used, lone=_lone(trained)))
    return rows


def _frozen(one: Configuration, kind: str) -> Configuration:
    ending = "-third" if one.recipe.endswith("-third") else ""
    recipe = f"{one.recipe.removesuffix(ending)}-frozen-{kind}{ending}"
    return Configuration(one.network, one.start, recipe)


def sooner(claim: Claim, recorded: Recorded) -> list[Row]:
    """Compare the mean training loss of two starts over the iterations that both have."""
    rows = []
    for rank, pair in _listed(claim):
        if both := recorded.trained(pair):
            curves = [one.losses() for one in both]
            last = min(curve.dropna().index.max() for curve in curves)
            means = [curve.loc[:last].mean().unstack().to_numpy() for curve in curves]
            found = resampling.random_effects(means, np.zeros(means[0].shape[1]))
            side = FOR if found.low > 0 else AGAINST if found.high < 0 else UNDECIDED
            what = reports.difference_in_words(*(one.title for one in both))
            text = f"{what} ({_seeds(both)}), mean loss of {last} iterations in nats: "
            text, used = text + _interval(found), _keys(both)
            rows.append(Row(text, found.value, side, rank, used, lone=_lone(both)))
    return rows


def speed(claim: Claim, _: Recorded) -> list[Row]:
    """Hold the measured time of a map of 64 outputs, over that of one, against the article's."""
    said, rows = cell(claim.cells[0])["mean"], []
    # Measured by the part of the benchmark that times maps, if it is there.
    measured = getattr(results, "map_costs", lambda _: pd.DataFrame())
    for rank, kind in _MACHINES:
        for one in measured(kind).itertuples():
            side = FOR if one.low <= said else AGAINST
            text = f"CaffeNet on a {kind.upper()}, {one.contender}, {one.pictures} at once: "
            text += f"{one.ratio:.1f} times ({one.low:.1f} to {one.high:.1f})"
            rows.append(Row(text, one.ratio - said, side, rank, ()))
    return rows


def slower(_: Claim, __: Recorded) -> list[Row]:
    """Compare the measured time for ten crops of a picture at once with that for one."""
    rows = []
    for rank, kind in _MACHINES:
        for report in results.recorded(kind)[:1]:
            taken = {
                one["what"]: one["seconds"]
                for one in report["comparisons"]
                if one["contender"] == results.OURS
            }
            both = [taken.get(f"CaffeNet forward, {n} at once") for n in (10, 1)]
            if all(both):
                ratios = np.divide(*(some[: min(map(len, both))] for some in both))
                middle, (low, high) = float(np.median(ratios)), results.spread(ratios)
                side = FOR if high <= NO_SLOWER else AGAINST if low > NO_SLOWER else UNDECIDED
                text = f"CaffeNet on a {kind.upper()}: {middle:.1f} times ({low:.1f} to {high:.1f})"
                rows.append(Row(text, middle - 1, side, rank, ()))
    return rows


def local(claim: Claim, recorded: Recorded) -> list[Row]:
    """Hold the mean of the local predictions against the global one."""
    rows = []
    for one in _against_global(recorded):
        own = one.configuration.startswith(claim.own[0].title.partition(",")[0] + ",")
        side = FOR if one.low > MARGIN else AGAINST if one.high < MARGIN else UNDECIDED
        text = f"{one.configuration}, {reports.CROPS[scores.VIEWS[one.crops]]}: apart by "
        text += f"{one.difference:.3f} ({one.low:.3f} to {one.high:.3f}); the class differs on "
        text += f"{figures.percent(one.changed)} of {one.pictures} pictures"
        rows.append(Row(text, one.difference, side, OWN if own else OTHER, tuple(one.keys)))
    return rows


def _against_global(recorded: Recorded) -> Iterator[NamedTuple]:
    try:
        from pixels_to_sentiment.maps import local as global_and_local
    except ImportError:
        return iter(())
    found = global_and_local.against_global(recorded.studies, recorded.runs)
    return found.itertuples()


def maps(claim: Claim, recorded: Recorded) -> list[Row]:
    """Compare sentiment maps, by ROAD, with the maps that know nothing of the network."""
    rows = []
    on_photographs = [one for one in recorded.studies if one.run is not None]
    for rank, configuration in _listed(claim):
        some = reports.complete(reports.runs_of(configuration, on_photographs))
        if not some:
            continue
        found = summary.differences(summary.gathered(some), ["road"])
        for one in found[found["map"].isin(UNKNOWING)].itertuples():
            span = f"{tables.signed(one.low)} to {tables.signed(one.high)}"
            text = f"{reports.title_of(some[0])}, ROAD, sentiment map − {one.map}: "
            text += f"{tables.signed(one.difference)} ({span})"
            side = FOR if one.low > 0 else AGAINST if one.high < 0 else UNDECIDED
            keys = tuple(record.key for record in some)
            lone = len({record.run.seed for record in some}) == 1
            rows.append(Row(text, one.difference, side, rank, keys, lone=lone))
    return rows


def nothing(*_: object) -> list[Row]:
    """Compare nothing, as for what cannot be tested."""
    return []


def rank_correlation(values: Iterable[float]) -> tuple[float, float]:
    """Correlate values with their place in the row (Spearman): the correlation and its p.

    It is 0 with p 1 where there are fewer than three values or all are alike.
    """
    values = np.array(list(values))
    if len(values) < 3 or np.ptp(values) == 0:
        return 0.0, 1.0
    found = stats.spearmanr(np.arange(len(values)), values)
    return float(found.statistic), float(found.pvalue)


def _listed(claim: Claim) -> Iterator[tuple[str, tuple | Configuration]]:
    """Give what a claim names once each, with whose it is."""
    seen = set()
    for rank, some in ((OWN, claim.own), (NEARLY, claim.nearly), (OTHER, claim.here)):
        for one in some:
            if one not in seen:
                seen.add(one)
                yield rank, one


def _whole(claim: Claim, recorded: Recorded) -> Iterator[tuple[str, Configuration, str, Trained]]:
    """Give what is recorded of each configuration and subset, with whose it is."""
    listed = list(_listed(claim))
    if claim.kind == "later":
        listed += [(OWN, one) for one in reports.of_timm(recorded.runs)]
    for rank, configuration in listed:
        for agreement in folds.AGREEMENTS:
            for one in recorded.trained([configuration], agreement):
                yield rank, configuration, agreement, one


def _probed(
    claim: Claim, recorded: Recorded
) -> Iterator[tuple[str, pd.DataFrame, tuple[str, ...]]]:
    for rank, configuration in _listed(claim):
        for told, keys in _of_layers(configuration, recorded):
            yield rank, told, keys


def _of_layers(
    configuration: Configuration, recorded: Recorded
) -> list[tuple[pd.DataFrame, tuple[str, ...]]]:
    """Give the probes of a fine-tuned network that are there on all folds, of either length."""
    recipe = configuration.recipe.removesuffix("-third")
    for one in (recipe, f"{recipe}-third"):
        text = f"{configuration.network}:{configuration.start}:{one}"
        told, keys = recorded.probed(text, tuned=True)
        if told["fold"].nunique() == len(folds.FOLDS):
            return [(told, keys)]
    return []


def _right(told: pd.DataFrame, layer: str, classifier: str) -> pd.DataFrame:
    """Table whether each picture is answered rightly on a layer, (fold and image) by seed."""
    some = told[(told["layer"] == layer) & (told["classifier"] == classifier)]
    some = some.assign(right=(some["positive"] == some["label"]).astype(float))
    return some.pivot_table("right", ["fold", "image"], "seed").dropna(axis=1)


def _title(told: pd.DataFrame) -> str:
    return told["configuration"].iloc[0].rpartition(": ")[0]


def _that_learned(both: Sequence[Trained]) -> tuple[list[Trained], str, list[str]]:
    """Keep the seeds that learned; where none of one did, all, and say so."""
    kept, left_out, notes = [], "", []
    for one in both:
        idle = one.idle(VIEW)
        learned = [seed for seed in one.seeds if seed not in idle]
        kept.append(one.only(learned) if learned else one)
        left_out = left_out if learned else "idle"
        for words in dict.fromkeys(idle.values()):
            seeds = ", ".join(str(seed) for seed, why in idle.items() if why == words)
            notes.append(f"{one.title}, seed {seeds}: {words}, so not counted")
    return kept, left_out, notes


def _aim(pair: Iterable[Configuration]) -> float | None:
    """Give the article's difference of what two configurations are or stand in for."""
    alike = [_in_the_article(one) for one in pair]
    rows = [reported(one, "five", VIEW) if one else None for one in alike]
    return None if any(row is None for row in rows) else rows[0]["mean"] - rows[1]["mean"]


_TOPS = {
    **dict.fromkeys(("", "fc7-2", "fc6-2", "fc9-2")),
    **{"fire9-2": "fc7-2", "conv18-2": "fc7-2", "fire8-2": "fc6-2", "block17-2": "fc6-2"},
    **{"conv11-2": "fc9-2", "fc20-2": "fc9-2"},
}


def _in_the_article(one: Configuration) -> Configuration | None:
    """Give the article's configuration that another corresponds to; None if none does."""
    variant = one.network.partition(architectures.VARIANT)[2]
    if one.start == "random" or variant not in _TOPS or "frozen" in one.recipe:
        return None
    own = catalogue.PAPERS
    start = one.start if one.start in catalogue.MVSO else own.start
    if one.network == own.network and one.start in ("places", "deepsentibank"):
        start = one.start
    variant = _TOPS[variant] or variant
    network = own.network + (architectures.VARIANT + variant if variant else "")
    return Configuration(network, start, own.recipe)


def _layer_aim(first: str, other: str, kind: str) -> float | None:
    words = {"svm": "SVM", "softmax": "softmax"}[kind]
    rows = [cell(f"layer-by-layer: {one} {words}", "five", "centre") for one in (first, other)]
    return None if any(row is None for row in rows) else rows[0]["mean"] - rows[1]["mean"]


def _level(found: resampling.Effects, number: float) -> str:
    return f"{found.value + number:.3f}, {_interval(found)} from {number:.3f}"


def _interval(found: resampling.Effects) -> str:
    ends = f"{tables.signed(found.low)} to {tables.signed(found.high)}"
    return f"{tables.signed(found.value)} ({ends})"


def _seeds(some: Sequence[Trained]) -> str:
    """Say which seeds were compared, of one or of each."""
    told = list(dict.fromkeys(", ".join(map(str, one.seeds)) for one in some))
    many = "s" * any("," in one for one in told)
    return f"seed{many} {' against '.join(told)}"


def _lone(some: Iterable[Trained]) -> bool:
    return any(len(one.seeds) == 1 for one in some)


def _keys(some: Iterable[Trained]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for one in some for key in one.keys))
