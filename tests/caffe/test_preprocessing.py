"""Caffe's preprocessing against scikit-image, slicing, and the fast path of the project."""

import io
import zipfile

import numpy as np
import pytest
import skimage.io
import skimage.transform
import torch
from PIL import Image

from pixels_to_sentiment.caffe.preprocessing import load_image, network_input, resize
from pixels_to_sentiment.data import pictures
from pixels_to_sentiment.errors import UserError
from pixels_to_sentiment.networks import declared
from pixels_to_sentiment.training import prediction

MEAN = np.array([104.007, 116.669, 122.679])
SIZES = [(256, 256), (100, 100), (333, 517), (512, 1024), (1200, 101), (255, 257), (3, 2), (1, 1)]


def noise(height, width, seed=0):
    """Made-up picture, uint8 (height, width, 3)."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def floating(pixels):
    """Scale to 0..1 as scikit-image does, float32."""
    return skimage.img_as_float(pixels).astype(np.float32)


def skimage_resize(image, side=256, mode="constant"):
    """``caffe.io.resize_image`` written anew on scikit-image, its 0..1 scaling included."""
    low, high = image.min(), image.max()
    unit = (image - low) / (high - low)
    unit = skimage.transform.resize(unit, (side, side), order=1, mode=mode, anti_aliasing=False)
    return (unit * (high - low) + low).astype(np.float32)


def caffe_planes(image):
    """BGR in 0..255, (3, 256, 256), the slow way."""
    whole = skimage_resize(image) * 255
    return np.stack([whole[..., 2], whole[..., 1], whole[..., 0]])


def ten(planes):
    """Slice the ten crops of 227 pixels, with the numbers written out."""
    windows = [(0, 0), (0, 29), (29, 0), (29, 29), (14, 14)]
    five = [planes[:, y : y + 227, x : x + 227] for y, x in windows]
    return np.array(five + [np.flip(crop, 2) for crop in five])


def saved(image, path, **options):
    """Write an image to a file and give its path."""
    image.save(path, **options)
    return path


@pytest.fixture
def some_photographs(mirror):
    """Contents of eight photographs by name, from the smallest file (100 x 100) to large ones."""
    with zipfile.ZipFile(mirror / pictures.ARCHIVE) as archive:
        infos = [i for i in archive.infolist() if i.filename.lower().endswith(".jpg")]
        infos.sort(key=lambda info: info.file_size)
        chosen = infos[:: len(infos) // 7]
        return {info.filename: archive.read(info) for info in chosen}


# Reading


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.bmp"])
def test_pictures_are_read_as_scikit_image_reads_them(tmp_path, name):
    """To the last bit, whether by path, by path as text or by file object."""
    path = saved(Image.fromarray(noise(40, 61)), tmp_path / name)
    expected = floating(skimage.io.imread(path))
    found = load_image(path)
    assert found.dtype == np.float32
    assert found.shape == (40, 61, 3)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(load_image(str(path)), expected)
    with path.open("rb") as stream:
        np.testing.assert_array_equal(load_image(stream), expected)


def test_every_value_of_a_pixel_is_scikit_images(tmp_path):
    """All 256, from exactly 0 to exactly 1."""
    ramp = np.arange(256, dtype=np.uint8).reshape(16, 16)
    found = load_image(saved(Image.fromarray(ramp), tmp_path / "ramp.png"))
    np.testing.assert_array_equal(found[..., 0], floating(ramp))
    assert (found.min(), found.max()) == (0, 1)


def test_grey_is_repeated(tmp_path):
    """Three equal channels."""
    grey = noise(9, 12)[..., 0]
    found = load_image(saved(Image.fromarray(grey), tmp_path / "grey.jpg", quality=100))
    expected = floating(skimage.io.imread(tmp_path / "grey.jpg"))
    assert expected.ndim == 2
    np.testing.assert_array_equal(found, np.stack([expected] * 3, 2))


def test_transparency_is_dropped(tmp_path):
    """The colour beneath counts, even where the picture cannot be seen."""
    pixels = np.concatenate([noise(9, 12), noise(9, 12, 1)[..., :1]], 2)
    pixels[:4, :, 3] = 0
    found = load_image(saved(Image.fromarray(pixels), tmp_path / "alpha.png"))
    np.testing.assert_array_equal(found, floating(pixels[..., :3]))


def test_palettes_and_cmyk_become_rgb(tmp_path):
    """A colour comes out as it is looked up, and inks as they look on paper."""
    palette = Image.new("RGB", (4, 4), (1, 20, 255)).quantize(2)
    inks = Image.new("CMYK", (4, 4), (0, 255, 255, 0))
    found = load_image(saved(palette, tmp_path / "a.gif"))
    np.testing.assert_array_equal(np.unique(found), floating(np.uint8([1, 20, 255])))
    found = load_image(saved(inks, tmp_path / "a.tiff"))
    assert (found == np.float32([1, 0, 0])).all()


def test_orientation_is_not_applied(tmp_path):
    """A picture that its camera marked as turned stays lying, as for Caffe."""
    image = Image.fromarray(noise(8, 20))
    exif = Image.Exif()
    exif[0x0112] = 6
    path = saved(image, tmp_path / "turned.jpg", exif=exif)
    assert load_image(path).shape == (8, 20, 3)


def test_a_missing_file_is_told(tmp_path):
    """By name, and so is a folder."""
    with pytest.raises(UserError, match=r"none\.jpg cannot be read \(No such file.*: give"):
        load_image(tmp_path / "none.jpg")
    with pytest.raises(UserError, match=rf"{tmp_path.name} cannot be read \(Is a directory"):
        load_image(tmp_path)


@pytest.mark.parametrize("content", [b"", b"<html>", b"\xff\xd8\xff"])
def test_what_is_no_picture_is_refused(tmp_path, content):
    """The file is named; a file object without a name is refused too."""
    (tmp_path / "page.jpg").write_bytes(content)
    with pytest.raises(UserError, match=r"page\.jpg is not a picture: give"):
        load_image(tmp_path / "page.jpg")
    with pytest.raises(UserError, match=r"The picture is not a picture: give"):
        load_image(io.BytesIO(content))


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.gif"])
def test_truncated_pictures_are_refused(tmp_path, name):
    """Half a file is not half a picture."""
    path = saved(Image.fromarray(noise(80, 80)), tmp_path / name)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(UserError, match=rf"{name} is damaged .*: fetch"):
        load_image(path)


def test_enormous_pictures_are_refused(tmp_path, monkeypatch):
    """What Pillow takes for a decompression bomb is told in a sentence."""
    path = saved(Image.fromarray(noise(30, 30)), tmp_path / "a.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(UserError, match=r"a\.png is damaged or too large"):
        load_image(path)


def test_deeper_pixels_are_refused(tmp_path):
    """Sixteen bits would be clipped to eight without a word."""
    deep = Image.fromarray(np.full((4, 4), 1000, np.uint16))
    with pytest.raises(UserError, match=r"a\.png has pixels of mode I.*8 bits"):
        load_image(saved(deep, tmp_path / "a.png"))


# Resizing


@pytest.mark.parametrize(("height", "width"), SIZES[:-1])
@pytest.mark.parametrize("side", [256, 37])
@pytest.mark.parametrize("border", ["constant", "edge"])
def test_resizing_is_scikit_images(height, width, side, border):
    """Enlarged, reduced, or both, within rounding; beyond the edge as caffe.io has it, or not."""
    image = floating(noise(height, width)) + 0.25
    found = resize(image, side, border)
    assert found.dtype == np.float32
    assert found.shape == (side, side, 3)
    expected = skimage_resize(image, side, border)
    np.testing.assert_allclose(found, expected, atol=1e-6, rtol=0)


def test_an_unknown_border_is_refused():
    """With the two there are."""
    with pytest.raises(UserError, match="no border 'reflect': choose constant or edge"):
        resize(floating(noise(9, 9)), border="reflect")


def test_the_range_does_not_matter():
    """Values in -3..5 stay in -3..5, without the scaling to 0..1 that Caffe goes through."""
    image = floating(noise(90, 300)) * 8 - 3
    np.testing.assert_allclose(resize(image), skimage_resize(image), atol=1e-5, rtol=0)


@pytest.mark.parametrize("value", [0, 1 / 3, 1])
@pytest.mark.parametrize(("height", "width"), SIZES)
def test_a_constant_picture_stays_constant(height, width, value):
    """To the last bit, where Caffe guards against a division by zero."""
    found = resize(np.full((height, width, 3), value, np.float32))
    assert (found == np.float32(value)).all()


def test_a_picture_of_the_right_size_is_left_alone():
    """Bit by bit."""
    image = floating(noise(256, 256))
    np.testing.assert_array_equal(resize(image), image)


def test_the_border_mode_touches_only_the_outermost_pixels_of_enlarged_pictures():
    """Repeated instead of faded, a reduced picture is the same; an enlarged one inside."""
    reduced, enlarged = floating(noise(300, 280)), floating(noise(100, 100))
    np.testing.assert_array_equal(resize(reduced), resize(reduced, border="edge"))
    difference = np.abs(resize(enlarged) - resize(enlarged, border="edge"))
    assert difference[1:-1, 1:-1].max() < 1e-6
    assert difference.max() > 0.1


@pytest.mark.parametrize(
    "image",
    [
        noise(9, 9),
        np.zeros((9, 9), np.float32),
        np.zeros((9, 9, 4), np.float32),
        np.zeros((0, 9, 3), np.float32),
    ],
)
def test_what_is_not_from_load_image_is_refused(image):
    """Integers, which would be multiplied by 255 once more, and other shapes."""
    with pytest.raises(UserError, match=r"shape \(\d.*\) and type .*divided by 255"):
        resize(image)
    with pytest.raises(UserError, match=r"shape \(\d.*\) and type .*divided by 255"):
        network_input(image, MEAN)


def test_a_side_of_nothing_is_refused():
    """With the number."""
    with pytest.raises(UserError, match=r"side of 0 pixels"):
        resize(floating(noise(9, 9)), 0)


# The network's input


@pytest.mark.parametrize(("height", "width"), [(256, 256), (100, 431), (480, 640)])
def test_the_ten_crops_are_caffes(height, width):
    """Order, mirrors, channels, scale and mean, against slices with the numbers written out."""
    image = floating(noise(height, width))
    expected = ten(caffe_planes(image)) - MEAN[:, None, None]
    found = network_input(image, MEAN)
    assert found.dtype == np.float32
    assert found.shape == (10, 3, 227, 227)
    np.testing.assert_allclose(found, expected, atol=1e-3, rtol=0)


def test_without_oversampling_there_is_the_centre_crop():
    """The fifth of the ten."""
    image = floating(noise(100, 431))
    found = network_input(image, MEAN, oversample=False)
    assert found.shape == (1, 3, 227, 227)
    np.testing.assert_array_equal(found[0], network_input(image, MEAN)[4])


@pytest.mark.parametrize("crop", [1, 224, 225, 255, 256])
def test_crops_of_other_sizes(crop):
    """Even and odd margins and none: the four corners and the centre of a picture of 256."""
    image = floating(noise(256, 256))
    planes = image.transpose(2, 0, 1)[::-1] * 255 - MEAN[:, None, None]
    found = network_input(image, MEAN, crop=crop)
    start = (256 - crop) // 2
    for mirrored, some in enumerate((found[:5], found[5:])):
        some = some[..., ::-1] if mirrored else some
        np.testing.assert_allclose(some[0], planes[:, :crop, :crop], atol=1e-4)
        np.testing.assert_allclose(some[1], planes[:, :crop, -crop:], atol=1e-4)
        np.testing.assert_allclose(some[2], planes[:, -crop:, :crop], atol=1e-4)
        np.testing.assert_allclose(some[3], planes[:, -crop:, -crop:], atol=1e-4)
        centre = planes[:, start:, start:][:, :crop, :crop]
        np.testing.assert_allclose(some[4], centre, atol=1e-4)


def test_a_mean_of_whole_pictures_goes_with_the_place():
    """Subtracted where the crop lies, and mirrored with it."""
    image = floating(noise(100, 431))
    mean = np.random.default_rng(1).uniform(0, 255, (3, 256, 256))
    expected = ten(caffe_planes(image) - mean)
    np.testing.assert_allclose(network_input(image, mean), expected, atol=1e-3, rtol=0)


def test_a_mean_of_crops_is_the_same_for_all():
    """Subtracted from each crop as it is, mirrored or not."""
    image = floating(noise(100, 431))
    mean = np.random.default_rng(1).uniform(0, 255, (3, 227, 227))
    expected = ten(caffe_planes(image)) - mean
    np.testing.assert_allclose(network_input(image, mean), expected, atol=1e-3, rtol=0)


def test_at_full_size_the_mean_is_of_whole_pictures():
    """A crop of 256 pixels: the mean is mirrored with the picture."""
    image = floating(noise(256, 256))
    mean = np.random.default_rng(1).uniform(0, 255, (3, 256, 256))
    found = network_input(image, mean, crop=256)
    np.testing.assert_array_equal(found[5], found[0][..., ::-1])


@pytest.mark.parametrize("shape", [(), (1,), (4,), (3, 1, 1), (3, 224, 224), (256, 256, 3)])
def test_a_mean_of_another_shape_is_refused(shape):
    """With the shapes that fit."""
    with pytest.raises(UserError, match=r"does not fit crops of 227 .*\(3, 227, 227\)"):
        network_input(floating(noise(9, 9)), np.zeros(shape))


@pytest.mark.parametrize("crop", [0, -1, 257])
def test_a_crop_that_does_not_fit_is_refused(crop):
    """With the number."""
    with pytest.raises(UserError, match=rf"crop of {crop} pixels"):
        network_input(floating(noise(9, 9)), MEAN, crop=crop)


# The fast path of the project


def fast_input(pixels):
    """Ten crops of a uint8 picture, the way the rest of the project makes them."""
    corners, mirrored = prediction.ten_corners(256, 256, declared.CAFFE.crop)
    warped = torch.from_numpy(pictures.warp(pixels))[None]
    positions = torch.zeros(10, dtype=torch.long)
    crops = pictures.cut(warped, positions, corners, mirrored, declared.CAFFE.crop)
    return declared.CAFFE.prepare(crops).numpy()


def test_without_resizing_the_fast_path_is_equal():
    """Crops, order, mirrors, channels and mean of a picture of 256 pixels a side."""
    pixels = noise(256, 256)
    exact = network_input(floating(pixels), declared.CAFFE.mean, declared.CAFFE.crop)
    np.testing.assert_allclose(fast_input(pixels), exact, atol=1e-4, rtol=0)


def test_photographs_are_prepared_as_scikit_image_prepares_them(some_photographs):
    """From the file to the ten crops."""
    for name, content in some_photographs.items():
        image = load_image(io.BytesIO(content))
        np.testing.assert_array_equal(image, floating(skimage.io.imread(io.BytesIO(content))))
        expected = ten(caffe_planes(image)) - MEAN[:, None, None]
        found = network_input(image, MEAN)
        np.testing.assert_allclose(found, expected, atol=1e-3, rtol=0, err_msg=name)


def test_the_fast_path_differs_by_rounding_alone(some_photographs):
    """By at most half a grey level, and by a quarter on average; the border left out."""
    for name, content in some_photographs.items():
        with Image.open(io.BytesIO(content)) as image:
            fast = fast_input(np.asarray(image.convert("RGB")))
        exact = network_input(load_image(io.BytesIO(content)), declared.CAFFE.mean)
        # The centre crop, and its mirror, do not reach the border.
        inside = np.abs(fast - exact)[[4, 9]]
        assert inside.max() <= 0.5 + 1e-3, name
        difference = np.abs(fast - exact)[:, :, 1:-1, 1:-1]
        assert difference.max() <= 0.5 + 1e-3, name
        assert difference.mean() < 0.26, name
