"""Decoding once, warping as Caffe does, the cache, the stand-in, and crops."""

import hashlib
import warnings
import zipfile

import cv2
import numpy as np
import pandas as pd
import pytest
import torch

from pixels_to_sentiment.data import folds, pictures
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.files import assets
from toy_files import encoded

pytestmark = pytest.mark.usefixtures("isolated", "few_names")

NAMES = ["b.jpg", "a.jpg", "d.jpg", "c.jpg"]


def noise(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


@pytest.fixture
def few_names(monkeypatch):
    """Let the table of folds have four pictures."""
    table = pd.DataFrame({"image": NAMES, "label": [0, 1, 0, 1]})
    for column in ("five_fold", "four_fold"):
        table[column] = pd.array([1, 2, 3, None], "Int64")
    monkeypatch.setattr(folds, "load", lambda: table)


@pytest.fixture
def contents():
    """Four pictures of 256 pixels a side, which warping leaves alone; PNG whatever their names."""
    return {name: encoded(noise(256, 256, seed)) for seed, name in enumerate(NAMES)}


@pytest.fixture
def pack(isolated):
    """Write an archive."""

    def write(contents, folder="images/", name="some.zip"):
        with zipfile.ZipFile(isolated / name, "w") as archive:
            archive.writestr("readme.txt", "nothing to see")
            for file, content in contents.items():
                archive.writestr(folder + file, content)
        return isolated / name

    return write


def left_over(isolated):
    """Name what lies in the cache."""
    cache = isolated / "cache"
    return sorted(path.name for path in cache.iterdir()) if cache.exists() else []


# Warping


@pytest.mark.parametrize(
    ("height", "width"),
    [(256, 256), (100, 100), (600, 1200), (333, 517), (1200, 101), (512, 512), (1, 2)],
)
def test_warping_is_opencvs(height, width):
    """Within one grey level of ``cv2.resize`` with ``INTER_LINEAR``, enlarged or reduced."""
    image = noise(height, width)
    expected = cv2.resize(image, (256, 256), interpolation=cv2.INTER_LINEAR).astype(int)
    found = pictures.warp(image)
    assert found.shape == (256, 256, 3)
    assert found.dtype == np.uint8
    assert np.abs(found - expected).max() <= 1
    assert np.abs(found - expected).mean() < 0.2


# Archives


def test_pictures_are_found_wherever_they_lie(pack, contents):
    """By name, in the order of the table, each pixel as it is in the file, which is described."""
    found = pictures.from_archive(pack(contents, "a/b/c/"))
    assert found.names.tolist() == NAMES
    assert (found.source, found.real, found.masks) == ("other pictures", False, None)
    assert found.pixels.shape == (4, 256, 256, 3)
    assert found.pixels.dtype == np.uint8
    for seed in range(4):
        np.testing.assert_array_equal(found.pixels[seed], noise(256, 256, seed))
    contents["d.jpg"] = encoded(noise(30, 20))
    files = pictures.from_archive(pack(contents)).files.set_index("image")
    assert list(files.columns) == ["sha256", "width", "height"]
    for name, content in contents.items():
        assert files.loc[name, "sha256"] == hashlib.sha256(content).hexdigest()
    assert files.loc["d.jpg", ["width", "height"]].to_list() == [20, 30]
    assert files.loc["a.jpg", ["width", "height"]].to_list() == [256, 256]


def test_the_second_time_nothing_is_decoded(pack, contents, monkeypatch):
    """The same bytes, in another archive file too, are opened from the cache."""
    first = pictures.from_archive(pack(contents))
    other = pack(contents, name="other.zip")
    other.write_bytes((other.parent / "some.zip").read_bytes())

    def fail(*_):
        raise AssertionError("decoded again")

    monkeypatch.setattr(pictures, "warp", fail)
    for path in (other.parent / "some.zip", other):
        again = pictures.from_archive(path)
        assert again.fingerprint == first.fingerprint
        np.testing.assert_array_equal(again.pixels, first.pixels)
        pd.testing.assert_frame_equal(again.files, first.files)


def test_the_fingerprint_is_of_names_and_contents(pack, contents, monkeypatch):
    """Another folder in the archive is no difference; another picture or version is one."""
    first = pictures.from_archive(pack(contents)).fingerprint
    assert pictures.from_archive(pack(contents, "deeper/down/")).fingerprint == first
    swapped = contents | {"a.jpg": contents["b.jpg"], "b.jpg": contents["a.jpg"]}
    assert pictures.from_archive(pack(swapped)).fingerprint != first
    monkeypatch.setattr(pictures, "WARP_VERSION", 99)
    assert pictures.from_archive(pack(contents)).fingerprint != first


@pytest.mark.parametrize("damage", ["text", "truncated", "checksum"])
def test_pictures_that_do_not_decode_are_named(isolated, pack, contents, damage):
    """Which and how many, with the cure; nothing is left in the cache."""
    content = contents["d.jpg"]
    contents["d.jpg"] = {"text": b"no picture", "truncated": content[:5000]}.get(damage, content)
    path = pack(contents)
    if damage == "checksum":
        path.write_bytes(path.read_bytes().replace(content[1000:1050], b"x" * 50))
    with pytest.raises(UserError, match=r"1 of 4 pictures .* do not decode \(d\.jpg\): put"):
        pictures.from_archive(path)
    assert left_over(isolated) == []


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("pixels.npy", None),
        ("pixels.npy", lambda whole: whole[:-1] + bytes([whole[-1] ^ 1])),
        ("files.csv", lambda whole: whole.replace(b"256", b"255", 1)),
        ("whole.json", b"{}"),
    ],
)
def test_a_damaged_cache_is_told_with_its_cure(isolated, pack, contents, file, content):
    """The folder to delete is named, be it one bit that is wrong in it."""
    path = pack(contents)
    pictures.from_archive(path)
    (folder,) = (isolated / "cache").iterdir()
    if content is None:
        (folder / file).unlink()
    else:
        content = content((folder / file).read_bytes()) if callable(content) else content
        (folder / file).write_bytes(content)
    with pytest.raises(UserError, match=rf"{folder.name} (is|cannot) .*: delete it"):
        pictures.from_archive(path)


