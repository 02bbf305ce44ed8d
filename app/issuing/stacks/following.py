"""What is done at once when an award was made or counts differently, in the same transaction."""

from __future__ import annotations

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from app.issuing.learners import Learner
from app.issuing.office import Office
from app.issuing.stacks.settling import AT_WORK, settle_learner
from app.issuing.stacks.tables import Enrolment, StackAward

_IS_CONCERNED = select(
    exists().where(Enrolment.learner_id == bindparam("learner_id"), Enrolment.ended_at.is_(None))
    | exists().where(StackAward.learner_id == bindparam("learner_id"))
)


def follow(session: Session, office: Office, learner_id: str) -> None:
    """Settle the holder's stacks, if they are on a pathway or hold a stack; one question to the database if not."""
    if learner_id in session.info.get(AT_WORK, ()):
        return
    session.flush()
    if session.scalar(_IS_CONCERNED, {"learner_id": learner_id}):
        settle_learner(session, office, session.get_one(Learner, learner_id))
