"""Made-up runs against each other, picture by picture."""

from dataclasses import replace

import pandas as pd
import pytest

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.judging import judgement
from pixels_to_sentiment.reports import pairs
from toy_reports import CUT, WHOLE, whole_and_cut

pytestmark = pytest.mark.usefixtures("isolated")


def test_a_pair_is_compared_in_one_precision(made):
    """What precision changes is not taken for what the cut does."""
    whole, cut = whole_and_cut(made)
    other = [made(fold=k, recipe="paper-third", right=0.25) for k in folds.FOLDS]
    (row,) = pairs.paired([*other, *whole, *cut], [(CUT, WHOLE)]).itertuples()
    assert row.difference == pytest.approx(-0.25, abs=0.003)
    assert row.pair.startswith("SqueezeNet 1.1 fire9-2 from ImageNet")
    assert set(row.keys.split(", ")) == {one.key for one in whole + cut}


def test_a_network_that_did_not_learn_is_named(made):
    """One that is right less often than always answering positive; none of two good ones."""
    whole, cut = whole_and_cut(made)
    (failed,) = pairs.paired(whole + cut, [(CUT, WHOLE)])["failed"]
    assert failed == f"{pairs.title_of(cut[0])} is no better than always positive"
    third = {"recipe": "paper-third", "seed": 1, "right": 0.9}
    good = [made(fold=k, network=one.network, **third) for k in folds.FOLDS for one in (CUT, WHOLE)]
    assert list(pairs.paired(good, [(CUT, WHOLE)])["failed"]) == [""]
    # However often it is right: it has not settled.
    for one in good[1::2]:
        one.curve().assign(train_loss=3.0).to_csv(one.folder / "curve.csv", index=False)
    (failed,) = pairs.paired(good, [(CUT, WHOLE)])["failed"]
    assert (
        failed == f"{pairs.title_of(good[1])} ends at a training loss of 3.00 nats, above a coin's"
    )


def test_a_pair_that_is_not_whole_is_left_out(made):
    whole, cut = whole_and_cut(made)
    assert pairs.paired([*whole, *cut[:4]], [(CUT, WHOLE)]).empty
    assert pairs.paired([], [(CUT, WHOLE)]).empty


def test_a_difference_between_networks_with_frozen_layers_says_so(made):
    """Though both have that in common: without, it would be the name of another difference."""
    recipe = "paper-frozen-features-third"
    networks = (WHOLE.network, CUT.network)
    runs = [made(fold=k, network=one, recipe=recipe) for k in folds.FOLDS for one in networks]
    chosen = [replace(one, recipe=recipe) for one in (CUT, WHOLE)]
    (row,) = pairs.paired(runs, [tuple(chosen)]).itertuples()
    assert row.pair == (
        "SqueezeNet 1.1 fire9-2 from ImageNet − SqueezeNet 1.1 from ImageNet (features frozen)"
    )


def test_words_leave_out_what_is_the_same_everywhere(made):
    table = judgement.accuracies(pairs.gathered([made()]))
    shown = pairs.words(table)
    assert "agreement" not in shown
    assert list(shown["view"]) == ["centre crop", "ten crops"]
    kinds = pd.DataFrame({"between": ["centre", "oversampled", "views"]})
    assert list(pairs.words(kinds)["between"]) == [
        "centre crop",
        "ten crops",
        "centre crop and ten crops",
    ]


def test_two_runs_are_compared_picture_by_picture(made):
    first, second = made(right=0.75), made(right=0.5, precision="bf16")
    (row,) = pairs.agreement_of([(first, second)]).to_dict("records")
    assert (row["folds"], row["pictures"], row["changed"]) == (1, 176, 44)
    assert (row["accuracy, first"], row["accuracy, second"]) == (0.75, 0.5)
    assert "bf16" in row["second"]


