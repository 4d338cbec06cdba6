"""Layers as frames in words, from made-up probes."""

from dataclasses import replace

import numpy as np
import pytest

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.judging import answers, judgement
from pixels_to_sentiment.probes.records import ProbeRecord
from pixels_to_sentiment.records import catalogue
from pixels_to_sentiment.reports import layerwise
from toy_probes import PROBE, written

pytestmark = pytest.mark.usefixtures("isolated")


def probed(root, fold, right, network="squeezenet1_1:imagenet", kind="svm"):
    """Write a probe with a cost a share of right answers."""
    probe = replace(PROBE, network=network, fold=fold, layers=("logits",), limit=None)
    truth = folds.split("five", fold)[1]["label"].to_numpy()
    rows = []
    for share in right:
        wrong = np.arange(len(truth)) >= round(share * len(truth))
        rows.append("".join(map(str, np.where(wrong, 1 - truth, truth))))
    return ProbeRecord.open(written(root / f"{network}-{fold}", probe, rows, kind))


def test_the_papers_numbers_stand_beside_caffenets_layers_alone(tmp_path):
    """By the layer and classifier of the table of reported results."""
    kept = [probed(tmp_path, 1, (0.5,)), probed(tmp_path, 1, (0.5,), "caffenet:random")]
    table = layerwise.compared(kept).assign(layer="fc7")
    assert layerwise.compared(kept)["article_mean"].isna().all()  # no layer called logits there
    words = layerwise.in_words(table.assign(article_mean=[None, 0.814], article_std=[None, 0.04]))
    assert words["the paper"].iloc[0] == "–"
    assert words["the paper"].iloc[1] == "0.814\xa0±\xa00.040"
    assert list(words["folds"]) == [1, 1]


def test_a_layer_is_judged_by_both_protocols_and_as_a_network_is(tmp_path):
    """The made-up inner accuracies are all alike, so the nested choice is the lowest cost."""
    kept = [probed(tmp_path, fold, (0.5, 0.75)) for fold in folds.FOLDS]
    table = layerwise.compared(kept)
    (row,) = table.itertuples()
    assert row.configuration == "SqueezeNet 1.1, frozen"
    assert (row.layer, row.classifier) == ("logits", "linear SVM")
    found = row.test_choice_mean, row.nested_mean, row.difference
    assert found == pytest.approx((0.75, 0.5, 0.25))
    told = layerwise.told(kept)
    assert list(told) == [*answers.COLUMNS, "layer", "classifier"]
    (row,) = judgement.accuracies(told).itertuples()
    assert row.configuration == "SqueezeNet 1.1, frozen: logits, linear SVM"
    assert (row.mean, row.pictures) == (pytest.approx(0.5), 880)
    assert layerwise.told([]).empty
    assert layerwise.compared([]).empty


def test_fine_tuning_is_compared_with_what_was_known_before(tmp_path, made):
    """By hand: right on the first three quarters against the first half of each test list."""
    frozen = [probed(tmp_path, fold, (0.5,), kind="softmax") for fold in folds.FOLDS]
    runs = [made(fold=k, right=0.75, recipe=catalogue.THIRD) for k in folds.FOLDS]
    runs += [made(fold=k, right=0.25, recipe=catalogue.THIRD, seed=1) for k in folds.FOLDS]
    both = [catalogue.SQUEEZENET, catalogue.MOBILENET]
    (row,) = layerwise.tuned_against_frozen(frozen, runs, both).itertuples()
    assert row.difference == pytest.approx(0.25)
    assert (row.first_only, row.other_only, row.seeds) == (220, 0, "0")
    assert (row.least, row.most) == (pytest.approx(-0.25), pytest.approx(0.25))
    assert layerwise.tuned_against_frozen(frozen[:4], runs, both).empty
    assert layerwise.tuned_against_frozen([], runs, both).empty


def test_subsets_stand_side_by_side_and_a_part_of_one_is_left_out(tmp_path):
    """A dash where not all folds are there; an SVM is another classifier."""
    both, kinds = ("five", "four"), ("svm", "softmax")
    other, whole = (
        [probed(tmp_path / kind, fold, (0.5, 0.75), kind=kind) for fold in folds.FOLDS]
        for kind in kinds
    )
    assert layerwise.by_subset(other, both).empty
    assert layerwise.by_subset(whole[:3], both).empty
    (row,) = layerwise.by_subset(whole, both).to_numpy()
    assert list(row) == ["SqueezeNet 1.1, frozen", "0.500\xa0±\xa00.000", "–"]


def test_frozen_networks_are_compared_picture_by_picture(tmp_path):
    """Each other network, where all of its folds are there."""
    kept = [
        probed(tmp_path, fold, (right,), f"{network}:imagenet", "softmax")
        for network, right in (("resnet50", 0.75), ("squeezenet1_1", 0.5), ("mobilenet_v2", 0.5))
        for fold in (folds.FOLDS if network != "mobilenet_v2" else [1, 2])
    ]
    (row,) = layerwise.between_frozen(kept, "ResNet-50").itertuples()
    assert (row.pair, row.subset) == ("ResNet-50 − SqueezeNet 1.1", "five agree")
    assert row.difference == pytest.approx(0.25)
    assert (row.first_only, row.other_only) == (220, 0)
    assert layerwise.between_frozen([], "ResNet-50").empty
