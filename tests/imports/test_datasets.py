"""Data sets of one's own: what they are made of, what is refused, and what is told."""

import json

import numpy as np
import pytest
from PIL import Image

from pixels_to_sentiment import places
from pixels_to_sentiment.data import folds, pictures
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.imports import datasets


def test_pictures_are_those_of_todays_reader_and_folds_are_stratified(own):
    folder, labels = own
    table, odd = datasets.add(folder, labels, "mine", count=4, seed=1)
    assert odd == []
    with places.using("mine"):
        loaded = pictures.load()
        assert loaded.source == "mine"
        assert json.dumps(folds.numbers()) == "[1, 2, 3, 4]"
        train, test = folds.split("all", 2)
    for name, pixels in zip(loaded.names, loaded.pixels, strict=True):
        with Image.open(folder / name) as image:
            np.testing.assert_array_equal(pixels, pictures.warp(np.asarray(image)))
    assert not set(train["image"]) & set(test["image"])
    assert table.groupby("all_fold")["label"].agg(list).map(sorted).to_list() == [[0, 1, 1]] * 4


@pytest.mark.parametrize("name", ["", "a/b", ".hidden", "photographs", "two words"])
def test_names_that_are_no_plain_folders_are_refused(own, name):
    with pytest.raises(UserError, match="cannot name a data set"):
        datasets.add(*own, name)


def test_too_few_of_a_label_and_pictures_that_do_not_decode_are_refused(own):
    folder, labels = own
    with pytest.raises(UserError, match=r"too few negative pictures \(4 for 5 folds\)"):
        datasets.add(folder, labels, "mine", count=5)
    (folder / "03.png").write_bytes((folder / "03.png").read_bytes()[:2000])
    Image.fromarray(np.full((9, 9), 40_000, np.uint16)).save(folder / "04.png")
    with pytest.raises(UserError, match=r"2 of 12 pictures .*\(03.png, 04.png\)"):
        datasets.add(folder, labels, "mine", count=4)
    assert list(places.datasets().iterdir()) == []


def test_what_is_odd_is_counted_and_the_same_import_again_changes_nothing(own):
    folder, labels = own
    (folder / "00.png").write_bytes((folder / "01.png").read_bytes())
    (folder / "new.jpg").touch()
    table, odd = datasets.add(folder, labels, "mine", count=2)
    apart = table["all_fold"][0] != table["all_fold"][1]
    assert odd[0].startswith("1 pictures are in")
    assert len(odd) == 1 + apart
    before = (places.dataset("mine") / folds.DIGESTS).stat()
    datasets.add(folder, labels, "mine", count=2)
    assert (places.dataset("mine") / folds.DIGESTS).stat() == before
    with pytest.raises(UserError, match="other pictures, labels or folds"):
        datasets.add(folder, labels, "mine", count=3)
    Image.new("RGB", (5, 5)).save(folder / "05.png")
    with pytest.raises(UserError, match="other pictures, labels or folds"):
        datasets.add(folder, labels, "mine", count=2)


def test_two_imports_of_a_name_at_once_are_refused(own):
    folder, labels = own
    target = places.dataset("mine")
    with datasets._partial(target, b""), pytest.raises(UserError, match="imports mine now"):
        datasets.add(folder, labels, "mine", count=3)


def test_without_a_data_set_in_use_the_articles_folds_stay(own):
    datasets.add(*own, "mine", count=3)
    assert folds.agreements() == folds.AGREEMENTS
    with places.using("mine"), pytest.raises(UserError, match="no subset 'five'; use one of all"):
        folds.subset("five")
    with places.using("none"), pytest.raises(UserError, match="no data set none in"):
        folds.load()


def test_a_damaged_table_or_array_is_refused(own):
    datasets.add(*own, "mine", count=3)
    table = places.dataset("mine") / folds.TABLE
    table.write_text(table.read_text().replace(",1,", ",0,", 1))
    with places.using("mine"), pytest.raises(UserError, match=r"folds.csv is damaged"):
        pictures.load()
    assert json.loads((places.dataset("mine") / folds.DIGESTS).read_text())
