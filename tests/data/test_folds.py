"""The published folds: reading, splitting, and writing the 30 lists again."""

import hashlib
from itertools import product

import pytest

from pixels_to_sentiment import places
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.errors import UserError
from toy_folds import small_table

SIZES = {"five": (704, 176), "four": (892, 223), "three": (1012, 253)}  # train, test


@pytest.fixture(scope="module")
def table():
    return folds.load()


def write_csv(path, frame):
    frame.to_csv(path, index=False)
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
    assert (len(train), len(test)) == SIZES[agreement]
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

    monkeypatch.setattr(places.os, "replace", stop)
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
