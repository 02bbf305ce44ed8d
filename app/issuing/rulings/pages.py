"""Going through everybody whom a rule may concern, some at a time, in the order of their ids."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.issuing.completion_records import Completion
from app.issuing.learners import Learner, LearnerState
from app.issuing.rules.books import Book


def next_learners(session: Session, issuer_id: str, book: Book, *, after: str, limit: int) -> Sequence[str]:
    """The next learners, after an id, of whom there is a completion that the rules may ask for."""
    query = _concerned(issuer_id, book).where(Completion.learner_id > after).order_by(Completion.learner_id)
    return [found for found in session.scalars(query.limit(limit)) if found is not None]


def count(session: Session, issuer_id: str, book: Book) -> int:
    """How many learners these are."""
    return session.scalar(select(func.count()).select_from(_concerned(issuer_id, book).subquery())) or 0


def _concerned(issuer_id: str, book: Book) -> Select[str | None]:
    query = (
        select(Completion.learner_id)
        .join(Learner, Learner.id == Completion.learner_id)
        .where(Completion.issuer_id == issuer_id, Learner.state == LearnerState.KNOWN)
        .distinct()
    )
    activities = book.activities
    return query if activities is None else query.where(Completion.activity_id.in_(sorted(activities)))
