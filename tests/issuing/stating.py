"""What sources say in tests of this room: a completion, a fact taken back, and both taken in as deliveries are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app import clock
from app.issuing import achievements, completions, inbox, issuers, sources
from app.issuing.achievements import Achievement
from app.issuing.awards import Award
from app.issuing.inbox import Received
from app.issuing.rules import versions
from app.issuing.rules.versions import RuleVersion
from app.issuing.sources import Source
from app.lms import base as lms
from tests.issuing.conftest import ACTOR, Desk

FIRST_DAY = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
NAMESPACE = "lms.example.org"


def stated(
    kind: str = "completed",
    activity: str = "bls",
    *,
    key: str | None = None,
    day: int = 0,
    person: str = "mira",
    score: str | None = None,
    activity_type: str = "course",
    **facts: Any,
) -> lms.Completion:
    """What a source says of a person and an activity, so many days after the first."""
    learner = {"source_id": person, "email": f"{person}@hospital.test", **facts.pop("learner", {})}
    return lms.Completion(
        kind=lms.CompletionKind(kind),
        dedupe_key=key or f"{kind}-{activity}-{day}-{person}",
        learner=lms.LearnerFacts(NAMESPACE, **learner),
        activity=lms.ActivityFacts(NAMESPACE, activity, type=lms.ActivityType(activity_type)),
        occurred_at=FIRST_DAY + timedelta(days=day),
        occurred_at_source=lms.MomentSource.PAYLOAD,
        score=None if score is None else lms.Score(scaled=Decimal(score)),
        **facts,
    )


def voiding(of: lms.Completion) -> lms.Voiding:
    """That the source takes a fact back."""
    return lms.Voiding(
        dedupe_key=f"void-{of.dedupe_key}", voids=of.dedupe_key, occurred_at=of.occurred_at + timedelta(hours=1)
    )


def take(
    desk: Desk, source: Source, item: lms.Completion | lms.Voiding, *, method: str = "standard_webhooks"
) -> dict[str, Any]:
    """Take something in, as a delivery of its own; what is answered."""
    received = Received(lms.Authenticated(clock.new_id(), b"{}", method, "0"), {}, b"{}")
    with desk.write() as session:
        issuers.take_turn(session, source.issuer_id)
        delivery = inbox.store(session, desk.office, source, received)
        assert delivery is not None
        facts = {"delivery_id": delivery.id, "index": 0, "method": method}
        if isinstance(item, lms.Voiding):
            return completions.void(session, desk.office, source, stated=item, **facts)
        return completions.take(session, desk.office, source, stated=item, **facts)[1]


def rule(
    desk: Desk, achievement: Achievement, *activities: str, allow: tuple[Source, ...] = (), **document: Any
) -> RuleVersion:
    """A rule document about these activities, in force at once; `allow` are sources that may cause the achievement."""
    match = {"activities": [{"name": each, "id": each} for each in activities], **document.pop("match", {})}
    with desk.write() as session:
        found = achievements.by_id(session, achievement.id)
        for source in allow:
            sources.allow(session, sources.by_id(session, source.id), found, actor=ACTOR)
        return versions.put(session, found, {"match": match, **document}, actor=ACTOR)


def awards_of(desk: Desk, achievement: Achievement) -> list[Award]:
    """Every award of an achievement, oldest first."""
    with desk.read() as session:
        query = select(Award).where(Award.achievement_id == achievement.id)
        return list(session.scalars(query.order_by(Award.awarded_at, Award.created_at, Award.id)))


def living(desk: Desk, achievement: Achievement) -> list[Award]:
    """The awards of an achievement that stand."""
    return [award for award in awards_of(desk, achievement) if award.state == "issued"]


def said(outcome: dict[str, Any]) -> tuple[str, str]:
    """The outcome and its reason."""
    return outcome["outcome"], outcome["reason"]
