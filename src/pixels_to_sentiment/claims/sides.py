"""What a comparison is, and what its interval says of a claim."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pixels_to_sentiment import reports
from pixels_to_sentiment.claims.paper import Claim
from pixels_to_sentiment.claims.recorded import Recorded, Trained
from pixels_to_sentiment.claims.rules import MARGIN
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.drawing import tables
from pixels_to_sentiment.judging import resampling
from pixels_to_sentiment.records.catalogue import Configuration

# What a comparison says of the claim.
FOR, UNDECIDED, AGAINST = "for", "undecided", "against"
# Whose networks a comparison is of: what the claim is about, nearly that, or others.
OWN, NEARLY, OTHER = "own", "nearly", "other"


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


def listed(claim: Claim) -> Iterator[tuple[str, tuple | Configuration]]:
    """Give what a claim names once each, with whose it is."""
    seen = set()
    for rank, some in ((OWN, claim.own), (NEARLY, claim.nearly), (OTHER, claim.here)):
        for one in some:
            if one not in seen:
                seen.add(one)
                yield rank, one


def whole(claim: Claim, recorded: Recorded) -> Iterator[tuple[str, Configuration, str, Trained]]:
    """Give what is recorded of each configuration and subset, with whose it is."""
    known = list(listed(claim))
    if claim.kind == "later":
        known += [(OWN, one) for one in reports.of_timm(recorded.runs)]
    for rank, configuration in known:
        for agreement in folds.AGREEMENTS:
            for one in recorded.trained([configuration], agreement):
                yield rank, configuration, agreement, one


def in_words(found: resampling.Effects) -> str:
    """Write a difference with its interval."""
    ends = f"{tables.signed(found.low)} to {tables.signed(found.high)}"
    return f"{tables.signed(found.value)} ({ends})"


def level(found: resampling.Effects, number: float) -> str:
    """Write an accuracy and its difference from a number, with the interval."""
    return f"{found.value + number:.3f}, {in_words(found)} from {number:.3f}"


def of_seeds(some: Sequence[Trained]) -> str:
    """Say which seeds were compared, of one or of each."""
    told = list(dict.fromkeys(", ".join(map(str, one.seeds)) for one in some))
    many = "s" * any("," in one for one in told)
    return f"seed{many} {' against '.join(told)}"


def is_lone(some: Iterable[Trained]) -> bool:
    """Tell whether one of several has a single seed."""
    return any(len(one.seeds) == 1 for one in some)


def keys_of(some: Iterable[Trained]) -> tuple[str, ...]:
    """Give the keys of all runs, each once."""
    return tuple(dict.fromkeys(key for one in some for key in one.keys))
