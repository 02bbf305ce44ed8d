"""Durations as rules write them (ISO 8601: P90D, P24M, P1Y, PT1H), and their arithmetic on moments. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from app.days import end_of_day, ends_a_day, moment_in
from app.errors import InvalidInput
from app.stacking.renewal import add_months

LONGEST_DAYS = 36_525  # a hundred years
LONGEST_MONTHS = 1_200
_ISO = re.compile(
    r"P(?=[0-9T])(?:([0-9]{1,6})Y)?(?:([0-9]{1,6})M)?(?:([0-9]{1,6})W)?(?:([0-9]{1,6})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,6})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,6})S)?)?",
    re.ASCII,
)
_LATEST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
_EARLIEST = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Duration:
    """Months, days and seconds, kept apart because a month has no fixed length. At least one is above zero."""

    months: int = 0
    days: int = 0
    seconds: int = 0

    @classmethod
    def parse(cls, text: str) -> Duration:
        """The duration that ISO 8601 text names. Raises InvalidInput for none, nothing, and more than 100 years."""
        found = _ISO.fullmatch(text)
        if found is None:
            raise InvalidInput("A duration is written like P90D, P24M, P1Y or PT1H")
        years, months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
        made = cls(12 * years + months, 7 * weeks + days, 3600 * hours + 60 * minutes + seconds)
        if made == cls():
            raise InvalidInput("A duration is longer than nothing")
        if made.months > LONGEST_MONTHS or made.days + made.seconds // 86_400 > LONGEST_DAYS:
            raise InvalidInput("A duration is at most a hundred years")
        return made

    def __str__(self) -> str:
        years, months = divmod(self.months, 12)
        hours, rest = divmod(self.seconds, 3600)
        day_parts = _parts((years, "Y"), (months, "M"), (self.days, "D"))
        time_parts = _parts((hours, "H"), (rest // 60, "M"), (rest % 60, "S"))
        return f"P{day_parts}" + (f"T{time_parts}" if time_parts else "")

    def words(self) -> str:
        """For a sentence: `90 days`, `2 years`, `1 hour`."""
        years, months = divmod(self.months, 12)
        hours, rest = divmod(self.seconds, 3600)
        day_parts = ((years, "year"), (months, "month"), (self.days, "day"))
        time_parts = ((hours, "hour"), (rest // 60, "minute"), (rest % 60, "second"))
        named = [(number, name) for number, name in (*day_parts, *time_parts) if number]
        return " and ".join(f"{number} {name}{'' if number == 1 else 's'}" for number, name in named)

    def after(self, moment: datetime, zone: tzinfo = UTC) -> datetime:
        """The moment so much later, in UTC; never beyond the year 9999. Months and days are those of the zone."""
        return self._moved(moment, 1, zone)

    def before(self, moment: datetime, zone: tzinfo = UTC) -> datetime:
        """The moment so much earlier, in UTC; never before the year 1. Months and days are those of the zone."""
        return self._moved(moment, -1, zone)

    def _moved(self, moment: datetime, sign: int, zone: tzinfo) -> datetime:
        there = moment_in(moment, zone)
        try:
            day = add_months(there.date(), sign * self.months) + sign * timedelta(days=self.days)
            is_end = zone is not UTC and ends_a_day(moment, zone)
            moved = end_of_day(day, zone) if is_end else datetime.combine(day, there.timetz()).astimezone(UTC)
            return moved + sign * timedelta(seconds=self.seconds)
        except (ValueError, OverflowError):
            return _LATEST if sign > 0 else _EARLIEST


def _parts(*parts: tuple[int, str]) -> str:
    return "".join(f"{number}{letter}" for number, letter in parts if number)
