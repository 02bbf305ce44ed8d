"""Renewal: how long a badge's cycle lasts, how it stands at a moment, and when the next cycle begins. Pure.

A cycle ends with the last second of the last good day (`valid_until` of `renewal.py`). Grace and reminders are counted
in whole days from there, so that they begin and end at midnight. All days are those of the issuer's zone, on whatever
clock somebody looks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

from app.days import day_in, later_by, start_of_day
from app.stacking.continuing_education import CERequirement
from app.stacking.renewal import Validity, ValidityKind, add_months, last_good_day, valid_until

_NO_END = Validity()
USUAL_WINDOW_DAYS = 60  # before the end, where a policy reminds nobody: as long as pages say "ends soon"


class Method(StrEnum):
    """What renewing asks for: it is not possible, the achievement is earned anew, or continuing education."""

    NONE = "none"
    REASSESS = "reassess"
    CE = "ce"


class RenewalState(StrEnum):
    """How a badge stands in its cycle. `expiring`: inside the first reminder; `renewed`: a later badge follows it."""

    ACTIVE = "active"
    EXPIRING = "expiring"
    LAPSED_IN_GRACE = "lapsed_in_grace"
    EXPIRED = "expired"
    RENEWED = "renewed"


class Hindrance(StrEnum):
    """Why a badge cannot be renewed at a moment, whatever its holder has done."""

    NEVER_ENDS = "never-ends"
    NOT_RENEWABLE = "not-renewable"
    RENEWED_ALREADY = "renewed-already"
    TOO_EARLY = "too-early"
    NO_LATER_END = "no-later-end"


@dataclass(frozen=True, slots=True)
class RenewalPolicy:
    """The rule of renewal. `validity` is the cycle; `reminder_days` are days before the last good day."""

    validity: Validity = _NO_END
    grace_days: int = 0
    reminder_days: tuple[int, ...] = ()
    method: Method = Method.REASSESS
    ce: CERequirement | None = None

    @property
    def window_days(self) -> int:
        """How many days before the last good day it can be renewed: from the first reminder on."""
        return max(self.reminder_days, default=USUAL_WINDOW_DAYS)


@dataclass(frozen=True, slots=True)
class Cycle:
    """The days for which a badge stands, both included; `end` None = it never ends."""

    start: date
    end: date | None


@dataclass(frozen=True, slots=True)
class Deadlines:
    """From when on a badge is expiring, and the last moments in which it is good and in which it is in grace."""

    opens_at: datetime
    ends_at: datetime
    grace_until: datetime


def deadlines(policy: RenewalPolicy, ends_at: datetime, zone: tzinfo) -> Deadlines:
    """The deadlines of a badge that ends at this moment."""
    opens_on = day_in(ends_at, zone) - timedelta(days=policy.window_days)
    return Deadlines(
        opens_at=start_of_day(opens_on, zone),
        ends_at=ends_at,
        grace_until=later_by(ends_at, policy.grace_days, zone),
    )


def state_at(
    now: datetime, policy: RenewalPolicy, ends_at: datetime | None, zone: tzinfo, *, is_renewed: bool = False
) -> RenewalState:
    """How a badge with this end stands at a moment. The last day counts in full, and so does the last day of grace."""
    if is_renewed:
        return RenewalState.RENEWED
    if ends_at is None:
        return RenewalState.ACTIVE
    at = deadlines(policy, ends_at, zone)
    if now > at.grace_until:
        return RenewalState.EXPIRED
    if now > at.ends_at:
        return RenewalState.LAPSED_IN_GRACE
    return RenewalState.EXPIRING if now >= at.opens_at else RenewalState.ACTIVE


def hindrance(
    now: datetime, policy: RenewalPolicy, ends_at: datetime | None, zone: tzinfo, *, is_renewed: bool = False
) -> Hindrance | None:
    """Why it cannot be renewed now; None = nothing but the holder's own doings is asked for."""
    if ends_at is None:
        return Hindrance.NEVER_ENDS
    if policy.method is Method.NONE:
        return Hindrance.NOT_RENEWABLE
    state = state_at(now, policy, ends_at, zone, is_renewed=is_renewed)
    if state is RenewalState.RENEWED:
        return Hindrance.RENEWED_ALREADY
    if state is RenewalState.ACTIVE:
        return Hindrance.TOO_EARLY
    end = next_end(now, policy, ends_at, zone)
    return Hindrance.NO_LATER_END if end is not None and end <= max(ends_at, now) else None


def first_cycle(policy: RenewalPolicy, awarded_at: datetime, zone: tzinfo) -> Cycle:
    """The cycle that an award opens."""
    day = day_in(awarded_at, zone)
    return Cycle(day, last_good_day(day, policy.validity))


def next_end(renewed_at: datetime, policy: RenewalPolicy, ends_at: datetime, zone: tzinfo) -> datetime | None:
    """The end of the next cycle; None = it never ends.

    Renewed early or in grace, the time follows the old one, so that nobody loses a day by being early, or wins one by
    being late. After grace it begins anew.
    """
    follows = renewed_at <= deadlines(policy, ends_at, zone).grace_until
    return valid_until(ends_at if follows else renewed_at, policy.validity, zone)


def next_cycle(renewed_at: datetime, policy: RenewalPolicy, ends_at: datetime, zone: tzinfo) -> Cycle:
    """The next cycle: from the day after the old end, or from this day where the grace is over."""
    end = next_end(renewed_at, policy, ends_at, zone)
    return Cycle(start_after(renewed_at, policy, ends_at, zone), None if end is None else day_in(end, zone))


def start_after(renewed_at: datetime, policy: RenewalPolicy, ends_at: datetime, zone: tzinfo) -> date:
    """The first day of the cycle of a badge that was made at this moment and follows one with this end."""
    if renewed_at <= deadlines(policy, ends_at, zone).grace_until:
        return day_in(ends_at, zone) + timedelta(days=1)
    return day_in(renewed_at, zone)


def days_that_count(
    now: datetime, policy: RenewalPolicy, first_day: date, ends_at: datetime, zone: tzinfo
) -> tuple[date, date]:
    """The days whose continuing education counts for renewing at this moment, both included.

    Until grace is over, those of the cycle, which began on `first_day`, and of its grace. After that what is too old
    does not help: the days of one cycle's length up to today.
    """
    today = day_in(now, zone)
    until = day_in(deadlines(policy, ends_at, zone).grace_until, zone)
    if today <= until:
        return first_day, until
    length = policy.validity.amount or 0
    is_months = policy.validity.kind is ValidityKind.MONTHS
    return add_months(today, -length) if is_months else today - timedelta(days=length), today


def reminder_due(now: datetime, policy: RenewalPolicy, ends_at: datetime, zone: tzinfo) -> int | None:
    """The reminder that is due on this day, as its days before the end; None = none, or the end is past.

    It is the last that began: whoever was away for a month, as a stopped worker is, gets one mail and not three.
    """
    days = (day_in(ends_at, zone) - day_in(now, zone)).days
    return min((each for each in policy.reminder_days if each >= days), default=None) if days >= 0 else None


def is_cyclic(policy: RenewalPolicy) -> bool:
    """Whether there is a next cycle at all: not for what never ends, nor for what ends on a fixed date."""
    return policy.validity.kind in {ValidityKind.DAYS, ValidityKind.MONTHS}
