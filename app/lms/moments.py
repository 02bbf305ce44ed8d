"""When something happened: text or a number with a declared meaning into a moment that can be believed.

No zone, no unit and no date order is ever guessed. Source: RFC 3339; `completion-sources` §2.4, "Time".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from app.lms.date_patterns import DatePattern
from app.lms.facts import MomentSource
from app.lms.reading import wrong

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
FUTURE_LIMIT = timedelta(days=1)
CLOCK_SKEW = timedelta(minutes=5)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIMESTAMP = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]{1,12})? ?([Zz]|[+-][0-9]{2}:?[0-9]{2})?)?"
)


class EpochUnit(StrEnum):
    """What a bare number counts since 1970."""

    SECONDS = "seconds"
    MILLISECONDS = "milliseconds"
    MICROSECONDS = "microseconds"


_PER_SECOND: Mapping[EpochUnit, int] = {
    EpochUnit.SECONDS: 1,
    EpochUnit.MILLISECONDS: 1_000,
    EpochUnit.MICROSECONDS: 1_000_000,
}


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment in UTC, where it is from, and what staff should know about it.

    `stated_at` is what the source said, also where `at` is our own clock: a later retry says the same. `is_day`: only
    a date was stated, and `at` is its first moment.
    """

    at: datetime
    source: MomentSource
    notes: tuple[str, ...] = ()
    stated_at: datetime | None = None
    is_day: bool = False


@dataclass(frozen=True, slots=True)
class Calendar:
    """What a source has declared about its times; `None` = nothing, so such times are refused.

    With a `pattern`, times are written like that and in no other way.
    """

    time_zone: ZoneInfo | None = None
    epoch_unit: EpochUnit | None = None
    pattern: DatePattern | None = None

    def read(self, value: Any, *, pointer: str, received_at: datetime) -> Moment:
        """The moment, if it is between 2000 and one day ahead. Raises InvalidInput.

        Up to five minutes ahead is taken as it is; further ahead is a wrong clock and becomes `received_at`.
        """
        try:
            moment = self._stated(value, pointer)
            stated_at = moment.at.astimezone(UTC).replace(microsecond=0)
            moment = replace(moment, at=stated_at, stated_at=stated_at)
        except (ValueError, OverflowError) as error:
            raise wrong("There is no such date or time", code="not-a-moment", pointer=pointer) from error
        if not EARLIEST <= moment.at <= received_at + FUTURE_LIMIT:
            raise wrong("The time is before 2000 or more than a day ahead", code="moment-out-of-range", pointer=pointer)
        if moment.at > received_at + CLOCK_SKEW:
            note = f"The stated time {moment.at.isoformat()} is in the future; the time of receipt was taken"
            return Moment(received_at.replace(microsecond=0), MomentSource.RECEIVED, (*moment.notes, note), stated_at)
        return moment

    def _stated(self, value: Any, pointer: str) -> Moment:
        if isinstance(value, int | Decimal) and not isinstance(value, bool) and self.pattern is None:
            return self._counted(Decimal(value), pointer)
        if not isinstance(value, str):
            raise wrong("A time is expected here, as in 2026-03-02T10:15:00Z", code="ill-typed", pointer=pointer)
        text = value.strip()
        if self.pattern is not None:
            return self._patterned(text, self.pattern, pointer)
        if re.fullmatch(r"[0-9]{1,17}(?:\.[0-9]{1,9})?", text):
            return self._counted(Decimal(text), pointer)
        match = _TIMESTAMP.fullmatch(text)
        if match is None:
            raise wrong("Write the time as in 2026-03-02T10:15:00Z", code="not-a-moment", pointer=pointer)
        return self._written(match, pointer)

    def _counted(self, number: Decimal, pointer: str) -> Moment:
        if self.epoch_unit is None:
            raise wrong(
                "A bare number is read as a time only when the source's settings declare `epoch_unit`",
                code="no-epoch-unit",
                pointer=pointer,
            )
        if not 0 <= number < 10**17:
            raise wrong("There is no such date or time", code="not-a-moment", pointer=pointer)
        return Moment(_EPOCH + timedelta(seconds=int(number) // _PER_SECOND[self.epoch_unit]), MomentSource.PAYLOAD)

    def _written(self, match: re.Match[str], pointer: str) -> Moment:
        year, month, day, hour, minute, second, zone = match.groups()
        whole_seconds = 59 if second == "60" else int(second or 0)  # datetime has no place for a leap second
        at = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), whole_seconds)  # noqa: DTZ001 - the zone follows
        if zone is not None:
            return Moment(at.replace(tzinfo=_offset(zone)), MomentSource.PAYLOAD)
        return self._zoned(at, pointer, has_time=hour is not None)

    def _patterned(self, text: str, pattern: DatePattern, pointer: str) -> Moment:
        at = pattern.parse(text)
        if at is None:
            raise wrong(f"The time is not written as {pattern.text}", code="not-a-moment", pointer=pointer)
        if at.tzinfo is not None:
            return Moment(at, MomentSource.PAYLOAD)
        return self._zoned(at, pointer, has_time=pattern.has_time)

    def _zoned(self, at: datetime, pointer: str, *, has_time: bool) -> Moment:
        if self.time_zone is None:
            raise wrong(
                "The time has no zone; add one (…Z or …+01:00), or declare `time_zone` in the source's settings",
                code="no-time-zone",
                pointer=pointer,
            )
        notes = () if has_time else ("Only a date was sent; its first moment was taken",)
        return replace(_in_zone(at, self.time_zone, notes), is_day=not has_time)


def _offset(zone: str) -> timezone:
    if zone in "Zz":
        return UTC
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    if minutes > 59:  # noqa: PLR2004 - minutes of an hour
        raise ValueError("no such offset")
    shift = timedelta(hours=hours, minutes=minutes)
    return timezone(-shift if zone[0] == "-" else shift)


def _in_zone(at: datetime, zone: ZoneInfo, notes: tuple[str, ...]) -> Moment:
    local = at.replace(tzinfo=zone)
    if local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != at:
        notes = (*notes, "This local time was skipped when the clocks went forward")
    elif local.utcoffset() != local.replace(fold=1).utcoffset():
        notes = (*notes, "This local time came twice when the clocks went back; the first was taken")
    return Moment(local, MomentSource.ASSUMED_ZONE, notes)
