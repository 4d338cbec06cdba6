"""Verdicts on the paper's claims, from made-up runs and probes."""

import json
from dataclasses import asdict, replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from pixels_to_sentiment import catalogue, claims, folds, resampling, runs, tables, training
from pixels_to_sentiment.catalogue import CAFFENET, MOBILENET, PAPERS, SQUEEZENET, Configuration
from pixels_to_sentiment.claims import NOT_REPRODUCED, REPRODUCED, UNTESTED
from pixels_to_sentiment.probes.records import Probe, ProbeRecord

pytestmark = pytest.mark.usefixtures("isolated")
CLAIMS = {claim.name: claim for claim in claims.CLAIMS}


def written(folder, name, content, **frames):
    """Write a finished folder: its description, how it was made, and tables."""
    folder.mkdir(parents=True, exist_ok=True)
    for table, frame in frames.items():
        frame.to_csv(folder / f"{table}.csv", index=False)
    (folder / "provenance.json").write_text("{}")
    content |= {"key": folder.name, "code": "c"}
    content |= {"data": {"source": "photographs", "fingerprint": "f"}}
    (folder / f"{name}.json").write_text(json.dumps(content))
    return folder


def right_on(count, share, dice):
    """Whether each picture is answered rightly: a share of them, which ones at random."""
    return dice.permutation(count) < round(share * count)


@pytest.fixture
def ran(tmp_path):
    """Write five folds of a configuration that is right on a share of the pictures."""
    thrown = iter(range(1000))

    def make(configuration, share, agreement="five", centre=None, which=folds.FOLDS):
        dice, made = np.random.default_rng(next(thrown)), []
        for fold in which:
            recipe = training.recipe(configuration.recipe, agreement)
            run = runs.Run(
                configuration.network, configuration.start, None, agreement, fold, recipe
            )
            test = folds.split(agreement, fold)[1][["image", "label"]].reset_index(drop=True)
            views = {}
            for view, part in (("centre", centre or share), ("oversampled", share)):
                correct = right_on(len(test), part, dice)
                views[view] = np.where((test["label"] == 1) == correct, 0.9, 0.1)
            folder = tmp_path / "results" / run.key("data")
            written(
                folder,
                "run",
                {"run": asdict(run)},
                predictions=test.assign(**views),
                curve=pd.DataFrame({"iteration": [1]}),
            )
            made.append(runs.Record.open(folder))
        return made

    return make


@pytest.fixture
def probed(tmp_path):
    """Write five folds of a probe: a share of right pictures a layer, the last layer first."""

    def make(configuration, shares, svm_shares=None, which=folds.FOLDS, tuned=True):
        made, dice = [], np.random.default_rng(0)
        for fold in which:
            recipe = training.recipe(configuration.recipe, "five")
            run = runs.Run(configuration.network, configuration.start, None, "five", fold, recipe)
            network = run.key("data") if tuned else f"{run.network}:{run.start}"
            names = tuple(f"layer{n}" for n in range(len(shares)))
            probe = Probe(network, "five", fold, names)
            labels = probe.lists()[1]["label"].to_numpy()
            rows = []
            for kind, parts in (("svm", svm_shares or shares), ("softmax", shares)):
                for name, share in zip(names, parts, strict=True):
                    correct = right_on(len(labels), share, dice)
                    # The better of two costs on the test pictures is not the one of the inside.
                    for cost, inner, right in ((1.0, 0.9, correct), (2.0, 0.5, labels >= 0)):
                        said = "".join(map(str, np.where(right, labels, 1 - labels)))
                        rows.append((name, 2, kind, cost, cost, inner, said))
            columns = ["layer", "features", "classifier", "cost", "relative", "inner", "predicted"]
            content = {"probe": asdict(probe), "run": asdict(run) if tuned else None}
            folder = tmp_path / "probes" / probe.key("data")
            written(folder, "probe", content, layers=pd.DataFrame(rows, columns=columns))
            made.append(ProbeRecord.open(folder))
        return made

    return make


def judged(name, records=(), probes=()):
    return claims.judge(records, probes, [CLAIMS[name]]).iloc[0]


def random(configuration):
    return replace(configuration, start="random")


