"""Until when an award of a rule is good, its grace and its reminders. Arithmetic of `stacking/renewal.py`."""

from __future__ import annotations

from datetime import datetime, tzinfo

from app.days import day_in, end_of_day
from app.stacking.renewal import Validity, last_good_day
from app.stacking.rules.document import RuleDocument, Stack, ValidityPolicy


def end_of(
    rule: RuleDocument,
    awarded_at: datetime,
    *,
    of_achievement: Validity,
    zone: tzinfo,
    renews: datetime | None = None,
) -> datetime | None:
    """The last second of the last good day in the issuer's zone; None = it never ends.

    `renews` is the end of the award that this one renews. Renewed before that end and its grace are over, the new
    time follows the old one, if the rule stacks; later it begins anew.
    """
    validity = rule.validity.own or of_achievement
    start = awarded_at
    if renews is not None and rule.repeat.stack is Stack.EXTEND:
        start = renews if awarded_at <= in_grace_until(rule.validity, renews, zone) else awarded_at
    last = last_good_day(day_in(start, zone), validity)
    if last is None:
        return None
    return end_of_day(last.replace(month=12, day=31) if rule.validity.end_of_year else last, zone)


def in_grace_until(policy: ValidityPolicy, end: datetime, zone: tzinfo) -> datetime:
    """The end of the grace that follows an award's end, by the clocks of the issuer's zone."""
    return end if policy.grace is None else policy.grace.after(end, zone)


def reminders(policy: ValidityPolicy, awarded_at: datetime, end: datetime | None, zone: tzinfo) -> tuple[datetime, ...]:
    """When to remind, in order; never before the award."""
    if end is None:
        return ()
    return tuple(sorted(at for before in policy.remind if (at := before.before(end, zone)) > awarded_at))
