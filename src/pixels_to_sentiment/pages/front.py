"""What was found, for the front page: sentences, verdicts as a forest plot, a map beside another.

All of it is HTML, computed from the verdicts and the recorded maps; a sentence whose evidence is
not recorded is left out.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup
from matplotlib.colors import to_hex

from pixels_to_sentiment import claims
from pixels_to_sentiment.claims.evidence import probes_of
from pixels_to_sentiment.claims.numbers import cell
from pixels_to_sentiment.claims.paper import FINDING, VIEW
from pixels_to_sentiment.claims.recorded import Recorded
from pixels_to_sentiment.claims.rules import SIGNIFICANT
from pixels_to_sentiment.claims.sides import AGAINST, FOR, OTHER, UNDECIDED, Row
from pixels_to_sentiment.claims.verdicts import TIMED
from pixels_to_sentiment.drawing import forest as plot
from pixels_to_sentiment.drawing.tables import p_value, signed, span
from pixels_to_sentiment.maps import drawing
from pixels_to_sentiment.probes.records import ProbeRecord
from pixels_to_sentiment.records.catalogue import CAFFENET, SETTLED
from pixels_to_sentiment.reports import layerwise
from pixels_to_sentiment.studies import authors, measures
from pixels_to_sentiment.studies.authors import Candidate

CLAIMS_PAGE = "11-claims.html"
# Class (CSS), sign and heading of each verdict, in the order of the front page.
_GROUPS = {
    claims.REPRODUCED: ("reproduced", "✓ Reproduced"),
    claims.SUPPORTED: ("supported", "◐ Supported on other networks only"),
    claims.CONTRADICTED: ("contradicted", "✗ Contradicted"),
    claims.INCONCLUSIVE: ("inconclusive", "≈ Inconclusive"),
    claims.UNTESTED: ("untested", "– Could not be tested"),
}


def forest(judged: pd.DataFrame, folder: str = "") -> Markup:
    """Draw all claims, as `claims.judge` gives them, with a link to each in the chapter of claims.

    What was shown there and did not count is left out. `folder` leads to the chapters.
    """
    lines = []
    for one in judged.itertuples():
        counted = _counted(one.rows)
        drawn = one.kind in claims.IN_ACCURACY and one.verdict != claims.UNTESTED
        here = [(_title(row), row.value, row.low, row.high) for row in counted] if drawn else ()
        lines.append(
            plot.Line(
                one.verdict,
                one.short,
                f"{folder}{CLAIMS_PAGE}#claim-{one.name}",
                one.article if drawn else (),
                here,
                "" if one.verdict == claims.UNTESTED else _elsewise(one.kind, counted),
            )
        )
    return plot.forest(lines, _GROUPS, "difference of accuracies")


def _counted(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if not row.left_out]


def _title(row: Row) -> str:
    return row.text.partition(": ")[0]


def _elsewise(kind: str, rows: Sequence[Row]) -> str:
    """Say what was compared that is no difference of accuracies, and if on another machine."""
    agreeing, every = sum(row.side == FOR for row in rows), len(rows)
    elsewhere = kind in TIMED and all(row.rank == OTHER for row in rows)
    unit = "in another unit" + ", on a CPU" * elsewhere
    if every == 1:
        verb = "speaks" if agreeing else "does not speak"
        return f"{unit}: the one comparison {verb} for it"
    verb = "speak" if agreeing > 1 else "speaks"
    return f"{unit}: {agreeing or 'none'} of {every} comparisons {verb} for it"


def verdicts(
    judged: pd.DataFrame, chapters: Mapping[str, Markup]
) -> Iterator[tuple[Markup, pd.DataFrame]]:
    """Table the claims for the chapter of claims, a table a verdict, under a heading that names it.

    A row is a claim, by its name: what it says, and why the verdict, with the evidence folded.
    `chapters` gives a link by the label of a chapter.
    """
    for verdict, (kind, words) in _GROUPS.items():
        some = judged[judged["verdict"] == verdict]
        rows = [_why(one, chapters.get(one.chapter, "")) for one in some.itertuples()]
        if rows:
            heading = Markup('<span class="verdict {}">{}</span>').format(kind, words)
            yield heading, pd.DataFrame(rows, index=pd.Index(list(some["name"]), name="name"))


def _why(one: Any, chapter: Markup | str) -> dict[str, Markup]:
    """Give the cells of a judged claim, a row of `verdicts`."""
    items = Markup("<br>"), Markup("</li><li>")
    limits = Markup("<br>").join(one.limits)
    section = one.section if one.section == claims.OURS else f"section {one.section}"
    evidence = Markup().join(
        Markup("<p>{}</p><ul><li>{}</li></ul>").format(title, text.replace(*items))
        for title, text in (
            ("The article", one.paper),
            ("Recorded here", one.evidence),
            ("What limits it", limits),
        )
        if text
    )
    claim = Markup("{} ({})").format(one.claim, Markup(", ").join(filter(None, [section, chapter])))
    why = Markup("{}<details><summary>Evidence</summary>{}<p>Rule: <i>{}</i>.</p></details>")
    return {"claim": claim, "why": why.format(one.why, evidence, one.kind)}


def findings(
    judged: pd.DataFrame,
    probes: Iterable[ProbeRecord],
    candidates: Sequence[Candidate],
    folder: str = "",
) -> Markup:
    """List what was found, first in a sentence, then with a link to its evidence, as a list.

    The candidates are maps to hold against the authors', as `authors.of_studies` gives them.
    """
    found = judged.set_index("name")
    first = [(in_all(judged), CLAIMS_PAGE, "Claim by claim")] if judged["rows"].any() else []
    items = [*first, *_of_claims(found), *_of_maps(candidates)]
    if layers := beside_their_layers(probes):
        layers += "".join(f" {one}" for one in found.loc["fully-connected", "limits"][:1])
        items.insert(len(first), (layers, "03-layer-by-layer.html", "Layer by layer"))
    row, rows = Markup('<li><strong>{}</strong>{} <a href="{}">{}</a></li>'), Markup()
    for text, page, where in items:
        sentence = text.partition(". ")[0].rstrip(".") + "."
        rows += row.format(sentence, text.removeprefix(sentence), folder + page, where)
    return Markup('<ol class="findings">{}</ol>').format(rows)


def in_all(judged: pd.DataFrame) -> str:
    """Say what came of the article's own findings, and what else counts as reproduced."""
    found = judged[judged["nature"] == FINDING]
    some = found["verdict"].value_counts()
    told = {one: f"{some.get(one) or 'none'} {_GROUPS[one][1][2:].lower()}" for one in _GROUPS}
    undecided = found.loc[found["verdict"] == claims.INCONCLUSIVE, "rows"].map(_counted)
    against = sum(any(row.side == AGAINST for row in rows) for rows in undecided)
    none = not some.get(claims.REPRODUCED) and not some.get(claims.CONTRADICTED)
    because = (
        " The weights of its networks were not to be had; other networks and machines can by rule "
        "support, but not contradict."
    ) * none
    has = "has" if against == 1 else "have"
    because += f" Of the inconclusive ones {against or 'none'} {has} comparisons against them."
    rest = judged[judged["nature"] != FINDING].groupby("verdict")["nature"].unique()
    decided = [one for one in (claims.REPRODUCED, claims.CONTRADICTED) if one in rest]
    besides = "; ".join(f"{one}: {', '.join(rest[one])}" for one in decided)
    besides = f" Of the others, {besides}." * bool(besides)
    every = f"Of {some.sum()} claims on what the article's experiments found"
    return f"{every}: {', '.join(told.values())}.{because}{besides}"


