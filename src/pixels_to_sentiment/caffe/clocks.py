"""The times of a log, which Google's glog prints with a month and a day, but seldom with a year."""

import re
from datetime import date

_SECONDS_A_DAY = 86_400
_STAMP = re.compile(
    rb"[IWEF]((?:19|20)\d\d)?(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01]) "
    rb"(\d\d):(\d\d):(\d\d(?:\.\d+)?)\s"
)
_CREATED = re.compile(
    rb"Log file created at: ((?:19|20)\d\d)/(0[1-9]|1[0-2])/(0[1-9]|[12]\d|3[01])\b"
)

_LEAP_DAY = re.compile(rb"0229 \d\d:")
# From which seconds are counted, so that a float holds their microseconds.
_BEGINNING = date(2000, 1, 1).toordinal()


class Clock:
    """Times of a log, in seconds from one beginning.

    Where no year is known, those without a leap day are taken, unless one is in the text.
    """

    def __init__(self, text: bytes) -> None:
        self._year, self._last = 2004 if _LEAP_DAY.search(text) else 2001, 0
        self._printed = ()

    def read(self, line: bytes) -> float | None:
        """Give the time that a line has, if any, on the day that is nearest to the one before."""
        found = _STAMP.search(line) or _CREATED.match(line)
        if found is None:
            return None
        year, month, day, *clock = found.groups()
        if (year, month, day) != self._printed:
            self._printed = year, month, day
            self._turn(year, month, day)
        if not clock:
            return None
        hours, minutes, seconds = map(float, clock)
        passed = 3600 * hours + 60 * minutes + seconds
        return (self._last - _BEGINNING) * _SECONDS_A_DAY + passed

    def _turn(self, year: bytes | None, month: bytes, day: bytes) -> None:
        near = (self._year, self._year - 1, self._year + 1) if self._last else (self._year,)
        years = (int(year),) if year else near
        # The day is added, as a damaged line may name one that does not exist.
        days = [date(one, int(month), 1).toordinal() + int(day) - 1 for one in years]
        self._last = min(days, key=lambda one: abs(one - self._last))
        self._year = date.fromordinal(self._last).year
