"""What is done at once when an award was made or counts differently, in the same transaction."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.issuing.learners import Learner
from app.issuing.office import Office
from app.issuing.stacks.settling import AT_WORK, settle_learner
from app.issuing.stacks.tables import Enrolment, StackAward


def follow(session: Session, office: Office, learner_id: str) -> None:
    """Settle the holder's stacks, if they are on a pathway or hold a stack; one question to the database if not."""
    if learner_id in session.info.get(AT_WORK, ()):
        return
    session.flush()
    is_on_one = exists().where(Enrolment.learner_id == learner_id, Enrolment.ended_at.is_(None))
    has_one = exists().where(StackAward.learner_id == learner_id)
    if session.scalar(select(is_on_one | has_one)):
        settle_learner(session, office, session.get_one(Learner, learner_id))
