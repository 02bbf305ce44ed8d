"""Wishes for another name: the learner asks, a member of staff decides, the learner is told by mail.

With an approved name every badge on which the name shows is signed anew under its own address, so that an old link
leads to the corrected badge. What sources call the learner changes the name no more.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.db import claim
from app.errors import AlreadyDecided, AlreadyExists, InvalidInput, NotFound
from app.issuing import audit, consent, issuers, letters, mail_languages
from app.issuing.holding.tables import NameRequest, NameState
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner
from app.issuing.office import Office
from app.projections import messages

OPEN = "open"
LONGEST = 200


def ask(session: Session, learner: Learner, name: str, *, note: str | None, actor: str) -> NameRequest:
    """Ask for another name. Raises InvalidInput for no name or the present one, AlreadyExists while one waits."""
    wanted = " ".join(name.split())
    if not wanted or len(wanted) > LONGEST or not wanted.isprintable():
        raise InvalidInput(f"A name has 1 to {LONGEST} characters", pointer="/name")
    if wanted == learner.display_name:
        raise InvalidInput("This is your name already", pointer="/name")
    made = claim(
        session,
        NameRequest,
        id=clock.new_id(),
        issuer_id=learner.issuer_id,
        learner_id=learner.id,
        slot=OPEN,
        name=wanted,
        note=note,
        state=NameState.WAITING,
        created_at=clock.now(),
    )
    if made is None:
        raise AlreadyExists("You asked for another name already; wait for the answer, or take your wish back")
    _record(session, made, "learner.name-asked", actor)
    return made


def withdraw(session: Session, learner: Learner, request_id: str, *, actor: str) -> None:
    """Take a wish back. Raises NotFound for another learner's, and AlreadyDecided."""
    found = session.get(NameRequest, request_id)
    if found is None or found.learner_id != learner.id:
        raise NotFound("There is no such request")
    _settle(session, found, NameState.WITHDRAWN, actor=actor)
    _record(session, found, "learner.name-withdrawn", actor)


def approve(session: Session, office: Office, request: NameRequest, *, actor: str) -> int:
    """Call the learner so from now on; how many badges were signed anew. Raises AlreadyDecided, and as `consent`."""
    issuers.take_turn(session, request.issuer_id)
    _settle(session, request, NameState.APPROVED, actor=actor)
    learner = session.get_one(Learner, request.learner_id)
    count = consent.change(session, office, learner, actor=actor, display_name=request.name)
    learner.name_settled = True
    _record(session, request, "learner.name-approved", actor)
    issuer = issuers.by_id(session, request.issuer_id)
    mail = messages.name_approved(
        issuer_name=issuer.name,
        name=request.name,
        badges=count,
        url=office.addresses.mine("settings"),
        language=mail_languages.of_learner(session, learner),
    )
    letters.send(session, office, learner, mail, subject_id=request.id, event="learner.name-approved")
    return count


def refuse(session: Session, office: Office, request: NameRequest, *, reason: str, actor: str) -> None:
    """Leave the name as it is, and say why. Raises InvalidInput without a reason, and AlreadyDecided."""
    if not reason.strip():
        raise InvalidInput("Say why; the learner reads it", pointer="/reason")
    _settle(session, request, NameState.REFUSED, actor=actor)
    request.reason = reason
    _record(session, request, "learner.name-refused", actor)
    learner = session.get_one(Learner, request.learner_id)
    issuer = issuers.by_id(session, request.issuer_id)
    mail = messages.name_refused(
        issuer_name=issuer.name,
        name=request.name,
        reason=reason,
        url=office.addresses.mine("settings"),
        language=mail_languages.of_learner(session, learner),
    )
    letters.send(session, office, learner, mail, subject_id=request.id, event="learner.name-refused")


def by_id(session: Session, request_id: str, *, issuer: Issuer) -> NameRequest:
    """The issuer's request with this id. Raises NotFound."""
    found = session.get(NameRequest, request_id)
    if found is None or found.issuer_id != issuer.id:
        raise NotFound("There is no such request")
    return found


def waiting(session: Session, issuer: Issuer, *, limit: int = 100) -> list[tuple[NameRequest, Learner]]:
    """What waits for a member of staff, the oldest first, with the learner as they are called now."""
    query = (
        select(NameRequest, Learner)
        .join(Learner, Learner.id == NameRequest.learner_id)
        .where(NameRequest.issuer_id == issuer.id, NameRequest.state == NameState.WAITING)
        .order_by(NameRequest.created_at, NameRequest.id)
        .limit(limit)
    )
    return [(request, learner) for request, learner in session.execute(query)]


def of_learner(session: Session, learner: Learner) -> list[NameRequest]:
    """What a learner asked for, the newest first."""
    query = select(NameRequest).where(NameRequest.learner_id == learner.id)
    return list(session.scalars(query.order_by(NameRequest.created_at.desc(), NameRequest.id)))


def _settle(session: Session, request: NameRequest, state: NameState, *, actor: str) -> None:
    session.refresh(request, with_for_update=True)
    if request.state != NameState.WAITING:
        raise AlreadyDecided("This request does not wait for anybody any more", state=request.state)
    request.state, request.slot = state, request.id
    request.decided_by, request.decided_at = actor, clock.now()
    session.flush()


def _record(session: Session, request: NameRequest, action: str, actor: str) -> None:
    facts = {"request_id": request.id}
    audit.record(session, request.issuer_id, actor=actor, action=action, object_id=request.learner_id, **facts)
