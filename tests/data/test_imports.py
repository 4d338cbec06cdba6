"""Data sets of one's own: what becomes of labels, folds and pictures, and what is refused."""

import json
import os
import signal
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from pixels_to_sentiment import places
from pixels_to_sentiment.data import folds, imports, pictures
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.files import assets


def test_pictures_are_those_of_todays_reader_and_folds_are_stratified(own):
    folder, labels = own
    table, odd = imports.add(folder, labels, "mine", count=4, seed=1)
    assert odd == []
    with places.using("mine"):
        loaded = pictures.load()
        assert loaded.source == "mine"
        assert folds.numbers() == (1, 2, 3, 4)
        train, test = folds.split("all", 2)
    for name, pixels in zip(loaded.names, loaded.pixels, strict=True):
        with Image.open(folder / name) as image:
            np.testing.assert_array_equal(pixels, pictures.warp(np.asarray(image)))
    assert not set(train["image"]) & set(test["image"])
    assert table.groupby("all_fold")["label"].agg(list).map(sorted).to_list() == [[0, 1, 1]] * 4


def test_fast_warping_equals_the_slow_to_the_bit_on_sides_of_every_kind():
    dice = np.random.default_rng(0)
    sides = [1, 2, 3, 37, 64, 255, 256, 257, 300, 333, 402, 480, 512, 514, 640, 1023, 1024]
    for height in sides:
        pixels = dice.integers(0, 256, (height, int(dice.choice(sides)), 3), np.uint8)
        np.testing.assert_array_equal(imports.warp(pixels), pictures.warp(pixels))


def test_folds_as_given_by_a_column_are_numbered_in_its_order(own):
    folder, labels = own
    table = pd.read_csv(labels).assign(part=["10", "9", "9"] * 4)
    table.loc[[0, 1], "part"] = ["9", "10"]
    table.to_csv(labels, index=False)
    made, _ = imports.add(folder, labels, "mine", column="part")
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
        imports.add(folder, labels, "mine")
    assert not places.datasets().exists()


@pytest.mark.parametrize("name", ["", "a/b", ".hidden", "photographs", "two words"])
def test_names_that_are_no_plain_folders_are_refused(own, name):
    with pytest.raises(UserError, match="cannot name a data set"):
        imports.add(*own, name)


def test_too_few_of_a_label_and_pictures_that_do_not_decode_are_refused(own):
    folder, labels = own
    with pytest.raises(UserError, match=r"too few negative pictures \(4 for 5 folds\)"):
        imports.add(folder, labels, "mine", count=5)
    (folder / "03.png").write_bytes((folder / "03.png").read_bytes()[:2000])
    Image.fromarray(np.full((9, 9), 40_000, np.uint16)).save(folder / "04.png")
    with pytest.raises(UserError, match=r"2 of 12 pictures .*\(03.png, 04.png\)"):
        imports.add(folder, labels, "mine", count=4)
    assert list(places.datasets().iterdir()) == []


def test_what_is_odd_is_counted_and_the_same_import_again_changes_nothing(own):
    folder, labels = own
    (folder / "00.png").write_bytes((folder / "01.png").read_bytes())
    (folder / "new.jpg").touch()
    table, odd = imports.add(folder, labels, "mine", count=2)
    apart = table["all_fold"][0] != table["all_fold"][1]
    assert odd[0].startswith("1 pictures are in")
    assert len(odd) == 1 + apart
    before = (places.dataset("mine") / folds.DIGESTS).stat()
    imports.add(folder, labels, "mine", count=2)
    assert (places.dataset("mine") / folds.DIGESTS).stat() == before
    with pytest.raises(UserError, match="other pictures, labels or folds"):
        imports.add(folder, labels, "mine", count=3)
    Image.new("RGB", (5, 5)).save(folder / "05.png")
    with pytest.raises(UserError, match="other pictures, labels or folds"):
        imports.add(folder, labels, "mine", count=2)


KILLED = """
import os, signal
from pathlib import Path
from pixels_to_sentiment.data import imports
imports.CHUNK, read, seen = 4, imports._read, []
def slow(folder, image, room):
    seen.append(image)
    if len(seen) > 9: os.kill(os.getpid(), signal.SIGKILL)
    return read(folder, image, room)
imports._read = slow
imports.add(Path("own"), Path("labels.csv"), "mine", count=3)
"""


def test_an_import_that_was_killed_goes_on_and_ends_the_same(own, isolated, monkeypatch):
    folder, labels = own
    imports.add(folder, labels, "other", count=3)
    ended = subprocess.run([sys.executable, "-c", KILLED], cwd=isolated, env=os.environ)
    assert ended.returncode == -signal.SIGKILL
    assert imports.names() == ["other"]
    read, seen = imports._read, []

    def counting(folder, image, room):
        seen.append(image)
        return read(folder, image, room)

    monkeypatch.setattr(imports, "_read", counting)
    monkeypatch.setattr(imports, "CHUNK", 4)
    imports.add(folder, labels, "mine", count=3)
    assert sorted(seen) == [f"{i:02}.png" for i in range(8, 12)]
    for name in ("pixels.npy", "files.csv", "folds.csv"):
        both = [assets.sha256(places.dataset(one) / name) for one in ("mine", "other")]
        assert both[0] == both[1]


def test_two_imports_of_a_name_at_once_are_refused(own):
    folder, labels = own
    target = places.dataset("mine")
    with imports._partial(target, b""), pytest.raises(UserError, match="imports mine now"):
        imports.add(folder, labels, "mine", count=3)


def test_without_a_data_set_in_use_the_articles_folds_stay(own):
    imports.add(*own, "mine", count=3)
    assert folds.agreements() == folds.AGREEMENTS
    with places.using("mine"), pytest.raises(UserError, match="no subset 'five'; use one of all"):
        folds.subset("five")
    with places.using("none"), pytest.raises(UserError, match="no data set none in"):
        folds.load()


def test_a_damaged_table_or_array_is_refused(own):
    imports.add(*own, "mine", count=3)
    table = places.dataset("mine") / folds.TABLE
    table.write_text(table.read_text().replace(",1,", ",0,", 1))
    with places.using("mine"), pytest.raises(UserError, match=r"folds.csv is damaged"):
        pictures.load()
    assert json.loads((places.dataset("mine") / folds.DIGESTS).read_text())
