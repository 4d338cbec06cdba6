"""The audit: what it counts is right, on five pictures by hand and on the real ones."""

import hashlib

import numpy as np
import pandas as pd
import pytest

from pixels_to_sentiment import places
from pixels_to_sentiment.data import audit, folds, pictures
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.imports import datasets
from toy_files import zipped

PUBLISHED = {
    "five": {"used": 880, "dropped": 2, "test": 176, "train": 704, "positive": 579},
    "four": {"used": 1115, "dropped": 1, "test": 223, "train": 892, "positive": 688},
    "three": {"used": 1265, "dropped": 4, "test": 253, "train": 1012, "positive": 767},
}


@pytest.fixture(scope="module")
def table():
    return folds.load()


@pytest.fixture(scope="module")
def unlike(table):
    """Digests of pictures of which no two are the same."""
    return {image: hashlib.sha256(image.encode()).hexdigest() for image in table["image"]}


def small_table():
    """Five pictures, one a fold; the last is in five agree's folds in another place."""
    rows = {
        "image": [f"{letter}.jpg" for letter in "abcde"],
        "label": [0, 1, 1, 0, 1],
        "five_fold": [1, 2, 3, 4, 5],
        "five_rank": [0] * 5,
        "four_fold": [2, 1, 3, 4, 5],
        "four_rank": [0] * 5,
        "three_fold": [1, 2, 3, 4, 5],
        "three_rank": [0] * 5,
    }
    return pd.DataFrame(rows)


# The complete lists


def test_lists_are_found_wherever_they_lie_in_the_archive(tmp_path):
    """Any folder will do, other files are ignored, and an absent list is left out."""
    members = {
        "DeepSent/data/twitter_five_agrees.txt": "a.jpg 1\r\nb.jpg 0\r\n",
        "twitter_three_agrees.txt": "c.jpg 1\n\n",
        "__MACOSX/._twitter_four_agrees.txt": "\x00\x01",
    }
    (tmp_path / "a.zip").write_bytes(zipped(members.items()))
    found = audit.read_lists(tmp_path / "a.zip")
    assert found == {"five": {"a.jpg": 1, "b.jpg": 0}, "three": {"c.jpg": 1}}


@pytest.mark.parametrize(
    "members",
    [
        {"twitter_five_agrees.txt": "a.jpg 2\n"},
        {"twitter_five_agrees.txt": "a.jpg\n"},
        {"twitter_five_agrees.txt": "a.jpg 1\na.jpg 0\n"},
        {"x/twitter_five_agrees.txt": "a.jpg 1\n", "y/twitter_five_agrees.txt": "a.jpg 0\n"},
        {"twitter_five_agrees.txt": b"\xff\xfe"},
    ],
    ids=["label", "no label", "twice", "two lists", "not text"],
)
def test_a_malformed_list_is_refused(tmp_path, members):
    """What is not lines of name and label is refused, with the archive's name."""
    (tmp_path / "a.zip").write_bytes(zipped(members.items()))
    with pytest.raises(UserError, match=r"a\.zip (is damaged|has two different files)"):
        audit.read_lists(tmp_path / "a.zip")


# Counts


def test_sizes_are_the_published_ones(table):
    """Counts and the always-positive accuracy agree with what the authors released."""
    sizes = audit.sizes(table).set_index("agreement")
    assert sizes[["used", "dropped", "test", "train", "positive"]].T.to_dict() == PUBLISHED
    assert list(sizes["listed"]) == [882, 1116, 1269]
    assert list(sizes["negative"]) == [301, 427, 498]
    assert list(sizes["always_positive"].round(3)) == [0.658, 0.617, 0.606]


def test_balance_shows_that_folds_are_not_stratified(table):
    """The positive share of a five-agree fold runs from 0.60 to 0.70."""
    balance = audit.balance(table)
    assert len(balance) == 15
    five = balance[balance["agreement"] == "five"]
    assert list(five["fold"]) == [1, 2, 3, 4, 5]
    assert (round(five["share"].min(), 2), round(five["share"].max(), 2)) == (0.60, 0.70)
    assert (balance["share"] == balance["positive"] / balance["pictures"]).all()


