"""Days of one time zone: which day a moment is on there, and with which moment a day ends. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

_SECOND = timedelta(seconds=1)
_NAMES_OF_UTC = {"UTC", "UCT", "Zulu", "Universal"}
_LAST_MOMENT = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


def is_utc(zone: ZoneInfo) -> bool:
    """Whether it is UTC by one of its names."""
    return zone.key.rpartition("/")[2] in _NAMES_OF_UTC


def moment_in(moment: datetime, zone: tzinfo) -> datetime:
    """The moment as clocks of the zone say it; in UTC where that would be before the year 1 or after 9999."""
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return moment.astimezone(UTC)


def day_in(moment: datetime, zone: tzinfo) -> date:
    """The day that it is in the zone at this moment."""
    return moment_in(moment, zone).date()


def end_of_day(day: date, zone: tzinfo) -> datetime:
    """The last second of a day in the zone, in UTC: 23:59:59 there.

    Where the clocks jumped over it, the second before they jumped: a day that a zone left out (Pacific/Apia, 30
    December 2011) ends with the day before it. Where the hour came twice, its second time.
    """
    local = datetime.combine(day, time(23, 59, 59, fold=1), zone)
    try:
        end = local.astimezone(UTC)
        if end.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
            return end
        before, after = end, local.replace(fold=0).astimezone(UTC)
    except OverflowError:
        return _LAST_MOMENT
    while after - before > _SECOND:
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(zone).date() <= day:
            before = middle
        else:
            after = middle
    return before


def start_of_day(day: date, zone: tzinfo) -> datetime:
    """The first second of a day in the zone, in UTC; after a jump over midnight, the second after it."""
    return end_of_day(day - timedelta(days=1), zone) + _SECOND


def ends_a_day(moment: datetime, zone: tzinfo) -> bool:
    """Whether it is the last second of a day there, so that the day alone says it all."""
    try:
        return (moment + _SECOND).astimezone(zone).date() > moment.astimezone(zone).date()
    except OverflowError:  # the calendar ends there
        return moment >= _LAST_MOMENT or moment_in(moment, zone).hour == _LAST_MOMENT.hour


def later_by(moment: datetime, days: int, zone: tzinfo) -> datetime:
    """So many days later: the end of that day where the moment ends a day there, else as many times 24 hours."""
    if not ends_a_day(moment, zone):
        return moment + timedelta(days=days)
    return end_of_day(day_in(moment, zone) + timedelta(days=days), zone)
