"""In which order runs are made of which the book lacks the records, and what one will cost."""

from collections.abc import Iterable, Iterator

from pixels_to_sentiment.benchmarks.scaling import trained_on
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.records import catalogue, experiments
from pixels_to_sentiment.records.catalogue import Configuration
from pixels_to_sentiment.records.runs import Record, Run

SEEDS = range(5)
# The rows that the claims are judged by.
MAIN = (
    *(catalogue.SETTLED, catalogue.CONVOLUTIONS_FC6_2, catalogue.SETTLED_FC7_2),
    *(catalogue.SETTLED_FC9_2, catalogue.CONVOLUTIONS_FC9_2),
    *(catalogue.SQUEEZENET_WHOLE, catalogue.MOBILENET_WHOLE),
    *catalogue.EXPERIMENTS["ten-years-later"].here,
)
# Runs of a trial, which are never recorded.
SMOKE = {"iterations": 2, "batch_size": 4, "limit": 4}
# How much longer a run may take than those before it.
MARGIN = 1.5


def planned(smoke: bool = False) -> tuple[list[Run], dict[Configuration, str]]:
    """List all runs of the catalogue by how much their lack weighs, and the weights that lack.

    First the rows of the claims, with five seeds; then these in the other precision, then on the
    other subsets; then the rest. Within each the first seed of all rows comes before the second.
    With `smoke`, a few iterations of SqueezeNet instead.
    """
    usual, every = catalogue.USUAL_PRECISION, catalogue.EXPERIMENTS.values()
    numbers = SMOKE if smoke else {}
    stages = [
        (MAIN, ("five",), usual),
        (MAIN, ("five",), "fp32"),
        (MAIN, folds.AGREEMENTS[1:], usual),
        *((one.here, one.agreements, usual) for one in every),
        *((one.paper, one.agreements, usual) for one in every),
    ]
    if smoke:
        stages = [((catalogue.SQUEEZENET,), ("five",), usual)]
    runs, missing = {}, {}
    for some, agreements, precision in stages:
        for seed in SEEDS:
            found, lacking = experiments.plan(
                some, agreements=agreements, seeds=[seed], precision=precision, **numbers
            )
            runs |= dict.fromkeys(found)
            missing |= lacking
    return list(runs), missing


class Costs:
    """What runs took on this kind of device, and so what others will take.

    Parameters
    ----------
    records
        Finished runs; those of other devices do not count, nor those of a trial: in a run of a few
        iterations most of the time is not spent on pictures.
    """

    def __init__(self, records: Iterable[Record], device: str):
        self._rates: dict[tuple, list[float]] = {}
        self._kind = device[:4]
        for one in records:
            made = one.provenance()
            if made.get("device", "")[:4] == self._kind and not one.deviation():
                self.add(one.run, made["seconds"])

    def add(self, run: Run, seconds: float) -> None:
        """Note what a run took."""
        for name in self._names(run):
            self._rates.setdefault(name, []).append(seconds / trained_on(run.recipe))

    def expected(self, run: Run) -> float | None:
        """Seconds that a run will take at most, by those most like it; ``None`` without any."""
        for name in self._names(run):
            if name in self._rates:
                return MARGIN * max(self._rates[name][-10:]) * trained_on(run.recipe)
        return None

    @staticmethod
    def _names(run: Run) -> Iterator[tuple]:
        yield run.network, run.recipe.name, run.precision
        yield (run.network.partition("+")[0],)
        yield ()
