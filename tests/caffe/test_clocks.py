"""Times of a log, one by one and many at once."""

from array import array

import pytest

from pixels_to_sentiment.caffe.clocks import Clock


def stamps(*times):
    return [f"I{one} ".encode() for one in times]


@pytest.mark.parametrize(
    "times",
    [
        ["0620 11:55:15.396270", "0620 11:55:59.999999", "0620 11:56:00.000000"],
        ["1231 23:59:59.900000", "0101 00:00:00.000000", "0101 00:00:01.000000"],
        ["0228 23:59:59.000000", "0229 23:59:59.000000", "0301 00:00:00.000000"],
    ],
)
def test_many_at_once_are_as_one_by_one(times):
    """Over minutes and days."""
    one, many, days, since = Clock(), Clock(), array("I"), array("d")
    single = [one.read(stamp) for stamp in stamps(*times)]
    many.read_all(stamps(*times), days, since)
    assert list(zip(days, since, strict=True)) == single
    expected = one.seconds(*map(list, zip(*single, strict=True)), single[0])
    assert many.seconds(days, since, single[0]).tolist() == expected.tolist()
