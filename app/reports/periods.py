"""Periods on the clocks of one zone: days and months as people there count them, as moments in UTC for SQL.

Moments are compared with the beginnings of days and months, which are computed here. So both databases count alike,
whatever they know of zones, and a month in which the clocks change is neither longer nor shorter than it was.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Integer, and_, case, literal
from sqlalchemy.orm import InstrumentedAttribute

from app.errors import InvalidInput
from app.issuing.mail.quiet_hours import check_zone

MOST_YEARS = 10
EARLIEST, LATEST = date(1970, 1, 1), date(9000, 1, 1)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_USUAL_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Month:
    """A month, or the part of it that lies in a period: from `begins` on, and before `ends`."""

    first: date
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days from `first` to `last`, both included, on the clocks of `zone`."""

    first: date
    last: date
    zone: str

    @property
    def begins(self) -> datetime:
        """The first moment of the period, in UTC."""
        return beginning_of(self.first, self.zone)

    @property
    def ends(self) -> datetime:
        """The first moment after the period, in UTC."""
        return beginning_of(self.last + timedelta(days=1), self.zone)

    @property
    def months(self) -> list[Month]:
        """The months of the period, oldest first; the first and the last may be parts."""
        found, first = [], self.first.replace(day=1)
        while first <= self.last:
            following = next_month(first)
            begins = max(self.begins, beginning_of(first, self.zone))
            found.append(Month(first, begins, min(self.ends, beginning_of(following, self.zone))))
            first = following
        return found

    def holds(self, moment: InstrumentedAttribute[datetime]) -> ColumnElement[bool]:
        """Whether a moment is in the period, in SQL."""
        return and_(moment >= self.begins, moment < self.ends)

    def month_of(self, moment: InstrumentedAttribute[datetime]) -> ColumnElement[int]:
        """The place in `months` of a moment that is in the period, in SQL."""
        months = self.months
        if len(months) == 1:
            return literal(0, Integer())
        return case(*((moment < month.ends, place) for place, month in enumerate(months[:-1])), else_=len(months) - 1)


def read(first: str | None, last: str | None, zone: str, *, now: datetime) -> Period:
    """The period that two days name; None = the first day of the month eleven months ago, and today.

    Raises InvalidInput with a pointer.
    """
    check_zone(zone, "/zone")
    until = _day(last, "/to") if last is not None else now.astimezone(ZoneInfo(zone)).date()
    since = _day(first, "/from") if first is not None else _usual_beginning(until)
    if since > until:
        raise InvalidInput("A period does not end before it begins", pointer="/to")
    if (until - since).days > MOST_YEARS * 366:
        raise InvalidInput(f"A report covers at most {MOST_YEARS} years", pointer="/from")
    return Period(since, until, zone)


def beginning_of(day: date, zone: str) -> datetime:
    """The first moment of a day, in UTC. Where the clocks skip midnight it is the moment at which they do."""
    return datetime.combine(day, time.min, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def next_month(first: date) -> date:
    """The first day of the month after."""
    return (first.replace(day=1) + timedelta(days=32)).replace(day=1)


def _usual_beginning(last: date) -> date:
    months = last.year * 12 + last.month - _USUAL_MONTHS
    return date(months // 12, months % 12 + 1, 1)


def _day(text: str, pointer: str) -> date:
    try:
        found = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None or not EARLIEST <= found < LATEST:
        raise InvalidInput("A day looks like 2026-03-01", pointer=pointer)
    return found
