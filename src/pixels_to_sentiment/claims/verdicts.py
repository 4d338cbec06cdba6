"""The verdict on each claim, and why.

No verdict is written down: each is computed from what is recorded, by the rule of its kind of test.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd
from markupsafe import Markup

from pixels_to_sentiment.claims import evidence, measured, notes, rules
from pixels_to_sentiment.claims.numbers import of_claim
from pixels_to_sentiment.claims.paper import CLAIMS, NAMED_BEFORE, Claim
from pixels_to_sentiment.claims.recorded import Recorded
from pixels_to_sentiment.claims.sides import AGAINST, FOR, OTHER, UNDECIDED, Row
from pixels_to_sentiment.drawing import tables
from pixels_to_sentiment.files import assets
from pixels_to_sentiment.networks import factory
from pixels_to_sentiment.probes.records import ProbeRecord
from pixels_to_sentiment.records import catalogue
from pixels_to_sentiment.records.catalogue import Configuration
from pixels_to_sentiment.records.runs import Record
from pixels_to_sentiment.studies.records import StudyRecord

# What makes the comparisons of each kind of test.
COMPARED = {
    "better": evidence.pairs,
    "all better": evidence.pairs,
    "mostly better": evidence.pairs,
    "beyond": evidence.levels,
    "later": evidence.levels,
    "reached": evidence.levels,
    "views": evidence.views,
    "by count": evidence.counts,
    "count": measured.parameters,
    "depth": evidence.depths,
    "layers": evidence.dips,
    "alike": evidence.classifiers,
    "no more than positive": evidence.positive,
    "lost": evidence.lost,
    "tuned": evidence.tuned,
    "sooner": evidence.sooner,
    "speed": measured.speed,
    "no slower": measured.slower,
    "local": measured.local,
    "maps": measured.maps,
    "none": lambda *_: (),
}
# Kinds that are about a machine.
TIMED = "speed", "no slower"
# What the table of verdicts takes over from a claim.
_SHOWN = ("name", "section", "kind", "chapter", "short", "nature")


def judge(
    records: Iterable[Record],
    probes: Iterable[ProbeRecord],
    studies: Iterable[StudyRecord],
    claims: Iterable[Claim] = CLAIMS,
) -> pd.DataFrame:
    """Give a verdict on each claim, by recorded runs, probes and studies of maps.

    ``name``, ``claim``, ``section``, ``kind``, ``chapter`` (label), ``short`` and ``nature`` are as
    `Claim` has them; ``rows`` are the comparisons and ``article`` the differences of accuracies
    that the article's numbers make, none where its claim is of another kind; ``paper`` (the
    article's numbers) and ``evidence`` (the recorded comparisons) are HTML with a comparison a
    line, empty where there is none; ``verdict`` is one of `rules.VERDICTS`, with ``why`` and
    ``limits`` (a list of sentences); ``without`` is the one without what was added with results in
    view;
    ``former`` and ``former_why`` are by the rules before, empty where there was no such claim;
    ``keys`` of runs, probes and studies are separated by commas.
    """
    recorded, judged = Recorded(records, probes, studies), []
    for claim in claims:
        rows = _compared(claim, recorded)
        verdict, why = decide(claim, rows)
        stands_in, *limits = notes.of_claim(claim, rows, recorded)
        lines, differences = of_claim(claim)
        judged.append(
            {
                **{name: getattr(claim, name) for name in _SHOWN},
                "claim": claim.text,
                "article": differences if claim.kind in rules.IN_ACCURACY else [],
                "rows": rows,
                "paper": Markup("<br>").join(lines),
                "evidence": Markup("<br>").join(row.text for row in rows),
                "verdict": verdict,
                "why": f"{why} {stands_in}".rstrip(),
                "limits": limits,
                "without": without_late(claim, rows),
                "keys": ", ".join(sorted({key for row in rows for key in row.keys})),
            }
        )
    before = former().rename(columns={"verdict": "former", "why": "former_why"})
    table = pd.DataFrame(judged).join(before[["former", "former_why"]], on="name")
    table = table.fillna({"former": "", "former_why": ""})
    table.attrs["runs"] = sorted({key for keys in table["keys"] for key in keys.split(", ") if key})
    return table


def _compared(claim: Claim, recorded: Recorded) -> list[Row]:
    """Make the comparisons, and mark those that were added with results in view."""
    # Of two lengths of a recipe the same runs may be chosen.
    rows = {row.text: row for row in COMPARED[claim.kind](claim, recorded)}
    if claim.name not in NAMED_BEFORE:
        return list(rows.values())
    early = {row.text for row in COMPARED[claim.kind](NAMED_BEFORE[claim.name], recorded)}
    return [row._replace(late=row.text not in early) for row in rows.values()]


def former() -> pd.DataFrame:
    """Give the verdicts by the rules before these, as they were recorded, by name of the claim.

    ``claim``, ``verdict``, ``why`` and ``commit`` (of the code and the records).
    """
    path = Path(__file__).with_name("former_verdicts.csv")
    table = pd.read_csv(path, keep_default_na=False, dtype=str).set_index("name")
    # The claim has another name now.
    return table.rename(index={"improvement": "previous"})


def decide(claim: Claim, rows: Sequence[Row]) -> tuple[str, str]:
    """Weigh comparisons: the verdict on a claim, and why, in words."""
    counted, own, others = _by_rank(rows)
    verdict = _verdict(claim, own, others)
    if claim.reason:
        return rules.UNTESTED, claim.reason
    if verdict == rules.UNTESTED:
        return rules.UNTESTED, _untested(claim, rows)
    timed = claim.kind in TIMED
    whose = "on another machine" if timed else "with other networks"
    words = [
        _tally(claim.kind, own, "with what the claim is about"),
        _tally(claim.kind, others, whose),
    ]
    if verdict == rules.INCONCLUSIVE and not own:
        where = "on a GPU, and a CPU contradicts nothing" if timed else "with the article's own"
        words.append(f"None {where}.")
    late = _late(counted, verdict, without_late(claim, rows))
    return verdict, " ".join(filter(None, [*words, _lone(counted), late, _left_out(rows)]))


def without_late(claim: Claim, rows: Sequence[Row]) -> str:
    """Give the verdict without what was added with results in view."""
    _, *ranked = _by_rank([row for row in rows if not row.late])
    return _verdict(NAMED_BEFORE.get(claim.name, claim), *ranked)


def _by_rank(rows: Sequence[Row]) -> tuple[list[Row], list[Row], list[Row]]:
    """Give the comparisons that count, and of these the own and the others."""
    counted = [row for row in rows if not row.left_out]
    others = [row for row in counted if row.rank == OTHER]
    return counted, [row for row in counted if row.rank != OTHER], others


def _verdict(claim: Claim, own: Sequence[Row], others: Sequence[Row]) -> str:
    sides = Counter(row.side for row in own)
    half = len(own) / 2
    if claim.kind in ("all better", "mostly better") and len(own) < len(claim.own):
        return rules.UNTESTED
    mostly = claim.kind == "mostly better"
    if own and (sides[AGAINST] >= half if mostly else sides[AGAINST]):
        return rules.CONTRADICTED
    if own and (sides[FOR] > half if mostly else sides[FOR] == len(own)):
        return rules.REPRODUCED
    sides = Counter(row.side for row in others)
    if sides[FOR] > len(others) / 2 and not sides[AGAINST]:
        return rules.SUPPORTED
    return rules.INCONCLUSIVE if own or others else rules.UNTESTED


# Format and unit of the values of a kind that are no differences of accuracies.
_UNITS = {
    "count": (".2f", "million parameters"),
    "depth": ("", "in rank correlation"),
    "sooner": ("", "nats"),
    "speed": (".1f", "times the time"),
    "no slower": (".1f", "times the time"),
    "local": ("", "in probability"),
    "maps": ("", "in probability"),
}


def _tally(kind: str, rows: Sequence[Row], whose: str) -> str:
    if not rows:
        return ""
    sides = Counter(row.side for row in rows)
    words = ", ".join(f"{sides[one]} {one}" for one in (FOR, UNDECIDED, AGAINST) if sides[one])
    values, (form, unit) = [row.value for row in rows], _UNITS.get(kind, ("", ""))
    span = tables.span(values)
    if form:
        span = " to ".join(dict.fromkeys(f"{end(values):{form}}" for end in (min, max)))
    span = f"{span} {unit}".rstrip()
    return f"{len(rows)} comparison{'s' * (len(rows) > 1)} {whose} ({span}): {words}."


def _lone(rows: Sequence[Row]) -> str:
    lone = sum(row.lone for row in rows)
    if not lone:
        return ""
    if lone == len(rows):
        return f"{'In each a' if lone > 1 else 'A'} network has one seed alone."
    return f"In {lone} of them a network has one seed alone."


def _late(rows: Sequence[Row], verdict: str, less: str) -> str:
    late = sum(row.late for row in rows)
    if not late:
        return ""
    were, them = ("were", "them") if late > 1 else ("was", "it")
    if less == verdict:
        return f"{late} added with results in view, which did not change the verdict."
    return f"{late} {were} added with results in view; without {them}, it would be {less}."


_LEFT_OUT = {
    "idle": "in which one network is no better than always positive or did not settle",
    "frozen": "of classifiers on frozen layers",
}


def _left_out(rows: Sequence[Row]) -> str:
    found = Counter(row.left_out for row in rows if row.left_out)
    return " ".join(
        f"Not counted: {n} pair{'s' * (n > 1)} {_LEFT_OUT[name]}." for name, n in found.items()
    )


def _untested(claim: Claim, rows: Sequence[Row]) -> str:
    why = "Nothing that tests it is recorded"
    why += " on all five folds." if claim.own or claim.here else "."
    if claim.kind in ("all better", "mostly better"):
        own, there = len(claim.own), sum(row.rank != OTHER for row in rows)
        why = f"Of the {own} pairs that it takes, {there} are recorded on all five folds."
    elif rows:
        why = "No pair on all five folds counts."
    missing = ", ".join(_unavailable(claim))
    missing = f"Weights not at hand: {missing}." if missing else ""
    return " ".join(filter(None, [why, _left_out(rows), missing]))


def _unavailable(claim: Claim) -> dict[str, None]:
    """Name the article's starts, in words, whose weights are not at hand."""
    starts = {one.start: one for one in catalogue.find("initialisation").paper}
    names = {}
    for compared in claim.own:
        for one in (compared,) if isinstance(compared, Configuration) else compared:
            if one.family == "caffenet" and one.start in starts:
                start = factory.find_start(one.family, one.start)
                if not any(assets.find(name) for name in start.assets):
                    names[starts[one.start].title.partition(",")[0]] = None
    return names