def beside_their_layers(probes: Iterable[ProbeRecord]) -> str:
    """Say how near SVMs on the layers of our CaffeNet come to the article's, layer by layer.

    Of those of `CAFFENET` that the claims are tested on; empty where none of these layers is
    recorded with the authors' costs.
    """
    probes = list(probes)
    keys = {key for one in probes_of(CAFFENET, Recorded((), probes)) for key in one.keys}
    found = layerwise.compared(one for one in probes if one.key in keys)
    found = found.dropna(subset="article_mean")
    svm = found[found["classifier"] == layerwise.CLASSIFIER_TITLES["svm"]]
    gaps = 100 * (svm["authors_costs_mean"] - svm["article_mean"]).dropna().abs()
    if gaps.empty:
        return ""
    more = 100 * (svm["test_choice_mean"] - svm["article_mean"])
    rest = ", ".join(svm.loc[more <= 0, "layer"])
    untold = "Elsewhere the recorded costs do not tell. " * (len(gaps) < len(svm))
    return (
        "SVMs on the layers of CaffeNet from trained convolutions, with the authors' own costs C, "
        f"come within {gaps.max():.1f} percentage points of the article's accuracies on "
        f"{len(gaps)} of {len(svm)} layers. {untold}On average they are {gaps.mean():.1f} apart; "
        "where these costs stop short of the authors', we assume that higher ones change nothing. "
        "With costs chosen by test accuracy as well, but "
        f"among ours, which reach lower, they are above the article's on {(more > 0).sum()} of "
        f"{len(svm)} layers{f' (not on {rest})' * bool(rest)}, by {more.mean():.1f} on average "
        f"over all. Neither is tested. The network is {svm['configuration'].iloc[0]}."
    )


