"""Baselines: fitted on the training list alone, and asked of the test list."""

import numpy as np
import pandas as pd
import pytest

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.judging import baselines, scores


@pytest.fixture(autouse=True)
def _few(monkeypatch):
    """Two folds and two costs show what all of them would."""
    monkeypatch.setattr(folds, "FOLDS", (1, 2))
    monkeypatch.setattr(baselines, "COSTS", (0.01, 1.0))


def test_a_feature_that_is_the_label_is_found_and_none_leaves_the_share_of_positives():
    """In the published folds, every picture once."""
    table = folds.subset("five")
    features = np.stack([table["label"], np.arange(len(table))], axis=1)
    told = baselines.answers("label", features, table["image"])
    tested = pd.concat([folds.split("five", fold)[1] for fold in (1, 2)])
    assert sorted(told["image"]) == sorted(tested["image"])
    assert scores.accuracy(told["label"], told["positive"]) == 1
    none = baselines.answers("none", np.zeros((len(table), 1)), table["image"])
    for fold, some in none.groupby("fold"):
        share = folds.split("five", fold)[0]["label"].mean()
        assert some["positive"].to_numpy() == pytest.approx(share, abs=1e-4)


def test_labels_of_the_test_list_change_no_answer_to_it(monkeypatch):
    """Not even the choice of the cost."""
    table, dice = folds.subset("five"), np.random.default_rng(0)
    features = dice.normal(table["label"], 2, (3, len(table))).T
    known = baselines.answers("a", features, table["image"])
    split = folds.split

    def turned(agreement, fold):
        train, test = split(agreement, fold)
        return train, test.assign(label=1 - test["label"])

    monkeypatch.setattr(folds, "split", turned)
    again = baselines.answers("a", features, table["image"])
    assert again["positive"].tolist() == known["positive"].tolist()
