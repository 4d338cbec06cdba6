"""In which order runs are made of which the book lacks the records."""

from collections.abc import Iterable
from operator import attrgetter

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.records import catalogue, experiments
from pixels_to_sentiment.records.catalogue import Configuration
from pixels_to_sentiment.records.runs import Record, Run

SEEDS = range(5)
# The rows that the claims are judged by.
MAIN = (
    *(catalogue.SETTLED, catalogue.CONVOLUTIONS_FC6_2, catalogue.SETTLED_FC7_2),
    *(catalogue.CONVOLUTIONS_FC9_2, catalogue.MOBILENET, catalogue.SQUEEZENET),
    *(one for one in catalogue.EXPERIMENTS["ten-years-later"].here if one != catalogue.MOBILENET),
)


def planned() -> tuple[list[Run], dict[Configuration, str]]:
    """List all runs of the catalogue by how much their lack weighs, and the weights that lack.

    First the rows of the claims, with five seeds; then these in the other precision, then on the
    other subsets; then the rest. Within each the first seed of all rows comes before the second.
    """
    usual, every = catalogue.USUAL_PRECISION, catalogue.EXPERIMENTS.values()
    stages = [
        (MAIN, ("five",), usual),
        (MAIN, ("five",), "fp32"),
        (MAIN, folds.AGREEMENTS[1:], usual),
        *((one.here, one.agreements, usual) for one in every),
        *((one.paper, one.agreements, usual) for one in every),
    ]
    runs, missing = {}, {}
    for some, agreements, precision in stages:
        found, lacking = experiments.plan(
            some, agreements=agreements, seeds=SEEDS, precision=precision
        )
        runs |= dict.fromkeys(sorted(found, key=attrgetter("seed")))
        missing |= lacking
    return list(runs), missing


def lacking(runs: Iterable[Run], records: Iterable[Record]) -> list[Run]:
    """Leave out the runs of which there are records."""
    there = {one.run for one in records}
    return [run for run in runs if run not in there]