def test_a_data_set_of_ones_own_is_counted_by_its_own_folds(own):
    """Twelve pictures, eight of them positive, in three folds with nothing beside them."""
    datasets.add(*own, "mine", count=3)
    with places.using("mine"):
        (sizes,) = audit.sizes().itertuples(index=False)
        balance = audit.balance(folds.load())
    assert sizes[:-1] == ("all", 12, 12, 0, 4, 8, 8, 4)
    assert balance["pictures"].to_list() == [4, 4, 4]
    assert sizes.always_positive == balance["share"].mean()


def test_dropped_pictures_betray_themselves_by_a_stricter_subset(table):
    """One five-agree picture is missing from four agree's folds, three from three agree's."""
    dropped = audit.dropped(table)
    assert dropped.groupby("agreement").size().to_dict() == {"four": 1, "three": 4}
    of_five = dropped[dropped["used_in"].str.contains("five")]
    assert of_five.groupby("agreement").size().to_dict() == {"four": 1, "three": 3}


def test_dropped_names_what_a_complete_list_has_more():
    """A listed picture without a fold is dropped, and nothing else is."""
    table = small_table().astype({"five_fold": "Int64", "five_rank": "Int64"})
    table.loc[4, ["five_fold", "five_rank"]] = pd.NA
    assert audit.dropped(table).empty
    dropped = audit.dropped(table, {"five": {"a.jpg": 0, "e.jpg": 1}})
    assert dropped.values.tolist() == [["five", "e.jpg", 1, "four, three"]]


def test_membership_counts_pictures_that_changed_their_fold(table):
    """By hand on five pictures; on the real table the shuffles look independent."""
    by_hand = audit.membership(small_table()).set_index(["agreement", "other"])
    assert by_hand["moved"].to_dict() == {
        ("five", "four"): 2,
        ("five", "three"): 0,
        ("four", "three"): 2,
    }
    real = audit.membership(table)
    assert list(real["only_first"]) == [1, 3, 4]
    assert list(real["both"]) == [879, 877, 1111]
    assert list(real["moved"]) == [715, 701, 900]
    assert real["moved_share"].between(0.78, 0.82).all()


def test_duplicates_and_leak_on_made_up_twins():
    """Twins straddle, sit together or contradict as placed, and leak in both directions."""
    table = small_table()
    table.loc[4, "three_fold"], table.loc[4, "three_rank"] = 3, 1
    table.loc[3, "label"] = 1  # the twins a and d contradict each other, c and e do not
    digests = {"a.jpg": "1", "b.jpg": "2", "c.jpg": "3", "d.jpg": "1", "e.jpg": "3"}
    twins = audit.duplicates(digests, table)
    assert set(twins["images"]) == {("a.jpg", "d.jpg"), ("c.jpg", "e.jpg")}
    assert len(twins) == 2 * 3
    together = twins[~twins["straddles"]]
    assert together[["images", "agreement", "folds"]].values.tolist() == [
        [("c.jpg", "e.jpg"), "three", (3, 3)]
    ]
    assert set(twins.loc[twins["contradictory"], "images"]) == {("a.jpg", "d.jpg")}
    leak = audit.leak(digests, table).set_index(["agreement", "fold"])
    assert leak.loc["five", "leaked"].to_dict() == {1: 1, 2: 0, 3: 1, 4: 1, 5: 1}
    assert leak.loc["three", "leaked"].to_dict() == {1: 1, 2: 0, 3: 0, 4: 1, 5: 0}


def test_a_copy_outside_the_subset_neither_straddles_nor_leaks(table, unlike):
    """Twins of which five agree has only one are no leak in five agree."""
    inside = table.loc[table["five_fold"].notna(), "image"].iloc[0]
    outside = table.loc[table["five_fold"].isna(), "image"].iloc[0]
    digests = unlike | {outside: unlike[inside]}
    five = audit.duplicates(digests, table).query("agreement == 'five'")
    assert five[["copies", "straddles", "contradictory"]].values.tolist() == [[1, False, False]]
    assert audit.leak(digests, table).query("agreement == 'five'")["leaked"].sum() == 0


