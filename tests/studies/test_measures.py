"""All measures of all maps of some pictures: each is what its definition says."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.maps import dense, geometry, rivals
from pixels_to_sentiment.studies import evidence, faithfulness, measures
from toy_studies import CROP, SIDE, blocks, small

MARGIN = (SIDE - CROP) // 2
MIDDLE = slice(MARGIN, MARGIN + CROP)


@pytest.fixture(scope="module")
def loaded():
    return blocks()


@pytest.fixture(scope="module")
def table():
    return folds.split("five", 1)[1][["image", "label"]].head(3)


@pytest.fixture(scope="module")
def crops(loaded, table):
    return torch.from_numpy(loaded.pixels[loaded.rows(table["image"])][:, MIDDLE, MIDDLE])


@pytest.fixture(scope="module")
def large(loaded, table):
    return dense.enlarged(loaded, table["image"])


@pytest.fixture(scope="module")
def network(crops):
    """Find one that calls some of the pictures positive and some negative."""
    return next(made for made in map(small, range(20)) if 0 < answers(made, crops).sum() < 3)


@pytest.fixture(scope="module")
def classes(network, crops):
    return answers(network, crops)


@pytest.fixture(scope="module")
def sign(classes):
    return (2 * classes - 1)[:, None, None]


@pytest.fixture(scope="module")
def found(network, loaded, table):
    """Measure the network beside itself as another seed, and with a network that knows nothing."""
    maps, at, *cam, rows = measures.measure(
        network, loaded, table, other=network, untaught=small(77)
    )
    return maps, at, rows, *cam


def answers(network, crops):
    with torch.no_grad():
        return network(crops).argmax(1)


def of(found, name):
    rows = found[2]
    return rows[rows["map"] == name].reset_index(drop=True)


def rank_correlations(one, other):
    return [spearmanr(a.flatten(), b.flatten()).statistic for a, b in zip(one, other, strict=True)]


def test_there_is_a_row_a_map_of_a_picture(found, table, classes):
    """In the order of the table, map after map, with a column for every measure.

    The class is what the classifier says of the centre crop, whatever the label is.
    """
    assert list(found[2]["map"].unique()) == list(measures.MAPS)
    for name in measures.MAPS:
        assert of(found, name)[["image", "label"]].equals(table.reset_index(drop=True))
        assert list(of(found, name)["class"]) == list(classes)
    points = {f"{curve}@{s:g}" for curve, shares in measures.CURVES.items() for s in shares}
    named = {"image", "label", "map", "class", *measures.AGREEMENTS, *measures.EVIDENCE}
    assert set(found[2]) == points | named


def test_curves_begin_and_end_at_the_classifiers_probability(found, network, crops, classes):
    """Nothing deleted, and all inserted, is the picture itself; all deleted is grey."""
    grey = faithfulness.mean_colour(network).expand_as(crops).contiguous()
    with torch.inference_mode():
        whole, empty = (
            network(some).softmax(1).gather(1, classes[:, None])[:, 0] for some in (crops, grey)
        )
    for name in measures.MAPS:
        rows = of(found, name)
        np.testing.assert_allclose(rows["deletion@0"], whole, atol=1e-5)
        np.testing.assert_allclose(rows["insertion@1"], whole, atol=1e-5)
        np.testing.assert_allclose(rows["deletion@1"], empty, atol=1e-5)


def test_the_map_speaks_for_the_class_that_is_asked_for(
    found, network, crops, large, classes, sign
):
    """Its sign is turned where the class is negative, for the map counts towards positive."""
    maps = dense.log_odds(network, large)
    torch.testing.assert_close(found[0], maps)
    relevance = faithfulness.cells(sign * maps, geometry.within(found[1], SIDE, CROP), CROP)
    ends = faithfulness.ends(network, crops, classes)
    expected = faithfulness.curves(network, crops, relevance, classes, ends)
    for curve, shares in measures.CURVES.items():
        columns = [measures.column(curve, share) for share in shares]
        np.testing.assert_allclose(of(found, "map")[columns], expected[curve], atol=1e-5)


def test_a_map_agrees_with_itself(found):
    """Sentiment map and Grad-CAM; and the map of a network without padding with its windows."""
    for name in ("map", "grad-cam"):
        np.testing.assert_allclose(of(found, name)["seed"], 1)
    np.testing.assert_allclose(of(found, "map")["window"], 1, atol=2e-3)
    assert (of(found, "map")[["head", "half", "all", "labels", "picture"]] < 0.999).all(axis=None)


def test_agreements_are_rank_correlations_with_what_they_are_named_after(
    found, network, crops, large, classes
):
    """Of the mirrored picture, another network and the picture before, by SciPy."""
    maps, rows = dense.log_odds(network, large), of(found, "map")
    mirrored = dense.log_odds(network, large.flip(2)).flip(2)
    np.testing.assert_allclose(rows["mirrored"], rank_correlations(maps, mirrored))
    untaught = dense.log_odds(small(77), large)
    np.testing.assert_allclose(rows["labels"], rank_correlations(maps, untaught))
    np.testing.assert_allclose(rows["picture"], rank_correlations(maps, maps[[2, 0, 1]]))
    cam, other = (rivals.grad_cam(one, crops, classes) for one in (network, small(77)))
    torch.testing.assert_close(found[3], cam)
    # Windows of 8 pixels side by side, from the margin on.
    np.testing.assert_allclose(found[4], (MARGIN + 4 + 8 * np.arange(CROP // 8)) / SIDE)
    np.testing.assert_allclose(of(found, "grad-cam")["labels"], rank_correlations(cam, other))


def test_maps_that_know_nothing_of_the_network_are_not_asked_about_its_weights(found):
    """Missing, and not one; only a map of the whole picture has windows."""
    of_weights = ["seed", *measures.RANDOMISED, "labels"]
    of_pictures = ["mirrored", "picture", "window"]
    for name in ("random", "centre", "edges"):
        assert of(found, name)[of_weights].isna().all(axis=None)
        assert of(found, name)[of_pictures].notna().all(axis=None)
    assert of(found, "grad-cam")["window"].isna().all()
    assert of(found, "map")[list(measures.AGREEMENTS)].notna().all(axis=None)


def test_evidence_is_that_of_the_crop(found, loaded, table):
    """How much of it is evidence is the same for all maps, and each has its score."""
    masks = loaded.masks[loaded.rows(table["image"])][:, MIDDLE, MIDDLE]
    np.testing.assert_allclose(found[2]["covered"], np.tile(masks.mean((1, 2)), 5))
    cells = rivals.centre(len(masks), (28, 28))
    expected = evidence.energy_share(cells, torch.from_numpy(masks))
    np.testing.assert_allclose(of(found, "centre")["energy"], expected)


def test_another_seed_draws_another_random_map_and_other_weights(found, network, loaded, table):
    """And changes nothing else, nor does it matter whether the evidence is known."""
    rows = found[2]
    other = measures.measure(network, replace(loaded, masks=None), table, seed=1)[4]
    drawn = list(measures.RANDOMISED)
    # The photographs' evidence is not known, and not every study has another seed.
    absent = [*measures.EVIDENCE, "seed", "labels"]
    assert other[absent].isna().all(axis=None)
    for name in set(measures.MAPS) - {"random"}:
        both = [some[some["map"] == name].drop(columns=drawn + absent) for some in (rows, other)]
        assert both[0].equals(both[1]), name
    is_random = rows["map"] == "random"
    assert not rows[is_random].equals(other[is_random])
    assert not rows[drawn].equals(other[drawn])
