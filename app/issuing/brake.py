"""The brake: how many awards rules may make in an hour, for one issuer and for one achievement.

A rule that was written in a hurry can award a whole hospital in minutes. Above the limit nothing is lost: completions
are parked as `braked`, and the worker decides them in the next hour. Awards made by hand, or approved by a person, are
not counted. The caller has taken the issuer's turn, so that nobody else counts at the same time.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import ForeignKey, bindparam, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.db import Base, claim
from app.issuing import audit, issuers, news
from app.issuing.endpoints import EventType
from app.issuing.office import Office
from app.issuing.rules.books import Book

log = structlog.get_logger()

KEPT = timedelta(days=7)


class AwardHour(Base):
    """Awards that rules made of one achievement in one hour, named by its first second. `alerted`: it was said once."""

    __tablename__ = "award_hours"

    issuer_id: Mapped[str] = mapped_column(ForeignKey("issuers.id"), primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    achievement_id: Mapped[str] = mapped_column(ForeignKey("achievements.id"), primary_key=True)
    count: Mapped[int]
    alerted: Mapped[bool]


_OF_HOUR = select(AwardHour).where(AwardHour.issuer_id == bindparam("issuer_id"), AwardHour.hour == bindparam("hour"))


def allows(session: Session, office: Office, issuer_id: str, book: Book) -> bool:
    """Count one more award of this hour; False, with one alert, when the limit is reached and nothing was counted."""
    hours = _this_hour(session, issuer_id)
    mine = hours.get(book.achievement_id) or _begin(session, issuer_id, book.achievement_id)
    everything = sum(row.count for row in hours.values())
    limit = issuers.by_id(session, issuer_id).awards_per_hour or office.awards_per_hour
    if everything < limit and (book.per_hour is None or mine.count < book.per_hour):
        mine.count += 1
        return True
    if not mine.alerted:
        mine.alerted = True
        _alert(session, office, issuer_id, book, everything)
    return False


def forget_old_hours(session: Session) -> None:
    """Delete counts that are a week old."""
    session.execute(delete(AwardHour).where(AwardHour.hour < clock.now() - KEPT))


def made_this_hour(session: Session, issuer_id: str) -> int:
    """How many awards rules made for the issuer in this hour."""
    return sum(row.count for row in _this_hour(session, issuer_id).values())


def this_hour() -> datetime:
    """The first second of this hour."""
    return clock.now().replace(minute=0, second=0)


def next_hour() -> datetime:
    """The first second of the next hour, when what was braked goes on."""
    return this_hour() + timedelta(hours=1)


def _alert(session: Session, office: Office, issuer_id: str, book: Book, made: int) -> None:
    facts = {"achievement_id": book.achievement_id, "awards": made}
    log.warning("rules braked", issuer_id=issuer_id, **facts)
    audit.record(session, issuer_id, actor="brake", action="rule.braked", object_id=book.achievement_id, awards=made)
    news.publish(session, office, issuer_id, EventType.AWARDS_BRAKED, book.achievement_id, facts)


def _this_hour(session: Session, issuer_id: str) -> dict[str, AwardHour]:
    asked = {"issuer_id": issuer_id, "hour": this_hour()}
    return {row.achievement_id: row for row in session.scalars(_OF_HOUR, asked)}


def _begin(session: Session, issuer_id: str, achievement_id: str) -> AwardHour:
    key = {"issuer_id": issuer_id, "hour": this_hour(), "achievement_id": achievement_id}
    return claim(session, AwardHour, **key, count=0, alerted=False) or session.get_one(AwardHour, tuple(key.values()))
