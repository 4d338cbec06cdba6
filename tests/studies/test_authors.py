"""The authors' maps are what the figure shows, and agreement with them is not that of any map."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.maps import dense
from pixels_to_sentiment.studies import authors, measures
from pixels_to_sentiment.studies.authors import Candidate
from pixels_to_sentiment.studies.records import StudyRecord
from toy_studies import FITTED, MAPPED_RUN, blocks, even, measured, written

pytestmark = pytest.mark.usefixtures("any_pictures")

RUN = replace(MAPPED_RUN, limit=None)


def noise():
    return np.random.default_rng(0).normal(size=(12, 8, 8))


@pytest.fixture(scope="module")
def studies(tmp_path_factory):
    """Write a study a fold of the twelve photographs, with maps of 8x8 places."""
    root, made = tmp_path_factory.mktemp("studies"), []
    table, values = authors.pictures(), noise()
    for fold in folds.FOLDS:
        rows = np.flatnonzero(table["fold"] == fold)
        some = table.iloc[rows]
        study = replace(FITTED, run=f"of fold {fold}", fold=fold, limit=None)
        numbers = measured(some["image"].tolist(), some["label"].tolist(), seed=fold)
        run = replace(RUN, fold=fold)
        folder = written(root / f"{fold}", study, numbers, values[rows], run)
        made.append(StudyRecord.open(folder))
    return made, values


def test_the_pictures_are_among_the_published_ones():
    """Label and fold, which were identified by eye, agree with the authors' lists."""
    table = authors.pictures()
    listed = folds.load().set_index("image").loc[table["image"]]
    assert list(table["position"]) == list(range(1, 13))
    assert list(table["label"]) == list(listed["label"])
    assert list(table["fold"]) == list(listed["five_fold"])
    assert set(table["predicted"]) == {0, 1}


def test_the_maps_are_probabilities_with_a_central_square_at_least():
    """608 cells; of ten maps the outermost rows or the outermost columns are missing."""
    found = authors.maps()
    shown = ~np.isnan(found)
    assert shown.sum() == 608
    assert shown[:, 1:-1, 1:-1].all()
    assert sorted(shown.sum((1, 2))) == [48] * 10 + [64] * 2
    assert ((found[shown] >= 0) & (found[shown] <= 1)).all()
    # The first line of the file, and one in the middle of it.
    assert (found[0, 1, 0], found[4, 3, 2]) == (0.06, 1.0)


def test_a_place_is_the_mean_over_its_window():
    """One strong place counts in those windows alone that hold its middle.

    A map that has windows of its own stays.
    """
    at = (15.5 + 16 * np.arange(28) + 0.5) / 451
    values = np.zeros((1, 28, 28))
    values[0, 3, 27] = 1  # at pixel 64 down and 448 across
    found = authors.at_places(values, at)[0]
    down = [0 + 32 * k <= 64 <= 227 + 32 * k for k in range(8)]
    across = [0 + 32 * k <= 448 <= 227 + 32 * k for k in range(8)]
    np.testing.assert_array_equal(found > 0, np.outer(down, across))
    inside = [((at * 451 >= 32 * k) & (at * 451 <= 227 + 32 * k)).sum() for k in range(8)]
    assert found[0, 7] == pytest.approx(1 / inside[0] / inside[7])
    np.testing.assert_array_equal(authors.at_places(noise(), authors.AT + 0.01), noise())


def test_agreement_is_that_of_the_cells_that_are_shown():
    """By SciPy, picture by picture; a missing cell counts for nothing."""
    theirs, values = authors.maps(), noise()
    rank, same = authors.pairs(Candidate("n", "map", values))
    values[np.isnan(theirs)] = 1e6
    again, _ = authors.pairs(Candidate("n", "map", values))
    for row, one in enumerate(theirs):
        shown = ~np.isnan(one)
        for column in (row, (row + 5) % 12):
            expected = spearmanr(one[shown], noise()[column][shown]).statistic
            assert rank[row, column] == pytest.approx(expected)
            classes = (noise()[column][shown] > 0) == (one[shown] > 0.5)
            assert same[row, column] == pytest.approx(classes.mean())
        assert again[row, row] == pytest.approx(rank[row, row])
    # What knows no class is taken to speak for that of the frame.
    turned = 2 * authors.pictures()["predicted"].to_numpy()[:, None] - 1
    without, same = authors.pairs(Candidate("", "centre", noise()))
    np.testing.assert_allclose(without, turned * rank)
    assert np.isnan(same).all()


