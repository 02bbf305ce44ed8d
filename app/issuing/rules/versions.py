"""Versions of an achievement's rule document: written once, never changed; the newest that is in force decides.

An achievement with a document is decided by it alone: its mappings, which are the short way, rest from the moment on
at which the first version is in force.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from threading import Lock
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.db import Base
from app.errors import InvalidInput, NotFound
from app.issuing import achievements, audit, issuers
from app.issuing.achievements import Achievement
from app.issuing.rules.mappings import Rule
from app.issuing.sources import Source, SourceAllowance
from app.stacking import rules as language
from app.stacking.rules import RuleDocument

MOST_KEPT = 1_000
_read: OrderedDict[str, RuleDocument] = OrderedDict()  # by id of the version, whose document never changes
_reading = Lock()


class RuleVersion(Base):
    """One version, as it was written. `effective_until` is exclusive; None = until a newer one is in force."""

    __tablename__ = "rule_versions"
    __table_args__ = (UniqueConstraint("achievement_id", "number"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"), index=True)
    achievement_id: Mapped[str] = mapped_column(ForeignKey("achievements.id"))
    number: Mapped[int]
    document: Mapped[dict[str, Any]]
    effective_from: Mapped[datetime]
    effective_until: Mapped[datetime | None]
    author: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime]


def put(
    session: Session,
    achievement: Achievement,
    document: Mapping[str, Any] | str,
    *,
    actor: str,
    effective_from: datetime | None = None,
    effective_until: datetime | None = None,
) -> RuleVersion:
    """Add a version; it decides from `effective_from` (None = now) on.

    Raises InvalidInput that names each place, AwardedByPathway for a stack.
    """
    achievements.refuse_a_stack(session, achievement)
    read = language.read(document)
    if read.badge is not None and read.badge not in {achievement.slug, achievement.id}:
        raise InvalidInput(f"This document is of the badge {read.badge}, not of {achievement.slug}", pointer="/badge")
    now = clock.now()
    begins = effective_from or now
    if effective_until is not None and effective_until <= begins:
        raise InvalidInput("A version ends after it begins", pointer="/effective_until")
    issuers.take_turn(session, achievement.issuer_id)  # two at once would get one number
    newest = session.scalar(select(func.max(RuleVersion.number)).where(RuleVersion.achievement_id == achievement.id))
    version = RuleVersion(
        id=clock.new_id(),
        issuer_id=achievement.issuer_id,
        achievement_id=achievement.id,
        number=(newest or 0) + 1,
        document=language.to_dict(read),
        effective_from=begins,
        effective_until=effective_until,
        author=actor,
        created_at=now,
    )
    session.add(version)
    session.flush()
    facts = {"achievement_id": achievement.id, "number": version.number}
    audit.record(session, version.issuer_id, actor=actor, action="rule.version-put", object_id=version.id, **facts)
    return version


def of_achievement(session: Session, achievement: Achievement) -> Sequence[RuleVersion]:
    """Every version, newest first."""
    query = select(RuleVersion).where(RuleVersion.achievement_id == achievement.id)
    return session.scalars(query.order_by(RuleVersion.number.desc())).all()


def deciding(versions: Sequence[RuleVersion]) -> RuleVersion | None:
    """Which of an achievement's versions decides now: the newest that has begun; None = none, or that one has ended."""
    now = clock.now()
    begun = [version for version in versions if version.effective_from <= now]
    newest = max(begun, key=lambda version: version.number, default=None)
    has_ended = newest is not None and newest.effective_until is not None and newest.effective_until <= now
    return None if has_ended else newest


def by_number(session: Session, achievement: Achievement, number: int) -> RuleVersion:
    """One version. Raises NotFound."""
    query = select(RuleVersion).where(RuleVersion.achievement_id == achievement.id, RuleVersion.number == number)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound("There is no such version of this rule")
    return found


def mappings_of(session: Session, achievement: Achievement) -> Sequence[Rule]:
    """The mappings that a document replaces, or that decide while there is none."""
    return session.scalars(select(Rule).where(Rule.achievement_id == achievement.id).order_by(Rule.id)).all()


def sources_not_allowed(session: Session, achievement: Achievement, document: RuleDocument) -> list[str]:
    """The ids of sources that a document names and that may not cause the achievement: what they say counts nothing."""
    named = set(document.match.connections)
    query = select(Source.id, Source.name).where(Source.issuer_id == achievement.issuer_id).order_by(Source.name)
    return [
        source_id
        for source_id, name in session.execute(query)
        if named & {source_id, name} and session.get(SourceAllowance, (source_id, achievement.id)) is None
    ]


def document_of(session: Session, version_id: str) -> RuleDocument:
    """The document of a version, read once as long as it is among those that were asked for last."""
    with _reading:
        known = _read.get(version_id)
        if known is not None:
            _read.move_to_end(version_id)
            return known
    document = language.read(session.get_one(RuleVersion, version_id).document)
    with _reading:
        _read[version_id] = document
        while len(_read) > MOST_KEPT:
            _read.popitem(last=False)
    return document
