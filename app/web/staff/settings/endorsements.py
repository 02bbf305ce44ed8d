"""Endorsements at work: what others say of the issuer and its things, and what it says of others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.credentials.report import domain_of
from app.errors import InvalidInput, NotFound, ServiceError
from app.issuing import endorsement_letters, endorsement_requests, endorsements, issuers, received_endorsements
from app.issuing.endorsement_requests import EndorsementRequest, RequestState
from app.issuing.endorsements import Endorsement
from app.issuing.office import Office
from app.service import Service
from app.web.badge_endorsements import state_of, state_of_received
from app.web.dated import dated
from app.web.deps import TheService
from app.web.endorsement_view import name_of
from app.web.forms import Sent
from app.web.inside import Refusal, go, refusal
from app.web.languages import gettext as _
from app.web.languages import marked
from app.web.signed_in import Owner, Reader, Staff
from app.web.staff.settings.frame import settings_page
from app.web.states import Tone

router = APIRouter()

MOST_SHOWN = 100
REQUEST_STATES = {
    RequestState.REQUESTED: (marked("Waits for an answer"), Tone.SOON),
    RequestState.SIGNED: (marked("Signed"), Tone.GOOD),
    RequestState.DECLINED: (marked("Declined"), Tone.STOPPED),
    RequestState.WITHDRAWN: (marked("Withdrawn"), Tone.ENDED),
    RequestState.EXPIRED: (marked("Ended without an answer"), Tone.ENDED),
}


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A request: what is asked, `other` is the side that is not the reader's, and what became of it."""

    request: EndorsementRequest
    other: str
    is_open: bool
    tone: Tone
    word: str


@dataclass(frozen=True, slots=True)
class SaidLine:
    """An endorsement: of what, `other` is the side that is not the reader's. `note` says what else is to be known."""

    id: str
    label: str
    other: str
    signs_as: str
    comment: str
    made_at: datetime
    is_accepted: bool
    is_over: bool
    tone: Tone
    word: Markup
    note: str
    file_path: str
    is_from_elsewhere: bool


@router.get("/endorsements")
def look(request: Request, staff: Reader, service: TheService) -> Response:
    """What waits for an answer, what others say, what was asked, and what the issuer says of others."""
    return _page(request, staff, service)


@router.post("/endorsements/received/{endorsement_id}")
def receive(request: Request, form: Sent, staff: Owner, service: TheService, endorsement_id: str) -> Response:
    """Show what somebody said and have new badges carry it, or not any more; or remove what came from elsewhere."""
    act = form.text("act")
    if act not in {"accept", "decline", "remove"}:
        refused = refusal(InvalidInput("Choose what to do with it"))
        return _page(request, staff, service, refused=refused)
    with service.database.write() as session:
        issuer = staff.issuer(session)
        try:
            received = received_endorsements.by_id(session, endorsement_id, issuer=issuer)
        except NotFound:
            said = endorsements.received_by_id(session, endorsement_id, issuer=issuer)
            endorsements.accept(session, issuer, said, accepted=act == "accept", actor=staff.actor)
        else:
            if act == "remove":
                received_endorsements.remove(session, received, actor=staff.actor)
            else:
                received_endorsements.accept(session, received, accepted=act == "accept", actor=staff.actor)
    told = _("It is shown from now on.") if act == "accept" else _("It is not shown any more.")
    return go(f"{staff.root}/settings/endorsements", told)


@router.post("/endorsements/given/{endorsement_id}")
def take_back(request: Request, form: Sent, staff: Owner, service: TheService, endorsement_id: str) -> Response:
    """Take back what the issuer said, for good."""
    try:
        reason = form.needed("reason", _("Say why; it stands in the audit log and in the API"), most=2_000)
        with service.database.write() as session:
            found = endorsements.by_id(session, endorsement_id, issuer=staff.issuer(session))
            endorsements.withdraw(session, service.office, found, reason=reason, actor=staff.actor)
    except NotFound:
        raise
    except ServiceError as error:
        return _page(request, staff, service, refused=refusal(error))
    return go(f"{staff.root}/settings/endorsements", _("Taken back. Verifiers see it at once."))


@router.post("/endorsements/requests/{request_id}")
def withdraw_request(request: Request, form: Sent, staff: Owner, service: TheService, request_id: str) -> Response:
    """Ask no more; the link stops working."""
    del form
    try:
        with service.database.write() as session:
            found = endorsement_requests.by_id(session, request_id, issuer=staff.issuer(session))
            endorsement_requests.withdraw(session, found, actor=staff.actor)
    except NotFound:
        raise
    except ServiceError as error:
        return _page(request, staff, service, refused=refusal(error))
    return go(f"{staff.root}/settings/endorsements", _("The request is withdrawn."))