def test_runs_of_several_folds_are_compared_together(made):
    """Two configurations a row: what changed is counted over the pictures of all folds."""
    both = [(made(fold=k, right=1.0), made(fold=k, right=0.5, precision="bf16")) for k in (1, 3)]
    other = (both[0][0], made(fold=1, right=1.0, precision="tf32"))
    table = pairs.agreement_of([*both, other])
    assert table[["folds", "pictures", "changed"]].to_numpy().tolist() == [
        [2, 352, 176],
        [1, 176, 0],
    ]
    assert table["accuracy, second"].tolist() == [0.5, 1.0]


def test_no_runs_compare_to_nothing():
    assert pairs.agreement_of([]).empty


def test_only_runs_of_seeds_that_both_have_are_named_behind_a_difference(made):
    """Others are not compared, so no reader should be sent to them."""
    whole, cut = whole_and_cut(made)
    more = [made(fold=k, seed=7) for k in folds.FOLDS]
    found = pairs.paired([*whole, *cut, *more], [(CUT, WHOLE)])
    assert not {one.key for one in more} & set(found.attrs["runs"])
    assert found["keys"].iloc[0].count(",") == 9
    assert pairs.paired([*more, *cut], [(CUT, WHOLE)]).empty


def test_runs_predicted_both_ways_are_tabled(made, finished):
    """A row a view, with the run's title, fold and key; other runs are left out."""
    record, other = made(), made(recipe="paper-third")
    exact = record.predictions()
    exact["oversampled"] = 1 - exact["oversampled"]
    exact.to_csv(record.folder / "exact.csv", index=False)
    table = pairs.both_ways([record, other])
    assert table["view"].to_list() == ["centre crop", "ten crops"]
    assert set(table["key"]) == {record.key}
    assert table["changed"].to_list() == [0, len(exact)]
    assert list(table["configuration"]) == ["SqueezeNet 1.1 from ImageNet, paper's recipe"] * 2
    assert pairs.both_ways([other]).empty


def test_twins_are_test_pictures_with_a_copy_in_training(photographs):
    """Of five agree five pairs straddle two folds, so that each of the ten is one in its turn."""
    found = pairs.twins(photographs)
    assert len(found) == 10
    assert len(set(found.values())) == 5


def test_what_other_seeds_give_stands_beside_a_difference(made):
    """Also those that only one of both was trained with, which the difference leaves out."""
    whole, cut = whole_and_cut(made)
    third = {"recipe": "paper-third", "precision": "bf16"}
    worse = [made(fold=k, seed=7, right=0.25, **third) for k in folds.FOLDS]
    (row,) = pairs.paired([*whole, *cut, *worse], [(CUT, WHOLE)]).itertuples()
    assert (row.seeds, row.trials, row.above, row.below) == ("0", 2, 1, 1)
    assert set(row.tried.split(", ")) == {one.key for one in [*whole, *cut, *worse]}
    assert (row.least, row.most) == pytest.approx((-0.25, 0.25), abs=0.003)
    (alone,) = pairs.paired([*whole, *cut], [(CUT, WHOLE)]).itertuples()
    assert (alone.trials, alone.least, alone.most) == (1, alone.difference, alone.difference)


def test_combinations_with_a_seed_that_did_not_learn_are_counted(made):
    """Of two seeds of the whole network one is less often right than always answering positive."""
    third = {"recipe": "paper-third", "precision": "bf16"}
    good = [
        made(fold=k, right=0.8, network=one.network, **third)
        for k in folds.FOLDS
        for one in (CUT, WHOLE)
    ]
    (row,) = pairs.paired(good, [(CUT, WHOLE)]).itertuples()
    assert (row.trials, row.idle) == (1, 0)
    worse = [made(fold=k, seed=7, right=0.25, **third) for k in folds.FOLDS]
    (row,) = pairs.paired([*good, *worse], [(CUT, WHOLE)]).itertuples()
    assert (row.trials, row.idle, row.failed) == (2, 1, "")
