"""Awards that ended by themselves, told to the issuer's endpoints once: nothing else happens at that moment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, and_, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.db import Base, claim
from app.issuing import announcements, renewals
from app.issuing.awards import Award, AwardState
from app.issuing.endpoints import EventType
from app.issuing.office import Office

MARK = "badge.expired"
AT_ONCE = 200


class NewsMark(Base):
    """How far somebody came who tells of things in the order of their moments.

    `last_id` is the last thing of the moment `until` that was told; None when that moment is done.
    """

    __tablename__ = "news_marks"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    until: Mapped[datetime]
    last_id: Mapped[str | None] = mapped_column(String(22))


def tell(session: Session, office: Office) -> int:
    """Tell of up to 200 awards that ended since the last call; how many. The first call only notes the moment.

    An award that was made after its own end is told as `badge.issued`, with its dates, and not here; one that lapsed
    into its grace is told by `renewals.remind`.
    """
    now = clock.now()
    if claim(session, NewsMark, name=MARK, until=now) is not None:
        return 0
    mark = session.get_one(NewsMark, MARK, with_for_update=True)
    after = Award.valid_until > mark.until
    if mark.last_id is not None:
        after = or_(after, and_(Award.valid_until == mark.until, Award.id > mark.last_id))
    query = select(Award).where(after, Award.valid_until <= now).order_by(Award.valid_until, Award.id).limit(AT_ONCE)
    ended = list(session.scalars(query))
    in_grace = renewals.lapsed(session, ended)
    for award in ended:
        if award.id not in in_grace and award.state in {AwardState.ISSUED, AwardState.SUSPENDED}:
            announcements.award_changed(session, office, award, EventType.BADGE_EXPIRED)
    is_done = len(ended) < AT_ONCE
    mark.until, mark.last_id = (now, None) if is_done else (ended[-1].valid_until or now, ended[-1].id)
    session.flush()
    return len(ended)
