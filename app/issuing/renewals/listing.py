"""The work list: badges by how they stand in their cycle, the one that ends first at the top."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import Session

from app.days import day_in, end_of_day, start_of_day
from app.issuing.awards import Award
from app.issuing.learners import LearnerGroup
from app.issuing.renewals import followers
from app.issuing.renewals.policies import Policy
from app.stacking.cycles import RenewalState, state_at

TO_DO = (RenewalState.EXPIRING, RenewalState.LAPSED_IN_GRACE)
"""What somebody can do something about now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueWanted:
    """Which badges; None asks for nothing. Without states, those about which somebody can do something."""

    states: Collection[RenewalState] = TO_DO
    achievement_id: str | None = None
    learner_id: str | None = None
    group: str | None = None


def query(issuer_id: str, policies: Mapping[str, Policy], wanted: DueWanted, *, now: datetime) -> Select[Award]:
    """The issuer's badges with an end that stand in one of the states, in no order."""
    found = select(Award).where(
        Award.issuer_id == issuer_id,
        Award.state.in_(followers.LIVING),
        Award.valid_until.is_not(None),
        or_(false(), *(stands(state, policies, now) for state in wanted.states)),
    )
    if wanted.achievement_id is not None:
        found = found.where(Award.achievement_id == wanted.achievement_id)
    if wanted.learner_id is not None:
        found = found.where(Award.learner_id == wanted.learner_id)
    if wanted.group is not None:
        in_group = LearnerGroup.issuer_id == issuer_id, LearnerGroup.name == wanted.group
        found = found.where(Award.learner_id.in_(select(LearnerGroup.learner_id).where(*in_group)))
    return found


def stands(state: RenewalState, policies: Mapping[str, Policy], now: datetime) -> ColumnElement[bool]:
    """Whether a badge with an end stands in this state, in SQL: as `cycles.state_at` says it."""
    if state is RenewalState.RENEWED:
        return followers.is_renewed()
    by_deadlines: dict[tuple[int, int, str], list[str]] = defaultdict(list)
    for each in policies.values():
        by_deadlines[each.renewal.grace_days, each.renewal.window_days, each.zone.key].append(each.achievement_id)
    of_each = [
        and_(Award.achievement_id.in_(sorted(ids)), *_between(state, grace, window, now, ZoneInfo(zone)))
        for (grace, window, zone), ids in sorted(by_deadlines.items())
    ]
    return and_(~followers.is_renewed(), or_(false(), *of_each))


def states_of(
    session: Session, awards: Sequence[Award], policies: Mapping[str, Policy], *, now: datetime
) -> dict[str, RenewalState]:
    """How these awards stand, by their ids; two queries, however many they are. Withdrawn ones have no state."""
    renewed = followers.renewed_among(session, [each.id for each in awards])
    return {
        each.id: _state(policies[each.achievement_id], each, now, is_renewed=each.id in renewed)
        for each in awards
        if each.state in followers.LIVING
    }


def is_in_grace(grace_days: int, now: datetime, zone: ZoneInfo) -> ColumnElement[bool]:
    """Whether the grace of a badge that has an end is not over, in SQL: as `cycles.deadlines` counts it.

    Grace after the end of a day lasts to the end of a day, and so may have an hour more or less than its days where
    clocks change: such ends are named one by one. All others have as many times 24 hours.
    """
    since = now - timedelta(days=grace_days)
    first = day_in(now, zone) - timedelta(days=grace_days)
    ends = [end_of_day(first + timedelta(days=more), zone) for more in (-2, -1, 0, 1, 2)]
    over, good = ends[:2], ends[2:]
    return and_(
        Award.valid_until >= min(since, good[0]),
        Award.valid_until.not_in(over),
        or_(Award.valid_until >= since, Award.valid_until.in_(good)),
    )


def _state(policy: Policy, award: Award, now: datetime, *, is_renewed: bool) -> RenewalState:
    return state_at(now, policy.renewal, award.valid_until, policy.zone, is_renewed=is_renewed)


def _between(state: RenewalState, grace: int, window: int, now: datetime, zone: ZoneInfo) -> list[ColumnElement[bool]]:
    # A badge opens at midnight before its last good day, whatever hour it ends at on that day.
    opens = start_of_day(day_in(now, zone) + timedelta(days=window + 1), zone)
    in_grace = is_in_grace(grace, now, zone)
    match state:
        case RenewalState.ACTIVE:
            return [Award.valid_until >= opens]
        case RenewalState.EXPIRING:
            return [Award.valid_until >= now, Award.valid_until < opens]
        case RenewalState.LAPSED_IN_GRACE:
            return [Award.valid_until < now, in_grace]
        case RenewalState.EXPIRED:
            return [Award.valid_until < now, ~in_grace]
        case RenewalState.RENEWED:
            return [followers.is_renewed()]