# Sources


def test_the_stand_in_takes_the_place_of_pictures_not_to_be_had():
    """With the real names and a mask of the evidence, and it says so and why."""
    with pytest.raises(assets.Unavailable, match=r"twitter_deepsent\.zip"):
        pictures.load("photographs")
    found = pictures.load()
    assert "twitter_deepsent.zip" in found.reason
    assert (found.source, found.real) == ("stand-in", False)
    assert found.names.tolist() == found.files["image"].to_list() == NAMES
    assert found.pixels.shape == (4, 256, 256, 3)
    assert found.masks.shape == (4, 256, 256)
    assert found.masks.dtype == bool


def test_pictures_that_can_be_had_are_used(pack, contents, monkeypatch):
    """The archive comes before the stand-in, which does not cover for a broken or wrong one."""
    path = pack(contents)
    monkeypatch.setattr(assets, "fetch", lambda name: path)
    with pytest.raises(UserError, match=r"some\.zip has other pictures under the names"):
        pictures.load()
    monkeypatch.setattr(pictures, "PUBLISHED", pictures.from_archive(path).fingerprint)
    assert pictures.load().real
    assert pictures.load("photographs").fingerprint == pictures.load().fingerprint
    assert pictures.load("stand-in").source == "stand-in"
    assert pictures.load("stand-in").fingerprint != pictures.load().fingerprint
    del contents["a.jpg"]
    pack(contents)
    with pytest.raises(UserError, match=r"lacks 1 of 4"):
        pictures.load()


def test_an_unknown_source_is_refused():
    """The sentence says what there is to choose from."""
    with pytest.raises(UserError, match=r"'web'.*photographs, stand-in or auto"):
        pictures.load("web")


# Pixels in use


def test_rows_are_positions_of_names(pack, contents):
    """In the order asked for, as often as asked for."""
    found = pictures.from_archive(pack(contents))
    assert found.rows(pd.Series(["c.jpg", "b.jpg", "c.jpg"])).tolist() == [3, 0, 3]
    assert found.rows(pd.Series([], dtype=str)).tolist() == []
    with pytest.raises(UserError, match=r"no picture 'e\.jpg'"):
        found.rows(pd.Series(["a.jpg", "e.jpg", "b.jpg"]))


def test_the_tensor_is_the_array_without_a_copy(isolated, pack, contents):
    """Made without a warning; writing to it does not reach the cache."""
    path = pack(contents)
    found = pictures.from_archive(path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tensor = found.tensor()
    assert tensor.shape == (4, 256, 256, 3)
    assert tensor.dtype == torch.uint8
    tensor[0] = 7
    assert (found.pixels[0] == 7).all()
    assert (pictures.from_archive(path).pixels[0] == noise(256, 256, 0)).all()


@pytest.mark.parametrize("side", [1, 5, 8])
def test_cut_is_slicing(side):
    """Crop by crop against NumPy's slices, mirrored and not, of pictures in any order."""
    dice = np.random.default_rng(0)
    pixels = dice.integers(0, 256, (4, 8, 11, 3), np.uint8)
    positions = dice.integers(0, 4, 30)
    corners = np.stack([dice.integers(0, 9 - side, 30), dice.integers(0, 12 - side, 30)], 1)
    mirrored = dice.random(30) < 0.5
    found = pictures.cut(*map(torch.from_numpy, (pixels, positions, corners, mirrored)), side)
    assert found.dtype == torch.uint8
    for crop, n, (y, x), flip in zip(found, positions, corners, mirrored, strict=True):
        expected = pixels[n, y : y + side, x : x + side]
        np.testing.assert_array_equal(crop, expected[:, ::-1] if flip else expected)


# The photographs themselves


def test_the_photographs_are_the_published_ones(photographed):
    """All 1,269, of the known sizes, with the 13 pairs of which both files are the same."""
    assert pictures.fingerprint(photographed.to_csv(index=False).encode()) == pictures.PUBLISHED
    assert len(photographed) == photographed["image"].nunique() == 1269
    sizes = photographed[["width", "height"]].agg(["min", "max"])
    assert sizes.to_numpy().tolist() == [[100, 100], [600, 1200]]
    assert photographed["sha256"].duplicated().sum() == 13


def test_copies_are_found_by_their_bytes():
    """Among some others, and not among themselves."""
    files = pd.DataFrame({"image": list("abcd"), "sha256": ["1", "2", "1", "2"]})
    found = pictures.Pictures(files["image"], None, "", "", files)
    assert found.copies(pd.Series(["a", "b", "d"]), pd.Series(["c"])).tolist() == [1, 0, 0]
