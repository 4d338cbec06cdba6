"""The verdict on each claim, and why.

No verdict is written down: each is computed from what is recorded, by the rule of its kind of test.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pandas as pd

from pixels_to_sentiment import assets, networks
from pixels_to_sentiment.catalogue import Configuration
from pixels_to_sentiment.claims.evidence import Row
from pixels_to_sentiment.claims.kinds import KINDS, UNTESTED
from pixels_to_sentiment.claims.paper import CLAIMS, Claim, reported_lines
from pixels_to_sentiment.maps.records import StudyRecord
from pixels_to_sentiment.probes.records import ProbeRecord
from pixels_to_sentiment.runs import Record


def judge(
    records: Iterable[Record],
    probes: Iterable[ProbeRecord],
    studies: Iterable[StudyRecord],
    claims: Iterable[Claim] = CLAIMS,
) -> pd.DataFrame:
    """Give a verdict on each claim.

    Parameters
    ----------
    records, probes, studies
        Recorded runs, probes and studies of maps.
    claims
        All of the paper's by default.

    Returns
    -------
    DataFrame
        ``name``, ``claim``, ``grade`` and ``chapter`` (label) as `Claim` has them; ``paper`` (its
        numbers with their marks) and ``evidence`` (the recorded comparisons), both HTML with a
        comparison a line, empty where there is none; ``verdict`` (one of `kinds.VERDICTS`),
        ``why`` and ``keys`` (of the runs, probes and studies, comma-separated).
    """
    kept, judged = (list(records), list(probes), list(studies)), []
    for claim in claims:
        rows = KINDS[claim.kind].rows(claim, *kept)
        verdict, why = _decide(claim, rows)
        judged.append(
            {
                "name": claim.name,
                "claim": claim.text,
                "grade": claim.grade,
                "chapter": claim.chapter,
                "paper": "<br>".join(reported_lines(claim)),
                "evidence": "<br>".join(row.text for row in rows),
                "verdict": verdict,
                "why": why,
                "keys": ", ".join(sorted({key for row in rows for key in row.keys})),
            }
        )
    table = pd.DataFrame(judged)
    table.attrs["runs"] = sorted({key for keys in table["keys"] for key in keys.split(", ") if key})
    return table


def _decide(claim: Claim, rows: Sequence[Row]) -> tuple[str, str]:
    kind, failed = KINDS[claim.kind], [row for row in rows if claim.of_layers and not row.learned]
    rows = [row for row in rows if row not in failed]
    own = [row for row in rows if row.own]
    least, there = {"any": (1, rows), "own": (1, own), "all": (len(claim.own), own)}[kind.needed]
    if not claim.reason and len(there) >= least:
        verdict, why = kind.weigh(there)
        unsteady = sum(not row.steady for row in there)
        moved = "One of them lies" if unsteady == 1 else f"{unsteady} of them lie"
        why += f" {moved} elsewhere with other seeds." if unsteady else ""
        why += f" {_left_out(failed)}" if failed else ""
        return verdict, why
    others = " on the paper's own network or on stand-ins" if claim.here else ""
    why = claim.reason or f"Nothing that tests it{others} is recorded on all five folds."
    if failed and not rows:
        why = (
            "No pair that is recorded on all five folds passes the test that both networks learned."
        )
    if kind.needed == "own":
        why = "The paper's own network and start are not recorded on all five folds."
    if least > 1:
        why = f"Of the {least} pairs that it takes, {len(there)} are recorded on all five folds."
    if missing := _unavailable(claim.own):
        why += f" Weights not at hand: {', '.join(missing)}."
    return UNTESTED, why


def _left_out(failed: Sequence[Row]) -> str:
    if len(failed) == 1:
        return "One pair is left out because one of its networks did not learn."
    return f"{len(failed)} pairs are left out because one of their networks did not learn."


def _unavailable(compared: Iterable) -> list[str]:
    """Name the networks and starts, in words, whose weights are not at hand."""
    names = {}
    for one in compared:
        for configuration in (one,) if isinstance(one, Configuration) else one:
            plain = replace(configuration, network=configuration.family)
            start = networks.find_start(plain.network, plain.start)
            if start and not any(assets.find(name) for name in start.assets):
                names[plain.title.partition(",")[0]] = True
    return list(names)
