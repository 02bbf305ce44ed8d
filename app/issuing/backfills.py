"""Backfills: an achievement's rules over everybody's stored past, done by the worker, some learners at a time.

How far one came is in its row: after a crash it goes on there. Deciding a learner once more changes nothing, so that
the learners of a slice that was lost are simply decided again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.db import Base
from app.errors import AlreadyExists, NotFound, ServiceError
from app.issuing import achievements, announcements, audit, issuers, leases
from app.issuing.achievements import Achievement
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner
from app.issuing.office import Office
from app.issuing.rules import books
from app.issuing.rulings import pages, rule_on, schedule

ACTOR = "worker"


class BackfillState(StrEnum):
    """`stopped`: by a person; what was awarded until then stays."""

    RUNNING = leases.RUNNING
    DONE = "done"
    STOPPED = "stopped"


class Backfill(leases.Leasable, Base):
    """One run over everybody. `after` is the last learner who was decided; `counts` says what came of them."""

    __tablename__ = "backfills"
    __table_args__ = (Index("ix_backfills_issuer_id_created_at", "issuer_id", "created_at", "id"),)

    achievement_id: Mapped[str] = mapped_column(ForeignKey("achievements.id"))
    after: Mapped[str] = mapped_column(String(22))
    total: Mapped[int]
    counts: Mapped[dict[str, Any]]
    author: Mapped[str] = mapped_column(String(80))


def start(session: Session, achievement: Achievement, *, actor: str) -> Backfill:
    """Have the worker decide everybody by the rules in force. Raises NotFound without a rule, AlreadyExists."""
    issuers.take_turn(session, achievement.issuer_id)
    query = select(Backfill).where(Backfill.achievement_id == achievement.id, Backfill.state == BackfillState.RUNNING)
    running = session.scalars(query.limit(1)).one_or_none()
    if running is not None:
        raise AlreadyExists("A backfill of this achievement is running", id=running.id)
    book = books.of_achievement(session, achievement)
    if book is None or not book.rules:
        raise NotFound("There is no rule in force for this achievement")
    made = Backfill(
        id=clock.new_id(),
        issuer_id=achievement.issuer_id,
        achievement_id=achievement.id,
        state=BackfillState.RUNNING,
        after="",
        total=pages.count(session, achievement.issuer_id, book),
        counts={},
        author=actor,
        created_at=clock.now(),
    )
    session.add(made)
    _record(session, made, "started", actor)
    session.flush()
    return made


def stop(session: Session, backfill: Backfill, *, actor: str) -> None:
    """End it where it is; stopping one that has ended is no error."""
    going_on = leases.held(session, Backfill, backfill.id)
    if going_on is not None:
        _end(session, going_on, BackfillState.STOPPED, actor)


def by_id(session: Session, backfill_id: str, *, issuer: Issuer) -> Backfill:
    """The issuer's backfill with this id. Raises NotFound."""
    found = session.get(Backfill, backfill_id)
    if found is None or found.issuer_id != issuer.id:
        raise NotFound("There is no such backfill")
    return found


def lease(session: Session, *, lease_seconds: int, but: Collection[str] = ()) -> str | None:
    """Take a backfill that runs, that nobody has, and that is none of `but`; None when there is none."""
    found = leases.lease(session, Backfill, lease_seconds=lease_seconds, but=but)
    return None if found is None else found.id


def step(session: Session, office: Office, backfill_id: str, *, limit: int, lease_seconds: int) -> bool:
    """Decide the next learners, in the caller's transaction; False when there is nothing more to do."""
    backfill = leases.held(session, Backfill, backfill_id)
    if backfill is None:
        return False
    announcements.gather(session)
    achievement = achievements.by_id(session, backfill.achievement_id)
    book = books.of_achievement(session, achievement)
    ids = (
        []
        if book is None or not book.rules or book.is_off
        else pages.next_learners(session, backfill.issuer_id, book, after=backfill.after, limit=limit)
    )
    counts = Counter(backfill.counts)
    for learner_id in ids:
        counts["learners"] += 1
        counts.update(_decide(session, office, backfill, achievement, learner_id))
    backfill.counts = dict(counts)
    if ids:
        backfill.after = ids[-1]
        leases.extend(backfill, lease_seconds=lease_seconds)
    if len(ids) < limit:
        _end(session, backfill, BackfillState.DONE, ACTOR)
        return False
    session.flush()
    return True


def release(session: Session, backfill_id: str) -> None:
    """Give it back before it is done: the worker stops."""
    leases.release(session, Backfill, backfill_id)


def _decide(
    session: Session, office: Office, backfill: Backfill, achievement: Achievement, learner_id: str
) -> Counter[str]:
    """What was done for one learner. One who cannot be decided holds up nobody, and comes again on the schedule."""
    learner = session.get_one(Learner, learner_id)
    try:
        with session.begin_nested():
            ruling = rule_on(session, office, learner, achievement, actor=ACTOR)
    except ServiceError:
        schedule.put(
            session,
            issuer_id=backfill.issuer_id,
            learner_id=learner_id,
            achievement_id=achievement.id,
            due_at=clock.now() + timedelta(minutes=10),
            reason="backfill",
        )
        return Counter(failed=1)
    return Counter() if ruling is None else Counter(str(deed.did) for deed in ruling.deeds)


def _end(session: Session, backfill: Backfill, state: BackfillState, actor: str) -> None:
    leases.end(backfill, state)
    _record(session, backfill, state, actor)


def _record(session: Session, backfill: Backfill, what: str, actor: str) -> None:
    facts = {"achievement_id": backfill.achievement_id, "counts": backfill.counts}
    audit.record(session, backfill.issuer_id, actor=actor, action=f"backfill.{what}", object_id=backfill.id, **facts)
