"""The published folds: reading, splitting, and writing the 30 lists again."""

import hashlib
from pathlib import Path

import pytest

from pixels_to_sentiment import places
from pixels_to_sentiment.data import folds
from pixels_to_sentiment.errors import UserError

SIZES = {"five": (704, 176), "four": (892, 223), "three": (1012, 253)}  # train, test


@pytest.fixture(scope="module")
def table():
    return folds.load()


# Reading


def test_table_has_every_picture_once_with_nullable_folds(table):
    """1,269 names, labels 0 and 1, and a missing fold is NA, not a float."""
    assert len(table) == table["image"].nunique() == 1269
    parts = [f"{one}_{part}" for one in folds.AGREEMENTS for part in ("fold", "rank")]
    assert list(table.columns) == ["image", "label", *parts]
    assert table["label"].dtype == "int64"
    assert {str(table[part].dtype) for part in parts} == {"Int64"}
    assert table["five_fold"].isna().sum() == 1269 - 880


@pytest.mark.parametrize(
    ("name", "read"),
    [("published_folds.csv", folds.load), ("published_lists.sha256", folds.checksums)],
)
def test_a_damaged_file_of_the_ground_truth_is_told(tmp_path, monkeypatch, name, read):
    """A lost line or a changed label, another text, no file: one line with the cure."""
    monkeypatch.setattr(places, "ground_truth", lambda: tmp_path)
    with pytest.raises(UserError, match=rf"{name} cannot be read .*restore it"):
        read()
    good = (Path(places.__file__).parents[2] / "ground_truth" / name).read_text()
    damaged = ["not a checksum\n"]
    if read is folds.load:
        damaged += [good.replace(",1,1,16,", ",0,1,16,", 1), ""]
    for content in damaged:
        (tmp_path / name).write_text(content)
        with pytest.raises(UserError, match=rf"{name} is damaged.*restore it") as caught:
            read()
        assert "\n" not in str(caught.value)


# Subsets and splits


@pytest.mark.parametrize("agreement", folds.AGREEMENTS)
def test_split_parts_the_subset(agreement, table):
    """Train and test have the published sizes, share no picture and make up the subset."""
    whole = folds.subset(agreement, table)
    for fold in folds.FOLDS:
        train, test = folds.split(agreement, fold, table)
        assert (len(train), len(test)) == SIZES[agreement]
        assert list(test["rank"]) == list(range(len(test)))
        assert set(test["fold"]) == {fold}
        assert list(train["fold"].unique()) == [k for k in folds.FOLDS if k != fold]
        assert sorted([*train["image"], *test["image"]]) == sorted(whole["image"])
        assert set(train["image"]).isdisjoint(test["image"])


def test_a_subset_that_somebody_changed_is_whole_when_asked_for_again(table):
    """It is kept once it is made, and what is given is a copy."""
    changed = folds.subset("five")
    changed.loc[:, "label"] = 7
    changed.attrs["told"] = True
    again = folds.subset("five")
    assert again.equals(folds.subset("five", table))
    assert not again.attrs


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


def test_export_to_a_place_that_is_no_folder_is_refused(tmp_path):
    """A file where the folder should be is told."""
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="name a folder you can write to"):
        folds.export(tmp_path / "file")
