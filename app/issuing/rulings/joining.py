"""After two learners became one: whatever their facts now say together is decided soon, by the worker."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.issuing import sources
from app.issuing.completion_records import Completion
from app.issuing.learners import Learner, LearnerState
from app.issuing.rules import books
from app.issuing.rulings import schedule


def decide_soon(session: Session, learner_id: str, completion_ids: Collection[str]) -> int:
    """Have a learner decided for each achievement that completions which came over concern; how many achievements.

    Those that are no longer the learner's are left out. The caller has taken the issuer's turn.
    """
    learner = session.get(Learner, learner_id)
    if learner is None or learner.state != LearnerState.KNOWN:
        return 0
    query = select(Completion.source_id, Completion.activity_id).where(
        Completion.learner_id == learner_id, Completion.id.in_(completion_ids), Completion.activity_id != ""
    )
    concerned = {
        book.achievement_id
        for source_id, activity_id in session.execute(query.distinct()).all()
        for book in books.of_activity(session, sources.by_id(session, source_id), activity_id)
    }
    for achievement_id in sorted(concerned):
        schedule.put(
            session,
            issuer_id=learner.issuer_id,
            learner_id=learner_id,
            achievement_id=achievement_id,
            due_at=clock.now(),
            reason="merged",
        )
    return len(concerned)
