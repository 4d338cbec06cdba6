"""What a comparison is, and what its interval says of a claim."""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pixels_to_sentiment import reports
from pixels_to_sentiment.claims.paper import Claim
from pixels_to_sentiment.claims.recorded import Probed, Recorded, Trained
from pixels_to_sentiment.claims.rules import MARGIN
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.drawing import tables
from pixels_to_sentiment.judging.resampling import Effects
from pixels_to_sentiment.records.catalogue import Configuration

# What a comparison says of the claim.
FOR, UNDECIDED, AGAINST = "for", "undecided", "against"
# Whose networks a comparison is of: what the claim is about, or others.
OWN, OTHER = "own", "other"


class Row(NamedTuple):
    """One comparison: in words, its value, what it says of the claim, and whose networks it is of.

    ``left_out`` says why it is shown and does not count, if so: ``idle`` or ``frozen``. ``lone``
    says that there is only one seed of a network, of which the interval then knows nothing, and
    ``late`` that it was added with results in view.
    ``low`` and ``high`` are the ends of the interval, missing where there is none. ``timed`` says
    when a benchmark was made (ISO 8601), whose key is not among the ``keys``.
    """

    text: str
    value: float
    side: str
    rank: str
    keys: tuple[str, ...] = ()
    left_out: str = ""
    lone: bool = False
    low: float = math.nan
    high: float = math.nan
    timed: str = ""
    late: bool = False


def compared(
    some: Sequence[Trained | Probed],
    rank: str,
    found: Effects,
    side: str,
    *,
    title: str = "",
    words: str = "",
    notes: Iterable[str] = (),
    left_out: str = "",
) -> Row:
    """Make a row of one configuration, or of two: by default their names and the interval."""
    text = f"{title or named(some)}: {words or in_words(found)}"
    keys = tuple(key for one in some for key in one.keys)
    lone = any(len(one.seeds) == 1 for one in some)
    text = "; ".join([text, *notes])
    return Row(text, found.value, side, rank, keys, left_out, lone, found.low, found.high)


def beside(found: Effects, at: float = 0.0) -> str:
    """Say what an interval tells of a claim that something is above a value."""
    return FOR if found.low > at else AGAINST if found.high < at else UNDECIDED


def better(found: Effects, aim: float | None = None) -> str:
    """Say what an interval tells of a claim of a difference, of which the article gives its own."""
    if found.low > 0:
        return FOR
    none = alike(found) == FOR and (aim is None or found.high < aim)
    return AGAINST if none else beside(found)


def alike(found: Effects) -> str:
    """Say what an interval tells of a claim that there is no difference."""
    if found.low >= -MARGIN and found.high <= MARGIN:
        return FOR
    return AGAINST if found.low > MARGIN or found.high < -MARGIN else UNDECIDED


def listed(claim: Claim) -> Iterator[tuple[str, tuple | Configuration]]:
    """Give what a claim names once each, with whose it is."""
    ranks = {}
    for rank, some in ((OWN, claim.own), (OTHER, claim.here)):
        for one in some:
            ranks.setdefault(one, rank)
    return ((rank, one) for one, rank in ranks.items())


def whole(claim: Claim, recorded: Recorded) -> Iterator[tuple[str, Configuration, str, Trained]]:
    """Give what is recorded of each configuration and subset, with whose it is."""
    known = list(listed(claim))
    if claim.kind == "later":
        known += [(OWN, one) for one in reports.of_timm(recorded.runs)]
    for rank, configuration in known:
        for agreement in folds.AGREEMENTS:
            for one in recorded.trained([configuration], agreement):
                yield rank, configuration, agreement, one


def in_words(found: Effects) -> str:
    """Write a difference with its interval."""
    value, low, high = map(tables.signed, (found.value, found.low, found.high))
    return f"{value} ({low} to {high})"


def named(some: Sequence[Trained], more: str = "") -> str:
    """Name a configuration, or the difference of two, with the seeds of each."""
    told = list(dict.fromkeys(", ".join(map(str, one.seeds)) for one in some))
    many = "s" * any("," in one for one in told)
    titles = [one.title for one in some]
    title = reports.difference_in_words(*titles, whole=True) if len(titles) > 1 else titles[0]
    return f"{title}{more} (seed{many} {' against '.join(told)})"
