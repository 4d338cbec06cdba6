"""What agreement says: exact counts, accuracies by them, and the ceiling of the labels."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import balanced_accuracy_score

from pixels_to_sentiment.data import folds
from pixels_to_sentiment.judging import crowd, scores

PUBLISHED = {5: 882, 4: 234, 3: 153}


def test_counts_are_those_of_the_lists_but_for_what_the_folds_dropped():
    """Two pictures of five agree are in no fold of five, and count as four."""
    assert crowd.published() == PUBLISHED
    assert crowd.exact().value_counts().to_dict() == {5: 880, 4: 236, 3: 153}


def test_answers_are_scored_by_exact_count_over_all_folds():
    """Right on five, at random on four and wrong on three; areas are scikit-learn's."""
    exact, dice = crowd.exact(), np.random.default_rng(0)
    test = folds.subset("three")
    count = test["image"].map(exact)
    sure = np.select([count == 5, count == 4], [0.9, 0.6], 0.1)
    positive = np.where(test["label"] == 1, sure, 1 - sure) + dice.normal(0, 0.2, len(test))
    told = test[["fold", "image", "label"]].assign(
        configuration="a", agreement="three", seed=0, view="oversampled", positive=positive
    )
    told.attrs["runs"] = ["a key"]
    found = crowd.by_count(told).set_index("count")
    assert found.attrs == told.attrs, "what is shown names the runs that it was made from"
    for number, some in told.groupby(count):
        row = found.loc[number]
        assert row["accuracy"] == pytest.approx(scores.accuracy(some["label"], some["positive"]))
        assert row["area"] == pytest.approx(scores.auc(some["label"], some["positive"]))
        said = some["positive"] > 0.5
        assert row["balanced"] == pytest.approx(balanced_accuracy_score(some["label"], said))
        assert row["low"] < row["accuracy"] < row["high"]
        assert row["pictures"] == len(some)
    assert list(found.index) == [5, 4, 3]
    hard = crowd.by_count(told.assign(positive=(told["positive"] > 0.5).astype(float)))
    assert hard["area"].isna().all(), "of answers without probabilities there is one threshold"
    assert hard["accuracy"].tolist() == found["accuracy"].tolist()


@pytest.mark.parametrize("parameter", [0.2, 1.0])
def test_the_ceiling_is_that_of_a_simulated_crowd(parameter):
    """Of pictures and annotators drawn as assumed: its parameter and its shares."""
    dice = np.random.default_rng(0)
    share = dice.beta(parameter, parameter, 50_000)
    votes = dice.binomial(5, share)
    frame = pd.DataFrame(
        {"count": np.maximum(votes, 5 - votes), "alike": (votes > 2) == (share > 0.5)}
    )
    known = frame.groupby("count")["alike"].agg(["mean", "size"]).sort_index(ascending=False)
    found = crowd.ceiling(known["size"].to_dict())
    assert found["ceiling"].to_list() == pytest.approx(known["mean"].to_list(), abs=0.01)
    assert found["nested"].iloc[-1] == pytest.approx(frame["alike"].mean(), abs=0.01)
    assert found["expected"].sum() == pytest.approx(len(frame))


def test_pictures_that_all_networks_get_wrong_are_counted():
    """Two networks: one picture is wrong in both, by their rates half of a half of all."""
    test = folds.subset("five").head(4)[["fold", "image", "label"]]
    named = {"agreement": "five", "seed": 0, "view": "oversampled"}
    right = {"a": [0, 0, 1, 1], "b": [0, 1, 0, 1]}
    told = [
        test.assign(
            configuration=name,
            positive=np.where((test["label"] == 1) == np.array(one, bool), 0.9, 0.1),
            **named,
        )
        for name, one in right.items()
    ]
    found = crowd.hardness(pd.concat(told)).set_index("image").loc[test["image"]]
    assert found["wrong"].tolist() == [2, 1, 1, 0]
    assert found["networks"].tolist() == [2] * 4
    assert found["alone"].tolist() == [0.25] * 4
    assert set(found["count"]) == {5}
