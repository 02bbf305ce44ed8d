"""Finding achievements that can be earned: by words, issuer, skill, level, length, kind and credit; by name, in pages.

Reads the list (`listing.py`) and of what is shown its versions; never awards, of which there may be very many.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Row, exists, func, literal, select, tuple_
from sqlalchemy.orm import Session

from app.issuing.achievements import Achievement, AchievementVersion
from app.issuing.folding import fold
from app.issuing.issuers import Issuer
from app.issuing.listing import ListedAchievement, ListedCredit, ListedSkill

MOST_WORDS = 10
MOST_CHOICES = 200
MOST_OF_A_NAME = 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for; None and empty = no wish.

    `words` are all in name or abbreviation. `skill_words` are all in the name of one skill, which is at `level` (of
    five) or above. Hours that are not stated are within no limits. `unit` is one of `listing.ListedCredit`.
    """

    words: tuple[str, ...] = ()
    issuer_id: str | None = None
    skill_words: tuple[str, ...] = ()
    level: int | None = None
    hours_from: float | None = None
    hours_to: float | None = None
    kind: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the list: after the achievement with this id, which has this `sort_name`."""

    sort_name: str
    achievement_id: str


@dataclass(frozen=True, slots=True)
class Hit:
    """One found achievement as it is now."""

    version: AchievementVersion
    issuer: Issuer


@dataclass(frozen=True, slots=True)
class Found:
    """One page, by name. `then` is where the next page begins; None on the last one."""

    hits: tuple[Hit, ...]
    then: Place | None


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that a filter may take, its name as it is written, and how many it would leave."""

    value: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to choose from, each as if its own filter were not set; skills are the commonest ones."""

    issuers: tuple[Choice, ...]
    kinds: tuple[Choice, ...]
    units: tuple[Choice, ...]
    skills: tuple[str, ...]


def words_of(text: str) -> tuple[str, ...]:
    """Text as somebody types it, in words that can be looked for; the first ten."""
    return tuple(dict.fromkeys(fold(text).split()))[:MOST_WORDS]


def find(session: Session, wanted: Wanted, *, limit: int, after: Place | None = None) -> Found:
    """The achievements that are wanted, by name; what is published meanwhile moves no later page."""
    by = ListedAchievement.sort_name, ListedAchievement.achievement_id
    query = (
        select(ListedAchievement, AchievementVersion, Issuer)
        .join(AchievementVersion, AchievementVersion.id == ListedAchievement.version_id)
        .join(Issuer, Issuer.id == ListedAchievement.issuer_id)
        .where(*_conditions(wanted))
        .order_by(*by)
        .limit(limit + 1)
    )
    if after is not None:
        query = query.where(tuple_(*by) > tuple_(literal(after.sort_name), literal(after.achievement_id)))
    rows = session.execute(query).all()
    shown = rows[:limit]
    last = shown[-1][0] if len(rows) > limit else None
    then = None if last is None else Place(last.sort_name, last.achievement_id)
    return Found(tuple(Hit(version, issuer) for _, version, issuer in shown), then)


def named(session: Session, name: str) -> list[Achievement]:
    """What was ever published and has this name: an id, `slug`, or `issuer/slug` where issuers share a slug."""
    by_id = session.get(Achievement, name)
    if by_id is not None:
        return [by_id] if by_id.current_version is not None else []
    issuer_slug, _, slug = name.rpartition("/")
    query = select(Achievement).where(Achievement.slug == slug, Achievement.current_version.is_not(None))
    if issuer_slug:
        query = query.join(Issuer, Issuer.id == Achievement.issuer_id).where(Issuer.slug == issuer_slug)
    return list(session.scalars(query.order_by(Achievement.id).limit(MOST_OF_A_NAME)))


def count(session: Session, wanted: Wanted) -> int:
    """How many are wanted, on all pages together."""
    query = select(func.count()).select_from(ListedAchievement).where(*_conditions(wanted))
    return session.scalar(query) or 0


def choices(session: Session, wanted: Wanted) -> Choices:
    """What the filters may be set to."""
    return Choices(
        issuers=_issuers(session, replace(wanted, issuer_id=None)),
        kinds=_kinds(session, replace(wanted, kind=None)),
        units=_units(session, replace(wanted, unit=None)),
        skills=_skills(session, replace(wanted, skill_words=(), level=None)),
    )


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    listed = ListedAchievement
    found = [listed.search_text.contains(word, autoescape=True) for word in wanted.words]
    if wanted.issuer_id is not None:
        found.append(listed.issuer_id == wanted.issuer_id)
    if wanted.kind is not None:
        found.append(listed.kind == wanted.kind)
    if wanted.hours_from is not None:
        found.append(listed.hours >= wanted.hours_from)
    if wanted.hours_to is not None:
        found.append(listed.hours <= wanted.hours_to)
    if wanted.skill_words or wanted.level is not None:
        found.append(_has_skill(wanted))
    if wanted.unit is not None:
        credit = ListedCredit.achievement_id == listed.achievement_id, ListedCredit.unit == wanted.unit
        found.append(exists().where(*credit))
    return found


def _has_skill(wanted: Wanted) -> ColumnElement[bool]:
    skill = ListedSkill
    asked = [skill.search_name.contains(word, autoescape=True) for word in wanted.skill_words]
    if wanted.level is not None:
        asked.append(skill.level >= wanted.level)
    return exists().where(skill.achievement_id == ListedAchievement.achievement_id, *asked)


def _issuers(session: Session, wanted: Wanted) -> tuple[Choice, ...]:
    number = func.count()
    query = (
        select(Issuer.slug, Issuer.name, number)
        .join(ListedAchievement, ListedAchievement.issuer_id == Issuer.id)
        .where(*_conditions(wanted))
        .group_by(Issuer.slug, Issuer.name)
        .order_by(number.desc(), Issuer.slug)
        .limit(MOST_CHOICES)
    )
    return _by_name(session.execute(query).all())


def _kinds(session: Session, wanted: Wanted) -> tuple[Choice, ...]:
    kind, number = ListedAchievement.kind, func.count()
    query = select(kind, kind, number).where(*_conditions(wanted)).group_by(kind).order_by(number.desc(), kind)
    return _by_name(session.execute(query.limit(MOST_CHOICES)).all())


def _units(session: Session, wanted: Wanted) -> tuple[Choice, ...]:
    credit, number = ListedCredit, func.count()
    query = (
        select(credit.unit, func.min(credit.name), number)
        .join(ListedAchievement, ListedAchievement.achievement_id == credit.achievement_id)
        .where(*_conditions(wanted))
        .group_by(credit.unit)
        .order_by(number.desc(), credit.unit)
        .limit(MOST_CHOICES)
    )
    return _by_name(session.execute(query).all())


def _skills(session: Session, wanted: Wanted) -> tuple[str, ...]:
    skill = ListedSkill
    query = (
        select(func.min(skill.name))
        .join(ListedAchievement, ListedAchievement.achievement_id == skill.achievement_id)
        .where(*_conditions(wanted))
        .group_by(skill.search_name)
        .order_by(func.count().desc(), skill.search_name)
        .limit(MOST_CHOICES)
    )
    return tuple(sorted(session.scalars(query), key=fold))


def _by_name(rows: Sequence[Row[str, str, int]]) -> tuple[Choice, ...]:
    found = (Choice(value, name, number) for value, name, number in rows)
    return tuple(sorted(found, key=lambda choice: (fold(choice.name), choice.value)))
