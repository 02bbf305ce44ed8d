"""Endorsements: what the issuer says of others' things, and what others of this service say of the issuer's."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.issuing import endorsements
from app.issuing.endorsements import MOST_CHARACTERS_OF_ABOUT, Endorsement, Statement
from app.issuing.issuers import Issuer
from app.issuing.office import Office
from app.service import Service
from app.web.api.authentication import Caller, IssuerWriter, Reader
from app.web.api.award_bodies import WithReason
from app.web.api.fields import Id, In, Moment, Out, Text
from app.web.api.idempotency import Answer, Posted, change
from app.web.api.pages_of_rows import PageOf, PageQuery, page_of, respond
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(route_class=StrictRoute)


class NewEndorsement(In):
    """What is endorsed, and the words."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "about": "https://badges.example/achievements/3q2-7wAbCdEfGhIjKlMnOp/v1",
                    "comment": "Meets the **2026** guideline of the Board of Nursing.",
                }
            ]
        }
    )

    about: Annotated[
        str,
        Field(
            min_length=1,
            max_length=MOST_CHARACTERS_OF_ABOUT,
            description="the id that signed documents have for it: the address of a badge or of an achievement's "
            "version, or an issuer's DID; here or elsewhere",
        ),
    ]
    comment: Annotated[Text, Field(description="Markdown")]
    valid_until: Moment | None = None


class Acceptance(In):
    """Whether new badges carry it."""

    accepted: bool


class EndorsementOut(Out):
    """An endorsement. `url` answers with the signed document; `accepted_at`: since when new badges carry it."""

    id: str
    url: str
    about: str
    comment: str
    valid_until: datetime | None
    accepted_at: datetime | None
    withdrawn_at: datetime | None
    reason: str | None
    created_at: datetime


@router.get("/endorsements", response_model=PageOf[EndorsementOut])
def list_endorsements(
    caller: Reader, request: Request, page: Annotated[PageQuery, Query()], service: TheService
) -> Response:
    """List what the issuer endorsed, newest first."""
    return _listed(caller, request, page, service, received=False)


@router.post("/endorsements", status_code=201, response_model=EndorsementOut)
def create_endorsement(caller: IssuerWriter, stated: NewEndorsement, post: Posted, service: TheService) -> Response:
    """Endorse a badge, an achievement or an organisation in the issuer's name, signed with its keys."""

    def work(session: Session, issuer: Issuer) -> Answer:
        said = Statement(stated.about, stated.comment, stated.valid_until)
        made = endorsements.endorse(session, service.office, issuer, said, actor=caller.actor)
        return Answer(201, _told(service.office, made))

    return post.answer(caller, work)


@router.get("/endorsements/{endorsement_id}", response_model=EndorsementOut)
def read_endorsement(caller: Reader, endorsement_id: Id, service: TheService) -> Response:
    """Read one endorsement of the issuer's."""
    with service.database.read() as session:
        found = endorsements.by_id(session, endorsement_id, issuer=caller.issuer(session))
        answer = Answer(200, _told(service.office, found))
    return Response(answer.body(), media_type="application/json")


@router.post("/endorsements/{endorsement_id}/withdraw", response_model=EndorsementOut)
def withdraw_endorsement(
    caller: IssuerWriter, endorsement_id: Id, stated: WithReason, post: Posted, service: TheService
) -> Response:
    """Take the word back, for good. The status list says so at once, also of badges that carry it."""

    def work(session: Session, issuer: Issuer) -> Answer:
        found = endorsements.by_id(session, endorsement_id, issuer=issuer)
        endorsements.withdraw(session, service.office, found, reason=stated.reason, actor=caller.actor)
        return Answer(200, _told(service.office, found))

    return post.answer(caller, work)


@router.get("/received-endorsements", response_model=PageOf[EndorsementOut])
def list_received_endorsements(
    caller: Reader, request: Request, page: Annotated[PageQuery, Query()], service: TheService
) -> Response:
    """List what other issuers of this service said of the issuer and its things, newest first."""
    return _listed(caller, request, page, service, received=True)


@router.put("/received-endorsements/{endorsement_id}", response_model=EndorsementOut)
def accept_endorsement(caller: IssuerWriter, endorsement_id: Id, stated: Acceptance, service: TheService) -> Response:
    """Have new badges carry it, or not any more. Badges that were signed stay as they are until they are reissued."""

    def work(session: Session, issuer: Issuer) -> Answer:
        found = endorsements.received_by_id(session, endorsement_id, issuer=issuer)
        endorsements.accept(session, issuer, found, accepted=stated.accepted, actor=caller.actor)
        return Answer(200, _told(service.office, found))

    return change(service, caller, work)


def _listed(caller: Caller, request: Request, page: PageQuery, service: Service, *, received: bool) -> Response:
    owner = Endorsement.about_issuer_id if received else Endorsement.issuer_id
    query = select(Endorsement).where(owner == caller.issuer_id)
    with service.database.read() as session:
        found = page_of(session, query, (Endorsement.created_at, Endorsement.id), page)
        items = [_told(service.office, each) for each in found.rows]
    return respond(request, items, found.cursor)


def _told(office: Office, endorsement: Endorsement) -> EndorsementOut:
    return EndorsementOut(
        id=endorsement.id,
        url=office.addresses.endorsement(endorsement.id),
        about=endorsement.about,
        comment=endorsement.comment,
        valid_until=endorsement.valid_until,
        accepted_at=endorsement.accepted_at,
        withdrawn_at=endorsement.withdrawn_at,
        reason=endorsement.reason,
        created_at=endorsement.created_at,
    )
