"""What counts for a claim, what against it, and what is no comparison."""

import pandas as pd
import pytest
from scipy import stats

import toy_claims
from pixels_to_sentiment import catalogue, folds
from pixels_to_sentiment.benchmarks import results
from pixels_to_sentiment.catalogue import CAFFENET, MOBILENET, PAPERS, SQUEEZENET, Configuration
from pixels_to_sentiment.claims import (
    CONTRADICTED,
    INCONCLUSIVE,
    REPRODUCED,
    SUPPORTED,
    UNTESTED,
    evidence,
)
from pixels_to_sentiment.claims.evidence import AGAINST, FOR, UNDECIDED
from toy_claims import CLAIMS, FALLING, judged, random

pytestmark = pytest.mark.usefixtures("isolated")
FC9 = catalogue.variant_of(PAPERS, "fc9-2")


@pytest.fixture
def ran(tmp_path):
    return toy_claims.runs_in(tmp_path)


@pytest.fixture
def probed(tmp_path):
    return toy_claims.probes_in(tmp_path)


@pytest.mark.parametrize(
    ("low", "high", "aim", "side"),
    [
        (0.001, 0.2, 0.03, FOR),
        (-0.2, -0.001, 0.03, AGAINST),
        # Within a picture in a hundred of none, and short of the article's difference.
        (-0.01, 0.01, 0.03, AGAINST),
        (-0.01, 0.01, None, AGAINST),
        (-0.01, 0.01, 0.005, UNDECIDED),
        (-0.01, 0.011, 0.03, UNDECIDED),
        (-0.05, 0.05, 0.15, UNDECIDED),
    ],
)
def test_a_difference_is_there_absent_or_undecided(low, high, aim, side):
    """By its interval, zero, the margin and the article's number."""
    assert evidence.better(low, high, aim) == side


@pytest.mark.parametrize(
    ("low", "high", "side"),
    [
        (-0.01, 0.01, FOR),
        (0.001, 0.009, FOR),
        (-0.02, 0.005, UNDECIDED),
        (0.011, 0.05, AGAINST),
        (-0.05, -0.011, AGAINST),
    ],
)
def test_no_difference_is_shown_by_an_interval_within_the_margin(low, high, side):
    """A wide interval shows nothing, whether it holds zero or not."""
    assert evidence.alike(low, high) == side


def test_pairs_give_their_numbers_seeds_and_runs(ran):
    """Of all seeds; those of the article come first."""
    records = ran(SQUEEZENET, 0.9) + ran(SQUEEZENET, 0.88, seed=1) + ran(random(SQUEEZENET), 0.7)
    row = judged("start", records)
    assert row["verdict"] == REPRODUCED
    assert "(seeds 0, 1 against 0): +0.19" in row["evidence"]
    assert set(row["keys"].split(", ")) == {one.key for one in records}
    assert judged("start", records[:9])["verdict"] == UNTESTED, "a fold is missing"


def test_seeds_that_disagree_leave_a_claim_undecided(ran):
    """However many pictures there are."""
    records = ran(SQUEEZENET, 0.9) + ran(SQUEEZENET, 0.7, seed=1) + ran(random(SQUEEZENET), 0.7)
    assert judged("start", records)["verdict"] == INCONCLUSIVE
    assert judged("start", records[:5] + records[10:])["verdict"] == REPRODUCED


def test_the_articles_own_networks_decide_and_others_support(ran):
    """A pair of other networks is told apart."""
    own = ran(PAPERS, 0.9) + ran(FC9, 0.8)
    whole = catalogue.SQUEEZENET_OURS
    other = ran(whole, 0.9) + ran(catalogue.variant_of(whole, "conv11-2"), 0.75)
    assert judged("addition", own)["verdict"] == REPRODUCED
    assert judged("addition", other)["verdict"] == SUPPORTED
    assert judged("addition", other[5:] + other[:5])["verdict"] == SUPPORTED
    worse = ran(PAPERS, 0.75, seed=1) + ran(FC9, 0.9, seed=1)
    assert judged("addition", worse + other)["verdict"] == CONTRADICTED


