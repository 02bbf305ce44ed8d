"""Mappings: which activity of a source earns which achievement, with which minimum score. The short way to a rule."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.db import Base, claim
from app.errors import AlreadyExists, InvalidInput, NotFound
from app.issuing import achievements, audit
from app.issuing.achievements import Achievement
from app.issuing.sources import Source

LONGEST_ACTIVITY_ID = 500


class Rule(Base):
    """`minimum_score` is a fraction of the maximum (0.8 = 80 %); None = the completion itself is enough."""

    __tablename__ = "rules"
    __table_args__ = (UniqueConstraint("source_id", "activity_id", "achievement_id"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    source_id: Mapped[str] = mapped_column(ForeignKey("sources.id"))
    activity_id: Mapped[str] = mapped_column(String(500))
    achievement_id: Mapped[str] = mapped_column(ForeignKey("achievements.id"))
    minimum_score: Mapped[Decimal | None]
    created_at: Mapped[datetime]


def create(
    session: Session,
    source: Source,
    *,
    activity_id: str,
    achievement: Achievement,
    actor: str,
    minimum_score: Decimal | None = None,
) -> Rule:
    """Map an activity of a source to an achievement of its issuer.

    Raises AlreadyExists, InvalidInput, NotFound, AwardedByPathway for a stack.
    """
    _check(activity_id, minimum_score)
    if achievement.issuer_id != source.issuer_id:
        raise NotFound("There is no such achievement")
    achievements.refuse_a_stack(session, achievement)
    rule = claim(
        session,
        Rule,
        id=clock.new_id(),
        source_id=source.id,
        activity_id=activity_id,
        achievement_id=achievement.id,
        minimum_score=minimum_score,
        created_at=clock.now(),
    )
    if rule is None:
        raise AlreadyExists("This activity earns this achievement already", activity_id=activity_id)
    audit.record(
        session,
        source.issuer_id,
        actor=actor,
        action="rule.created",
        object_id=rule.id,
        source_id=source.id,
        achievement_id=achievement.id,
    )
    return rule


def delete(session: Session, source: Source, rule_id: str, *, actor: str) -> None:
    """Take a rule away; awards already made stay. Raises NotFound."""
    rule = session.get(Rule, rule_id)
    if rule is None or rule.source_id != source.id:
        raise NotFound("There is no such rule")
    session.delete(rule)
    audit.record(session, source.issuer_id, actor=actor, action="rule.deleted", object_id=rule_id)


def of_source(session: Session, source: Source) -> list[Rule]:
    """The source's rules, by activity."""
    return list(session.scalars(select(Rule).where(Rule.source_id == source.id).order_by(Rule.activity_id, Rule.id)))


def _check(activity_id: str, minimum_score: Decimal | None) -> None:
    if not activity_id.strip() or len(activity_id) > LONGEST_ACTIVITY_ID or not activity_id.isprintable():
        raise InvalidInput(
            f"An activity's id has 1 to {LONGEST_ACTIVITY_ID} printable characters", pointer="/activity_id"
        )
    if minimum_score is not None and not (minimum_score.is_finite() and 0 <= minimum_score <= 1):
        raise InvalidInput(
            "A minimum score is a fraction between 0 and 1, such as 0.8 for 80 %", pointer="/minimum_score"
        )
