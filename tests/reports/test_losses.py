"""The paper's losses, ours, and how fast either settles."""

import numpy as np
import pandas as pd
import pytest

from pixels_to_sentiment.reports import losses

pytestmark = pytest.mark.usefixtures("isolated")


def settled(iterations, values):
    curve = pd.DataFrame({"iteration": iterations, "validation": values, "training": values})
    return losses.settled(curve.assign(curve="c", fold=1)).iloc[0]


def test_a_loss_settles_where_it_comes_near_its_end_and_stays():
    """By hand: the end is 1, near is 0.9 to 1.1; it comes near at 20, leaves, and stays from 40."""
    found = settled(range(10, 90, 10), [3, 1.05, 1.2, 1.05, 0.95, 1, 1, 1.0])
    assert found[["end", "reached", "stays"]].tolist() == pytest.approx([1, 20, 40])
    steps = np.array([0.15, -0.15, -0.1, 0.05, 0, 0])
    assert found["step"] == pytest.approx((steps**2).mean() ** 0.5)


def test_a_loss_that_ends_far_from_its_mean_never_stays():
    """Nor is a jumping one near its end anywhere; a calm one is from the first point on."""
    assert np.isnan(settled(range(5), [1, 1, 1, 1, 2])["stays"])
    jumping = settled(range(4), [1, 3, 1, 3])
    assert jumping[["reached", "stays", "step"]].isna().all()
    assert settled([7, 8], [2.0, 2.0])[["reached", "stays", "step"]].tolist() == [7, 7, 0]


def test_folds_of_a_curve_are_summed_up_and_the_papers_has_none(made):
    """The median and the range over the folds; what is never so is counted."""
    ours = losses.recorded_losses([made(fold=1), made(fold=2)])
    assert set(ours) == set(losses.reported_losses())
    table = losses.reported_losses()
    assert table["curve"].nunique() == 3
    assert table[["training", "validation"]].stack().between(0, 1).all()
    table = table[table["curve"] == "the paper: CaffeNet"]
    both = [table.assign(fold=fold, curve="c") for fold in (1, 2)]
    both[1] = both[1].assign(validation=np.linspace(2, 1, len(table)))
    measured = losses.settled(pd.concat(both))
    row = losses.over_folds(measured).set_index("loss").loc["validation"]
    assert (row["curve"], row["folds"]) == ("c", 2)
    assert row["reached"].startswith("75 (10 to 1")
    alone = losses.over_folds(losses.settled(table)).set_index("loss").loc["validation"]
    assert (alone["folds"], alone["reached"]) == ("–", "10")
    assert measured["loss"].to_list() == ["validation"] * 2 + ["training"] * 2
