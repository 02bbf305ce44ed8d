"""Awards for a later moment: said now, made by the worker when it has come, once.

The person is known from the beginning, so that whoever is merged or erased meanwhile takes the plan along. What keeps
an award from being made is written down for staff, who try again or cancel it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.db import Base
from app.errors import InvalidInput, KeyUnavailable, NoSigningKey, NotFound, ServiceError, WrongState
from app.issuing import achievements, audit, awards, by_hand, issuers, stored_evidence
from app.issuing.achievements import AchievementState
from app.issuing.awards import Earned
from app.issuing.by_hand import Stated
from app.issuing.issuers import Issuer
from app.issuing.office import Office, Sponsorship
from app.issuing.rulings import whom

_OURS = (KeyUnavailable, NoSigningKey)  # the worker tries again by itself
_NOTHING_SAID: dict[str, Any] = {"evidence": [], "narrative": None, "sponsor": None, "funding": None}


class ScheduleState(StrEnum):
    """`stopped`: something keeps it from being made, which `problem` says; somebody has to look."""

    WAITING = "waiting"
    MADE = "made"
    STOPPED = "stopped"
    CANCELLED = "cancelled"


class ScheduledAward(Base):
    """One award to be made at `due_at`, which is also its award date. What is said of it goes with the person."""

    __tablename__ = "scheduled_awards"
    __table_args__ = (
        Index("ix_scheduled_awards_due", "state", "due_at"),
        Index("ix_scheduled_awards_issuer_id", "issuer_id", "due_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    achievement_id: Mapped[str] = mapped_column(ForeignKey("achievements.id"))
    learner_id: Mapped[str] = mapped_column(ForeignKey("learners.id"), index=True)
    due_at: Mapped[datetime]
    evidence: Mapped[list[Any]]
    narrative: Mapped[str | None] = mapped_column(Text)
    sponsor: Mapped[str | None] = mapped_column(String(200))
    funding: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10))
    problem: Mapped[str | None] = mapped_column(Text)
    award_id: Mapped[str | None] = mapped_column(String(22))
    created_by: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


def schedule(
    session: Session, office: Office, issuer: Issuer, stated: Stated, *, due_at: datetime, actor: str
) -> ScheduledAward:
    """Have it awarded at that moment. Raises InvalidInput for a moment that is over, and what `by_hand.person` does."""
    if due_at <= clock.now():
        raise InvalidInput("This moment is over; choose a later one, or award it now", pointer="/due_on")
    issuers.take_turn(session, issuer.id)
    achievement = achievements.by_id(session, stated.achievement_id, issuer=issuer)
    if achievement.state == AchievementState.ARCHIVED:
        raise InvalidInput("This achievement is archived; nobody can earn it any more", pointer="/achievement")
    learner = by_hand.person(session, office, issuer, stated)
    paid = stated.sponsorship or Sponsorship()
    made = ScheduledAward(
        id=clock.new_id(),
        issuer_id=issuer.id,
        achievement_id=achievement.id,
        learner_id=learner.id,
        due_at=due_at,
        evidence=[stored_evidence.to_json(item) for item in stated.evidence],
        narrative=stated.narrative,
        sponsor=paid.sponsor,
        funding=paid.funding,
        state=ScheduleState.WAITING,
        created_by=actor,
        created_at=clock.now(),
    )
    session.add(made)
    _record(session, made, "award.scheduled", actor)
    return made


def cancel(session: Session, scheduled: ScheduledAward, *, actor: str) -> None:
    """Do not make it. Raises WrongState when it was made or cancelled before."""
    _lock_open(session, scheduled)
    _settle(scheduled, ScheduleState.CANCELLED)
    _forget(scheduled)
    _record(session, scheduled, "award.schedule-cancelled", actor)


def try_again(session: Session, scheduled: ScheduledAward, *, actor: str) -> None:
    """Let the worker try what was stopped once more. Raises WrongState for what was not."""
    _lock_open(session, scheduled)
    if scheduled.state != ScheduleState.STOPPED:
        raise WrongState("This award waits for its moment already", state=scheduled.state)
    scheduled.state, scheduled.problem, scheduled.settled_at = ScheduleState.WAITING, None, None
    _record(session, scheduled, "award.schedule-tried-again", actor)


def by_id(session: Session, scheduled_id: str, *, issuer: Issuer) -> ScheduledAward:
    """The issuer's scheduled award with this id. Raises NotFound."""
    found = session.get(ScheduledAward, scheduled_id)
    if found is None or found.issuer_id != issuer.id:
        raise NotFound("There is no such scheduled award")
    return found