def _of_claims(found: pd.DataFrame) -> Iterator[tuple[str, str, str]]:
    counted = found["rows"].map(_counted)
    if rows := [one for one in counted["accuracy"] if one.text.startswith(SETTLED.title)]:
        yield _nearest(rows), "02-fine-tuning.html", "Fine-tuning"
    if rows := counted["architectures"]:
        yield _later(rows, found.loc["architectures"]), "10-ten-years-later.html", "Later networks"
    if rows := counted["no-more-than-positive"]:
        theirs = " and ".join(map(signed, found.loc["no-more-than-positive", "article"]))
        yield (
            "CaffeNet from trained convolutions, cut down to these (fc6-2), "
            f"{_beside_positive(rows[0])} always answering “positive”. It was trained as the "
            "article says, but from convolutions without biases and with most weights set to zero. "
            f"What the article reports of its own differs from that by {theirs} (centre crop and "
            "ten crops)"
            f"{', so this row of its Table 4 may tell of training' * (rows[0].side == FOR)}.",
            "04-ablation.html",
            "Layers removed",
        )
    if rows := counted["fine-tuning"]:
        yield (
            f"{_against_frozen(rows)} "
            f"{_without(found.loc['fine-tuning'])}The classifier was trained by the same "
            "recipe, or is a softmax whose cost is cross-validated; the differences are "
            f"{span([row.value for row in rows])}, and their intervals decide. A network whose new "
            "layers settle first has no frozen twin that was trained for as long, and is not among "
            "them.",
            f"{CLAIMS_PAGE}#claim-fine-tuning",
            "Frozen features",
        )
    if rows := counted["agreement"]:
        least, most = (end(row.value for row in rows) for end in (min, max))
        titles = dict.fromkeys(_title(row).partition(", trained on")[0] for row in rows)
        yield (
            "Where exactly one annotator more agrees with a label, the same network is right more "
            f"often by {100 * least:.0f} to {100 * most:.0f} percentage points. So say "
            f"{len(rows)} comparisons of {' and '.join(_short(one, titles) for one in titles)}.",
            "08-judgement.html#judgement-agreement",
            "Agreement",
        )


def _later(rows: Sequence[Row], judged: pd.Series) -> str:
    """Say which later networks beat the article's best, and what each reaches."""
    reached = cell("initialisation: MVSO English", "five", VIEW)["mean"]
    named = [(_title(row).replace(", five agree", ""), row) for row in rows]
    better = [
        f"{title.partition(',')[0]} with {row.value + reached:.1%}"
        for title, row in named
        if row.side == FOR
    ]
    each = "; ".join(
        f"{title}{', added with results in view' * row.late}: {_interval(row)}"
        for title, row in named
    )
    return (
        f"Of {len(rows)} later networks that were fine-tuned, {len(better) or 'none'} "
        f"{'beats' if len(better) < 2 else 'beat'} the article's best, which is right on "
        f"{reached:.1%} of the photographs{': ' * bool(better)}{', '.join(better)}. All five "
        "annotators agree on these photographs. With the article's number taken as exact, the "
        f"differences are: {each}. {_without(judged)}"
    ).rstrip()


def _against_frozen(rows: Sequence[Row]) -> str:
    """Count what the comparisons with frozen features say, with what limits those against."""
    gains = sum(row.side == FOR for row in rows)
    undecided = sum(row.side == UNDECIDED for row in rows)
    against = [row for row in rows if row.side == AGAINST]
    limits = ["of one seed"] * all(row.lone for row in against)
    limits += ["added with results in view"] * all(row.late for row in against)
    limited = f" What goes against it is {' and '.join(limits)}." * bool(against and limits)
    return (
        "Fine-tuning beats a classifier on the features that the network starts with in "
        f"{gains or 'none'} of {len(rows)} comparisons ({undecided} undecided, {len(against)} "
        f"against it).{limited}"
    )


def _without(one: pd.Series) -> str:
    if one["without"] == one["verdict"]:
        return ""
    return f"The verdict is “{one['verdict']}”; without what was added so, “{one['without']}”. "


def _of_maps(candidates: Sequence[Candidate]) -> Iterator[tuple[str, str, str]]:
    frame = Candidate("", authors.FRAME, np.ones_like(authors.maps()))
    every = authors.summary([*candidates, frame])
    if len(some := every[every["map"] == measures.MAP]):
        best = some.loc[some["rank_p"].idxmin()]
        beyond, classed = (some[["rank_p_holm", "same_p_holm"]] < SIGNIFICANT).sum()
        least, most, framed = some["same"].min(), some["same"].max(), every["same"].iloc[-1]
        interval = f"{signed(best['rank_low'], 2)} to {signed(best['rank_high'], 2)}"
        tests = some[["rank_p_holm", "same_p_holm"]].notna().to_numpy().sum()
        yield (
            f"Of {len(some)} trainings, the sentiment maps of {beyond or 'none'} order the "
            "parts of a picture, from negative to positive, as the authors' maps do, by more than "
            "chance. The authors' maps of twelve photographs were recovered from figure 7. "
            f"{_short(best['network'], some['network'])} reaches, on average over them, a rank "
            f"correlation of {signed(best['rank'], 2)} (95% interval {interval}), against "
            f"{signed(best['rank_other'], 2)} with other pictures (p "
            f"{p_value(best['rank_p_holm'])}, adjusted for the {tests} tests of sentiment maps)."
            " On which side of one half a part lies, "
            f"{classed or 'none'} of the {len(some)} {'agree' if classed > 1 else 'agrees'} beyond "
            f"chance: on {least:.0%} to {most:.0%} of the parts, where one class for the whole "
            f"picture, that of the authors' frame, reaches {framed:.0%}."
            f"{_of_grad_cam(every[every['map'] == measures.GRAD_CAM])}",
            "07-sentiment-maps.html#maps-authors",
            "Sentiment maps",
        )


