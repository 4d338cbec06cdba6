"""Pictures decoded in chunks: equal to the bit, and going on after a kill."""

import signal
import subprocess
import sys

import numpy as np
import pytest
import tifffile
from PIL import Image

from pixels_to_sentiment import places
from pixels_to_sentiment.data import pictures
from pixels_to_sentiment.files import assets
from pixels_to_sentiment.imports import datasets, decoding


def test_fast_warping_equals_the_slow_to_the_bit_on_sides_of_every_kind():
    dice = np.random.default_rng(0)
    sides = [1, 2, 3, 37, 64, 255, 256, 257, 300, 333, 402, 480, 512, 514, 640, 1023, 1024]
    for height in sides:
        pixels = dice.integers(0, 256, (height, int(dice.choice(sides)), 3), np.uint8)
        np.testing.assert_array_equal(decoding.warp(pixels), pictures.warp(pixels))


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_a_tiff_has_its_colours_however_it_is_stored(tmp_path, planar, compression, order):
    """Of 16 bits the upper 8; CIELab in planes, which Pillow reads wrongly, is refused."""
    pixels = np.random.default_rng(0).integers(0, 256, (256, 256, 3), np.uint8)
    axes = (2, 0, 1) if planar == "separate" else (0, 1, 2)
    options = {"planarconfig": planar, "compression": compression, "metadata": None}
    room = np.zeros_like(pixels)
    values = pixels.transpose(axes).astype(np.uint16) * 257
    tifffile.imwrite(tmp_path / "a.tif", values, photometric="rgb", byteorder=order, **options)
    assert decoding._read(tmp_path, "a.tif", room)[2:] == (256, 256, 0)
    np.testing.assert_array_equal(room, pixels)
    tifffile.imwrite(tmp_path / "a.tif", pixels.transpose(axes), photometric="cielab", **options)
    assert bool(decoding._read(tmp_path, "a.tif", room)[1]) == (planar == "contig")


@pytest.mark.parametrize(
    ("suffix", "orientation"), [("png", 2), ("png", 8), ("jpg", 6), ("tif", 6)]
)
def test_a_picture_is_turned_as_its_exif_says_and_that_is_told(own, suffix, orientation):
    """From the first way to the last; the size is the upright one's. `photos` has all eight."""
    folder, labels = own
    plain = np.kron([[0, 250], [120, 60], [200, 30]], np.ones((85, 128))).astype(np.uint8)
    stored = {2: plain[:, ::-1], 6: plain.T[::-1], 8: plain.T[:, ::-1]}
    image, exif = Image.fromarray(np.ascontiguousarray(stored[orientation])), Image.Exif()
    exif[0x0112] = orientation
    image.convert("RGB").save(folder / f"a.{suffix}", exif=exif, quality=100)
    labels.write_text(labels.read_text() + f"a.{suffix},0\n")
    _, odd = datasets.add(folder, labels, "mine", count=3)
    assert odd == ["1 pictures were turned upright, as their EXIF says."]
    with places.using("mine"):
        loaded = pictures.load()
    upright = pictures.warp(np.repeat(plain[:, :, None], 3, axis=2)).astype(int)
    np.testing.assert_allclose(loaded.pixels[-1], upright, atol=6 * (suffix == "jpg"))
    assert loaded.files.iloc[-1][["width", "height"]].to_list() == [256, 255]


def test_damaged_exif_leaves_a_picture_as_it_is_stored(tmp_path, recwarn):
    pixels = np.full((256, 256, 3), 99, np.uint8)
    wrong = b"Exif\0\0II*\0\xff\xff\xff\xff"
    Image.fromarray(pixels).save(tmp_path / "a.jpg", quality=100, exif=wrong)
    assert decoding.decode(tmp_path, ["a.jpg"], tmp_path)["turned"].to_list() == [0]
    np.testing.assert_array_equal(np.load(tmp_path / "pixels.npy")[0], pixels)
    assert not recwarn.list


KILLED = """
import os, signal, sys
from pathlib import Path
from pixels_to_sentiment.imports import datasets, decoding
decoding.CHUNK, write, parts = 4, decoding._write, iter(range(2))
def deadly(facts, rows, mode):
    if mode == "a" and next(parts, None) is None: os.kill(os.getpid(), signal.SIGKILL)
    write(facts, rows, mode)
decoding._write = deadly
datasets.add(*map(Path, sys.argv[1:]), "mine", count=3)
"""


def test_an_import_that_was_killed_goes_on_and_ends_the_same(own, monkeypatch):
    """Only the chunk that was not whole is decoded again."""
    datasets.add(*own, "other", count=3)
    ended = subprocess.run([sys.executable, "-c", KILLED, *own])
    assert ended.returncode == -signal.SIGKILL
    assert datasets.names() == ["other"]
    monkeypatch.setattr(decoding, "CHUNK", 4)
    read, seen = decoding._read, []

    def counting(folder, image, room):
        seen.append(image)
        return read(folder, image, room)

    monkeypatch.setattr(decoding, "_read", counting)
    datasets.add(*own, "mine", count=3)
    assert sorted(seen) == [f"{i:02}.png" for i in range(8, 12)]
    for name in ("pixels.npy", "files.csv", "folds.csv"):
        mine, other = (assets.sha256(places.dataset(one) / name) for one in ("mine", "other"))
        assert mine == other


def test_a_file_that_changed_since_a_kill_is_decoded_again(own, monkeypatch, tmp_path):
    """Or is of another folder: its chunk is not kept, nor what comes after it."""
    folder, _ = own
    monkeypatch.setattr(decoding, "CHUNK", 2)
    images, made = [f"{i:02}.png" for i in range(8)], {}
    decoding.decode(tmp_path, images, folder)
    facts = tmp_path / "files.csv"
    facts.write_text("".join(facts.read_text().splitlines(keepends=True)[:-1]))
    Image.new("RGB", (9, 9), "red").save(folder / "03.png")
    (tmp_path / "anew").mkdir()
    for home in (tmp_path, tmp_path / "anew"):
        made[home] = decoding.decode(home, images, folder)
    assert made[tmp_path].equals(made[home])
    assert np.array_equal(*(np.load(one / "pixels.npy") for one in made))


def test_a_line_that_a_kill_cut_off_is_decoded_again(own, monkeypatch, tmp_path):
    """Even if what is left of it looks whole, as when a height lacks its last digit."""
    folder, _ = own
    monkeypatch.setattr(decoding, "CHUNK", 4)
    images = [f"{i:02}.png" for i in range(8)]
    whole = decoding.decode(tmp_path, images, folder)
    facts = tmp_path / "files.csv"
    facts.write_text(facts.read_text()[:-2])
    assert decoding.decode(tmp_path, images, folder).equals(whole)
