"""The times of a log, which Google's glog prints with a month and a day, but seldom with a year."""

import re
from collections.abc import Sequence
from datetime import date
from functools import cached_property

_SECONDS_A_DAY = 86_400
_STAMP = re.compile(
    rb"[IWEF]((?:19|20)\d\d)?(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01]) "
    rb"(\d\d):(\d\d):(\d\d(?:\.\d+)?)\s"
)
_CREATED = re.compile(
    rb"Log file created at: ((?:19|20)\d\d)/(0[1-9]|1[0-2])/(0[1-9]|[12]\d|3[01])\b"
)

# A day as printed: the year where there is one, month, day of the month.
_Day = tuple[int | None, int, int]
# Place in the clock's list of days, and seconds since midnight.
Time = tuple[int, float]


class Clock:
    """Times of a log, whose days become known only when all of them have been seen."""

    def __init__(self) -> None:
        self._days: list[_Day] = []

    def read(self, text: bytes) -> Time | None:
        """Give the time that a text has, if any, and remember its day."""
        found = _STAMP.search(text) or _CREATED.match(text)
        if found is None:
            return None
        year, month, day, *clock = found.groups()
        printed = (int(year) if year else None, int(month), int(day))
        if not self._days or self._days[-1] != printed:
            self._days.append(printed)
        if not clock:
            return None
        hours, minutes, seconds = map(float, clock)
        return len(self._days) - 1, 3600 * hours + 60 * minutes + seconds

    @cached_property
    def _dates(self) -> list[int]:
        return _ordinals(self._days)

    def seconds(self, time: Time, start: Time) -> float:
        """Give the seconds from one time to another, once all days have been read."""
        days = self._dates[time[0]] - self._dates[start[0]]
        # Rounded to glog's microseconds, which the subtraction would blur.
        return round(days * _SECONDS_A_DAY + time[1] - start[1], 6)


def _ordinals(days: Sequence[_Day]) -> list[int]:
    """Give each day its ordinal.

    Where no year is known, years without a leap day are taken unless a 29 February is there.
    """
    for first_year in (2001, 2002, 2003, 2004):
        year, dates = first_year, []
        for printed, month, day in days:
            near = (year - 1, year, year + 1) if dates else (year,)
            # The day is added, as a damaged line may name one that does not exist.
            firsts = [date(one, month, 1) for one in ((printed,) if printed else near)]
            choices = [first.toordinal() + day - 1 for first in firsts]
            last = dates[-1] if dates else choices[0]
            dates.append(min(choices, key=lambda choice: abs(choice - last)))
            year = date.fromordinal(dates[-1]).year
        leaps = [one for one, printed in zip(dates, days, strict=True) if printed[1:] == (2, 29)]
        if all(date.fromordinal(one).day == 29 for one in leaps):
            break
    return dates
