"""Descriptors on pictures drawn by hand, and near copies that a hash must find."""

import sys

import cv2
import numpy as np
import pandas as pd
import pytest

from pixels_to_sentiment.data import descriptors
from pixels_to_sentiment.data.pictures import Pictures


def loaded(*pixels, width=300, height=200):
    names = np.array([f"{n}.jpg" for n in range(len(pixels))])
    files = pd.DataFrame({"image": names, "sha256": names, "width": width, "height": height})
    return Pictures(names, np.stack(pixels), "stand-in", "f", files)


def plain(red, green, blue):
    return np.full((256, 256, 3), (red, green, blue), np.uint8)


def test_plain_colours_by_hand():
    """No spread; the means of red against green and of yellow against blue, 255 and 127.5."""
    table = descriptors.describe(loaded(plain(90, 90, 90), plain(255, 0, 0)), ["1.jpg", "0.jpg"])
    assert table["brightness"].tolist() == pytest.approx([0.299 * 255, 90], abs=0.01)
    assert table["colourfulness"].tolist() == pytest.approx([0.3 * 255 * 1.25**0.5, 0], abs=0.01)
    assert table["aspect"].tolist() == [1.5, 1.5]
    assert table["size"].tolist() == [300, 300]
    assert table[["edges", "faces"]].to_numpy().tolist() == [[0, 0], [0, 0]]


def test_one_edge_is_two_columns_of_256_and_its_energy_lies_in_its_blocks():
    half = plain(0, 0, 0)
    half[:, 100:] = 200
    some = loaded(half)
    assert descriptors.describe(some, ["0.jpg"])["edges"].item() == pytest.approx(2 / 256)
    blind = descriptors.blind(some)
    edges = blind["edge energy of 4 × 4"].reshape(4, 4)
    assert edges[:, 1] == pytest.approx(2 * 100 / 64)
    assert edges[:, [0, 2, 3]].max() == 0
    assert blind["size and colours"][0, :3] == pytest.approx(np.log([300, 200, 1.5]))
    assert blind["size and colours"][0, [3, -1]] == pytest.approx([100 / 256, 156 / 256])


def test_strata_are_thirds_and_faces_are_left_out_without_opencv(monkeypatch):
    some = loaded(*(plain(n, n, n) for n in range(9)))
    described = descriptors.describe(some, some.names)
    parts = descriptors.strata(described)
    assert parts["brightness"].value_counts().tolist() == [3, 3, 3]
    assert set(parts["faces"]) == {"none"}
    monkeypatch.setitem(sys.modules, "cv2", None)
    assert "faces" not in descriptors.strata(descriptors.describe(some, some.names))


def test_a_near_copy_differs_in_few_bits_and_another_picture_in_many():
    """A smaller copy in JPEG, brighter, and one in grey; of pictures of smooth noise."""
    dice = np.random.default_rng(0)
    small = dice.integers(0, 200, (2, 9, 9, 3)).astype(np.uint8)
    one, other = (cv2.resize(each, (256, 256), interpolation=cv2.INTER_CUBIC) for each in small)
    copy = cv2.imdecode(cv2.imencode(".jpg", cv2.resize(one, (120, 90)))[1], cv2.IMREAD_COLOR)
    copy = cv2.resize(copy, (256, 256)).astype(int) + 20
    grey = np.repeat(cv2.cvtColor(one, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)
    bits = descriptors.hashes([one, copy.clip(0, 255).astype(np.uint8), grey, other])
    assert bits.sum(axis=1).tolist() == [32] * 4
    assert [(bits[0] != some).sum() <= 4 for some in bits[1:]] == [True, True, False]
    assert (bits[0] != bits[3]).sum() > 12


def test_the_sizes_of_the_photographs_files_are_known(photographed, mirror):
    """From the archive; the first photograph has 45,402 bytes."""
    files, black = photographed[:9], np.zeros((9, 256, 256, 3), np.uint8)
    blind = descriptors.blind(Pictures(files["image"], black, "photographs", "f", files))
    assert np.exp(blind["size of file and picture"][0]) == pytest.approx([450, 600, 0.75, 45402])
    assert np.exp(blind["width and height"][0]) == pytest.approx([450, 600, 0.75])
    assert {len(one) for one in blind.values()} == {9}
