"""The work list: badges by how they stand in their cycle, the one that ends first at the top."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import Session

from app.issuing.awards import Award
from app.issuing.learners import LearnerGroup
from app.issuing.renewals import followers
from app.issuing.renewals.policies import Policy
from app.stacking.cycles import RenewalPolicy, RenewalState, state_at

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
    by_deadlines: dict[tuple[int, int], list[str]] = defaultdict(list)
    for each in policies.values():
        by_deadlines[each.renewal.grace_days, each.renewal.window_days].append(each.achievement_id)
    of_each = [
        and_(Award.achievement_id.in_(sorted(ids)), *_between(state, grace, window, now))
        for (grace, window), ids in sorted(by_deadlines.items())
    ]
    return and_(~followers.is_renewed(), or_(false(), *of_each))


def states_of(
    session: Session, awards: Sequence[Award], policies: Mapping[str, Policy], *, now: datetime
) -> dict[str, RenewalState]:
    """How these awards stand, by their ids; two queries, however many they are. Withdrawn ones have no state."""
    renewed = followers.renewed_among(session, [each.id for each in awards])
    return {
        each.id: state_at(now, _rule(policies, each), each.valid_until, is_renewed=each.id in renewed)
        for each in awards
        if each.state in followers.LIVING
    }


def _rule(policies: Mapping[str, Policy], award: Award) -> RenewalPolicy:
    return policies[award.achievement_id].renewal


def _between(state: RenewalState, grace: int, window: int, now: datetime) -> list[ColumnElement[bool]]:
    # A badge opens at midnight before its last good day, whatever hour it ends at on that day.
    opens = datetime.combine(now.astimezone(UTC).date() + timedelta(days=window + 1), time(), UTC)
    grace_began = now - timedelta(days=grace)
    match state:
        case RenewalState.ACTIVE:
            return [Award.valid_until >= opens]
        case RenewalState.EXPIRING:
            return [Award.valid_until >= now, Award.valid_until < opens]
        case RenewalState.LAPSED_IN_GRACE:
            return [Award.valid_until < now, Award.valid_until >= grace_began]
        case RenewalState.EXPIRED:
            return [Award.valid_until < grace_began]
        case RenewalState.RENEWED:
            return [followers.is_renewed()]
