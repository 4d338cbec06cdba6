"""Both sides of the comparison read the same file to its end."""

import numpy as np

from pixels_to_sentiment.benchmarks import reading, results, suite


def test_a_model_is_described_beside_its_bytes(tmp_path):
    """Every blob of every layer, and every byte."""
    path = reading.write_model(tmp_path / "m", {"conv1": (2, 3, 1, 1), "fc": (4, 5)})
    described = reading.our_description(str(path))()
    shapes = [blob["shape"] for layer in described for blob in layer["blobs"]]
    assert shapes == [[2, 3, 1, 1], [2], [4, 5], [4]]
    assert reading.plain_bytes(str(path))() == path.read_bytes()


def test_the_file_has_the_size_of_alexnet(tmp_path, monkeypatch):
    """By its 60,965,224 parameters; ours runs where freed memory is kept, the other where not."""
    parameters = sum(np.prod(shape) + shape[0] for shape in reading.ALEXNET.values())
    assert parameters == 60_965_224
    monkeypatch.setattr(reading, "write_model", lambda path: path)
    (comparison,) = suite.comparisons("read-model", "cpu", str(tmp_path))
    ours, theirs = comparison["entries"]
    assert (ours.name, theirs.name) == (results.OURS, reading.BYTES)
    assert ours.options == theirs.options == {"path": str(tmp_path / "alexnet.caffemodel")}
    assert ours.keep is not theirs.keep
