"""Means in either kind of file."""

import numpy as np
import pytest

from pixels_to_sentiment.caffe import means
from pixels_to_sentiment.errors import UserError
from toy_caffe import field, legacy, packed


def test_means_are_read_from_caffes_own_file(tmp_path):
    """As (3, h, w), in the order of the file."""
    path, mean = tmp_path / "mean.binaryproto", np.arange(24, dtype=np.float32).reshape(3, 2, 4)
    path.write_bytes(legacy(1, 3, 2, 4) + field(5, packed(mean.ravel())))
    np.testing.assert_array_equal(means.read(path), mean)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("mean.binaryproto", b"\xff\xff", "cut short"),
        ("mean.binaryproto", legacy(1, 2, 1, 1) + field(5, packed([1, 2])), "and not \\(3, h, w"),
        ("mean.npy", b"text", "it is text"),
        ("mean.npy", None, "No such file"),
    ],
)
def test_what_is_no_mean_is_told(tmp_path, name, content, said):
    """One sentence that names the file."""
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=rf"{name} .*(is not a Caffe mean|cannot be read).*{said}"):
        means.read(tmp_path / name)


def header(text, data=b""):
    return b"\x93NUMPY\1\0" + len(text).to_bytes(2, "little") + text + data


GIVEN = b"{'descr': '%s', 'fortran_order': False, 'shape': %s, }\n"


@pytest.mark.parametrize(
    "content",
    [
        header(GIVEN % (b"<f4", b"(3, 2, 2)"), bytes(47)),
        header(GIVEN % (b"<f4", b"(3, 99999999, 99999999)"), bytes(48)),
        header(GIVEN % (b"<f4", b"(3, 0, 2)")),
        header(GIVEN % (b"|O", b"(3,)"), bytes(24)),
        header(GIVEN % (b"<c8", b"(3,)"), bytes(24)),
        header(b"(((\n"),
    ],
)
def test_damaged_arrays_are_told(tmp_path, content):
    """Whatever NumPy raises at them, and without memory for what is not there."""
    (tmp_path / "mean.npy").write_bytes(content)
    with pytest.raises(UserError, match=r"mean\.npy is not a Caffe mean that can be read .+\.$"):
        means.read(tmp_path / "mean.npy")


@pytest.mark.parametrize("shape", [(3,), (1, 4, 5), (1, 1, 4, 5), (4, 5), (3, 1, 7), (1,)])
def test_means_of_one_value_or_one_channel_and_of_any_size_are_read(tmp_path, shape):
    """Grey ones too, in either order in memory; double precision becomes single."""
    mean = np.arange(np.prod(shape), dtype=float).reshape(shape)
    means.write(tmp_path / "mean.npy", np.asfortranarray(mean))
    found = means.read(tmp_path / "mean.npy")
    np.testing.assert_array_equal(found, mean.reshape(found.shape))
    assert found.dtype == np.float32
    assert found.ndim in (1, 3)


def test_caffes_mean_image_has_the_published_means(mirror):
    """Per channel, in the order blue, green, red."""
    mean = means.read(mirror / "imagenet_mean.binaryproto")
    assert mean.shape == (3, 256, 256)
    np.testing.assert_allclose(mean.mean((1, 2)), [104.007, 116.669, 122.679], atol=5e-4)
