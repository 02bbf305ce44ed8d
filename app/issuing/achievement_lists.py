"""Lists of achievements as staff see them: page by page, with the numbers that stand beside each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from app import clock
from app.issuing import achievement_facts
from app.issuing.achievement_facts import AchievementFacts
from app.issuing.achievements import Achievement, AchievementState, AchievementVersion
from app.issuing.audit import AuditEntry
from app.issuing.awards import Award, AwardState
from app.issuing.folding import fold


class Standing(StrEnum):
    """How far an achievement has come. `changed` = published, with changes that are not."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CHANGED = "changed"
    ARCHIVED = "archived"


class Order(StrEnum):
    """By name, or those first that were changed last."""

    NAME = "name"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Line:
    """One achievement; `facts` are the draft's where there is one. `living` badges are good, or paused."""

    achievement: Achievement
    facts: AchievementFacts
    version: AchievementVersion | None  # the newest published one
    living: int

    @property
    def standing(self) -> Standing:
        """How far it has come."""
        return standing_of(self.achievement)

    @property
    def changed_at(self) -> datetime:
        """When anything of it was changed last."""
        return self.achievement.changed_at or self.achievement.created_at


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which achievements, in which order. `after` is where the page before ended, None = from the first."""

    search: str = ""
    standing: Standing | None = None
    order: Order = Order.NAME
    after: tuple[str | datetime, str] | None = None


def standing_of(achievement: Achievement) -> Standing:
    """How far an achievement has come."""
    match AchievementState(achievement.state):
        case AchievementState.DRAFT:
            return Standing.DRAFT
        case AchievementState.ARCHIVED:
            return Standing.ARCHIVED
        case AchievementState.PUBLISHED:
            return Standing.PUBLISHED if achievement.draft is None else Standing.CHANGED


def page(session: Session, issuer_id: str, wanted: Wanted, *, limit: int) -> list[Line]:
    """At most so many of the issuer's achievements; what is added meanwhile never moves a later page."""
    query = _ordered(_matching(issuer_id, wanted), wanted).limit(limit)
    rows = session.execute(query).all()
    counts = living(session, [achievement.id for achievement, _ in rows])
    return [
        Line(
            achievement,
            achievement_facts.parse(achievement.draft if achievement.draft is not None else version.facts),
            version,
            counts.get(achievement.id, 0),
        )
        for achievement, version in rows
    ]


def place_of(line: Line, order: Order) -> tuple[str | datetime, str]:
    """Where a line stands in the order: `Wanted.after` of the page behind it."""
    achievement = line.achievement
    return (achievement.name_key if order is Order.NAME else line.changed_at), achievement.id


def count(session: Session, issuer_id: str) -> int:
    """How many achievements the issuer has, of whatever state."""
    return session.scalar(select(func.count()).where(Achievement.issuer_id == issuer_id)) or 0


def living(session: Session, achievement_ids: Collection[str]) -> dict[str, int]:
    """How many living badges each of them has; none = it is missing."""
    query = select(Award.achievement_id, func.count()).where(Award.achievement_id.in_(achievement_ids), _lives())
    return {row[0]: row[1] for row in session.execute(query.group_by(Award.achievement_id))}


def living_by_version(session: Session, achievement: Achievement) -> dict[str, int]:
    """How many living badges carry each version, by the version's id; none = it is missing."""
    query = select(Award.version_id, func.count()).where(Award.achievement_id == achievement.id, _lives())
    return {row[0]: row[1] for row in session.execute(query.group_by(Award.version_id))}


def versions(session: Session, achievement: Achievement) -> list[AchievementVersion]:
    """All published versions, newest first."""
    query = select(AchievementVersion).where(AchievementVersion.achievement_id == achievement.id)
    return list(session.scalars(query.order_by(AchievementVersion.number.desc())))


def publishers(session: Session, achievement: Achievement) -> dict[int, str]:
    """Who published each version, as the audit log names them, by the version's number."""
    query = select(AuditEntry.facts, AuditEntry.actor).where(
        AuditEntry.object_id == achievement.id, AuditEntry.action == "achievement.published"
    )
    return {facts["version"]: actor for facts, actor in session.execute(query)}


def skills_in_use(session: Session, issuer_id: str, *, limit: int = 200) -> list[achievement_facts.SkillFacts]:
    """Skills that the issuer's newest versions name, each once, by name: to choose from while designing."""
    query = (
        select(AchievementVersion.facts)
        .join(Achievement, Achievement.id == AchievementVersion.achievement_id)
        .where(Achievement.issuer_id == issuer_id, Achievement.current_version == AchievementVersion.number)
        .order_by(AchievementVersion.published_at.desc())
        .limit(limit)
    )
    found: dict[str, achievement_facts.SkillFacts] = {}
    for facts in session.scalars(query):
        for skill in achievement_facts.parse(facts).skills:
            found.setdefault(skill.name.casefold(), skill)
    return sorted(found.values(), key=lambda skill: skill.name.casefold())[:limit]


def _matching(issuer_id: str, wanted: Wanted) -> Select[Achievement, AchievementVersion]:
    query = (
        select(Achievement, AchievementVersion)
        .outerjoin(
            AchievementVersion,
            (AchievementVersion.achievement_id == Achievement.id)
            & (AchievementVersion.number == Achievement.current_version),
        )
        .where(Achievement.issuer_id == issuer_id)
    )
    for word in fold(wanted.search).split():
        query = query.where(Achievement.name_key.contains(word, autoescape=True))
    match wanted.standing:
        case None:
            return query
        case Standing.DRAFT | Standing.ARCHIVED:
            return query.where(Achievement.state == wanted.standing)
        case Standing.PUBLISHED:
            return query.where(Achievement.state == AchievementState.PUBLISHED)
        case Standing.CHANGED:
            return query.where(Achievement.state == AchievementState.PUBLISHED, _has_draft())


def _ordered(query: Select[Achievement, AchievementVersion], wanted: Wanted) -> Select[Achievement, AchievementVersion]:
    if wanted.order is Order.NAME:
        if wanted.after is not None:
            query = query.where(tuple_(Achievement.name_key, Achievement.id) > _place(Achievement.name_key, wanted))
        return query.order_by(Achievement.name_key, Achievement.id)
    changed_at = func.coalesce(Achievement.changed_at, Achievement.created_at)
    if wanted.after is not None:
        query = query.where(tuple_(changed_at, Achievement.id) < _place(Achievement.created_at, wanted))
    return query.order_by(changed_at.desc(), Achievement.id.desc())


def _place(column: Any, wanted: Wanted) -> Any:
    value, last_id = wanted.after or ("", "")
    return tuple_(literal(value, column.type), literal(last_id, Achievement.id.type))


def _has_draft() -> ColumnElement[bool]:
    """JSON knows a null of its own, which SQLAlchemy writes for None; a draft that is an object is neither."""
    found: ColumnElement[bool] = Achievement.draft["name"].as_string().is_not(None)
    return found


def _lives() -> ColumnElement[bool]:
    is_good = or_(Award.valid_until.is_(None), Award.valid_until > clock.now())
    return Award.state.in_([AwardState.ISSUED, AwardState.SUSPENDED]) & is_good
