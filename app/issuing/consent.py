"""A learner's name on badges: shown only with the learner's consent, and taken off when the consent is withdrawn."""

from __future__ import annotations

from types import EllipsisType

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.issuing import audit, award_status, issuers, learners
from app.issuing.awards import Award, AwardState
from app.issuing.learners import Learner
from app.issuing.office import Office

_LIVING = (AwardState.ISSUED, AwardState.SUSPENDED)


def change(
    session: Session,
    office: Office,
    learner: Learner,
    *,
    actor: str,
    name_shown: bool | EllipsisType = ...,
    display_name: str | EllipsisType | None = ...,
) -> int:
    """Change the name or the consent; what is `...` stays. Returns how many awards were signed anew.

    When another name shows than before, every living award of the learner is signed anew in this transaction, under
    the same id and with the same award date. Raises what `learners.refuse_ended` and `award_status.reissue` raise.
    """
    issuers.take_turn(session, learner.issuer_id)  # before the learner, as a delivery does that names the learner
    session.refresh(learner, with_for_update=True)
    learners.refuse_ended(learner)
    shown_before = _shown(learner)
    before = (learner.name_shown, learner.display_name)
    if not isinstance(name_shown, EllipsisType):
        learner.name_shown = name_shown
    if not isinstance(display_name, EllipsisType):
        learner.display_name = display_name
        learners.sharing.renamed(learner)
    if before == (learner.name_shown, learner.display_name):
        return 0
    facts = {"name_shown": learner.name_shown}
    audit.record(session, learner.issuer_id, actor=actor, action="learner.changed", object_id=learner.id, **facts)
    session.flush()
    if _shown(learner) == shown_before:
        return 0
    held = list(session.scalars(select(Award).where(Award.learner_id == learner.id).order_by(Award.id)))
    award_status.page_changed(session, *(award.id for award in held))
    awards = [award for award in held if award.state in _LIVING]
    for award in awards:
        award_status.reissue(session, office, award, actor=actor)
    return len(awards)


def _shown(learner: Learner) -> str | None:
    return learner.display_name if learner.name_shown else None
