"""Answers: gathered from records, graded as scores are, paired only where they can be."""

from types import SimpleNamespace

import pandas as pd
import pytest

from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.judging import answers, scores
from toy_answers import together, told


def test_answers_are_gathered_and_graded_as_scores_are():
    """Run and name beside each picture; right answers are `scores.accuracy`, at one half too."""
    frame = pd.DataFrame(
        {
            "image": list("abcde"),
            "label": [0, 1, 0, 1, 1],
            "centre": [0.5, 0.5, 0.6, 0.6, 0.1],
            "oversampled": [0.1, 0.9, 0.1, 0.9, 0.9],
        }
    )
    run = SimpleNamespace(agreement="four", fold=2, seed=3)
    record = SimpleNamespace(run=run, key="k", predictions=lambda: frame)
    found = answers.gather([record], lambda r: r.key)
    assert list(found) == answers.COLUMNS
    assert set(zip(found["fold"], found["seed"], strict=True)) == {(2, 3)}
    cases = answers.cases(found)
    assert list(cases) == [("k", "four", "centre"), ("k", "four", "oversampled")]
    for (_, _, view), case in cases.items():
        assert (
            case[["image", "positive"]].to_numpy().tolist()
            == frame[["image", view]].to_numpy().tolist()
        )
        assert case["correct"].mean() == scores.accuracy(frame["label"], frame[view])
    assert answers.cases(answers.gather([], str)) == {}


A = [[1, 1, 0, 0], [1, 0, 1, 0]]
B = [[1, 0, 1, 0], [1, 0, 1, 1]]


def test_answers_that_cannot_be_judged_are_named():
    """Two runs under one name, seeds of which one had a limit."""
    good = told(A, "net")
    with pytest.raises(UserError, match=r"^net has two runs of one fold and seed in five agree"):
        answers.cases(together(good, good))
    limited = told(A, "net", seed=1).iloc[:-1]
    with pytest.raises(UserError, match="seeds of net in five agree answered different pictures"):
        answers.cases(together(good, limited))
    # A seed that lacks a whole fold is no limit.
    assert answers.cases(together(good, told(A[:1], "net", seed=1)))


def test_only_common_seeds_are_paired_fold_by_fold():
    """Otherwise one would be averaged over more seeds than the other."""
    ours = [told(A, "a", seed=s) for s in (0, 1, 2)]
    theirs = [told(B[:1], "b", seed=1), told(B[1:], "b", seed=2, first=2)]
    ((_, paired),) = answers.pair(together(*ours, *theirs))
    assert paired.groupby("fold")["seed"].unique().map(list).to_dict() == {1: [1], 2: [2]}


def test_all_pairs_in_all_that_they_share():
    """Three configurations make three pairs; a subset or view that one lacks is left out."""
    frame = together(
        *(told(A, name) for name in "abc"),
        *(told(A, name, view="oversampled") for name in "ab"),
        told(A, "c", agreement="three"),
    )
    found = [names for names, _ in answers.pair(frame)]
    assert found == [
        ("five", "centre", "a", "b"),
        ("five", "oversampled", "a", "b"),
        ("five", "centre", "a", "c"),
        ("five", "centre", "b", "c"),
    ]
    ((names, _),) = answers.pair(frame, [("c", "a")])
    assert names == ("five", "centre", "c", "a")


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (told(B[:1], "b"), "a and b did not answer the same pictures, with"),
        (told(B, "b", labels=[[0] * 4] * 2), "did not answer the same pictures"),
        (told(B, "b", seed=1), "a seed in common in each fold, of five agree"),
        (told(B, "b", view="oversampled"), "a and b share no subset and view"),
        (told(B, "c"), "a and b share no subset and view"),
    ],
)
def test_what_cannot_be_paired_is_refused(other, message):
    """Fewer folds, other labels or seeds, another view, no such configuration."""
    with pytest.raises(UserError, match=message):
        list(answers.pair(together(told(A, "a"), other), [("a", "b")]))
