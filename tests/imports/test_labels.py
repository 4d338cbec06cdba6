"""The table of labels, and the folds that are made of it."""

import pandas as pd
import pytest

from pixels_to_sentiment import places
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.imports import datasets


def test_folds_as_given_by_a_column_are_numbered_in_its_order(own):
    folder, labels = own
    table = pd.read_csv(labels).assign(part=["10", "9", "9"] * 4)
    table.loc[[0, 1], "part"] = ["9", "10"]
    table.to_csv(labels, index=False)
    made, _ = datasets.add(folder, labels, "mine", column="part")
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
    folder, labels = own
    labels.write_text(f"{labels.read_text()}{line}\n")
    with pytest.raises(UserError, match=said):
        datasets.add(folder, labels, "mine")
    assert not places.datasets().exists()


def test_numbers_of_folds_that_cannot_be_are_refused(own):
    for count in (1, 21):
        with pytest.raises(UserError, match=f"asked for are {count}: give 2 to 20"):
            datasets.add(*own, "mine", count=count)
