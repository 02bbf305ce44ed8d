"""The holder's word about a badge: accepted or not, who sees it, and whether results and evidence are shown.

Each change has one audit entry. Declining a badge hides it, and ends every link to it; it can be accepted later.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from app import clock
from app.errors import InvalidInput
from app.issuing import audit, award_status, issuers
from app.issuing.awards import Award, AwardState, Visibility
from app.issuing.holding import sharing
from app.issuing.learners.sharing import told_otherwise
from app.issuing.office import Office

_LIVING = (AwardState.ISSUED, AwardState.SUSPENDED)
TOO_LATE = "This badge does not count any more, so that there is nothing to accept or to decline"
DECLINED = "You declined this badge; accept it before others may see it"


def is_living(award: Award) -> bool:
    """Whether the badge may still be accepted, declined and signed anew."""
    return award.state in _LIVING


def waits(award: Award) -> bool:
    """Whether the holder has neither accepted nor declined it, and it counts or may count again."""
    has_ended = award.valid_until is not None and award.valid_until <= clock.now()
    return is_living(award) and not has_ended and award.claimed_at is None and award.declined_at is None


def accept(session: Session, award: Award, *, actor: str) -> None:
    """The holder says yes. Who sees the badge stays as it is. Raises InvalidInput for one that does not count."""
    session.refresh(award, with_for_update=True)
    _refuse_ended(award)
    if award.claimed_at is not None:
        return
    award.claimed_at, award.declined_at = clock.now(), None
    audit.record(session, award.issuer_id, actor=actor, action="award.claimed", object_id=award.id)


def decline(session: Session, award: Award, *, actor: str) -> None:
    """The holder says no: nobody else sees the badge from now on, and the issuer's audit log says so.

    The issuer's decision stands, and so does the document that others may have. Raises InvalidInput as `accept`.
    """
    issuers.take_turn(session, award.issuer_id)
    session.refresh(award, with_for_update=True)
    _refuse_ended(award)
    if award.declined_at is not None:
        return
    award.declined_at, award.claimed_at = clock.now(), None
    award.visibility = Visibility.PRIVATE
    told_otherwise(session, award.learner_id)
    sharing.end_all(session, award)
    award_status.page_changed(session, award.id, award.supersedes_id)
    audit.record(session, award.issuer_id, actor=actor, action="award.declined", object_id=award.id)


def show_to(session: Session, award: Award, visibility: Visibility, *, actor: str) -> None:
    """Choose who sees the page and the files; at once. Raises InvalidInput for a badge that was declined."""
    if award.declined_at is not None and visibility != Visibility.PRIVATE:
        raise InvalidInput(DECLINED, pointer="/visibility")
    award_status.set_visibility(session, award, visibility, actor=actor)


def show_results(session: Session, office: Office, award: Award, *, is_shown: bool, actor: str) -> None:
    """Show results and evidence, or take them off: a badge that counts is signed anew, as the page then says it.

    One that ended stays as it was signed, and only its page changes. Raises what `award_status.reissue` raises.
    """
    issuers.take_turn(session, award.issuer_id)
    session.refresh(award, with_for_update=True)
    if award.results_shown == is_shown:
        return
    award.results_shown = is_shown
    if is_living(award):
        award_status.reissue(session, office, award, actor=actor, results_shown=is_shown)
    else:
        award_status.page_changed(session, award.id)
        facts = {"results_shown": is_shown}
        audit.record(session, award.issuer_id, actor=actor, action="award.results", object_id=award.id, **facts)


def _refuse_ended(award: Award) -> None:
    if not is_living(award):
        raise InvalidInput(TOO_LATE)