@pytest.mark.parametrize(
    ("shares", "verdict", "said"),
    [
        ([(0.9, 0.7), (0.8, 0.6)], REPRODUCED, "as claimed and larger than the noise"),
        ([(0.8, 0.8), (0.8, 0.8)], NOT_REPRODUCED, "smaller than the noise"),
        ([(0.7, 0.9), (0.6, 0.8)], NOT_REPRODUCED, "opposite"),
        ([(0.9, 0.7), (0.7, 0.9)], NOT_REPRODUCED, "mixed: 1 as claimed"),
        ([(0.9, 0.7), (0.8, 0.8)], NOT_REPRODUCED, "1 smaller than the noise"),
    ],
)
def test_better_needs_every_pair_above_the_noise(ran, shares, verdict, said):
    """One pair a network; the numbers of every pair, its t-test's p and its runs are given."""
    records = []
    for configuration, (first, other) in zip((SQUEEZENET, CAFFENET), shares, strict=True):
        records += ran(configuration, first) + ran(random(configuration), other)
    row = judged("start", records)
    assert row["verdict"] == verdict
    assert said in row["why"]
    assert "2 recorded comparisons" in row["why"]
    assert "stand-ins only" in row["why"]
    lines = row["evidence"].split("<br>")
    assert ["SqueezeNet" in lines[0], "CaffeNet" in lines[1]] == [True, True]
    assert all("; t-test p " in line for line in lines)
    assert set(row["keys"].split(", ")) == {one.key for one in records}


def test_a_pair_without_all_five_folds_does_not_count(ran):
    """Alone it leaves the claim untested; beside a whole pair it changes nothing."""
    whole = ran(SQUEEZENET, 0.9) + ran(random(SQUEEZENET), 0.7)
    part = ran(CAFFENET, 0.6) + ran(random(CAFFENET), 0.9, which=(1, 2, 3, 4))
    row = judged("start", part)
    assert (row["verdict"], row["evidence"], row["keys"]) == (UNTESTED, "", "")
    assert "all five folds" in row["why"]
    assert judged("start", whole + part).equals(judged("start", whole))


def test_the_papers_own_pair_is_told_from_stand_ins(ran):
    """It comes first, and the sentence counts both."""
    standing = ran(SQUEEZENET, 0.9) + ran(random(SQUEEZENET), 0.7)
    own = ran(PAPERS, 0.9) + ran(random(PAPERS), 0.7)
    assert "1 on the paper's own network and start, and 1 on" in judged("start", standing + own).why
    alone = judged("start", own)
    assert alone["why"].endswith("1 on the paper's own network and start.")
    assert alone["evidence"].startswith("CaffeNet from ImageNet")


def test_one_changed_prediction_changes_the_verdict(ran):
    """Right on four more pictures in four folds, the interval just excludes zero; on three not.

    Drawn with replacement, four single pictures of 176 are all missed in 1.8 % of the draws, and
    three in 5 %.
    """
    first, other = ran(SQUEEZENET, 1.0), ran(random(SQUEEZENET), 1.0)

    def spoil(record):
        table = record.predictions()
        table.loc[0, "oversampled"] = 1 - table.loc[0, "oversampled"]
        table.to_csv(record.folder / "predictions.csv", index=False)

    for record in other[:4]:
        spoil(record)
    assert judged("start", first + other)["verdict"] == REPRODUCED
    spoil(first[0])
    assert judged("start", first + other)["verdict"] == NOT_REPRODUCED


@pytest.mark.parametrize(
    ("added", "verdict"), [(0.8, REPRODUCED), (0.6, REPRODUCED), (0.95, NOT_REPRODUCED)]
)
def test_no_better_needs_no_pair_above_the_noise(ran, added, verdict):
    """Equal or worse is no better."""
    extended = replace(SQUEEZENET, network="squeezenet1_1+conv11-2")
    row = judged("addition", ran(extended, added) + ran(SQUEEZENET, 0.8))
    assert row["verdict"] == verdict
    assert "above zero" in row["why"]


def test_best_of_all_needs_every_pair(ran):
    """All eight must be recorded, and in all the first must be better."""
    others = [start for start in ("imagenet", "places", "deepsentibank", *catalogue.MVSO)]
    others.remove("mvso-english")
    records = ran(replace(PAPERS, start="mvso-english"), 0.9)
    for start in others[:-1]:
        records += ran(replace(PAPERS, start=start), 0.7)
    row = judged("mvso-english", records)
    assert row["verdict"] == UNTESTED
    assert "Of the 8 pairs that it takes, 7 are recorded" in row["why"]
    last = replace(PAPERS, start=others[-1])
    assert judged("mvso-english", records + ran(last, 0.7))["verdict"] == REPRODUCED
    assert judged("mvso-english", records + ran(last, 0.9))["verdict"] == NOT_REPRODUCED


