"""Times of a log, of which seldom the year is printed."""

import pytest

DAY = 86_400


@pytest.mark.parametrize(
    ("stamps", "expected"),
    [
        # A year in the prefix, as newer glog prints it; one of these has a leap day.
        (["20230620 11:55:15.396270", "20250620 11:55:15.396270"], (365 + 366) * DAY),
        # Over New Year, and on from there.
        (["1231 23:59:50.0", "0101 00:00:05.5", "0501 00:00:05.5"], 15.5 + 120 * DAY),
        # Lines of several threads may be out of order by a little, at New Year too.
        (["0620 12:00:00.000010", "0620 11:59:59.999990", "0620 12:00:01.000000"], 0.99999),
        # The header gives the year; without it a leap day counts if it is in the log.
        (["0228 00:00:00", "0301 00:00:00"], DAY),
        (["0228 00:00:00", "0229 00:00:00", "0301 00:00:00"], 2 * DAY),
        (["Log file created at: 2016/02/09 18:21:04", "0228 00:00:00", "0301 00:00:00"], 2 * DAY),
        (["Log file created at: 2015/12/31 23:59:59", "0101 00:00:00", "0301 00:00:00"], 60 * DAY),
        # Of a damaged line that names no day of the calendar the values are still of use.
        (["0231 00:00:00.000000"], 0),
    ],
)
def test_seconds_go_by_the_calendar(read, stamps, expected):
    lines = []
    for place, stamp in enumerate(stamps):
        header = stamp.startswith("Log")
        lines.append(stamp if header else f"I{stamp} 7 s.cpp:228] Iteration {place}, loss = 1")
    assert read(lines).curve["seconds"].iloc[-1] == expected