def test_trainings_that_learned_nothing_say_nothing_about_layers(ran):
    """A seed is left out; where all are, the pair is shown and does not count."""
    good = ran(PAPERS, 0.9) + ran(FC9, 0.8)
    row = judged("addition", good + ran(PAPERS, 0.66, seed=1))
    assert row["verdict"] == REPRODUCED
    assert "seed 1: no better than always positive, so not counted" in row["evidence"]
    row = judged("addition", good[:5] + ran(FC9, 0.66, seed=2))
    assert row["verdict"] == UNTESTED
    assert "learned nothing" in row["why"]
    row = judged("lean", ran(catalogue.variant_of(PAPERS, "fc7-2"), 0.66))
    assert (row["verdict"], "40.1 million" in row["evidence"]) == (UNTESTED, True)


def test_classifiers_on_frozen_layers_are_named_and_do_not_count(ran):
    """They do not test what fine-tuning makes of a cut network."""
    whole = catalogue.CAFFENET_FROZEN
    row = judged("one-layer", ran(whole, 0.9) + ran(catalogue.variant_of(whole, "fc7-2"), 0.75))
    assert row["verdict"] == UNTESTED
    assert "new classifiers on fixed features" in row["evidence"]


def test_freezing_what_is_below_fc9_is_compared_with_learning_all(ran):
    """The article's conjecture."""
    records = ran(FC9, 0.7)
    records += ran(Configuration(FC9.network, FC9.start, "paper-frozen-below"), 0.8)
    assert judged("frozen-addition", records)["verdict"] == REPRODUCED


@pytest.mark.parametrize(
    ("shares", "verdict"),
    [
        ((0.85, 0.8, 0.76), SUPPORTED),
        ((0.85, 0.7, 0.69), INCONCLUSIVE),
        ((0.75, 0.7, 0.6), INCONCLUSIVE),
    ],
)
def test_accuracies_are_held_against_the_network_quoted(ran, shares, verdict):
    """On each subset, on which it scored 0.783, 0.714 and 0.687."""
    records = []
    for share, agreement in zip(shares, folds.AGREEMENTS, strict=True):
        records += ran(SQUEEZENET, share, agreement)
    row = judged("previous", records)
    assert row["verdict"] == verdict
    assert row["evidence"].count("<br>") == 2
    assert judged("previous", ran(PAPERS, 0.85))["verdict"] == REPRODUCED


@pytest.mark.parametrize(
    ("share", "verdict"), [(0.86, REPRODUCED), (0.82, INCONCLUSIVE), (0.75, CONTRADICTED)]
)
def test_an_accuracy_is_reached_but_for_the_margin(ran, share, verdict):
    """The article's is 0.830."""
    assert judged("accuracy", ran(PAPERS, share))["verdict"] == verdict


def test_views_compare_ten_crops_with_the_centre(ran):
    """Of the same trainings, in each subset; no gain within the margin speaks against."""
    better = ran(PAPERS, 0.9, centre=0.7)
    assert judged("oversampling", better)["verdict"] == REPRODUCED
    hardly = ran(PAPERS, 0.81, "four", centre=0.8)
    assert judged("oversampling", better + hardly)["verdict"] == INCONCLUSIVE
    alike = ran(PAPERS, 1.0, "four", centre=1.0)
    assert judged("oversampling", better + alike)["verdict"] == CONTRADICTED
    row = judged("oversampling", better + ran(PAPERS, 0.7, "three", centre=0.9))
    assert row["verdict"] == CONTRADICTED
    assert "three agree" in row["evidence"].split("<br>")[1]


def test_agreement_is_tested_on_what_each_count_adds(ran):
    """Within one network, on its own test pictures."""
    falling = ran(SQUEEZENET, 0.8, "three", by_count={5: 0.9, 4: 0.75, 3: 0.55})
    row = judged("agreement", falling)
    assert row["verdict"] == SUPPORTED
    assert "exactly 4 − exactly 3: +0.2" in row["evidence"]
    flat = ran(MOBILENET, 0.8, "three", by_count={5: 0.9, 4: 0.75, 3: 0.9})
    assert judged("agreement", flat)["verdict"] == INCONCLUSIVE
    assert judged("agreement", ran(SQUEEZENET, 0.8))["verdict"] == UNTESTED


