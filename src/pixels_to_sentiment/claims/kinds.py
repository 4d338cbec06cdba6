"""How each kind of claim is tested: its rule in words, what it compares and how that is weighed."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import pandas as pd

from pixels_to_sentiment import tables
from pixels_to_sentiment.claims import evidence
from pixels_to_sentiment.claims.evidence import ABOVE, BELOW, WITHIN, Row
from pixels_to_sentiment.claims.paper import CLAIMS, Claim

REPRODUCED, NOT_REPRODUCED = "reproduced", "not reproduced"
UNTESTED = "could not be tested here"
VERDICTS = (REPRODUCED, NOT_REPRODUCED, UNTESTED)


class Kind(NamedTuple):
    """A kind of test: its rule, how comparisons are made, how they are weighed.

    ``rows`` takes a claim and sequences of recorded runs, probes and studies of maps.
    ``needed`` says what must be recorded: any comparison, one of the paper's own, or all of them.
    """

    rule: str
    rows: Callable[..., list[Row]]
    weigh: Callable[[Sequence[Row]], tuple[str, str]]
    needed: str = "any"


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
    least, most = (tables.signed(end(row.value for row in rows)) for end in (min, max))
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
    "pair that is recorded on all five folds the first is right more often, and the 95% interval "
    "of the difference (bootstrap over the pictures of each fold) excludes zero. Not reproduced: "
    "anything else. In a claim about layers a pair counts only if both networks learned: each is "
    "better than always answering positive, by such an interval too, and ends at a training loss "
    "below ln 2, a coin's. One that does not says more of its training than of its layers. As "
    "every pair must pass, nothing is adjusted for their number. The p of the corrected resampled "
    "t-test, which covers other training pictures, too, stands beside and does not decide."
)

KINDS = {
    "better": Kind(_BETTER, evidence.pairs, _all_above),
    "better throughout": Kind(
        "As <i>better</i>, for a claim about many starts of one network: all of the paper's pairs "
        "must be recorded. Until then it could not be tested.",
        evidence.pairs,
        _all_above,
        needed="all",
    ),
    "no better": Kind(
        "Pairs as for <i>better</i>. Reproduced: in no recorded pair does the 95% interval lie "
        "above zero. That no gain is seen does not show that there is none: one that is smaller "
        "than the noise stays unseen.",
        evidence.pairs,
        _none_above,
    ),
    "views": Kind(
        "The same trained networks answer from ten crops and from the centre crop. Reproduced: in "
        "every main network (the paper's own and the three that stand in for it) and subset "
        "recorded on all five folds ten crops are right more often, and the 95% interval of the "
        "difference (as for <i>better</i>) excludes zero.",
        evidence.views,
        _all_above,
    ),
    "ordered": Kind(
        "Accuracy from ten crops, on five, four and three agree. Reproduced: in every main network "
        "recorded on all five folds of all three subsets, both steps down are larger than zero by "
        "their 95% intervals. Folds and training pictures differ between subsets, so nothing is "
        "paired: the interval of a step is made of the intervals of both accuracies as if they "
        "were independent (Newcombe 1998). The subsets share pictures, which makes this rule "
        "rather too strict.",
        evidence.subsets,
        _all_above,
    ),
    "level": Kind(
        "Reproduced: with the paper's own network and start, in every subset recorded on all five "
        "folds, the 95% interval of the accuracy (ten crops, bootstrap over pictures) reaches the "
        "paper's number or lies above it. How uncertain that number is itself is left out of "
        "account. Stand-ins are shown and do not count.",
        evidence.levels,
        _none_below,
        needed="own",
    ),
    "layers": Kind(
        "A linear classifier is trained on the features of each layer, its cost chosen inside the "
        "training list. Reproduced: in every main network probed after fine-tuning on all five "
        "folds, and for each classifier, Spearman's rank correlation between a layer's depth and "
        "its accuracy (mean over the folds) is positive, with p below 5%.",
        evidence.depths,
        _all_above,
    ),
    "classifiers": Kind(
        "Probes as for <i>layers</i>. Reproduced: no network probed on all five folds has a layer "
        "whose two classifiers McNemar's exact test tells apart, with p below 5% after Holm's "
        "adjustment for the layers of that network. As for <i>no better</i>, this is no proof that "
        "they are equal.",
        evidence.classifiers,
        _none_apart,
    ),
    "maps": Kind(
        "Cells of each test picture are removed, those that the map calls most relevant or least "
        "relevant first, and filled from around them (ROAD); a map's score is how much more the "
        "first lowers the probability of the predicted class. Reproduced: in every main network "
        "mapped on all five folds the sentiment map scores higher than random numbers, than the "
        "centre and than the energy of edges, and each 95% interval of the difference (bootstrap "
        "over the pictures of each fold) excludes zero.",
        evidence.maps,
        _all_above,
    ),
    "untestable": Kind("Could not be tested: the reason is given.", evidence.nothing, _all_above),
}


def rules(claims: Iterable[Claim] = CLAIMS) -> pd.DataFrame:
    """Give the rule of each kind of test that the claims use: ``kind``, ``rule`` (HTML)."""
    used = {claim.kind for claim in claims}
    rows = [(name, kind.rule) for name, kind in KINDS.items() if name in used]
    return pd.DataFrame(rows, columns=["kind", "rule"])