def _page(request: Request, staff: Staff, service: Service, *, refused: Refusal | None = None) -> Response:
    now = clock.now()
    with service.database.read() as session:
        asked_of_us = [_request(session, each, of_us=True, now=now) for each in _asked_of_us(session, staff)]
        asked_by_us = [
            _request(session, each, of_us=False, now=now)
            for each in endorsement_requests.made_by(session, staff.issuer_id)[:MOST_SHOWN]
        ]
        of_us = _of_us(session, service.office, staff, now=now)
        by_us = _by_us(session, service.office, staff, now=now)
    return settings_page(
        request,
        "endorsements.html",
        staff,
        "endorsements",
        refused=refused,
        asked_of_us=asked_of_us,
        asked_by_us=asked_by_us,
        of_us=of_us,
        by_us=by_us,
    )


def _asked_of_us(session: Session, staff: Staff) -> list[EndorsementRequest]:
    return endorsement_requests.asked_of(session, staff.issuer_id)[:MOST_SHOWN]


def _request(session: Session, each: EndorsementRequest, *, of_us: bool, now: datetime) -> RequestLine:
    state = endorsement_requests.state_of(each, now=now)
    word, tone = REQUEST_STATES[state]
    other = issuers.by_id(session, each.issuer_id).name if of_us else each.recipient_name
    return RequestLine(each, other, state is RequestState.REQUESTED, tone, _(word))


def _of_us(session: Session, office: Office, staff: Staff, *, now: datetime) -> list[SaidLine]:
    query = select(Endorsement).where(Endorsement.about_issuer_id == staff.issuer_id)
    found = [_said(session, office, each, staff, of_us=True, now=now) for each in _newest(session, query)]
    issuer = staff.issuer(session)
    for each in received_endorsements.of_issuer(session, staff.issuer_id)[:MOST_SHOWN]:
        tone, word = state_of_received(each, staff.zone, now=now)
        found.append(
            SaidLine(
                id=each.id,
                label=endorsement_letters.label_of(session, office, issuer, each.about),
                other=name_of(each),
                signs_as=domain_of(each.endorser_id),
                comment=each.comment,
                made_at=each.created_at,
                is_accepted=each.accepted_at is not None,
                is_over=False,
                tone=tone,
                word=dated(word, staff.zone, each.valid_until, each.judged_at),
                note=_note(each, office),
                file_path=f"/endorsements/{each.id}.{each.form}" if each.accepted_at else "",
                is_from_elsewhere=True,
            )
        )
    return sorted(found, key=lambda line: line.made_at, reverse=True)[:MOST_SHOWN]


def _by_us(session: Session, office: Office, staff: Staff, *, now: datetime) -> list[SaidLine]:
    query = select(Endorsement).where(Endorsement.issuer_id == staff.issuer_id)
    return [_said(session, office, each, staff, of_us=False, now=now) for each in _newest(session, query)]


def _newest(session: Session, query: object) -> list[Endorsement]:
    ordered = query.order_by(Endorsement.created_at.desc(), Endorsement.id)  # type: ignore[attr-defined]  # a select
    return list(session.scalars(ordered.limit(MOST_SHOWN)))


def _said(session: Session, office: Office, each: Endorsement, staff: Staff, *, of_us: bool, now: datetime) -> SaidLine:
    tone, word = state_of(session, each, staff.zone, now=now)
    by = issuers.by_id(session, each.issuer_id)
    about_id = staff.issuer_id if of_us else each.about_issuer_id
    label = each.about
    if about_id is not None:
        label = endorsement_letters.label_of(session, office, issuers.by_id(session, about_id), each.about)
    return SaidLine(
        id=each.id,
        label=label,
        other=by.name if of_us else "",
        signs_as=domain_of(office.addresses.did(by.slug)),
        comment=each.comment,
        made_at=each.created_at,
        is_accepted=each.accepted_at is not None,
        is_over=each.withdrawn_at is not None,
        tone=tone,
        word=dated(word, staff.zone, each.withdrawn_at, each.valid_until),
        note="",
        file_path=f"/endorsements/{each.id}.json",
        is_from_elsewhere=False,
    )


def _note(received: received_endorsements.ReceivedEndorsement, office: Office) -> str:
    if received.why_not is not None:
        return _("Pages can show it; badges do not carry it: %(why)s", why=received.why_not)
    if received.form == received_endorsements.Form.JWT and not office.endorsement_tokens:
        return _(
            "Pages can show it; badges do not carry it: it is a token, which older verifiers refuse inside a badge."
        )
    return ""
