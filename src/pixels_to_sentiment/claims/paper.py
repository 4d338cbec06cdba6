"""What the article claims, by the table ``claims.csv``, and what tests it, by ``tested.csv``.

Each row of the latter adds to the tuple of a `Claim` that its column ``as`` names: what stands in
``first``, or the pair of it and ``other``. What stands in for the article's network and start is
listed in one length, all iterations or a third; that which more seeds are recorded of is taken, see
`recorded.Recorded.trained`, and of layers all iterations, see `evidence.probes_of`. Maps are tested
in each length that is listed. The column ``named`` has an ``after`` where that was taken up when
its results had been seen. Added layers on a network that was settled have no frozen twin, as they
start to have settled what is below.
"""

from collections import defaultdict
from dataclasses import dataclass

from pixels_to_sentiment import places
from pixels_to_sentiment.records.catalogue import Configuration

# The view that accuracies are of, unless views are what is compared.
VIEW = "oversampled"
OURS = "ours"
# What the article's own experiments found.
FINDING = "a finding"


@dataclass(frozen=True)
class Claim:
    """A claim and how it is tested.

    Attributes
    ----------
    section
        Of the article, or `OURS` for what it does not say.
    chapter
        Label of the chapter that it belongs to.
    kind
        Of test, one of `rules.RULES`.
    short, text
        The claim in a few words, and in a sentence.
    reason
        Why it cannot be tested, if it cannot.
    note
        What limits a verdict that rests on other networks alone.
    own, here
        Configurations, or pairs of which the first is said to be better: with the article's own
        networks and starts, and with networks or starts that stand in for them.
    cells
        Pairs of ``experiment: variant`` in the table of reported results, of which the first is
        said to be better, where the configurations do not name them; of one alone its number.
    layers
        Pairs of layers, the first said to be better.
    of_layers
        Whether it is about layers: trainings as `Trained.idle` names them do not count.
    """

    name: str
    section: str
    chapter: str
    kind: str
    short: str
    text: str
    reason: str
    note: str
    own: tuple = ()
    here: tuple = ()
    cells: tuple = ()
    layers: tuple = ()
    of_layers: bool = False

    @property
    def nature(self) -> str:
        """Whether it is a `FINDING` of the article or, in words, something else."""
        if self.section == OURS:
            return "a claim of this book"
        if self.text.startswith("Conjecture"):
            return "a conjecture of the authors"
        return "a count of parameters" if self.kind == "count" else FINDING


def _claims(known: bool) -> tuple[Claim, ...]:
    """Read the claims and what tests them, with that whose results were `known` when named."""
    found = defaultdict(lambda: defaultdict(tuple))
    for row in places.rows("claims/tested.csv"):
        if row["named"] and not known:
            continue
        both = tuple(filter(None, (row["first"], row["other"])))
        if row["as"] in ("own", "here"):
            both = tuple(Configuration(*one.split(":")) for one in both)
        found[row["claim"]][row["as"]] += (both if row["other"] else both[0],)
    return tuple(
        Claim(**row | {"of_layers": row["of_layers"] == "yes"}, **found[row["name"]])
        for row in places.rows("claims/claims.csv")
    )


CLAIMS = _claims(known=True)
# By name, those that less tests without what was named after its results.
NAMED_BEFORE = {one.name: one for one in _claims(known=False) if one not in CLAIMS}
