"""Calibration against scikit-learn and forecasters whose faults are known."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from sklearn.calibration import calibration_curve

from pixels_to_sentiment.judging import calibration


def forecasts(count, factor=1.0, seed=0):
    """Labels drawn by true probabilities, and these with their odds' logarithms multiplied."""
    dice = np.random.default_rng(seed)
    true = dice.uniform(0.05, 0.95, count)
    return (dice.random(count) < true).astype(int), expit(factor * logit(true))


def answered(labels, positive, fold=1, seed=0):
    frame = pd.DataFrame({"label": labels, "positive": positive, "fold": fold, "seed": seed})
    named = {"configuration": "a", "agreement": "five", "view": "oversampled"}
    return frame.assign(image=[f"{fold}-{n}" for n in range(len(frame))], **named)


def test_reliability_is_scikit_learns():
    labels, positive = forecasts(500, 3)
    table = calibration.reliability(labels, positive)
    share, said = calibration_curve(labels, positive, n_bins=10)
    assert table["said"].tolist() == pytest.approx(said.tolist())
    assert table["share"].tolist() == pytest.approx(share.tolist())
    assert table["pictures"].sum() == 500


def test_the_calibration_error_by_hand():
    """Of four pictures said 0.85, two are positive; one said 1 is, and counts as the last tenth."""
    assert calibration.expected_error([1, 1, 0, 0], [0.85] * 4) == pytest.approx(0.35)
    assert calibration.expected_error([1], [1.0]) == 0


@pytest.mark.parametrize("factor", [0.5, 1.0, 3.0])
def test_the_temperature_undoes_what_made_a_forecaster_too_sure(factor):
    labels, positive = forecasts(10_000, factor)
    assert calibration.temperature(labels, positive) == pytest.approx(factor, rel=0.05)
    # Zero and one have no logarithm of odds and are taken for nearly certain.
    assert np.isfinite(calibration.temperature([0, 1, 0], [0.0, 1.0, 0.6]))


def test_slope_and_offset_undo_what_no_temperature_can():
    """A forecaster whose logarithms of odds are trebled and shifted; others are asked."""
    labels, said = forecasts(10_000, 3)
    shifted = expit(logit(said) + 1.5)
    asked = np.array([0.2, 0.5, 0.9])
    found = calibration.scaled(labels, shifted, expit(3 * logit(asked) + 1.5))
    assert found == pytest.approx(asked, abs=0.02)


def test_a_fold_is_tempered_by_the_others_alone():
    """Its own labels change nothing of its own probabilities; which way round stays."""
    parts = [answered(*forecasts(200, 3, fold), fold) for fold in (1, 2, 3)]
    found = calibration.tempered(pd.concat(parts))
    turned = calibration.tempered(pd.concat([parts[0].assign(label=0), *parts[1:]]))
    for frame in (found, turned):
        own = frame[frame["fold"] == 1]
        assert own["temperature"].iloc[0] == pytest.approx(
            calibration.temperature(*pd.concat(parts[1:])[["label", "positive"]].to_numpy().T)
        )
    assert ((found["positive"] > 0.5) == (pd.concat(parts)["positive"] > 0.5)).all()
    # Where all say too much by the same, an offset mends it and a temperature does not.
    shifted = [one.assign(positive=expit(logit(one["positive"]) + 2)) for one in parts]
    mended = calibration.measure(pd.concat(shifted)).iloc[0]
    assert mended["error_scaled"] < mended["error_tempered"] / 2
    # There is no other fold to fit it on.
    alone = calibration.measure(parts[0]).iloc[0]
    fitted = ["temperature", "error_tempered", "error_scaled"]
    assert np.isnan(alone[fitted].astype(float)).all()


def test_measures_of_one_run_by_hand():
    """Three of four positives and one of two negatives are right; six pairs of eight in order."""
    one = answered([1, 1, 1, 1, 0, 0], [0.9, 0.8, 0.6, 0.4, 0.7, 0.1])
    both = pd.concat([one, one.assign(fold=2)])
    row = calibration.measure(both).iloc[0]
    assert row["accuracy"] == pytest.approx(4 / 6)
    assert row["balanced"] == pytest.approx((3 / 4 + 1 / 2) / 2)
    assert row["area"] == pytest.approx(6 / 8)
    assert row["brier"] == pytest.approx((0.01 + 0.04 + 0.16 + 0.36 + 0.49 + 0.01) / 6)


def test_curves_enclose_the_area():
    """And a threshold's point has the rates of what lies above it, or on it."""
    labels, positive = forecasts(300)
    table = calibration.curves(answered(labels, positive))
    roc = table[table["curve"] == "roc"]
    above = positive[labels == 1][:, None] > positive[labels == 0]
    assert np.trapezoid(roc["y"], roc["x"]) == pytest.approx(above.mean())
    for x, y, least in roc[["x", "y", "threshold"]].to_numpy():
        assert (x, y) == tuple((positive[labels == one] >= least).mean() for one in (0, 1))
    recall, precision, least = table.loc[
        table["curve"] == "precision", ["x", "y", "threshold"]
    ].iloc[7]
    said = positive >= least
    assert (recall, precision) == (said[labels == 1].mean(), labels[said].mean())
    binned = calibration.diagram(pd.concat([answered(labels, positive, k) for k in (1, 2)]))
    assert set(binned["as"]) == {"answered", "tempered"}
