"""Until when an award of a rule is good, its grace and its reminders. Arithmetic of `stacking/renewal.py`."""

from __future__ import annotations

from datetime import datetime

from app.stacking.renewal import Validity, valid_until
from app.stacking.rules.document import RuleDocument, Stack, ValidityPolicy


def end_of(
    rule: RuleDocument, awarded_at: datetime, *, of_achievement: Validity, renews: datetime | None = None
) -> datetime | None:
    """The last second of the last good day; None = it never ends.

    `renews` is the end of the award that this one renews. Renewed before that end and its grace are over, the new
    time follows the old one, if the rule stacks; later it begins anew.
    """
    validity = rule.validity.own or of_achievement
    start = awarded_at
    if renews is not None and rule.repeat.stack is Stack.EXTEND and awarded_at <= in_grace_until(rule.validity, renews):
        start = renews
    end = valid_until(start, validity)
    return end.replace(month=12, day=31) if end is not None and rule.validity.end_of_year else end


def in_grace_until(policy: ValidityPolicy, end: datetime) -> datetime:
    """The end of the grace that follows an award's end."""
    return end if policy.grace is None else policy.grace.after(end)


def reminders(policy: ValidityPolicy, awarded_at: datetime, end: datetime | None) -> tuple[datetime, ...]:
    """When to remind, in order; never before the award."""
    if end is None:
        return ()
    return tuple(sorted(at for before in policy.remind if (at := before.before(end)) > awarded_at))
