"""The published folds: reading, splitting, writing the lists again, and the audit."""

import hashlib
import zipfile
from itertools import product
from pathlib import Path

import pandas as pd
import pytest

from pixels_to_sentiment import folds, places
from pixels_to_sentiment.errors import UserError

MIRROR = Path(__file__).parents[2] / "shared" / "mirror"
ARCHIVE = MIRROR / "twitter_deepsent.zip"
needs_photographs = pytest.mark.skipif(
    not MIRROR.is_dir(), reason="the mirror with the photographs is not beside the checkout"
)
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


@pytest.fixture(scope="module")
def digests():
    with zipfile.ZipFile(ARCHIVE) as bundle:
        photographs = [name for name in bundle.namelist() if name.endswith(".jpg")]
        return {Path(n).name: hashlib.sha256(bundle.read(n)).hexdigest() for n in photographs}


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


def write_csv(path, frame):
    frame.to_csv(path, index=False)
    return path


def archive(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, text in members.items():
            bundle.writestr(name, text)
    return path


# Reading


def test_table_has_every_picture_once_with_nullable_folds(table):
    """1,269 names, labels 0 and 1, and a missing fold is NA, not a float."""
    assert len(table) == table["image"].nunique() == 1269
    assert tuple(table.columns) == folds.COLUMNS
    assert table["label"].dtype == "int64"
    assert {str(table[c].dtype) for c in folds.COLUMNS[2:]} == {"Int64"}
    assert table["five_fold"].isna().sum() == 1269 - 880


@pytest.mark.parametrize(
    ("column", "row", "value", "says"),
    [
        ("image", 1, "a.jpg", "a.jpg twice"),
        ("image", 1, "two words.jpg", "plain file name"),
        ("image", 1, "../b.jpg", "plain file name"),
        ("image", 1, None, "plain file name"),
        ("label", 2, 2, "neither 0 nor 1"),
        ("label", 2, None, "neither 0 nor 1"),
        ("label", 2, "yes", "cannot be read"),
        ("five_fold", 4, 6, "folds 1 to 5 in five_fold"),
        ("five_fold", 4, 1.5, "cannot be read"),
        ("four_fold", 4, None, "only one of four_fold and four_rank"),
        ("three_rank", 3, 1, r"three_rank not running 0, 1, 2, ... over equal folds \(fold 4\)"),
    ],
)
def test_a_table_that_is_not_the_folds_is_refused(tmp_path, column, row, value, says):
    """Each kind of damage gets a sentence with the file, the fault and the cure."""
    frame = small_table().astype(object)
    frame.loc[row, column] = value
    path = write_csv(tmp_path / "folds.csv", frame)
    with pytest.raises(UserError, match=says) as caught:
        folds.load(path)
    assert str(path) in str(caught.value)
    assert "restore it" in str(caught.value)


def test_a_sound_small_table_is_read(tmp_path):
    """The refusals above are due to the damage, not to the small table."""
    read = folds.load(write_csv(tmp_path / "folds.csv", small_table()))
    assert read.astype(object).equals(small_table().astype(object))


def test_a_missing_column_is_named(tmp_path):
    """The sentence lists the columns that are not there."""
    path = write_csv(tmp_path / "folds.csv", small_table().drop(columns=["label", "four_rank"]))
    with pytest.raises(UserError, match="lacks the columns label, four_rank"):
        folds.load(path)


@pytest.mark.parametrize("data", [None, b"", b"\xff\xfe\x00", b"a,b\n1,2\n3,4,5\n"])
def test_a_file_that_is_no_table_is_refused_in_one_line(tmp_path, data):
    """Absent, empty, not text, ragged: always one line with the file's name."""
    path = tmp_path / "folds.csv"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(UserError, match=r"folds\.csv cannot be read") as caught:
        folds.load(path)
    assert "\n" not in str(caught.value)


def test_any_lost_line_of_the_published_table_is_noticed(tmp_path):
    """A cut table shows as a gap in the ranks or as a fold shorter than the others."""
    lines = (places.ground_truth() / "published_folds.csv").read_text().splitlines(True)
    for lost in (1, 700, len(lines) - 1):
        path = tmp_path / f"{lost}.csv"
        path.write_text("".join(lines[:lost] + lines[lost + 1 :]))
        with pytest.raises(UserError, match="not running 0, 1, 2"):
            folds.load(path)


# Subsets and splits


@pytest.mark.parametrize(
    ("agreement", "fold"), list(product(folds.AGREEMENTS, folds.FOLDS)), ids=str
)
def test_split_parts_the_subset(agreement, fold, table):
    """Train and test have the published sizes, share no picture and make up the subset."""
    train, test = folds.split(agreement, fold, table)
    assert (len(train), len(test)) == tuple(PUBLISHED[agreement][k] for k in ("train", "test"))
    assert list(test["rank"]) == list(range(len(test)))
    assert set(test["fold"]) == {fold}
    assert list(train["fold"].unique()) == [k for k in folds.FOLDS if k != fold]
    whole = folds.subset(agreement, table)
    assert sorted([*train["image"], *test["image"]]) == sorted(whole["image"])
    assert set(train["image"]).isdisjoint(test["image"])


def test_unknown_subset_or_fold_names_the_choices(table):
    """A slip in the subset or fold is told with what there is."""
    with pytest.raises(UserError, match="'six'; use one of five, four, three"):
        folds.subset("six", table)
    for fold in (0, 6, "1"):
        with pytest.raises(UserError, match="use one of 1 to 5"):
            folds.split("five", fold, table)


# The 30 lists


def test_export_writes_the_30_published_files_byte_for_byte(tmp_path):
    """The SHA-256 of each file on disk is the one of the authors' release."""
    paths = folds.export(tmp_path / "new" / "folder")
    base = tmp_path / "new" / "folder"
    written = {
        str(path.relative_to(base)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in base.rglob("*")
        if path.is_file()
    }
    sums = (places.ground_truth() / "published_lists.sha256").read_text().splitlines()
    assert len(paths) == len(written) == 30
    assert {f"{digest}  {name}" for name, digest in written.items()} == set(sums)
    assert set(paths) == {base / name for name in written}


def test_export_can_be_repeated_and_leaves_equal_files_alone(tmp_path):
    """A second export writes nothing, and restores only what is missing."""
    first = folds.export(tmp_path)
    first[3].unlink()
    times = {path: path.stat().st_mtime_ns for path in first if path.exists()}
    assert folds.export(tmp_path) == first
    assert first[3].is_file()
    assert {path: path.stat().st_mtime_ns for path in times} == times


def test_export_does_not_overwrite_another_file(tmp_path):
    """A differing file stops the export before anything is written; force replaces it."""
    mine = tmp_path / "four_agrees" / "test2" / "train.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine\n")
    with pytest.raises(UserError, match=r"train\.txt exists with other content"):
        folds.export(tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [mine]
    folds.export(tmp_path, force=True)
    assert mine.read_bytes() == folds.lists()["four_agrees/test2/train.txt"]
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 30


def test_export_to_a_place_that_is_no_folder_is_refused(tmp_path):
    """A file where the folder should be, or a folder where a list should be, is told."""
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="name a folder you can write to"):
        folds.export(tmp_path / "file")
    (tmp_path / "five_agrees" / "test1" / "test.txt").mkdir(parents=True)
    with pytest.raises(UserError, match="name a folder you can write to"):
        folds.export(tmp_path, force=True)
    assert not [path for path in tmp_path.rglob(".*")]


def test_a_killed_write_leaves_the_old_list_whole(tmp_path, monkeypatch):
    """The list under its name is the old or the new one, never a part."""
    target = folds.export(tmp_path)[0]
    target.write_text("old\n")

    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(folds.os, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        folds.export(tmp_path, force=True)
    assert target.read_text() == "old\n"
    assert len(list(target.parent.iterdir())) == 2


def test_damaged_checksums_are_told(tmp_path, monkeypatch):
    """Without the checksum file, or with another text in it, a sentence names it."""
    monkeypatch.setattr(places, "ground_truth", lambda: tmp_path)
    with pytest.raises(UserError, match=r"published_lists\.sha256 cannot be read"):
        folds.checksums()
    (tmp_path / "published_lists.sha256").write_text("not a checksum\n")
    with pytest.raises(UserError, match=r"published_lists\.sha256 cannot be read"):
        folds.checksums()


# The complete lists


def test_lists_are_found_wherever_they_lie_in_the_archive(tmp_path):
    """Any folder will do, other files are ignored, and an absent list is left out."""
    members = {
        "DeepSent/data/twitter_five_agrees.txt": "a.jpg 1\r\nb.jpg 0\r\n",
        "twitter_three_agrees.txt": "c.jpg 1\n\n",
        "__MACOSX/._twitter_four_agrees.txt": "\x00\x01",
    }
    found = folds.read_lists(archive(tmp_path / "a.zip", members))
    assert found == {"five": {"a.jpg": 1, "b.jpg": 0}, "three": {"c.jpg": 1}}


@pytest.mark.parametrize(
    "members",
    [
        {"twitter_five_agrees.txt": "a.jpg 2\n"},
        {"twitter_five_agrees.txt": "a.jpg\n"},
        {"twitter_five_agrees.txt": "a.jpg 1\na.jpg 0\n"},
        {"x/twitter_five_agrees.txt": "a.jpg 1\n", "y/twitter_five_agrees.txt": "a.jpg 0\n"},
        {"twitter_five_agrees.txt": b"\xff\xfe"},
        {"twitter_five_agrees.txt": "".join(f"{i}.jpg 1\n" for i in range(100_000))},
    ],
    ids=["label", "no label", "twice", "two lists", "not text", "bomb"],
)
def test_a_malformed_list_is_refused(tmp_path, members):
    """What is not lines of name and label is refused, with the archive's name."""
    with pytest.raises(UserError, match=r"a\.zip cannot be read"):
        folds.read_lists(archive(tmp_path / "a.zip", members))


@pytest.mark.parametrize("data", [None, b"<html>too large to scan</html>"])
def test_an_archive_that_is_none_is_refused(tmp_path, data):
    """An absent file and a page of HTML in its place are told, not raised raw."""
    if data:
        (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(UserError, match=r"a\.zip cannot be read"):
        folds.read_lists(tmp_path / "a.zip")


# The audit


def test_sizes_are_the_published_ones(table):
    """Counts and the always-positive accuracy agree with what the authors released."""
    sizes = folds.sizes(table).set_index("agreement")
    assert sizes[["used", "dropped", "test", "train", "positive"]].T.to_dict() == PUBLISHED
    assert list(sizes["listed"]) == [882, 1116, 1269]
    assert list(sizes["negative"]) == [301, 427, 498]
    assert list(sizes["always_positive"].round(3)) == [0.658, 0.617, 0.606]


def test_balance_shows_that_folds_are_not_stratified(table):
    """The positive share of a five-agree fold runs from 0.60 to 0.70."""
    balance = folds.balance(table)
    assert len(balance) == 15
    five = balance[balance["agreement"] == "five"]
    assert list(five["fold"]) == [1, 2, 3, 4, 5]
    assert (round(five["share"].min(), 2), round(five["share"].max(), 2)) == (0.60, 0.70)
    assert (balance["share"] == balance["positive"] / balance["pictures"]).all()


def test_dropped_pictures_betray_themselves_by_a_stricter_subset(table):
    """One five-agree picture is missing from four agree's folds, three from three agree's."""
    dropped = folds.dropped(table)
    assert dropped.groupby("agreement").size().to_dict() == {"four": 1, "three": 4}
    of_five = dropped[dropped["used_in"].str.contains("five")]
    assert of_five.groupby("agreement").size().to_dict() == {"four": 1, "three": 3}


def test_dropped_is_empty_when_nothing_was_dropped():
    """No row, and the columns are still there."""
    dropped = folds.dropped(small_table())
    assert list(dropped.columns) == ["agreement", "image", "label", "used_in"]
    assert dropped.empty


def test_dropped_names_what_a_complete_list_has_more():
    """A listed picture without a fold is dropped, and nothing else is."""
    table = small_table().astype({"five_fold": "Int64", "five_rank": "Int64"})
    table.loc[4, ["five_fold", "five_rank"]] = pd.NA
    assert folds.dropped(table).empty
    dropped = folds.dropped(table, {"five": {"a.jpg": 0, "e.jpg": 1}})
    assert dropped.values.tolist() == [["five", "e.jpg", 1, "four, three"]]


def test_membership_counts_pictures_that_changed_their_fold(table):
    """By hand on five pictures; on the real table the shuffles look independent."""
    by_hand = folds.membership(small_table()).set_index(["agreement", "other"])
    assert by_hand["moved"].to_dict() == {
        ("five", "four"): 2,
        ("five", "three"): 0,
        ("four", "three"): 2,
    }
    real = folds.membership(table)
    assert list(real["only_first"]) == [1, 3, 4]
    assert list(real["both"]) == [879, 877, 1111]
    assert list(real["moved"]) == [715, 701, 900]
    assert real["moved_share"].between(0.78, 0.82).all()


def test_published_tells_the_list_that_a_changed_label_spoils(table):
    """One flipped label breaks one test list and four training lists of each subset it is in."""
    assert folds.published(table)["matches"].all()
    flipped = table.copy()
    row = flipped.index[flipped["five_fold"].isna() & flipped["three_fold"].notna()][0]
    flipped.loc[row, "label"] = 1 - flipped.loc[row, "label"]
    spoiled = folds.published(flipped).query("not matches")["path"]
    subsets = sum(flipped.loc[row, [f"{a}_fold" for a in folds.AGREEMENTS]].notna())
    assert len(spoiled) == 5 * subsets
    assert sum("test.txt" in path for path in spoiled) == subsets


def test_labels_counts_each_kind_of_difference():
    """Unknown, unlisted and differing pictures are told apart; absent lists give no row."""
    listed = {"four": {"a.jpg": 1, "b.jpg": 1, "c.jpg": 1, "d.jpg": 0, "new.jpg": 0}}
    listed["four"]["newer.jpg"] = 1
    assert folds.labels(listed, small_table()).to_dict("records") == [
        {"agreement": "four", "listed": 6, "unknown": 2, "unlisted": 1, "differing": 1}
    ]


def test_duplicates_and_leak_on_made_up_twins():
    """Twins straddle, sit together or contradict as placed, and leak in both directions."""
    table = small_table()
    table.loc[4, "three_fold"], table.loc[4, "three_rank"] = 3, 1
    table.loc[3, "label"] = 1  # the twins a and d contradict each other, c and e do not
    digests = {"a.jpg": "1", "b.jpg": "2", "c.jpg": "3", "d.jpg": "1", "e.jpg": "3"}
    twins = folds.duplicates(digests, table)
    assert set(twins["images"]) == {("a.jpg", "d.jpg"), ("c.jpg", "e.jpg")}
    assert len(twins) == 2 * 3
    together = twins[~twins["straddles"]]
    assert together[["images", "agreement", "folds"]].values.tolist() == [
        [("c.jpg", "e.jpg"), "three", (3, 3)]
    ]
    assert set(twins.loc[twins["contradictory"], "images"]) == {("a.jpg", "d.jpg")}
    leak = folds.leak(digests, table).set_index(["agreement", "fold"])
    assert leak.loc["five", "leaked"].to_dict() == {1: 1, 2: 0, 3: 1, 4: 1, 5: 1}
    assert leak.loc["three", "leaked"].to_dict() == {1: 1, 2: 0, 3: 0, 4: 1, 5: 0}


def test_a_copy_outside_the_subset_neither_straddles_nor_leaks(table, unlike):
    """Twins of which five agree has only one are no leak in five agree."""
    inside = table.loc[table["five_fold"].notna(), "image"].iloc[0]
    outside = table.loc[table["five_fold"].isna(), "image"].iloc[0]
    digests = unlike | {outside: unlike[inside]}
    five = folds.duplicates(digests, table).query("agreement == 'five'")
    assert five[["copies", "straddles", "contradictory"]].values.tolist() == [[1, False, False]]
    assert folds.leak(digests, table).query("agreement == 'five'")["leaked"].sum() == 0


def test_without_twins_the_frames_can_still_be_queried(table, unlike):
    """No twins: no rows, no leak, and the boolean columns still select."""
    twins = folds.duplicates(unlike, table)
    assert twins[twins["straddles"] | twins["contradictory"]].empty
    assert "agreement" in twins[twins["straddles"]].columns
    assert folds.leak(unlike, table)["share"].tolist() == [0.0] * 15


def test_a_picture_without_digest_is_refused(table, unlike):
    """A partial archive would undercount the twins, so it is told."""
    partial = dict(list(unlike.items())[:-2])
    for function in (folds.duplicates, folds.leak):
        with pytest.raises(UserError, match="have no digest"):
            function(partial, table)


def test_audit_bundles_what_its_inputs_allow(table, unlike):
    """Fields that need the archive are None without it; all equal the single functions."""
    plain = folds.audit(table)
    assert (plain.labels, plain.duplicates, plain.leak) == (None, None, None)
    listed = {"three": dict(zip(table["image"], table["label"], strict=True))}
    full = folds.audit(table, listed, unlike)
    for name in ("sizes", "balance", "membership", "published"):
        expected = getattr(folds, name)(table)
        pd.testing.assert_frame_equal(getattr(plain, name), expected)
        pd.testing.assert_frame_equal(getattr(full, name), expected)
    assert len(full.dropped) == 5
    assert full.labels["differing"].tolist() == [0]
    assert len(full.leak) == 15
    assert full.duplicates.empty


@needs_photographs
def test_complete_lists_of_the_archive_agree_with_the_table(table):
    """882, 1,116 and 1,269 labels, nested, none of them another than the table's."""
    listed = folds.read_lists(ARCHIVE)
    assert set(listed["five"]) < set(listed["four"]) < set(listed["three"])
    labels = folds.labels(listed, table)
    assert labels["listed"].tolist() == [folds.SUBSETS[a].listed for a in folds.AGREEMENTS]
    assert labels[["unknown", "unlisted", "differing"]].to_numpy().sum() == 0
    dropped = folds.dropped(table, listed)
    assert dropped.groupby("agreement").size().to_dict() == {"five": 2, "four": 1, "three": 4}


@needs_photographs
def test_the_photographs_have_thirteen_pairs_of_twins(table, digests):
    """5, 7 and 8 pairs straddle two folds; one pair of three agree contradicts itself."""
    twins = folds.duplicates(digests, table)
    assert twins["digest"].nunique() == 13
    assert twins["images"].map(len).unique().tolist() == [2]
    straddling = twins[twins["straddles"]].groupby("agreement").size()
    assert straddling.to_dict() == {"five": 5, "four": 7, "three": 8}
    assert twins.loc[twins["contradictory"], "agreement"].tolist() == ["three"]
    # Each straddling pair leaks twice: each twin is tested once, with the other trained on.
    leaked = folds.leak(digests, table).groupby("agreement")["leaked"].sum()
    assert leaked.to_dict() == {"five": 10, "four": 14, "three": 16}
