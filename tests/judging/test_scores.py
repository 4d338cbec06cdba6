"""Scores against scikit-learn and sums by hand; the reported numbers and their grades."""

import numpy as np
import pytest
from sklearn import metrics

from pixels_to_sentiment import places
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.judging import scores


def test_accuracy_and_confusion_agree_with_counts():
    """Of the same random labels and probabilities."""
    generator = np.random.default_rng(0)
    labels, positive = generator.integers(0, 2, 50), generator.random(50)
    predicted = np.stack([1 - positive, positive], 1).argmax(1)
    assert scores.accuracy(labels, positive) == metrics.accuracy_score(labels, predicted)
    counts = [[sum((labels == t) & (predicted == p)) for p in (0, 1)] for t in (0, 1)]
    assert scores.confusion(labels, positive).to_numpy().tolist() == counts
    # A few pictures may all be positive.
    assert scores.confusion([1, 1], [0.9, 0.1]).loc["positive"].to_list() == [1, 1]


def test_the_area_counts_pairs_in_the_right_order():
    """By hand: of four pairs three are right and one is a tie; the threshold does not matter."""
    labels = [0, 0, 1, 1]
    assert scores.auc(labels, [0.6, 0.8, 0.8, 0.9]) == 3.5 / 4
    assert scores.auc(labels, [0.1, 0.1, 0.1, 0.1]) == 0.5


def test_a_tie_is_negative_as_with_argmax():
    """At one half exactly; the next number above is positive."""
    probabilities = [0.5, np.nextafter(0.5, 1)]
    assert np.argmax([[0.5, 0.5]], 1) == 0
    assert scores.accuracy([0, 1], probabilities) == 1
    assert scores.confusion([0, 1], probabilities).to_numpy().tolist() == [[1, 0], [0, 1]]


# The numbers of the paper


def test_every_reported_number_has_a_grade_and_what_was_read_has_a_source():
    """67 rows; only the four of the paper's predecessor are recalled, and have no source."""
    table = scores.reported()
    assert len(table) == 67
    assert set(table["grade"]) == {"V", "R"}
    assert (
        table.loc[table["grade"] == "R", "variant"].tolist() == ["fc7-4096"] * 2 + ["fc6-4096"] * 2
    )
    read = scores.of_article(table)
    assert set(read["grade"]) == {"V"}
    assert len(read) == 63
    assert read["source"].str.fullmatch(r"IVC 65 .*(Table|section) .*p\. \d+|abstract of .*").all()
    assert set(table["agreement"]) == {*folds.AGREEMENTS}
    assert set(table["oversampling"]) == {"yes", "no", ""}
    accuracies = table[table["experiment"] != "sentiment maps"]
    assert accuracies["mean"].between(0, 1).all()
    assert accuracies["std"].dropna().between(0, 0.1).all()


def test_a_damaged_table_is_named(tmp_path, monkeypatch):
    """Without a column, or with a word for a number."""
    good = (places.ground_truth() / "reported_results.csv").read_text()
    monkeypatch.setattr(places, "ground_truth", lambda: tmp_path)
    path = tmp_path / "reported_results.csv"
    for before, after in ((",grade,", ",mark,"), ("0.817", "about 0.8")):
        path.write_text(good.replace(before, after, 1))
        with pytest.raises(UserError, match=rf"^{path} is damaged .*restore it from git\.$"):
            scores.reported()
