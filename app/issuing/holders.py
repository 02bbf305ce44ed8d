"""How many people hold an achievement now."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.issuing.awards import Award, AwardState


def count(session: Session, achievement_id: str, *, now: datetime, at_most: int) -> int:
    """The people with a living award, of any version: issued, and not expired. Counting ends at `at_most`.

    Read from one index alone, and not much more of it than that, however many hold it.
    """
    living = (
        select(Award.learner_id)
        .where(
            Award.achievement_id == achievement_id,
            Award.state == AwardState.ISSUED,
            or_(Award.valid_until.is_(None), Award.valid_until > now),
        )
        .distinct()
        .limit(at_most)
        .subquery()
    )
    return session.scalar(select(func.count()).select_from(living)) or 0
