"""How words of pages get into the index of the search."""

import pytest

from pixels_to_sentiment.book.searching import EnglishWithNumbers


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Accuracy: 0.815 (+0.021).", ["Accuracy", "0_815", "0_021"]),
        ("fc6-2 in 2017. The 3 folds", ["fc6", "2", "in", "2017", "The", "3", "folds"]),
        ("judging.calibration 1.2.3", ["judging", "calibration", "1_2", "3"]),
    ],
)
def test_a_number_is_one_word_and_the_end_of_a_sentence_none(text, words):
    """All else is cut as Sphinx does."""
    assert EnglishWithNumbers({}).split(text) == words
