"""The front page: all claims, sentences from what is recorded alone, a map chosen by a rule."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from markupsafe import Markup

from pixels_to_sentiment import claims
from pixels_to_sentiment.claims.sides import AGAINST, FOR, OTHER, OWN, UNDECIDED, Row
from pixels_to_sentiment.pages import front
from pixels_to_sentiment.records.catalogue import CAFFENET, CONVOLUTIONS, SETTLED
from pixels_to_sentiment.studies import authors, measures
from toy_claims import FALLING, probed


def row(value, side=FOR, rank=OWN, **more):
    text = f"Net A, ours: {value:+.3f}"
    return Row(text, value, side, rank, low=value - 0.01, high=value + 0.01, **more)


@pytest.fixture(scope="module")
def judged():
    """Give all claims, some with evidence; that of parameters is counted without any runs."""
    rows = {
        "accuracy": [
            row(-0.5),
            row(-0.012, keys=("b",))._replace(text=f"{SETTLED.title}, five agree (seed 0): 0.818"),
            row(0.007)._replace(
                text=f"{SETTLED.title}, four agree (seed 0): 0.794, +0.007 from 0.787"
            ),
        ],
        "addition": [row(-0.014, AGAINST, OTHER)],
        "architectures": [row(-0.144), row(0.037)],
        "no-more-than-positive": [row(0.0)],
        "fine-tuning": [row(-0.02, UNDECIDED), row(0.03), row(-0.1, AGAINST, lone=True, late=True)],
        "agreement": [row(0.16, rank=OTHER), row(0.18, rank=OTHER), row(0.9, left_out="idle")],
        "depth": [row(0.9, rank=OTHER)],
    }
    table = claims.judge([], [], [])
    made = {name: claims.REPRODUCED for name in rows}
    made |= {"addition": claims.INCONCLUSIVE, "fine-tuning": claims.CONTRADICTED}
    verdicts = table["name"].map(made).fillna(table["verdict"])
    found = [rows.get(name, []) for name in table["name"]]
    return table.assign(rows=found, verdict=verdicts)


@pytest.fixture(scope="module")
def candidates():
    """Give a network whose maps are noise, and one whose maps are the authors' own."""
    theirs = np.nan_to_num(authors.maps(), nan=0.5)
    noise = np.random.default_rng(0).normal(size=theirs.shape)
    return [
        authors.Candidate("Net A, ours", measures.MAP, noise, np.ones(12, int)),
        authors.Candidate("Net B, ours", measures.MAP, theirs - 0.5, np.ones(12, int)),
    ]


def test_each_claim_is_a_row_under_its_verdict_and_only_what_counts_is_drawn(judged):
    """What is in another unit than accuracy is said in words, and is on no scale."""
    html = front.forest(judged, "chapters/")
    assert html.count("<li>") == len(claims.CLAIMS)
    for claim in claims.CLAIMS:
        assert f'href="chapters/11-claims.html#claim-{claim.name}"' in html
    assert html.count("<circle") == 3 + 1 + 2 + 1 + 3 + 2
    assert "in another unit: the one comparison speaks for it" in html
    timed = front._elsewise("speed", [row(-2.0, AGAINST, OTHER), row(2.0, rank=OTHER)])
    assert timed == "in another unit, on a CPU: 1 of 2 comparisons speaks for it"


def test_the_tables_of_verdicts_fold_the_evidence_of_each(judged):
    """A row a claim, under its verdict, with its section and rule."""
    tables = dict(front.verdicts(judged, {"ablation": Markup('<a href="x">chapter 4</a>')}))
    every = pd.concat(tables.values())
    assert sorted(every.index) == sorted(one.name for one in claims.CLAIMS)
    assert len(tables['<span class="verdict reproduced">✓ Reproduced</span>']) == 6
    assert every["why"].str.contains("<details><summary>Evidence</summary>").all()
    (one,) = every.loc[every["claim"].str.startswith("Removing the top two"), "claim"]
    assert one.endswith('fc7-2. (section 4.3, <a href="x">chapter 4</a>)')


