"""The log that is read for the benchmark is the same for both sides."""

import pytest

from pixels_to_sentiment.benchmarks import logs, results, suite
from pixels_to_sentiment.caffe import logs as ours


def test_both_ways_find_the_same_numbers(tmp_path):
    """Of every display and every test, at its iteration and time."""
    path = tmp_path / "a.log"
    logs.write(path, 0.5)
    train, test = logs.rows(path)
    curve = ours.read(path).curve
    shown = curve.dropna(subset="train_loss")
    assert shown["iteration"].tolist() == [row["NumIters"] for row in train]
    assert shown["train_loss"].tolist() == [row["loss"] for row in train]
    assert shown["seconds"].diff()[1:].tolist() == pytest.approx([0.72] * (len(train) - 1))
    tested = curve.dropna(subset="test_loss")
    columns = ["iteration", "test_accuracy", "test_loss"]
    keys = "NumIters", "accuracy", "loss"
    assert tested[columns].to_numpy().tolist() == [[row[key] for key in keys] for row in test]


def test_reading_is_timed_on_the_same_log(monkeypatch):
    """In processes of their own, so that the memory is that of each."""
    monkeypatch.setattr(logs, "SIZE", 0.1)
    (found,) = suite.comparisons("logs", "cpu", "")
    one, other = found["entries"]
    assert (one.name, other.name) == (results.OURS, logs.PEER)
    assert one.options == other.options
    assert one.keep != other.keep
    for entry in (one, other):
        entry.make(**entry.options)()