def section(text, beginning):
    """Lines of the part of a printed audit whose heading begins so, without the heading."""
    parts = [part.splitlines() for part in text.split("\n\n")]
    (found,) = (lines for heading, *lines in parts if heading.startswith(beginning))
    return found


def test_the_text_has_the_numbers_of_each_part(monkeypatch):
    """A reader at a terminal finds each number under its heading, shares to three places."""
    monkeypatch.setattr(folds, "load", small_table)
    digests = {"a.jpg": "1", "b.jpg": "2", "c.jpg": "3", "d.jpg": "4", "e.jpg": "1"}
    text = audit.report({"five": {"a.jpg": 1, "new.jpg": 0}}, digests)
    for heading, row in {
        "Photographs of each subset": "five 882 5 877 1 4 3 2 0.600",
        "Positive photographs": "four 1 1 1 1.000",
        "Photographs in two subsets": "five four 5 0 0 2 0.400",
        "Lists that differ": "five_agrees/test1/test.txt 1",
        "Labels in the complete lists": "five 2 1 4 1",
        "Byte-identical": "(a.jpg, e.jpg) five 2 (1, 5) True True",
        "Test photographs": "three 5 1 1 1.000",
    }.items():
        assert row in [" ".join(line.split()) for line in section(text, heading)]


def test_complete_lists_of_the_archive_agree_with_the_table(table, mirror):
    """882, 1,116 and 1,269 labels, nested, none of them another than the table's."""
    listed = audit.read_lists(mirror / pictures.ARCHIVE)
    assert set(listed["five"]) < set(listed["four"]) < set(listed["three"])
    labels = audit.labels(listed, table)
    assert labels["listed"].tolist() == [folds.SUBSETS[a].listed for a in folds.AGREEMENTS]
    assert labels[["unknown", "unlisted", "differing"]].to_numpy().sum() == 0
    dropped = audit.dropped(table, listed)
    assert dropped.groupby("agreement").size().to_dict() == {"five": 2, "four": 1, "three": 4}


def test_the_photographs_have_thirteen_pairs_of_twins(table, photographed):
    """5, 7 and 8 pairs straddle two folds; one pair of three agree contradicts itself."""
    digests = dict(zip(photographed["image"], photographed["sha256"], strict=True))
    twins = audit.duplicates(digests, table)
    assert twins["digest"].nunique() == 13
    assert twins["images"].map(len).unique().tolist() == [2]
    straddling = twins[twins["straddles"]].groupby("agreement").size()
    assert straddling.to_dict() == {"five": 5, "four": 7, "three": 8}
    assert twins.loc[twins["contradictory"], "agreement"].tolist() == ["three"]
    # Each straddling pair leaks twice: each twin is tested once, with the other trained on.
    leaked = audit.leak(digests, table).groupby("agreement")["leaked"].sum()
    assert leaked.to_dict() == {"five": 10, "four": 14, "three": 16}


def test_near_copies_are_told_from_byte_identical_ones():
    """Of hashes that differ in no bit, two or six; a and e are one file."""
    table = small_table()
    hashes = np.zeros((5, 64), bool)
    hashes[1, :2], hashes[2, 10:16], hashes[3] = True, True, True
    digests = {"a.jpg": "1", "b.jpg": "2", "c.jpg": "3", "d.jpg": "4", "e.jpg": "1"}
    found = audit.near_duplicates(hashes, digests, table)
    assert found[["bits", "image", "other"]].to_numpy().tolist() == [
        [2, "a.jpg", "b.jpg"],
        [2, "b.jpg", "e.jpg"],
    ]
    assert found["five_straddles"].all()
    assert found[["label", "other_label"]].to_numpy().tolist() == [[0, 1], [1, 1]]
    table["five_fold"] = pd.array([1, 1, 1, 1, None], "Int64")
    assert not audit.near_duplicates(hashes, digests, table)["five_straddles"].any()
