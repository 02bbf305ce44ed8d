"""Decisions that have a time: a delay or a grace that is not over. The worker decides anew when they are due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.db import Base, claim


class ScheduledDecision(Base):
    """That one learner and one achievement are to be decided once more, at `due_at`. What comes of it is open."""

    __tablename__ = "scheduled_decisions"

    learner_id: Mapped[str] = mapped_column(ForeignKey("learners.id"), primary_key=True)
    achievement_id: Mapped[str] = mapped_column(ForeignKey("achievements.id"), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"))
    due_at: Mapped[datetime] = mapped_column(index=True)
    reason: Mapped[str] = mapped_column(String(40))


def put(
    session: Session, *, issuer_id: str, learner_id: str, achievement_id: str, due_at: datetime, reason: str
) -> None:
    """Decide once more at this moment, or at the one that is written down already if that is sooner."""
    key = {"learner_id": learner_id, "achievement_id": achievement_id}
    if claim(session, ScheduledDecision, **key, issuer_id=issuer_id, due_at=due_at, reason=reason) is not None:
        return
    found = session.get_one(ScheduledDecision, tuple(key.values()), with_for_update=True)
    if due_at < found.due_at:
        found.due_at, found.reason = due_at, reason


def due(session: Session, *, limit: int) -> Sequence[ScheduledDecision]:
    """What is due now, the oldest first."""
    query = select(ScheduledDecision).where(ScheduledDecision.due_at <= clock.now())
    return session.scalars(query.order_by(ScheduledDecision.due_at, ScheduledDecision.learner_id).limit(limit)).all()


def take(session: Session, decision: ScheduledDecision) -> bool:
    """Take it off the list; False when another worker did, or when it was moved. The caller has the issuer's turn."""
    taken = session.execute(
        delete(ScheduledDecision)
        .where(
            ScheduledDecision.learner_id == decision.learner_id,
            ScheduledDecision.achievement_id == decision.achievement_id,
            ScheduledDecision.due_at <= clock.now(),
        )
        .returning(ScheduledDecision.learner_id)
        .execution_options(synchronize_session=False)
    )
    return taken.first() is not None