@pytest.mark.parametrize(
    ("shares", "verdict", "said"),
    [
        (FALLING, REPRODUCED, "+1.00 over 5"),
        (FALLING[::-1], CONTRADICTED, "−1.00"),
        ((0.8,) * 5, INCONCLUSIVE, "+0.00"),
    ],
)
def test_depth_is_correlated_with_accuracy(probed, shares, verdict, said):
    """For each classifier; the cost is the one chosen inside the training list."""
    probes = probed(PAPERS, shares)
    row = judged("depth", probes=probes)
    assert (row["verdict"], said in row["evidence"]) == (verdict, True)
    assert ["SVM" in line for line in row["evidence"].split("<br>")] == [True, False]
    assert set(row["keys"].split(", ")) == {one.key for one in probes}


@pytest.mark.parametrize(
    ("svm", "verdict"),
    [(FALLING, REPRODUCED), ([one - 0.1 for one in FALLING], CONTRADICTED)],
)
def test_classifiers_are_alike_within_the_margin(probed, svm, verdict):
    """Over all layers; the layer that differs most is named."""
    probes = probed(PAPERS, FALLING, svm, alike=svm == FALLING)
    assert judged("classifiers", probes=probes)["verdict"] == verdict


def test_layers_are_compared_by_name(probed):
    """On the same pictures; the article's own difference stands beside."""
    names = ("fc7", "fc6", "conv4", "conv5", "pool5")
    row = judged("dip", probes=probed(PAPERS, (0.9, 0.9, 0.85, 0.7, 0.7), names=names))
    assert row["verdict"] == REPRODUCED
    assert "conv4 − pool5: +0.15" in row["evidence"]
    assert judged("dip", probes=probed(SQUEEZENET, FALLING))["verdict"] == UNTESTED


@pytest.mark.parametrize("name", ["depth", "classifiers"])
def test_probes_of_untrained_networks_or_single_folds_do_not_count(probed, name):
    """The claims are about the fine-tuned network on all folds."""
    probes = probed(SQUEEZENET, FALLING, tuned=False) + probed(CAFFENET, FALLING, which=(1, 2))
    assert judged(name, probes=probes)["verdict"] == UNTESTED


def test_one_classifier_alone_cannot_be_compared(probed):
    """Probes may be made with only one."""
    probes = probed(SQUEEZENET, FALLING)
    for one in probes:
        table = pd.read_csv(one.folder / "layers.csv", dtype={"predicted": str})
        table[table["classifier"] == "svm"].to_csv(one.folder / "layers.csv", index=False)
    assert judged("classifiers", probes=probes)["verdict"] == UNTESTED
    assert judged("depth", probes=probes)["verdict"] == SUPPORTED


def test_fine_tuning_is_compared_with_frozen_features_however_they_were_classified(ran, probed):
    """By a new layer trained alike, from ten crops, or by softmax from the centre crop."""
    frozen = Configuration("squeezenet1_1", "imagenet", "paper-frozen-features-third")
    records = ran(SQUEEZENET, 0.9) + ran(frozen, 0.8)
    row = judged("fine-tuning", records, probed(SQUEEZENET, (0.7,), tuned=False))
    assert row["verdict"] == REPRODUCED
    first, other = row["evidence"].split("<br>")
    assert ["features frozen" in first, "softmax on" in other] == [True, True]
    assert "+0.2" in other


def test_fc6_2_is_held_against_always_positive_and_against_its_features(ran, probed):
    """From ImageNet convolutions it is nearly the article's own."""
    records = ran(CLAIMS["no-more-than-positive"].nearly[0], 1.0)
    for one in records:
        table = one.predictions()
        table.assign(centre=0.9, oversampled=0.9).to_csv(
            one.folder / "predictions.csv", index=False
        )
    row = judged("no-more-than-positive", records)
    assert row["verdict"] == REPRODUCED
    assert "Nearly the article's own" in row["why"]
    names = ("fc7", "fc6", "pool5", "conv5", "conv4")
    row = judged("lost-features", records, probed(CAFFENET, FALLING, names=names))
    assert (row["verdict"], "pool5, softmax − " in row["evidence"]) == (SUPPORTED, True)


