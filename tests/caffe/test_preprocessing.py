"""Caffe's preprocessing against scikit-image, slicing, and the fast path of the project."""

import io
import zipfile

import numpy as np
import pytest
import skimage.io
import skimage.transform
import torch
from PIL import Image

from pixels_to_sentiment.caffe.preprocessing import load_image, resize
from pixels_to_sentiment.data import pictures
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.networks import declared
from pixels_to_sentiment.training import prediction
from toy_files import encoded


def noise(height, width):
    """Made-up picture, uint8 (height, width, 3)."""
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


def floating(pixels):
    """Scale to 0..1 as scikit-image does, float32."""
    return skimage.img_as_float(pixels).astype(np.float32)


def skimage_resize(image):
    """``caffe.io.resize_image`` written anew on scikit-image, its 0..1 scaling included."""
    low, high = image.min(), image.max()
    unit = (image - low) / (high - low)
    unit = skimage.transform.resize(unit, (256, 256), order=1, mode="constant", anti_aliasing=False)
    return (unit * (high - low) + low).astype(np.float32)


def caffe_input(image):
    """Slice the ten crops of 227 pixels, BGR in 0..255, with the numbers written out."""
    whole = skimage_resize(image) * 255
    planes = np.stack([whole[..., 2], whole[..., 1], whole[..., 0]])
    planes -= np.array([104.007, 116.669, 122.679])[:, None, None].astype(np.float32)
    windows = [(0, 0), (0, 29), (29, 0), (29, 29), (14, 14)]
    five = [planes[:, y : y + 227, x : x + 227] for y, x in windows]
    return np.array(five + [np.flip(crop, 2) for crop in five])


def fast_input(pixels):
    """Ten crops of a uint8 picture, the way the rest of the project makes them."""
    corners, mirrored = prediction.ten_corners(256, 256, declared.CAFFE.crop)
    warped = torch.from_numpy(pictures.warp(pixels))[None]
    positions = torch.zeros(10, dtype=torch.long)
    crops = pictures.cut(warped, positions, corners, mirrored, declared.CAFFE.crop)
    return declared.CAFFE.prepare(crops).numpy()


# Reading


@pytest.mark.parametrize("name", ["a.png", "a.jpg"])
@pytest.mark.parametrize("grey", [False, True])
def test_pictures_are_read_as_scikit_image_reads_them(tmp_path, name, grey):
    """To the last bit, by path or by file object; grey is repeated."""
    pixels = noise(40, 61)
    Image.fromarray(pixels[..., 0] if grey else pixels).save(tmp_path / name)
    expected = floating(skimage.io.imread(tmp_path / name))
    expected = np.stack([expected] * 3, 2) if grey else expected
    found = load_image(tmp_path / name)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, expected)
    with (tmp_path / name).open("rb") as stream:
        np.testing.assert_array_equal(load_image(stream), expected)


@pytest.mark.parametrize(
    ("name", "image", "expected"),
    [
        ("alpha.png", Image.new("RGBA", (4, 4), (10, 20, 30, 0)), [10, 20, 30]),
        ("palette.gif", Image.new("RGB", (4, 4), (1, 20, 255)).quantize(2), [1, 20, 255]),
        ("inks.tiff", Image.new("CMYK", (4, 4), (0, 255, 255, 0)), [255, 0, 0]),
    ],
)
def test_other_modes_become_rgb(tmp_path, name, image, expected):
    """Transparency is dropped; a colour is looked up; inks come out as they look on paper."""
    image.save(tmp_path / name)
    found = load_image(tmp_path / name)
    np.testing.assert_array_equal(found, np.broadcast_to(floating(np.uint8(expected)), found.shape))


def test_orientation_is_not_applied(tmp_path):
    """A picture that its camera marked as turned stays lying, as for Caffe."""
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(noise(8, 20)).save(tmp_path / "turned.jpg", exif=exif)
    assert load_image(tmp_path / "turned.jpg").shape == (8, 20, 3)


@pytest.mark.parametrize(
    "content",
    [None, b"", b"<html>", *(encoded(noise(80, 80), k)[:9000] for k in ("PNG", "JPEG"))],
    ids=["absent", "empty", "page", "png", "jpeg"],
)
def test_what_is_no_whole_picture_is_refused(tmp_path, content):
    """One sentence that names the file, whatever is wrong with it."""
    path = tmp_path / "page.jpg"
    if content is not None:
        path.write_bytes(content[: len(content) * 2 // 3])
    with pytest.raises(UserError, match=r"page\.jpg (is not|cannot) .*: "):
        load_image(path)


def test_enormous_and_deeper_pictures_are_refused(tmp_path, monkeypatch):
    """A decompression bomb; and 16 bits, which would be clipped to eight without a word."""
    Image.fromarray(np.full((30, 30), 1000, np.uint16)).save(tmp_path / "a.png")
    with pytest.raises(UserError, match=r"a\.png .*pixels of mode I.*8 bits"):
        load_image(tmp_path / "a.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(UserError, match=r"a\.png is not a picture that can be read .*bomb"):
        load_image(tmp_path / "a.png")


# Resizing


@pytest.mark.parametrize(("height", "width"), [(333, 517), (1200, 101), (3, 2)])
def test_resizing_is_caffes(height, width):
    """Enlarged, reduced, or both, in 0..1 or not, within rounding."""
    image = floating(noise(height, width))
    found = resize(image)
    assert found.dtype == np.float32
    assert found.shape == (256, 256, 3)
    np.testing.assert_allclose(found, skimage_resize(image), atol=1e-6, rtol=0)
    wide = image * 8 - 3
    np.testing.assert_allclose(resize(wide), skimage_resize(wide), atol=1e-5, rtol=0)


# The fast path of the project


def test_without_resizing_the_fast_path_is_caffes():
    """Crops, order, mirrors, channels, scale and mean of a picture of 256 pixels a side."""
    pixels = noise(256, 256)
    np.testing.assert_allclose(fast_input(pixels), caffe_input(floating(pixels)), atol=1e-4)


def test_the_fast_path_differs_by_rounding_alone(mirror):
    """From the file to the ten crops of photographs from 100 x 100 up: by at most half a level.

    The border is left out, which the centre crop and its mirror do not reach.
    """
    with zipfile.ZipFile(mirror / pictures.ARCHIVE) as archive:
        infos = [i for i in archive.infolist() if i.filename.lower().endswith(".jpg")]
        infos.sort(key=lambda info: info.file_size)
        contents = [archive.read(info) for info in infos[:: len(infos) // 3]]
    for content in contents:
        image = load_image(io.BytesIO(content))
        np.testing.assert_array_equal(image, floating(skimage.io.imread(io.BytesIO(content))))
        with Image.open(io.BytesIO(content)) as opened:
            fast = fast_input(np.asarray(opened.convert("RGB")))
        difference = np.abs(fast - caffe_input(image))
        assert difference[[4, 9]].max() <= 0.5 + 1e-3
        inside = difference[:, :, 1:-1, 1:-1]
        assert inside.max() <= 0.5 + 1e-3
        assert inside.mean() < 0.26