def test_our_layers_are_set_beside_the_articles_by_its_authors_costs(monkeypatch):
    """Of one network, by all iterations if all folds are there; unknown costs do not count."""
    nan, asked = float("nan"), []
    rows = [
        ("linear SVM", "fc7", 0.80, 0.83, 0.81),
        ("linear SVM", "conv1", 0.70, 0.71, 0.73),
        ("linear SVM", "conv2", nan, 0.75, 0.74),
        ("softmax", "fc7", 0.50, 0.50, 0.81),
    ]
    columns = ["classifier", "layer", "authors_costs_mean", "test_choice_mean", "article_mean"]
    found = pd.DataFrame(rows, columns=columns).assign(configuration="CaffeNet, ours")
    monkeypatch.setattr(front.layerwise, "compared", lambda some: asked.extend(some) or found)
    third, whole = probed(CAFFENET, FALLING), probed(CONVOLUTIONS, FALLING, which=(1, 2))
    four = [replace(one, work=replace(one.probe, agreement="four"), key="") for one in third]
    told = front.beside_their_layers([*third, *probed(SETTLED, FALLING), *whole, *four])
    assert asked == third
    assert (
        "within 3.0 percentage points of the article's accuracies on 2 of 3 layers. Elsew" in told
    )
    assert "they are 2.0 apart" in told
    assert "above the article's on 2 of 3 layers (not on conv1), by 0.3 on" in told
    asked.clear()
    whole = probed(CONVOLUTIONS, FALLING)
    front.beside_their_layers([*third, *whole])
    assert asked == whole
    monkeypatch.setattr(front.layerwise, "compared", lambda _: found.assign(authors_costs_mean=nan))
    assert front.beside_their_layers(third) == ""


def test_findings_are_computed_and_those_without_evidence_left_out(judged, candidates):
    """The best network counts, and its accuracy is the article's best and the difference."""
    html = front.findings(judged, [], candidates)
    assert html.count("<li>") == 7
    assert "right on 81.8%" in html
    for part in (
        "<strong>Of 23 claims on what the article&#39;s experiments found: 3 repro",
        "Of the inconclusive ones 1 has comparisons against them.",
        "1 of 3 comparisons (1 undecided, 1 against it).</strong> What goes against it is of one "
        "seed and added with results in view. The verdict is “contradicted”; without what",
        " with 88.1%.",
        "the differences are −0.100 to +0.030, and",
        "differs from that by −0.007 and +0.018 (centre crop and ten crops)",
        "more often by 16 to 18 percentage points.</strong>",
        "Net B reaches, on average over them, a rank correlation of +1.00",  # theirs itself
        "adjusted for the 4 tests of sentiment maps)",
    ):
        assert part in html
    none = front.findings(judged.assign(rows=[[]] * len(judged)), [], [])
    assert none == '<ol class="findings"></ol>'


def test_why_none_is_reproduced_or_contradicted_is_said_where_none_is(judged):
    """Other networks can support a claim, but not contradict it."""
    none = judged.assign(verdict=claims.INCONCLUSIVE)
    assert "can by rule support, but not contradict" in front.in_all(none)
    assert "by rule" not in front.in_all(judged)


def test_grad_cam_that_agrees_more_is_told_beside_the_sentiment_maps(judged, candidates):
    """Its p is not adjusted, and is said not to be."""
    seen = replace(candidates[1], map=measures.GRAD_CAM)
    html = front.findings(judged, [], [candidates[0], seen])
    assert (
        "tested apart and without adjustment, those of Net B agree most: +1.00 (p &lt; 0.001)."
        in html
    )


def test_the_map_on_the_front_page_is_that_of_median_agreement(candidates):
    """Nobody chooses it; places that the article does not show are said to be hidden.

    Of a network trained in two ways the first is shown, which is the longer.
    """
    html = front.beside(candidates)
    ranks = authors.summary(candidates[:1])["rank_each"].iloc[0]
    at = int(pd.Series(ranks).rank(method="first").eq(7).idxmax())
    assert f"Figure 7, photograph {at + 1}:" in html
    assert html.count("<svg") == 3
    assert html.count("hidden") == np.isnan(authors.maps()[at]).sum()
    shorter = replace(candidates[0], network=candidates[0].network + ", a third")
    again = front.beside([*candidates, shorter])
    assert again == html.replace("with Net A", "with Net A, ours")
    assert front.beside([]) == ""