@pytest.mark.parametrize(
    ("centre", "verdict"), [(0.7, REPRODUCED), (0.9, NOT_REPRODUCED), (0.99, NOT_REPRODUCED)]
)
def test_views_compare_ten_crops_with_the_centre(ran, centre, verdict):
    """In every network and subset on its own, and a subset that is not whole does not count."""
    records = ran(SQUEEZENET, 0.9, centre=0.7) + ran(MOBILENET, 0.9, "three", centre=centre)
    records += ran(CAFFENET, 0.5, centre=0.9, which=(1, 2))
    row = judged("oversampling", records)
    assert row["verdict"] == verdict
    first, second = row["evidence"].split("<br>")
    assert "five agree: +0.199 (" in first
    assert "three agree" in second


@pytest.mark.parametrize(
    ("shares", "verdict"),
    [
        ((0.95, 0.85, 0.7), REPRODUCED),
        ((0.85, 0.85, 0.7), NOT_REPRODUCED),
        ((0.7, 0.8, 0.9), NOT_REPRODUCED),
    ],
)
def test_ordered_needs_both_steps_down(ran, shares, verdict):
    """From five to four and from four to three agree; two subsets do not test it."""
    subsets = [
        ran(SQUEEZENET, share, agreement)
        for agreement, share in zip(folds.AGREEMENTS, shares, strict=True)
    ]
    assert judged("agreement", subsets[0] + subsets[1])["verdict"] == UNTESTED
    row = judged("agreement", [one for some in subsets for one in some])
    assert row["verdict"] == verdict
    assert len(row["evidence"].split("<br>")) == 2


def test_the_unpaired_interval_is_newcombes():
    """His example, 56 of 70 and 48 of 80, by method 10: 0.0524 to 0.3339."""

    def accuracy(right, of):
        interval = stats.binomtest(right, of).proportion_ci(method="wilson")
        return SimpleNamespace(mean=right / of, low=interval.low, high=interval.high)

    found = claims.unpaired(accuracy(56, 70), accuracy(48, 80))
    assert found == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


@pytest.mark.parametrize(
    ("share", "verdict"), [(0.84, REPRODUCED), (0.95, REPRODUCED), (0.75, NOT_REPRODUCED)]
)
def test_level_is_about_the_papers_own_network(ran, share, verdict):
    """Reached if the interval does not end below the paper's number; stand-ins do not count."""
    standing = ran(SQUEEZENET, 0.7)
    alone = judged("accuracy", standing)
    assert alone["verdict"] == UNTESTED
    assert "SqueezeNet 1.1" in alone["evidence"]
    assert judged("accuracy", standing + ran(PAPERS, share))["verdict"] == verdict


FALLING = (0.9, 0.85, 0.8, 0.75, 0.7)


@pytest.mark.parametrize(
    ("shares", "verdict", "said"),
    [
        (FALLING, REPRODUCED, "+1.000"),
        (FALLING[::-1], NOT_REPRODUCED, "opposite"),
        ((0.8,) * 5, NOT_REPRODUCED, "smaller than the noise"),
    ],
)
def test_layers_correlate_depth_and_accuracy(probed, shares, verdict, said):
    """For each classifier; the cost is the one chosen inside the training list."""
    probes = probed(SQUEEZENET, shares)
    row = judged("depth", probes=probes)
    assert row["verdict"] == verdict
    assert said in row["why"]
    assert [line.split(", ")[3][:3] for line in row["evidence"].split("<br>")] == ["svm", "sof"]
    assert set(row["keys"].split(", ")) == {one.key for one in probes}


@pytest.mark.parametrize("name", ["depth", "classifiers"])
def test_probes_of_untrained_networks_or_single_folds_do_not_count(probed, name):
    """The claims are about the fine-tuned network on all folds."""
    probes = probed(SQUEEZENET, FALLING, tuned=False) + probed(CAFFENET, FALLING, which=(1, 2))
    assert judged(name, probes=probes)["verdict"] == UNTESTED