def test_the_authors_maps_agree_with_themselves_and_noise_by_chance():
    """One, beyond what permutations give; and noise no more than with other pictures."""
    own = Candidate("own", "map", np.nan_to_num(authors.maps(), nan=0.5) - 0.5)
    table = authors.summary([own, Candidate("noise", "map", noise())])
    assert list(table.loc[0, ["rank", "rank_low", "same", "same_high"]]) == pytest.approx([1] * 4)
    assert table.loc[0, "rank_p"] < 0.001
    # The smallest of four.
    assert table.loc[0, "rank_p_holm"] == pytest.approx(4 * table.loc[0, "rank_p"])
    assert table.loc[0, "rank_other"] < 0.5
    assert table.loc[1, "rank_p"] > 0.01
    assert table.loc[1, "rank_low"] < 0 < table.loc[1, "rank_high"]


def test_what_all_pictures_share_is_no_agreement():
    """The centre reaches with the others what it reaches with its own, whichever order."""
    table = authors.summary(authors.unknowing(blocks())).set_index("map")
    assert measures.EDGES not in table.index
    centre = table.loc[measures.CENTRE]
    assert centre["rank_p"] == 1
    assert centre["rank"] == pytest.approx(centre["rank_other"])
    frame = table.loc[authors.FRAME]
    theirs, predicted = authors.maps(), authors.pictures()["predicted"]
    cells = [(m[~np.isnan(m)] > 0.5) == p for m, p in zip(theirs, predicted, strict=True)]
    assert frame["same"] == pytest.approx(np.mean([some.mean() for some in cells]))
    assert np.isnan(frame["rank"])


def test_edges_are_of_photographs_alone(monkeypatch):
    """The stand-in's edges say nothing of the authors' pictures."""
    monkeypatch.setattr(
        dense, "enlarged", lambda loaded, images: loaded.tensor()[loaded.rows(images)]
    )
    kinds = [one.map for one in authors.unknowing(blocks("photographs"))]
    assert kinds == [measures.CENTRE, measures.RANDOM, measures.EDGES, authors.FRAME]


def test_the_twelve_are_taken_out_of_the_studies_of_their_folds(studies):
    """In the order of the figure, with the network's answer; a seed has a row of its own."""
    some, values = studies
    more = [replace(one, run=replace(one.run, seed=1), key=f"{one.key} 1") for one in some]
    first, second, *cams = authors.of_studies([*more, *some])
    values = authors.at_places(values, even(8))
    np.testing.assert_allclose(first.values, values)
    assert [one.map for one in (first, second, *cams)] == ["map", "map", "grad-cam", "grad-cam"]
    assert second.network == f"{first.network}, seed 1"
    assert sorted(first.keys) == sorted(one.key for one in some)
    answers = pd.concat([one.measures().query("map == 'map'") for one in some])
    answers = answers.set_index("image")["class"][authors.pictures()["image"]]
    assert list(first.classes) == list(answers)
    # Grad-CAM speaks for the class that is predicted.
    signs = (2 * first.classes - 1)[:, None, None]
    np.testing.assert_allclose(cams[0].values, signs * np.abs(values))
    summed = authors.summary([first, second])
    assert set(summed.attrs["runs"]) == {one.key for one in (*some, *more)}
    assert summed.loc[0, "rank_each"].mean() == pytest.approx(summed.loc[0, "rank"])
    recipe = replace(some[0].run.recipe, name="tiny-settled", iterations=999)
    longer = [replace(one, run=replace(one.run, recipe=recipe), key=one.key[::-1]) for one in some]
    assert "settling" in authors.of_studies([*some, *longer])[0].network
    older = [replace(one, grad_cam_at=()) for one in some]
    assert [one.map for one in authors.of_studies(older)] == ["map"]


def test_studies_that_do_not_map_all_twelve_are_left_out(studies):
    """As those of some folds, of the stand-in, of another subset, or of a network not trained."""
    some, _ = studies
    assert authors.of_studies(some[1:]) == []
    for change in (
        {"data": {"source": "stand-in"}},
        {"run": None},
        {"work": replace(some[0].work, agreement="four")},
    ):
        assert authors.of_studies([*some[1:], replace(some[0], **change)]) == []
