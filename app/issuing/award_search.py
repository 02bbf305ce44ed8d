"""Looking for awards: what a list of them may ask for, and what it shows of each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from app.issuing import audit
from app.issuing.achievements import AchievementVersion
from app.issuing.awards import Award, AwardState
from app.issuing.learners import Learner, LearnerEmail, LearnerGroup
from app.issuing.people_search import named_like

_ID = re.compile(r"[A-Za-z0-9_-]{22}")
AT_ONCE = 500


class Standing(StrEnum):
    """How an award stands at a moment, for a list. `good` has not ended; `ended` did so by itself, on its date."""

    GOOD = "good"
    UNCLAIMED = "unclaimed"  # good, and the holder has neither accepted nor declined it
    ENDED = "ended"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardsWanted:
    """Which awards; None and "" ask for nothing. `text` is a part of a name or address, or a whole id of an award."""

    text: str = ""
    standing: Standing | None = None
    achievement_id: str | None = None
    group: str | None = None
    learner_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None  # exclusive
    ends_within_days: int | None = None


@dataclass(frozen=True, slots=True)
class AwardLine:
    """An award with what a list shows of it. `issued_by` is as the audit log names whoever made it."""

    award: Award
    holder: Learner
    email: str | None
    achievement_name: str
    abbreviation: str
    language: str
    issued_by: str | None


def query(issuer_id: str, wanted: AwardsWanted, *, now: datetime) -> Select[Award]:
    """The awards that are wanted, in no order."""
    return select(Award).where(Award.issuer_id == issuer_id, *_conditions(issuer_id, wanted, now))


def count(session: Session, wanted: Select[Award], *, most: int) -> int:
    """How many a query finds; counting stops at `most`."""
    some = wanted.with_only_columns(Award.id).limit(most).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def ids(session: Session, wanted: Select[Award], *, most: int) -> Sequence[str]:
    """The ids that a query finds, at most so many."""
    return session.scalars(wanted.with_only_columns(Award.id).order_by(Award.id).limit(most)).all()


def every(session: Session, wanted: Select[Award], *, most: int) -> Iterator[list[AwardLine]]:
    """All of them, newest first, at most so many; some hundreds at a time."""
    last: tuple[datetime, str] | None = None
    left = most
    while left > 0:
        page = wanted
        if last is not None:
            place = tuple_(literal(last[0], Award.created_at.type), literal(last[1]))
            page = wanted.where(tuple_(Award.created_at, Award.id) < place)
        rows = session.scalars(page.order_by(Award.created_at.desc(), Award.id.desc()).limit(min(AT_ONCE, left))).all()
        yield lines(session, rows)
        if len(rows) < AT_ONCE:
            return
        left -= len(rows)
        last = (rows[-1].created_at, rows[-1].id)
        session.expunge_all()


def lines(session: Session, rows: Sequence[Award]) -> list[AwardLine]:
    """These awards with what a list shows of them: four queries, however many they are."""
    people = {each.id: each for each in session.scalars(select(Learner).where(Learner.id.in_(_of(rows, "learner_id"))))}
    of_people = select(LearnerEmail.learner_id, LearnerEmail.written).where(LearnerEmail.learner_id.in_(people))
    emails = {row[0]: row[1] for row in session.execute(of_people.order_by(LearnerEmail.id))}  # the newest stays
    of_awards = select(AchievementVersion.id, AchievementVersion.facts)
    versions = {
        row[0]: row[1] for row in session.execute(of_awards.where(AchievementVersion.id.in_(_of(rows, "version_id"))))
    }
    issued = select(audit.AuditEntry.object_id, audit.AuditEntry.actor).where(
        audit.AuditEntry.object_id.in_(_of(rows, "id")), audit.AuditEntry.action == "award.issued"
    )
    actors = {row[0]: row[1] for row in session.execute(issued)}
    return [_line(each, people, emails, versions[each.version_id], actors) for each in rows]


def _line(
    award: Award, people: dict[str, Learner], emails: dict[str, str], facts: dict[str, Any], actors: dict[str, str]
) -> AwardLine:
    return AwardLine(
        award=award,
        holder=people[award.learner_id],
        email=emails.get(award.learner_id),
        achievement_name=facts["name"],
        abbreviation=facts.get("abbreviation") or "",
        language=facts.get("language") or "en",
        issued_by=actors.get(award.id),
    )


def _of(rows: Sequence[Award], column: str) -> set[str]:
    return {getattr(each, column) for each in rows}


def _conditions(issuer_id: str, wanted: AwardsWanted, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.text:
        found.append(_matches(issuer_id, wanted.text))
    if wanted.standing is not None:
        found.append(_stands(wanted.standing, now))
    if wanted.achievement_id is not None:
        found.append(Award.achievement_id == wanted.achievement_id)
    if wanted.learner_id is not None:
        found.append(Award.learner_id == wanted.learner_id)
    if wanted.group is not None:
        in_group = LearnerGroup.issuer_id == issuer_id, LearnerGroup.name == wanted.group
        found.append(Award.learner_id.in_(select(LearnerGroup.learner_id).where(*in_group)))
    if wanted.since is not None:
        found.append(Award.awarded_at >= wanted.since)
    if wanted.until is not None:
        found.append(Award.awarded_at < wanted.until)
    if wanted.ends_within_days is not None:
        end = now + timedelta(days=wanted.ends_within_days)
        found.append(and_(Award.state == AwardState.ISSUED, Award.valid_until > now, Award.valid_until <= end))
    return found


def _matches(issuer_id: str, text: str) -> ColumnElement[bool]:
    of_people = Award.learner_id.in_(named_like(issuer_id, text))
    return or_(of_people, Award.id == text) if _ID.fullmatch(text) else of_people


def _stands(standing: Standing, now: datetime) -> ColumnElement[bool]:
    is_issued = Award.state == AwardState.ISSUED
    lasts = or_(Award.valid_until.is_(None), Award.valid_until > now)
    match standing:
        case Standing.GOOD:
            return and_(is_issued, lasts)
        case Standing.UNCLAIMED:
            return and_(is_issued, lasts, Award.claimed_at.is_(None), Award.declined_at.is_(None))
        case Standing.ENDED:
            return and_(is_issued, Award.valid_until <= now)
        case Standing.SUSPENDED | Standing.REVOKED | Standing.SUPERSEDED:
            return Award.state == standing.value
