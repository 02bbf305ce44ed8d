"""Requests for endorsements: those that the issuer made, and those that ask for its own word."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.issuing import endorsement_requests, issuers
from app.issuing.endorsement_requests import DAYS, MOST_DAYS, Asked, EndorsementRequest
from app.issuing.endorsements import MOST_CHARACTERS_OF_ABOUT, Statement
from app.issuing.issuers import Issuer
from app.web.api.authentication import IssuerWriter, Reader
from app.web.api.award_bodies import WithReason
from app.web.api.fields import Email, Id, In, Line200, Moment, Out, Slug, Text
from app.web.api.idempotency import Answer, Posted
from app.web.api.pages_of_rows import PageOf, PageQuery, page_of, respond
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(route_class=StrictRoute)


class NewEndorsementRequest(In):
    """What is asked of whom: an issuer here by its short name, or an organisation elsewhere by name and address."""

    about: Annotated[
        str,
        Field(
            min_length=1,
            max_length=MOST_CHARACTERS_OF_ABOUT,
            description="the address of one of the issuer's versions or badges, or its own DID",
        ),
    ]
    message: Annotated[Text, Field(max_length=5_000)]
    endorser: Annotated[Slug, Field(description="an issuer of this service")] | None = None
    name: Line200 | None = None
    email: Email | None = None
    days: Annotated[int, Field(ge=1, le=MOST_DAYS, strict=True)] = DAYS


class SignedWord(In):
    """What the issuer says of what was asked."""

    comment: Annotated[Text, Field(description="Markdown")]
    valid_until: Moment | None = None


class EndorsementRequestOut(Out):
    """A request. `state`: requested, signed, declined, withdrawn or expired. `sha256`: of the version that is meant.

    `endorsement` is what an issuer here signed, `uploaded` what was handed in. `url` is told once, by the answer that
    made a request to an organisation elsewhere.
    """

    id: str
    state: str
    about: str
    label: str
    sha256: str | None
    asked_by: str
    endorser: str | None
    name: str
    email: str | None
    message: str
    reason: str | None
    endorsement: str | None
    uploaded: str | None
    url: str | None
    created_at: datetime
    expires_at: datetime


@router.get("/endorsement-requests", response_model=PageOf[EndorsementRequestOut])
def list_endorsement_requests(
    caller: Reader, request: Request, page: Annotated[PageQuery, Query()], service: TheService
) -> Response:
    """List what the issuer asked for, newest first."""
    query = select(EndorsementRequest).where(EndorsementRequest.issuer_id == caller.issuer_id)
    with service.database.read() as session:
        found = page_of(session, query, (EndorsementRequest.created_at, EndorsementRequest.id), page)
        items = [_told(session, each) for each in found.rows]
    return respond(request, items, found.cursor)


@router.post("/endorsement-requests", status_code=201, response_model=EndorsementRequestOut)
def ask_for_endorsement(
    caller: IssuerWriter, stated: NewEndorsementRequest, post: Posted, service: TheService
) -> Response:
    """Ask an organisation to endorse one of the issuer's versions, a badge or the issuer; a mail tells them."""

    def work(session: Session, issuer: Issuer) -> Answer:
        asked = Asked(
            about=stated.about,
            message=stated.message,
            endorser=issuers.by_slug(session, stated.endorser) if stated.endorser else None,
            name=stated.name or "",
            email=stated.email or "",
            days=stated.days,
        )
        made = endorsement_requests.ask(session, service.office, issuer, asked, actor=caller.actor)
        return Answer(201, _told(session, made.request, url=made.url))

    return post.answer(caller, work)


@router.get("/endorsement-requests/{request_id}", response_model=EndorsementRequestOut)
def read_endorsement_request(caller: Reader, request_id: Id, service: TheService) -> Response:
    """Read one request of the issuer's."""
    with service.database.read() as session:
        found = endorsement_requests.by_id(session, request_id, issuer=caller.issuer(session))
        answer = Answer(200, _told(session, found))
    return Response(answer.body(), media_type="application/json")


@router.post("/endorsement-requests/{request_id}/withdraw", response_model=EndorsementRequestOut)
def withdraw_endorsement_request(caller: IssuerWriter, request_id: Id, post: Posted) -> Response:
    """Ask no more; a link that was sent stops working."""

    def work(session: Session, issuer: Issuer) -> Answer:
        found = endorsement_requests.by_id(session, request_id, issuer=issuer)
        endorsement_requests.withdraw(session, found, actor=caller.actor)
        return Answer(200, _told(session, found))

    return post.answer(caller, work)


@router.get("/asked-endorsements", response_model=PageOf[EndorsementRequestOut])
def list_asked_endorsements(
    caller: Reader, request: Request, page: Annotated[PageQuery, Query()], service: TheService
) -> Response:
    """List what other issuers ask this one to endorse, newest first."""
    query = select(EndorsementRequest).where(EndorsementRequest.endorser_id == caller.issuer_id)
    with service.database.read() as session:
        found = page_of(session, query, (EndorsementRequest.created_at, EndorsementRequest.id), page)
        items = [_told(session, each) for each in found.rows]
    return respond(request, items, found.cursor)


@router.post("/asked-endorsements/{request_id}/sign", response_model=EndorsementRequestOut)
def sign_asked_endorsement(
    caller: IssuerWriter, request_id: Id, stated: SignedWord, post: Posted, service: TheService
) -> Response:
    """Endorse what is asked, signed with the issuer's own key; of a version, exactly its content."""

    def work(session: Session, issuer: Issuer) -> Answer:
        found = endorsement_requests.asked_by_id(session, request_id, endorser=issuer)
        said = Statement(found.about, stated.comment, stated.valid_until)
        endorsement_requests.sign(session, service.office, issuer, found, said, actor=caller.actor)
        return Answer(200, _told(session, found))

    return post.answer(caller, work)


@router.post("/asked-endorsements/{request_id}/decline", response_model=EndorsementRequestOut)
def decline_asked_endorsement(caller: IssuerWriter, request_id: Id, stated: WithReason, post: Posted) -> Response:
    """Say no, with a reason for who asked."""

    def work(session: Session, issuer: Issuer) -> Answer:
        found = endorsement_requests.asked_by_id(session, request_id, endorser=issuer)
        endorsement_requests.decline(session, found, reason=stated.reason, actor=caller.actor)
        return Answer(200, _told(session, found))

    return post.answer(caller, work)


def _told(session: Session, found: EndorsementRequest, *, url: str | None = None) -> EndorsementRequestOut:
    endorser = None if found.endorser_id is None else issuers.by_id(session, found.endorser_id)
    return EndorsementRequestOut(
        id=found.id,
        state=endorsement_requests.state_of(found, now=clock.now()),
        about=found.about,
        label=found.label,
        sha256=found.sha256,
        asked_by=issuers.by_id(session, found.issuer_id).slug,
        endorser=None if endorser is None else endorser.slug,
        name=found.recipient_name,
        email=found.recipient_email,
        message=found.message,
        reason=found.reason,
        endorsement=found.endorsement_id,
        uploaded=found.received_id,
        url=url,
        created_at=found.created_at,
        expires_at=found.expires_at,
    )
