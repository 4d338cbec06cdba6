"""The table of labels, and the folds that are made of it."""

import pandas as pd
import pytest

from pixels_to_sentiment import places
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.imports import datasets, labels


def test_folds_as_given_by_a_column_are_numbered_in_its_order(own):
    folder, listed = own
    table = pd.read_csv(listed).assign(part=["10", "9", "9"] * 4)
    table.loc[[0, 1], "part"] = ["9", "10"]
    table.to_csv(listed, index=False)
    made, _ = datasets.add(folder, listed, "mine", column="part")
    assert made["all_fold"].to_list() == [1, 2, 1] + [2, 1, 1] * 3


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("00.png,2", r"line 14 has the label '2'"),
        ("00.png,positive", r"line 14 has '00.png', as has line 2"),
        ("../00.png,0", "line 14 has '../00.png', which is no plain path"),
        ("00.png", "line 14 has too few values"),
        ("notes.txt,0", "whose name is not that of a picture"),
        ("99.png,0", "lacks 1 of the 13 pictures .*99.png"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_left(own, line, said):
    folder, listed = own
    listed.write_text(f"{listed.read_text()}{line}\n")
    with pytest.raises(UserError, match=said):
        datasets.add(folder, listed, "mine")
    assert not places.datasets().exists()


def test_a_list_with_one_label_after_the_other_is_mixed_within_each_fold():
    """So that a short run on the head of a list sees both."""
    images = [f"{i:03}.jpg" for i in range(200)]
    given = pd.DataFrame({"image": images, "label": [0] * 100 + [1] * 100})
    table = labels.with_folds(given, "labels.csv", 2, 0, "").sort_values("all_rank")
    for _, fold in table.groupby("all_fold"):
        assert fold["all_rank"].to_list() == list(range(100))
        assert 3 <= fold["label"].head(20).sum() <= 17


def test_numbers_of_folds_that_cannot_be_are_refused(own):
    for count in (1, 21):
        with pytest.raises(UserError, match=f"asked for are {count}: give 2 to 20"):
            datasets.add(*own, "mine", count=count)
    for seed in (-1, 2**32):
        with pytest.raises(UserError, match=f"seed of the folds is {seed}: give"):
            datasets.add(*own, "mine", seed=seed)
