"""Activities that no rule names, and what waits for one: listed with counts, mapped and decided in one step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.issuing import issuers, renewals, rules, sources
from app.issuing.achievements import Achievement
from app.issuing.completions import Completion, CompletionState
from app.issuing.inbox.parked import UNMAPPED, Decided, decide_or_queue
from app.issuing.office import Office
from app.issuing.renewals import CEActivity, Worth
from app.issuing.rules import Rule
from app.issuing.sources import Source


@dataclass(frozen=True, slots=True)
class UnmappedActivity:
    """An activity of a source whose completions wait for a rule; `name` as it came last, None when none came."""

    source_id: str
    activity_id: str
    name: str | None
    waiting: int
    first_at: datetime
    last_at: datetime


def unmapped(
    session: Session, issuer_id: str, *, source_id: str | None = None, limit: int = 50
) -> list[UnmappedActivity]:
    """Unmapped activities, the one that most people wait for first."""
    waiting = func.count().label("waiting")
    query = (
        select(
            Completion.source_id,
            Completion.activity_id,
            func.max(Completion.activity_name),
            waiting,
            func.min(Completion.created_at, type_=Completion.created_at.type),
            func.max(Completion.created_at, type_=Completion.created_at.type),
        )
        .where(
            Completion.issuer_id == issuer_id,
            Completion.state == CompletionState.PARKED,
            Completion.reason == UNMAPPED,
        )
        .group_by(Completion.source_id, Completion.activity_id)
        .order_by(waiting.desc(), Completion.source_id, Completion.activity_id)
        .limit(limit)
    )
    if source_id is not None:
        query = query.where(Completion.source_id == source_id)
    return [UnmappedActivity(*row) for row in session.execute(query)]


def map_and_decide(
    session: Session,
    office: Office,
    source: Source,
    *,
    activity_id: str,
    achievement: Achievement,
    actor: str,
    minimum_score: Decimal | None = None,
) -> tuple[Rule, Decided]:
    """Let an activity earn an achievement, allow the source to cause it, and decide everything that waited for that.

    Raises what `rules.create` raises; nothing is changed then.
    """
    issuers.take_turn(session, source.issuer_id)
    rule = rules.create(
        session, source, activity_id=activity_id, achievement=achievement, actor=actor, minimum_score=minimum_score
    )
    sources.allow(session, source, achievement, actor=actor)
    return rule, decide_or_queue(session, office, _waiting(session, source, activity_id))


def count_as_education(
    session: Session, office: Office, source: Source, *, activity_id: str, worth: Worth, actor: str
) -> tuple[CEActivity, int, Decided]:
    """Let an activity count as continuing education, post who passed it before, and decide what waited for a rule.

    How many were posted from before is told; above 1,000, the older ones are not, and can be entered by hand.
    Raises what `activities.create` raises; nothing is changed then.
    """
    issuers.take_turn(session, source.issuer_id)
    activity = renewals.activities.create(session, source, activity_id, worth, actor=actor)
    posted = renewals.activities.post_past(session, source, activity, actor=actor)
    return activity, posted, decide_or_queue(session, office, _waiting(session, source, activity_id))


def _waiting(session: Session, source: Source, activity_id: str) -> Sequence[Completion]:
    query = select(Completion).where(
        Completion.issuer_id == source.issuer_id,
        Completion.state == CompletionState.PARKED,
        Completion.reason == UNMAPPED,
        Completion.source_id == source.id,
        Completion.activity_id == activity_id,
    )
    return session.scalars(query.order_by(Completion.occurred_at, Completion.id)).all()