def due(session: Session, *, limit: int) -> Sequence[str]:
    """The ids of what is due now, the oldest first."""
    query = select(ScheduledAward.id).where(
        ScheduledAward.state == ScheduleState.WAITING, ScheduledAward.due_at <= clock.now()
    )
    return session.scalars(query.order_by(ScheduledAward.due_at, ScheduledAward.id).limit(limit)).all()


def make(session: Session, office: Office, scheduled_id: str) -> bool:
    """Make one that is due; False when another worker did, or when it was cancelled or cannot be made.

    Raises KeyUnavailable and NoSigningKey, which are ours to mend: it is due still.
    """
    found = session.get_one(ScheduledAward, scheduled_id)
    issuers.take_turn(session, found.issuer_id)
    session.refresh(found, with_for_update=True)
    if found.state != ScheduleState.WAITING or found.due_at > clock.now():
        return False
    try:
        with session.begin_nested():
            award_id = _award(session, office, found)
    except _OURS:
        raise
    except ServiceError as error:
        _settle(found, ScheduleState.STOPPED)
        found.problem = error.detail
        return False
    _settle(found, ScheduleState.MADE)
    found.award_id = award_id
    _forget(found)  # the award has them now
    session.flush()
    return True


def erase(session: Session, learner_ids: Sequence[str]) -> None:
    """Make nothing for these people, who are erased, and keep nothing that was said of them."""
    mine = ScheduledAward.learner_id.in_(learner_ids)
    open_ones = ScheduledAward.state.in_([ScheduleState.WAITING, ScheduleState.STOPPED])
    ended = {"state": ScheduleState.CANCELLED, "settled_at": clock.now()}
    session.execute(update(ScheduledAward).where(mine, open_ones).values(**ended))
    session.execute(update(ScheduledAward).where(mine).values(**_NOTHING_SAID, problem=None))


def _award(session: Session, office: Office, found: ScheduledAward) -> str:
    learner = whom(session, found.learner_id)
    if learner is None:
        raise InvalidInput("The person was erased")
    earned = Earned(
        achievement=achievements.by_id(session, found.achievement_id),
        learner=learner,
        awarded_at=found.due_at,
        evidence=stored_evidence.from_json(found.evidence),
        narrative=found.narrative,
        sponsorship=Sponsorship(found.sponsor, found.funding) if found.sponsor or found.funding else None,
    )
    return awards.award(session, office, earned, actor=found.created_by).award.id


def _forget(scheduled: ScheduledAward) -> None:
    scheduled.evidence, scheduled.narrative, scheduled.sponsor, scheduled.funding = [], None, None, None


def _lock_open(session: Session, scheduled: ScheduledAward) -> None:
    session.refresh(scheduled, with_for_update=True)
    if scheduled.state in {ScheduleState.MADE, ScheduleState.CANCELLED}:
        raise WrongState("This award was made or cancelled already", state=scheduled.state)


def _settle(scheduled: ScheduledAward, state: ScheduleState) -> None:
    scheduled.state, scheduled.settled_at = state, clock.now()


def _record(session: Session, scheduled: ScheduledAward, action: str, actor: str) -> None:
    facts = {"achievement_id": scheduled.achievement_id, "learner_id": scheduled.learner_id}
    audit.record(session, scheduled.issuer_id, actor=actor, action=action, object_id=scheduled.id, **facts)
    session.flush()
