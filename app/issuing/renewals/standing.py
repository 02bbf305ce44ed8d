"""How one award stands: its policy, state and deadlines, and what its holder still has to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.issuing.awards import Award
from app.issuing.renewals import followers, ledger, policies
from app.issuing.renewals.policies import Policy
from app.issuing.renewals.units import contact_hours_of
from app.stacking import continuing_education, cycles
from app.stacking.continuing_education import Progress
from app.stacking.cycles import Deadlines, Hindrance, Method, RenewalState


@dataclass(frozen=True, slots=True)
class Standing:
    """How an award stands in its cycle. `state` None = it was withdrawn or replaced, or is not issued yet.

    `deadlines` None = it never ends. `progress` None = no continuing education is asked for. `next_end` is that of the
    badge that a renewal made now.
    """

    policy: Policy
    state: RenewalState | None
    cycle_start: date
    deadlines: Deadlines | None
    hindrance: Hindrance | None
    progress: Progress | None
    next_end: datetime | None
    renewed_by: str | None

    @property
    def can_be_renewed(self) -> bool:
        """Whether `renew` would do it, as far as the holder's part goes."""
        is_done = self.progress is None or self.progress.is_met
        return self.state is not None and self.hindrance is None and is_done


def of_award(session: Session, award: Award, *, policy: Policy | None = None, at: datetime | None = None) -> Standing:
    """How an award stands at a moment; now, unless it says otherwise. `policy` spares looking it up."""
    policy = policy or policies.of_achievement(session, award.achievement_id)
    now, rule, zone = at or clock.now(), policy.renewal, policy.zone
    after = followers.successor(session, award)
    start = followers.cycle_start(session, award, policy)
    is_living, ends_at = award.state in followers.LIVING, award.valid_until
    is_renewed = after is not None
    return Standing(
        policy=policy,
        state=cycles.state_at(now, rule, ends_at, zone, is_renewed=is_renewed) if is_living else None,
        cycle_start=start,
        deadlines=None if ends_at is None else cycles.deadlines(rule, ends_at, zone),
        hindrance=cycles.hindrance(now, rule, ends_at, zone, is_renewed=is_renewed),
        progress=progress_of(session, award, policy, start) if is_living and after is None else None,
        next_end=None if ends_at is None else cycles.next_end(now, rule, ends_at, zone),
        renewed_by=None if after is None else after.id,
    )


def progress_of(session: Session, award: Award, policy: Policy, start: date) -> Progress | None:
    """What the holder's ledger counts towards renewing an award whose cycle began on `start`; None = nothing is asked.

    Where what was left is carried over, it counts from the beginning of the cycle before.
    """
    rule = policy.renewal
    if rule.method is not Method.CE or rule.ce is None or award.valid_until is None:
        return None
    first, last = cycles.days_that_count(clock.now(), rule, start, award.valid_until, policy.zone)
    before = followers.predecessor(session, award)
    if rule.ce.carry_over and before is not None:
        first = min(first, followers.cycle_start(session, before, policy))
    return continuing_education.count(
        rule.ce,
        ledger.countable(session, award, is_shared=rule.ce.shared),
        first_day=first,
        last_day=last,
        contact_hours=contact_hours_of(session, award.issuer_id),
        badges=_badges(session, award, policy) if rule.ce.further else 1,
    )


def _badges(session: Session, award: Award, policy: Policy) -> int:
    """How many of the holder's living badges ask for the same unit and share it."""
    rule = policy.renewal.ce
    all_of_them = policies.of_issuer(session, award.issuer_id).values()
    sharing = [
        each.achievement_id
        for each in all_of_them
        if rule is not None and (ce := each.renewal.ce) is not None and ce.shared and ce.unit == rule.unit
    ]
    query = select(func.count(Award.achievement_id.distinct())).where(
        Award.learner_id == award.learner_id,
        Award.achievement_id.in_(sharing),
        Award.state.in_(followers.LIVING),
        Award.valid_until >= clock.now(),
    )
    return max(1, session.scalar(query) or 0)
