"""Both sides of the comparison read the same file to its end."""

import numpy as np
import pytest

from pixels_to_sentiment.benchmarks import reading
from pixels_to_sentiment.caffe import logs


def test_a_model_is_described_beside_its_bytes(tmp_path):
    """Every blob of every layer, and every byte."""
    path = reading.write_model(tmp_path / "m", {"conv1": (2, 3, 1, 1), "fc": (4, 5)})
    described = reading.our_description(str(path))()
    shapes = [blob["shape"] for layer in described for blob in layer["blobs"]]
    assert shapes == [[2, 3, 1, 1], [2], [4, 5], [4]]
    assert reading.plain_bytes(str(path))() == path.read_bytes()


def test_both_ways_find_the_same_numbers(tmp_path):
    """Of every display and every test, at its iteration and time."""
    path = tmp_path / "a.log"
    reading.write_log(path, 0.5)
    train, test = reading.rows(path)
    curve = logs.read_all(path).logs[0].curve
    shown = curve.dropna(subset="train_loss")
    assert shown["iteration"].tolist() == [row["NumIters"] for row in train]
    assert shown["train_loss"].tolist() == [row["loss"] for row in train]
    assert shown["seconds"].diff()[1:].tolist() == pytest.approx([0.72] * (len(train) - 1))
    tested = curve.dropna(subset="test_loss")
    columns = ["iteration", "test_accuracy", "test_loss"]
    keys = "NumIters", "accuracy", "loss"
    assert tested[columns].to_numpy().tolist() == [[row[key] for key in keys] for row in test]


def test_the_file_has_the_size_of_alexnet():
    """By its 60,965,224 parameters."""
    parameters = sum(np.prod(shape) + shape[0] for shape in reading.ALEXNET.values())
    assert parameters == 60_965_224
