"""Applying for an achievement by what was learned elsewhere; what the applicant does until somebody decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.db import claim
from app.errors import AlreadyDecided, AlreadyExists, InvalidInput, LearnerErased
from app.issuing import issuers, learners
from app.issuing.accounts import people
from app.issuing.achievements import Achievement
from app.issuing.applications import histories, switches
from app.issuing.applications.queries import WAITING
from app.issuing.applications.tables import Application, ApplicationState, LearningKind
from app.issuing.awards import Award, AwardState
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner
from app.issuing.office import Office

OPEN = "open"
LONGEST_STATEMENT = 20_000
MOST_WAITING = 20  # of one person at one issuer
_LIVING = (AwardState.ISSUED, AwardState.SUSPENDED)


@dataclass(frozen=True, slots=True)
class Statement:
    """What the applicant says: what they can do, and how they learned it."""

    text: str
    kind: LearningKind


def apply(
    session: Session, office: Office, account_id: str, achievement: Achievement, statement: Statement, *, actor: str
) -> Application:
    """Apply, as the learner that the account is for this issuer; a new one where it is none yet.

    Raises InvalidInput for an achievement that takes no applications or is held already, AlreadyExists while another
    application for it waits, LearnerErased for somebody who asked this issuer to erase them.
    """
    if not switches.is_open(achievement):
        raise InvalidInput("This achievement takes no applications at present")
    if not statement.text:
        raise InvalidInput("Say what you can do, and how you learned it", pointer="/statement")
    issuers.take_turn(session, achievement.issuer_id)
    issuer = issuers.by_id(session, achievement.issuer_id)
    learner = _learner(session, office, issuer, account_id)
    waiting = select(func.count()).where(Application.learner_id == learner.id, Application.state.in_(WAITING))
    if (session.scalar(waiting) or 0) >= MOST_WAITING:
        raise InvalidInput(f"At most {MOST_WAITING} applications wait at once; let some be decided first")
    if _holds(session, learner, achievement):
        raise InvalidInput("You hold this badge already, and it still counts")
    made = claim(
        session,
        Application,
        id=clock.new_id(),
        issuer_id=issuer.id,
        achievement_id=achievement.id,
        learner_id=learner.id,
        slot=OPEN,
        state=ApplicationState.SUBMITTED,
        kind=statement.kind,
        statement=statement.text,
        created_at=clock.now(),
    )
    if made is None:
        raise AlreadyExists("You applied for this already; add to that application, or withdraw it")
    histories.note(session, made, "submitted", actor=actor, by_applicant=True)
    return made


def resubmit(session: Session, application: Application, *, text: str | None, actor: str) -> None:
    """Hand it to the assessor again, with an answer. Raises AlreadyDecided when nothing was asked for."""
    session.refresh(application, with_for_update=True)
    if application.state != ApplicationState.NEEDS_MORE:
        raise AlreadyDecided("Nobody asked for more at this moment", state=application.state)
    application.state = ApplicationState.SUBMITTED
    histories.note(session, application, "resubmitted", actor=actor, by_applicant=True, text=text)


def withdraw(session: Session, application: Application, *, actor: str) -> None:
    """Take the application back. Raises AlreadyDecided."""
    session.refresh(application, with_for_update=True)
    if application.state not in WAITING:
        raise AlreadyDecided("This application does not wait for anything any more", state=application.state)
    application.state, application.slot = ApplicationState.WITHDRAWN, application.id
    application.decided_at = clock.now()
    histories.note(session, application, "withdrawn", actor=actor, by_applicant=True)


def _learner(session: Session, office: Office, issuer: Issuer, account_id: str) -> Learner:
    for learner in people.learners_of(session, account_id):
        if learner.issuer_id == issuer.id:
            return learner
    confirmed = [each for each in people.addresses_of(session, account_id) if each.confirmed_at is not None]
    if not confirmed:
        raise InvalidInput("Confirm an address first, so that the issuer can reach you")
    account = people.by_id(session, account_id)
    facts: dict[str, Any] = {"email": confirmed[0].written, "display_name": account.display_name}
    try:
        made = learners.resolve(session, issuer, namespace=None, source_id=None, sealer=office.sealer, **facts)
    except LearnerErased as error:
        told = "You asked this issuer to erase you; ask them first to let you come back"
        raise LearnerErased(told) from error
    if made is None:  # pragma: no cover - a confirmed address always names somebody
        raise InvalidInput("Confirm an address first, so that the issuer can reach you")
    return made


def _holds(session: Session, learner: Learner, achievement: Achievement) -> bool:
    query = select(Award).where(
        Award.learner_id == learner.id, Award.achievement_id == achievement.id, Award.state.in_(_LIVING)
    )
    now = clock.now()
    return any(each.valid_until is None or each.valid_until > now for each in session.scalars(query))
