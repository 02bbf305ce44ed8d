"""How often badges were looked at: numbers by badge, day and kind, and nothing of who looked. No cookie is set for it.

Days are those of UTC. Robots, the holder's and the issuer's own looks are left out by the door that counts. When a
person is erased, the numbers of their badges stay: they say nothing of anybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.db import Base, add_up
from app.issuing.awards import Award

_ASKED_AT_ONCE = 500


class ViewKind(StrEnum):
    """`page`: the badge's page; `file`: a download; `embed`: shown within somebody's page; `check`: a verification."""

    PAGE = "page"
    FILE = "file"
    EMBED = "embed"
    CHECK = "check"


class BadgeView(Base):
    """How often one badge was looked at in one way on one day."""

    __tablename__ = "badge_views"

    award_id: Mapped[str] = mapped_column(ForeignKey("awards.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date(), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    number: Mapped[int]


def of_award(session: Session, award_id: str) -> list[tuple[ViewKind, int, date]]:
    """How often a badge was looked at in each way, and when last; ways in which it was not are left out."""
    query = select(BadgeView.kind, func.sum(BadgeView.number), func.max(BadgeView.day))
    rows = session.execute(
        query.where(BadgeView.award_id == award_id).group_by(BadgeView.kind).order_by(BadgeView.kind)
    )
    return [(ViewKind(kind), int(number), last) for kind, number, last in rows]


Seen = tuple[str, date, ViewKind]
"""Of which award, on which day, in which way."""


def add(session: Session, counted: Mapping[Seen, int]) -> int:
    """Add numbers to those that are there; how many looks were added. What names no award of ours is dropped."""
    wanted = sorted({award_id for award_id, _, _ in counted})
    known: set[str] = set()
    for first in range(0, len(wanted), _ASKED_AT_ONCE):
        known |= set(session.scalars(select(Award.id).where(Award.id.in_(wanted[first : first + _ASKED_AT_ONCE]))))
    rows = [
        {"award_id": award_id, "day": day, "kind": str(kind), "number": number}
        for (award_id, day, kind), number in sorted(counted.items())
        if award_id in known
    ]
    add_up(session, BadgeView, rows, counted="number")
    return sum(int(str(row["number"])) for row in rows)
