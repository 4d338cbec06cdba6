"""Made-up runs against each other, picture by picture."""

from dataclasses import replace

import pandas as pd
import pytest

from pixels_to_sentiment.data import folds, pictures
from pixels_to_sentiment.judging import judgement
from pixels_to_sentiment.records.catalogue import SETTLED, Configuration
from pixels_to_sentiment.reports import pairs, runs
from toy_reports import CUT, WHOLE, whole_and_cut

pytestmark = pytest.mark.usefixtures("isolated")


def test_a_pair_is_compared_in_one_precision_and_on_common_seeds(made):
    """What precision changes is not taken for what the cut does; only runs compared are named.

    What seeds give that only one of both was trained with stands beside.
    """
    whole, cut = whole_and_cut(made)
    fp32 = [made(fold=k, recipe="paper-third", right=0.25) for k in folds.FOLDS]
    third = {"recipe": "paper-third", "precision": "bf16"}
    worse = [made(fold=k, seed=7, right=0.25, **third) for k in folds.FOLDS]
    found = pairs.paired([*fp32, *whole, *cut, *worse], [(CUT, WHOLE)])
    (row,) = found.itertuples()
    assert row.difference == pytest.approx(-0.25, abs=0.003)
    assert row.pair.startswith("SqueezeNet 1.1 fire9-2")
    assert set(row.keys.split(", ")) == set(found.attrs["runs"]) == {r.key for r in whole + cut}
    assert (row.seeds, row.trials) == ("0", 2)
    assert set(row.tried.split(", ")) == {one.key for one in [*whole, *cut, *worse]}
    assert (row.least, row.most) == pytest.approx((-0.25, 0.25), abs=0.003)
    # One that is right less often than always answering positive cannot be counted.
    assert row.failed == f"{runs.title_of(cut[0])} is no better than always positive"
    # What another pair is compared on says nothing of this one's seeds.
    trio = [
        made(fold=k, seed=7, right=0.3, network="squeezenet1_1+conv11-2", **third)
        for k in folds.FOLDS
    ]
    both = [(CUT, WHOLE), (replace(CUT, network="squeezenet1_1+conv11-2"), WHOLE)]
    assert pairs.paired([*whole, *cut, *worse, *trio], both)["failed"].iloc[0] == row.failed
    # For lack of a fold, of a common seed, or of all.
    for some in ([*whole, *cut[:4]], [*worse, *cut], []):
        none = pairs.paired(some, [(CUT, WHOLE)])
        assert none.empty
        # What chapters look rows up by.
        assert {"pair", "first", "other", "seeds"} <= set(none) <= set(found)


def test_a_network_whose_loss_ends_above_a_coins_did_not_settle(made):
    """However often it is right."""
    third = {"recipe": "paper-third", "right": 0.9}
    good = [made(fold=k, network=one.network, **third) for k in folds.FOLDS for one in (CUT, WHOLE)]
    assert list(pairs.paired(good, [(CUT, WHOLE)])["failed"]) == [""]
    for one in good[1::2]:
        one.curve().assign(train_loss=3.0).to_csv(one.folder / "curve.csv", index=False)
    (failed,) = pairs.paired(good, [(CUT, WHOLE)])["failed"]
    title = runs.title_of(good[1])
    assert failed == f"{title} ends at a training loss of 3.00 nats, above a coin's"


def test_caffenet_counts_for_the_noise_by_the_run_that_settled(made):
    """Not by a third of the paper's recipe, which is too far from the others to be a pair."""
    whole = [made(fold=k, recipe="paper-third") for k in folds.FOLDS]
    caffenet = {"network": SETTLED.network, "start": SETTLED.start}
    third = [made(fold=k, recipe="paper-third", right=0.3, **caffenet) for k in folds.FOLDS]
    settled = [made(fold=k, recipe=SETTLED.recipe, **caffenet) for k in folds.FOLDS]
    counted = pairs.noise([*third, *whole, *settled]).set_index("between")["pairs"]
    assert counted["oversampled"] == 1
    assert "oversampled" not in pairs.noise([*third, *whole])["between"].tolist()


def test_a_difference_between_networks_with_frozen_layers_says_so(made):
    """Though both have that in common: without, it would be the name of another difference."""
    recipe = "paper-frozen-features-third"
    titles = [replace(one, recipe=recipe).title for one in (CUT, WHOLE)]
    assert pairs.difference_in_words(*titles) == (
        "SqueezeNet 1.1 fire9-2 − SqueezeNet 1.1 (features frozen)"
    )


def test_a_difference_names_the_recipe_where_what_it_is_held_against_has_several(made):
    """One pair of each recipe, which would not read alike; with the areas of either network."""
    frozen = "paper-frozen-features-third"
    named = [(CUT.network, CUT.recipe), (WHOLE.network, WHOLE.recipe)]
    named += [("squeezenet1_1+fire8-2", frozen), (WHOLE.network, frozen)]
    every = [
        made(fold=k, network=network, recipe=recipe, right=0.3 if network == CUT.network else 1.0)
        for network, recipe in named
        for k in folds.FOLDS
    ]
    wanted = [Configuration(network, CUT.start, recipe) for network, recipe in named]
    found = pairs.paired(every, [wanted[:2], wanted[2:]])
    assert list(found["pair"]) == [
        "SqueezeNet 1.1 fire9-2 − SqueezeNet 1.1 (paper's recipe, a third (fp32))",
        "SqueezeNet 1.1 fire8-2 − SqueezeNet 1.1 (paper's recipe, features frozen, a third (fp32))",
    ]
    areas = runs.by_seed(every).set_index("configuration")["auc"]
    assert found["areas"][0] == f"{areas[runs.title_of(every[0])]:.2f} / 1.00"
    (alone,) = pairs.paired(every, [wanted[:2]])["pair"]
    assert alone == "SqueezeNet 1.1 fire9-2 − SqueezeNet 1.1"


def test_words_leave_out_what_is_the_same_everywhere(made):
    """Of accuracies of either view, of one view, and of noise."""
    run = made()
    shown = pairs.words(judgement.accuracies(pairs.gathered([run])))
    assert "agreement" not in shown
    assert list(shown["view"]) == ["centre crop", "ten crops"]
    assert set(pairs.gathered([run], "centre")["view"]) == {"centre"}
    kinds = pd.DataFrame({"between": ["oversampled", "views"]})
    assert list(pairs.words(kinds)["between"]) == ["ten crops", "centre crop and ten crops"]


def test_two_runs_of_each_fold_are_compared_picture_by_picture(made):
    """Two configurations a row: what changed is counted over the pictures of all folds."""
    both = [(made(fold=k, right=1.0), made(fold=k, right=0.5, precision="bf16")) for k in (1, 3)]
    other = (both[0][0], made(fold=1, right=1.0, precision="tf32"))
    table = pairs.agreement_of([*both, other])
    assert table[["folds", "pictures", "changed"]].to_numpy().tolist() == [
        [2, 352, 176],
        [1, 176, 0],
    ]
    assert table["accuracy, second"].tolist() == [0.5, 1.0]
    assert pairs.agreement_of([]).empty


def test_twins_are_test_pictures_with_a_copy_in_training(photographed):
    """Of five agree five pairs straddle two folds, so that each of the ten is one in its turn."""
    loaded = pictures.Pictures(photographed["image"], None, "photographs", "", photographed)
    found = pairs.twins(loaded)
    assert len(found) == 10
    assert len(set(found.values())) == 5
