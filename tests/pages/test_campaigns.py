"""What a page shows of a campaign's report."""

from pixels_to_sentiment.pages import campaigns

REPORT = {
    "targets": [{"what": "rate", "met": True}, {"what": "ratio", "met": False},
                {"what": "share", "met": None}],
    "checks": {"rows": [{"what": "two runs"}, {"what": "cuda against cpu", "met": True}]},
    "five_folds": [{"of": "a seed 0", "seconds": 3.0}, {"of": "a seed 1", "seconds": 5.0},
                   {"of": "b seed 0", "seconds": None}],
}  # fmt: skip


def test_targets_and_checks_are_said_in_words():
    """Also what was not measured."""
    tables = campaigns.tables(REPORT)
    assert list(tables["targets"]["met"]) == ["met", "missed", "not measured"]
    assert tables["checks"]["met"].tolist()[1] == "met"


def test_five_folds_are_summed_up_over_seeds():
    """A row a configuration; there may be none at all."""
    found = campaigns.tables(REPORT)["five_folds"].set_index("configuration")
    assert list(found.loc["a"]) == [2, 4.0, 5.0]
    assert found.loc["b", "seeds"] == 0
    assert campaigns.tables(REPORT | {"five_folds": []})["five_folds"].empty