def _of_grad_cam(some: pd.DataFrame) -> str:
    if some.empty:
        return ""
    best = some.loc[some["rank"].idxmax()]
    return (
        f" Of {len(some)} kinds of Grad-CAM maps, tested apart and without adjustment, those of "
        f"{_short(best['network'], some['network'])} agree most: {signed(best['rank'], 2)} "
        f"(p {p_value(best['rank_p'])})."
    )


def _short(title: str, titles: Iterable[str]) -> str:
    """Name a network without its recipe, unless another recipe of its is there, too."""
    network = title.partition(",")[0]
    return network if sum(one.startswith(f"{network},") for one in titles) < 2 else title


def _beside_positive(row: Row) -> str:
    if row.value == row.low == row.high == 0:
        return "is right exactly as often as"
    return f"differs in accuracy by {_interval(row)} from"


def _nearest(rows: Sequence[Row]) -> str:
    """Say how far the network nearest to the article's comes.

    The first row is of five agree, the others of the other subsets.
    """
    whole, *others = rows
    theirs = cell("initialisation: ILSVRC-2012", "five", VIEW)["mean"]
    more = ""
    for row in others:
        subset, _, words = row.text.removeprefix(f"{SETTLED.title}, ").partition(": ")
        words = words.replace(" from", " from the article's")
        more += f" On {subset}: {words}."
    return (
        f"CaffeNet from trained convolutions alone is right on {theirs + whole.value:.1%} of the "
        f"photographs, where the article has {theirs:.1%}. Its layers on top are new and settle "
        "first, so it cannot test what removing trained layers costs. All five annotators agree on "
        "these photographs; with the article's number taken as exact, the difference is "
        f"{_interval(whole)}.{more}"
    )


def _interval(row: Row) -> str:
    return f"{signed(row.value)} (95% interval {signed(row.low)} to {signed(row.high)})"


def beside(candidates: Sequence[Candidate]) -> Markup:
    """Draw the authors' map of one photograph beside those of our networks, as cells of colour.

    It is the photograph of median agreement (rank correlation) with the first network, so that
    nobody has chosen it. Of a network trained in several ways it is the first. Empty where no maps
    are recorded.
    """
    named: dict[str, Candidate] = {}
    for one in candidates:
        if one.map == measures.MAP:
            named.setdefault(one.network.partition(",")[0], one)
    if not named:
        return Markup()
    ranks = authors.summary([*named.values()][:1])["rank_each"].iloc[0]
    at = int(np.argsort(ranks, kind="stable")[len(ranks) // 2])
    shown = [("The article", authors.maps()[at])]
    shown += [(name, one.probabilities[at]) for name, one in named.items()]
    cell = Markup("<div>{}<p>{}</p></div>")
    cells = Markup().join(cell.format(_cells(name, values), name) for name, values in shown)
    nearest = _short(next(iter(named.values())).network, {one.network for one in candidates})
    words = f"Figure 7, photograph {at + 1}: the one of median agreement with {nearest}"
    group = Markup(
        '<div class="map-beside" role="group" aria-label="{0}">{1}</div><p>{0} (rank correlation '
        "{2}).</p>"
    )
    return group.format(words, cells, signed(ranks[at], 2))


def _cells(name: str, values: np.ndarray) -> Markup:
    hidden = "class", "hidden"
    rect = Markup('<rect x="{}" y="{}" width="1.02" height="1.02" {}="{}"/>')
    rows = Markup().join(
        rect.format(x, y, *(hidden if np.isnan(p) else ("fill", to_hex(drawing.DIVERGING(p)))))
        for y, row in enumerate(values)
        for x, p in enumerate(row)
    )
    side, mean = len(values), np.nanmean(values)
    words = f"{name}: map of {side} by {side} places, mean probability of positive {mean:.2f}"
    drawn = '<svg viewBox="0 0 {0} {0}" role="img" aria-label="{1}">{2}</svg>'
    return Markup(drawn).format(side, words, rows)
