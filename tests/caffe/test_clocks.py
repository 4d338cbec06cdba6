"""Times of a log; how seconds go by the calendar is in the tests of `logs`."""

from pixels_to_sentiment.caffe.clocks import Clock


def test_a_damaged_log_may_go_round_the_year_for_ever():
    """No calendar ends the reading."""
    clock = Clock()
    read = [clock.read(b"I%b " % stamp) for stamp in (b"0101 00:00:00", b"0701 00:00:00") * 10_000]
    assert len(clock.seconds(*map(list, zip(*read, strict=True)), read[0])) == 20_000
