"""Two learners who are one person: merged by hand, recorded, and undone by hand."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.errors import InvalidInput, NotFound
from app.issuing import audit, issuers, learners
from app.issuing.inbox import parked
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner, LearnerMerge, LearnerState
from app.issuing.learners import merging as rows
from app.issuing.office import Office
from app.issuing.rulings import joining

_LIVING = (LearnerState.KNOWN, LearnerState.PENDING)


def merge(session: Session, office: Office, *, kept: Learner, gone: Learner, actor: str) -> LearnerMerge:
    """Give everything of `gone` to `kept`: identities, addresses, completions, awards. Nothing is signed or mailed.

    No address of a badge changes. Where both hold one achievement, both badges stay valid. Name and consent are those
    of `kept`. Raises InvalidInput for learners who are no two, NotFound for another issuer's.
    """
    issuers.take_turn(session, kept.issuer_id)
    for learner in sorted((kept, gone), key=lambda each: each.id):
        session.refresh(learner, with_for_update=True)
    if kept.id == gone.id:
        raise InvalidInput("These are not two learners", pointer="/learner")
    if kept.issuer_id != gone.issuer_id:
        raise NotFound("There is no such learner")
    if kept.state not in _LIVING or gone.state not in _LIVING:
        raise InvalidInput("Only learners who are neither merged nor erased can be merged", pointer="/learner")
    is_someone = LearnerState.KNOWN in (kept.state, gone.state)
    merged = rows.move(session, gone=gone, kept=kept)
    if is_someone:
        learners.become_known(session, kept)
    audit.record(
        session,
        kept.issuer_id,
        actor=actor,
        action="learner.merged",
        object_id=kept.id,
        learner_id=gone.id,
        merge_id=merged.id,
    )
    parked.catch_up(session, office)
    session.flush()
    office.follow(session, office, kept.id)
    return merged


def undo(session: Session, office: Office, merged: LearnerMerge, *, actor: str) -> None:
    """Give back what a merge moved; what came since stays where it is. Raises MergeNotUndoable."""
    issuers.take_turn(session, merged.issuer_id)
    session.refresh(merged, with_for_update=True)
    kept = session.get_one(Learner, merged.kept_id, with_for_update=True)
    gone = session.get_one(Learner, merged.gone_id, with_for_update=True)
    rows.move_back(session, merged, gone=gone, kept=kept)
    for learner_id, completion_ids in learners.came_over(session).items():
        joining.decide_soon(session, learner_id, completion_ids)
    audit.record(
        session,
        merged.issuer_id,
        actor=actor,
        action="learner.unmerged",
        object_id=kept.id,
        learner_id=gone.id,
        merge_id=merged.id,
    )
    session.flush()
    for each in (kept, gone):
        office.follow(session, office, each.id)


def by_id(session: Session, issuer: Issuer, merge_id: str) -> LearnerMerge:
    """The issuer's merge with this id. Raises NotFound."""
    found = session.get(LearnerMerge, merge_id)
    if found is None or found.issuer_id != issuer.id:
        raise NotFound("There is no such merge")
    return found
