"""Until when an award is good: arithmetic on months, days and ends of months. Pure."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

from app.days import day_in, end_of_day


class ValidityKind(StrEnum):
    """How long an award is good."""

    NONE = "none"  # it never expires
    DAYS = "days"
    MONTHS = "months"
    FIXED_DATE = "fixed_date"


@dataclass(frozen=True, slots=True)
class Validity:
    """A validity rule: `amount` for days and months, `until` for a fixed date, `end_of_month` moves the end there."""

    kind: ValidityKind = ValidityKind.NONE
    amount: int | None = None
    until: date | None = None
    end_of_month: bool = False


def valid_until(awarded_at: datetime, validity: Validity, zone: tzinfo) -> datetime | None:
    """The last second of the last good day in the issuer's zone, in UTC; None = never expires.

    It is counted from the day of the award there. The last day counts in full (B26), and 31 January plus one month is
    the last day of February (B31).
    """
    last = last_good_day(day_in(awarded_at, zone), validity)
    return None if last is None else end_of_day(last, zone)


def last_good_day(day: date, validity: Validity) -> date | None:
    """The last good day of what was awarded on a day; None = never expires."""
    match validity.kind:
        case ValidityKind.NONE:
            return None
        case ValidityKind.DAYS:
            last = day + timedelta(days=validity.amount or 0)
        case ValidityKind.MONTHS:
            last = add_months(day, validity.amount or 0)
        case ValidityKind.FIXED_DATE:
            last = validity.until or day
    if validity.end_of_month:
        last = last.replace(day=calendar.monthrange(last.year, last.month)[1])
    return last


def add_months(day: date, months: int) -> date:
    """The same day of a later month, clamped to that month's length."""
    years, month_index = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month_index + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