@pytest.mark.parametrize(
    ("svm", "verdict"),
    [(FALLING, REPRODUCED), ((0.9, 0.85, 0.8, 0.75, 0.85), NOT_REPRODUCED)],
)
def test_classifiers_are_alike_unless_a_layer_tells_them_apart(probed, svm, verdict):
    """The largest difference and its layer are named."""
    row = judged("classifiers", probes=probed(SQUEEZENET, FALLING, svm))
    assert row["verdict"] == verdict
    if verdict == NOT_REPRODUCED:
        assert "+0.15" in row["evidence"]
        assert "(layer4)" in row["evidence"]


def test_one_classifier_alone_cannot_be_compared(probed):
    """Probes may be made with only one."""
    probes = probed(SQUEEZENET, FALLING)
    for one in probes:
        table = pd.read_csv(one.folder / "layers.csv", dtype={"predicted": str})
        table[table["classifier"] == "svm"].to_csv(one.folder / "layers.csv", index=False)
    assert judged("classifiers", probes=probes)["verdict"] == UNTESTED
    assert judged("depth", probes=probes)["verdict"] == REPRODUCED


def test_rank_correlation_of_too_little_is_nothing():
    """Otherwise it is Spearman's."""
    assert claims.rank_correlation([0.1, 0.2]) == (0.0, 1.0)
    assert claims.rank_correlation([0.5] * 9) == (0.0, 1.0)
    values = [0.1, 0.3, 0.2, 0.4, 0.5]
    known = stats.spearmanr(range(5), values)
    assert claims.rank_correlation(values) == pytest.approx((known.statistic, known.pvalue))


def test_what_is_untestable_stays_so(ran):
    """Whatever is recorded, and with its reason."""
    records = ran(replace(PAPERS, start="mvso-english"), 0.95)
    row = judged("improvement", records)
    assert (row["verdict"], row["grade"], row["paper"]) == (UNTESTED, "V", "+0.061")
    assert "PCNN" in row["why"]


def test_nothing_recorded_leaves_all_claims_untested():
    """Each with a reason, and the only verified one is that of the preprint's abstract."""
    table = claims.judge([], [])
    assert set(table["verdict"]) == {UNTESTED}
    assert table["why"].str.len().gt(20).all()
    assert table["name"].is_unique
    assert len(table) == len(claims.CLAIMS)
    assert table.loc[table["grade"] != "R", "name"].to_list() == ["improvement"]


def test_the_papers_numbers_stand_beside_with_their_mark():
    """As differences, from the table of reported results; none where it has none."""
    table = claims.judge([], []).set_index("name")["paper"]
    assert table["addition"].startswith("fc9-2, ILSVRC-2012 − CaffeNet, ILSVRC-2012: -0.027")
    assert tables.MARKS["R"] in table["addition"]
    assert "four agree: 0.787" in table["accuracy"]
    assert "five agree: +0.013" in table["oversampling"]
    assert "four agree − three agree: +0.038" in table["agreement"]
    assert table["start"] == ""


def configurations(claim):
    for one in (*claim.own, *claim.here):
        yield from (one,) if isinstance(one, Configuration) else one


@pytest.mark.parametrize("claim", claims.CLAIMS, ids=lambda claim: claim.name)
def test_a_claim_is_tested_on_what_the_catalogue_has(claim):
    """So that running the catalogue records all that it takes."""
    known = {one for each in catalogue.EXPERIMENTS.values() for one in each.configurations}
    # The paper has no run from random weights.
    beyond = random(PAPERS) if claim.name == "start" else None
    assert set(configurations(claim)) - {beyond} <= known
    for one in configurations(claim):
        assert Configuration.parse(str(one)) == one


def test_every_kind_of_test_has_its_rule_and_the_rules_name_the_levels_used():
    """What the page says is what is computed with."""
    table = claims.rules().set_index("kind")["rule"]
    assert set(table.index) == {claim.kind for claim in claims.CLAIMS} == set(claims.KINDS)
    assert f"{resampling.LEVEL:.0%}".replace("%", " %") == "95 %"
    assert len(folds.FOLDS) == 5
    assert claims.VIEW == "oversampled"
    for kind in ("better", "ordered", "level", "views"):
        assert "95 % interval" in table[kind]
        assert "all five folds" in table[kind]
        assert "ten crops" in table[kind]
    assert claims.SIGNIFICANT == 0.05
    for kind in ("layers", "classifiers"):
        assert "p below 5 %" in table[kind]
    assert list(claims.rules([CLAIMS["maps"]])["kind"]) == ["untestable"]