def test_parameters_are_counted_by_hand():
    """4096 x 4096 weights and as many biases, and what becomes of the last layer."""
    one, two = judged("parameters")["evidence"].split("<br>")
    last = 4096 * 2 + 2
    saved = 4096 * 4096 + 4096 + last - last
    assert f"{saved / 1e6:.2f} million" in one
    saved += 9216 * 4096 + 4096 + last - (9216 * 2 + 2)
    assert f"{saved / 1e6:.2f} million" in two


def test_starts_that_learn_sooner_have_the_lower_mean_loss(ran):
    """Over folds and seeds."""
    records = ran(SQUEEZENET, 0.9, loss=0.3) + ran(random(SQUEEZENET), 0.7, loss=0.6)
    row = judged("convergence", records)
    assert (row["verdict"], ": +0.300" in row["evidence"]) == (SUPPORTED, True)


@pytest.mark.parametrize(
    ("kind", "low", "verdict"),
    [("gpu", 2.5, REPRODUCED), ("gpu", 3.5, CONTRADICTED), ("cpu", 3.5, INCONCLUSIVE)],
)
def test_a_measured_time_is_held_against_three_times(monkeypatch, kind, low, verdict):
    """With its spread; a CPU does not contradict what is said of a GPU."""
    row = {"contender": "a", "pictures": 1, "ratio": 4.0, "low": low, "high": 5.0}
    tables = {kind: pd.DataFrame([row])}
    monkeypatch.setattr(
        results, "map_costs", lambda one: tables.get(one, pd.DataFrame()), raising=False
    )
    assert judged("maps-speed")["verdict"] == verdict


@pytest.mark.parametrize(
    ("kind", "ten", "verdict"),
    [("gpu", 0.01, REPRODUCED), ("gpu", 0.05, CONTRADICTED), ("cpu", 0.05, INCONCLUSIVE)],
)
def test_ten_crops_are_timed_against_one(monkeypatch, kind, ten, verdict):
    """A CPU does not contradict what is said of a GPU."""
    taken = {10: ten, 1: 0.01}
    made = [
        {
            "what": f"CaffeNet forward, {n} at once",
            "contender": results.OURS,
            "seconds": [seconds, 1.01 * seconds, 0.99 * seconds],
        }
        for n, seconds in taken.items()
    ]
    reports = {kind: [{"comparisons": made}]}
    monkeypatch.setattr(results, "recorded", lambda one: reports.get(one, []))
    row = judged("oversampling-speed")
    assert (row["verdict"], f"{ten / 0.01:.1f} times" in row["evidence"]) == (verdict, True)


@pytest.mark.parametrize(
    ("better", "verdict"), [(0.05, SUPPORTED), (0.0, INCONCLUSIVE), (-0.05, INCONCLUSIVE)]
)
def test_maps_have_to_beat_what_knows_nothing_of_the_network(tmp_path, better, verdict):
    """Random numbers, the centre and edges, in every network; Grad-CAM does not decide."""
    made = toy_claims.studies_in(tmp_path)(catalogue.SQUEEZENET, better)
    found = judged("maps", studies=made)
    assert found["verdict"] == verdict
    assert found["evidence"].count("<br>") == 2
    assert "grad-cam" not in found["evidence"]
    assert set(found["keys"].split(", ")) == {one.key for one in made}
    some = toy_claims.studies_in(tmp_path)(catalogue.SQUEEZENET, 0.05, which=(1, 2))
    assert judged("maps", studies=some)["verdict"] == UNTESTED


def test_rank_correlation_of_too_little_is_nothing():
    """Otherwise it is Spearman's."""
    assert evidence.rank_correlation([0.1, 0.2]) == (0.0, 1.0)
    assert evidence.rank_correlation([0.5] * 9) == (0.0, 1.0)
    values = [0.1, 0.3, 0.2, 0.4, 0.5]
    known = stats.spearmanr(range(5), values)
    assert evidence.rank_correlation(values) == pytest.approx((known.statistic, known.pvalue))
