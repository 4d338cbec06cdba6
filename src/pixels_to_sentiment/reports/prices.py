"""What an accuracy costs: parameters, operations and minutes, counted and as recorded."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from statistics import mean

import pandas as pd
import torch
from torch.utils.flop_counter import FlopCounterMode

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.judging import scores
from pixels_to_sentiment.networks import architectures, factory
from pixels_to_sentiment.probes.records import ProbeRecord
from pixels_to_sentiment.records import catalogue
from pixels_to_sentiment.records.catalogue import Configuration
from pixels_to_sentiment.records.runs import Record
from pixels_to_sentiment.reports import layerwise
from pixels_to_sentiment.reports.pairs import accuracies
from pixels_to_sentiment.reports.runs import complete, runs_of

TUNED, FROZEN, ARTICLE = "fine-tuned", "frozen, linear classifier", "as the article reports it"


def operations(network: str) -> float:
    """Count what one picture takes on its way forward: billions of products and sums.

    Of convolutions and inner products, by torch's counter, which does not see oneDNN's products.
    """
    made = factory.blank(network, start="random").arrange(banded=False, onednn=False).eval()
    side = made.convention.crop
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        made(torch.zeros(1, side, side, 3, dtype=torch.uint8))
    return counter.get_total_flops() / 1e9


def prices(
    configurations: Iterable[Configuration],
    records: Iterable[Record],
    probes: Iterable[ProbeRecord],
) -> pd.DataFrame:
    """Set accuracies on the strictest subset, centre crop, beside what the networks take.

    Of fine-tuned networks those with all folds are taken; of probes of untrained networks the
    softmax classifier, with the nested choice. Gives ``network`` and ``how`` in words (with the
    iterations of a training, those of layers that settle first apart), ``accuracy`` and ``std``
    (mean over folds and deviation between them, n - 1; the article does not say which),
    ``parameters`` (millions, with a two-way head), ``operations`` (as `operations`) and ``minutes``
    (mean a fold, on whatever machine it was recorded; of frozen features those of the fold that
    made them for all; missing for the article).
    """
    records, rows, used = list(records), [], []
    for one in configurations:
        if runs := complete(runs_of(one, records)):
            (scored,) = accuracies(runs, "centre")[["mean", "std"]].to_numpy()
            rows.append((one.network, one.start, _trained(runs[0]), *scored, _minutes(runs)))
            used += [run.key for run in runs]
    by_start = defaultdict(list)
    for one in probes:
        if one.run is None and one.probe.agreement == folds.strictest():
            by_start[one.probe.network].append(one)
    for name, some in by_start.items():
        found = layerwise.compared(some).query("classifier == 'softmax'")
        found = found[found["n"] == len(folds.numbers())]
        if len(found):
            network, _, start = name.partition(":")
            scored = found[["nested_mean", "nested_std"]].iloc[0]
            rows.append((network, start, FROZEN, *scored, _minutes(some)))
            used += [one.key for one in some]
    for article in _article("CaffeNet, ILSVRC-2012"):
        rows.append(("caffenet", "imagenet", ARTICLE, *article, float("nan")))
    table = pd.DataFrame(rows, columns=["network", "start", "how", "accuracy", "std", "minutes"])
    names = table["network"].unique()
    counted = architectures.sizes(names).set_index("network")["parameters"]
    table["parameters"] = table["network"].map(counted)
    table["operations"] = table["network"].map({name: operations(name) for name in names})
    starts = zip(table["network"], table["start"], strict=True)
    table["network"] = [catalogue.in_words(*both) for both in starts]
    table.attrs["runs"] = used
    return table[["network", "how", "accuracy", "std", "parameters", "operations", "minutes"]]


def earlier() -> list[float]:
    """Give the accuracy of PCNN on five agree as the article quotes it; its size is not told.

    None beside a data set of one's own.
    """
    return [mean for mean, _ in _article("PCNN (You et al. 2015)")]


def _article(variant: str) -> list[list[float]]:
    table = scores.reported("fine-tuning").query("agreement == 'five' and oversampling != 'yes'")
    return table.loc[table["variant"] == variant, ["mean", "std"]].to_numpy().tolist()


def _trained(record: Record) -> str:
    recipe = record.run.recipe
    settling = f"{recipe.settling} + " if recipe.settling else ""
    return f"{TUNED}, {settling}{recipe.iterations} iterations"


def _minutes(records: Sequence[Record | ProbeRecord]) -> float:
    """Average the minutes of folds; of probes take the fold that made the features of all."""
    taken = [one.provenance()["seconds"] / 60 for one in records]
    return max(taken) if isinstance(records[0], ProbeRecord) else mean(taken)
