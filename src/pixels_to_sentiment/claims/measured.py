"""What is counted, timed and mapped, for or against a claim."""

import re
from collections.abc import Iterator

import numpy as np

from pixels_to_sentiment import reports
from pixels_to_sentiment.benchmarks import results
from pixels_to_sentiment.claims import sides
from pixels_to_sentiment.claims.numbers import cell, reported
from pixels_to_sentiment.claims.paper import VIEW, Claim
from pixels_to_sentiment.claims.recorded import Recorded
from pixels_to_sentiment.claims.rules import MARGIN, NO_SLOWER
from pixels_to_sentiment.claims.sides import AGAINST, FOR, OTHER, OWN, UNDECIDED, Row, beside
from pixels_to_sentiment.drawing import figures
from pixels_to_sentiment.judging import scores
from pixels_to_sentiment.networks import architectures
from pixels_to_sentiment.studies import measures
from pixels_to_sentiment.studies.local import against_global

# The authors had GPUs, and time on a processor is another machine's.
_MACHINES = ((OWN, "gpu"), (OTHER, "cpu"))
# Maps that are made without the network.
_UNKNOWING = (measures.RANDOM, measures.CENTRE, measures.EDGES)


def parameters(claim: Claim, _: Recorded) -> Iterator[Row]:
    """Count the parameters that cuts save."""
    for whole, cut in claim.own:
        sizes = architectures.sizes([whole.network, cut.network])["parameters"]
        saved = sizes[0] - sizes[1]
        text = f"{cut.network.partition('+')[2]}: {saved:.2f} million fewer of {sizes[0]:.2f}"
        # Where the article gives the accuracy of the cut, it says how many million it saves.
        said = re.search(r"(\d+) million parameters fewer", reported(cut, "five", VIEW)["note"])
        side = FOR if said and int(said[1]) <= saved < int(said[1]) + 1 else AGAINST
        yield Row(text, saved, side, OWN)


def speed(claim: Claim, _: Recorded) -> Iterator[Row]:
    """Hold the measured time of a map of 64 outputs, over that of one, against the article's."""
    said = cell(claim.cells[0])["mean"]
    for rank, kind in _MACHINES:
        for one in results.map_costs(kind).itertuples():
            side = FOR if one.low <= said else AGAINST
            text = f"CaffeNet on a {kind.upper()}, {one.contender}, {one.pictures} at once: "
            text += f"{one.ratio:.1f} times ({one.low:.1f} to {one.high:.1f})"
            yield Row(text, one.ratio, side, rank, timed=one.date)


def slower(_: Claim, __: Recorded) -> Iterator[Row]:
    """Compare the measured time for ten crops of a picture at once with that for one."""
    for rank, kind in _MACHINES:
        for report in results.recorded(f"{kind}-*")[-1:]:
            ours = [one for one in report["comparisons"] if one["contender"] == results.OURS]
            taken = {one["what"]: one["seconds"] for one in ours}
            both = [taken.get(f"CaffeNet forward, {n} at once") for n in (10, 1)]
            if all(both):
                ratios = np.divide(*(some[: min(map(len, both))] for some in both))
                middle, (low, high) = float(np.median(ratios)), results.spread(ratios)
                side = FOR if high <= NO_SLOWER else AGAINST if low > NO_SLOWER else UNDECIDED
                text = f"CaffeNet on a {kind.upper()}: {middle:.1f} times ({low:.1f} to {high:.1f})"
                yield Row(text, middle, side, rank, timed=report["made"]["date"])


def local(claim: Claim, recorded: Recorded) -> Iterator[Row]:
    """Hold the mean of the local predictions against the global one."""
    for one in against_global(recorded.studies, recorded.runs).itertuples():
        own = one.configuration.startswith(claim.own[0].title.partition(",")[0] + ",")
        text = f"{one.configuration}, {reports.CROPS[scores.VIEWS[one.crops]]}: apart by "
        text += f"{one.difference:.3f} ({one.low:.3f} to {one.high:.3f}); the class differs on "
        text += f"{figures.percent(one.changed)} of {one.pictures} pictures"
        rank, side = OWN if own else OTHER, beside(one, MARGIN)
        lone = len({run.run.seed for run in recorded.runs if run.key in one.keys}) == 1
        yield Row(text, one.difference, side, rank, tuple(one.keys), lone=lone)


def maps(claim: Claim, recorded: Recorded) -> Iterator[Row]:
    """Compare sentiment maps, by ROAD, with the maps that know nothing of the network."""
    for rank, configuration in sides.listed(claim):
        some, found = recorded.mapped(configuration)
        if not some:
            continue
        keys, lone = tuple(one.key for one in some), len({one.run.seed for one in some}) == 1
        found = found[found["map"].isin(_UNKNOWING) & (found["measure"] == "road")]
        found = found.rename(columns={"difference": "value"})
        for one in found.itertuples():
            title = f"{reports.title_of(some[0])}, ROAD, sentiment map − {one.map}"
            text = f"{title}: {sides.in_words(one)}"
            yield Row(text, one.value, beside(one), rank, keys, lone=lone)
