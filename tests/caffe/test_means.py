"""Means in either kind of file."""

import numpy as np
import pytest

from pixels_to_sentiment.caffe import means
from pixels_to_sentiment.errors import UserError
from toy_caffe import field, legacy, packed


@pytest.mark.parametrize("end", [".binaryproto", ".npy"])
def test_means_are_read_from_either_file(tmp_path, end):
    """As (3, h, w), in the order of the file."""
    path, mean = tmp_path / f"mean{end}", np.arange(24, dtype=np.float32).reshape(3, 2, 4)
    if end == ".npy":
        means.write(path, mean)
    else:
        path.write_bytes(legacy(1, 3, 2, 4) + field(5, packed(mean.ravel())))
    np.testing.assert_array_equal(means.read(path), mean)
    assert means.describe(path)["blobs"][0]["shape"] == [3, 2, 4]


def test_a_mean_may_be_one_value_a_channel(tmp_path):
    """In an .npy; in double precision it becomes single."""
    np.save(tmp_path / "mean.npy", np.array([104.0, 117.0, 123.0]))
    mean = means.read(tmp_path / "mean.npy")
    assert (mean.dtype, mean.tolist()) == (np.float32, [104.0, 117.0, 123.0])


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("mean.binaryproto", b"\xff\xff", "damaged or something else"),
        ("mean.binaryproto", legacy(1, 1, 1, 2) + field(5, packed([1, 2])), "and not \\(3, h, w"),
        ("mean.npy", b"text", "damaged or something else"),
        ("mean.npy", None, "No such file"),
    ],
)
def test_what_is_no_mean_is_told(tmp_path, name, content, said):
    """One sentence that names the file."""
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=rf"{name} is not a Caffe mean.*{said}"):
        means.read(tmp_path / name)


def test_caffes_mean_image_has_the_published_means(mirror):
    """Per channel, in the order blue, green, red."""
    mean = means.read(mirror / "imagenet_mean.binaryproto")
    assert mean.shape == (3, 256, 256)
    np.testing.assert_allclose(mean.mean((1, 2)), [104.007, 116.669, 122.679], atol=5e-4)
