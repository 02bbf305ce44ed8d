"""Accreditations of the issuer, as the next badges will say them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy.orm import Session

from app import clock
from app.credentials import model
from app.issuing import accreditations
from app.issuing.accreditations import Standing
from app.issuing.issuers import Issuer
from app.web.api.authentication import IssuerWriter, Reader
from app.web.api.fields import Id, In, Line200, Line500, Out, Text, Url500
from app.web.api.idempotency import Answer, Posted, change
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(prefix="/accreditations", route_class=StrictRoute)


class AccreditationIn(In):
    """By whom the issuer is accredited, for what and until when. What is left out is not stated."""

    accreditor: Line200
    url: Annotated[Url500, Field(description="the accreditor's own website")]
    contact_instructions: Annotated[Text, Field(max_length=2_000, description="how to ask the accreditor")]
    scope: Annotated[Text, Field(max_length=2_000)] | None = None
    area_served: Line500 | None = None
    sector: Annotated[Line200, Field(description="such as K12, Postsecondary, CTE, Workforce, Adult Ed")] | None = None
    accredited_on: date | None = None
    ends_on: Annotated[date, Field(description="the last day on which it holds")] | None = None

    def stated(self) -> model.Accreditation:
        """As the office takes it."""
        return model.Accreditation(**self.model_dump())


class AccreditationOut(Out):
    """An accreditation. `has_ended` and `ends_soon` are of today, in the issuer's zone."""

    id: str
    accreditor: str
    url: str
    contact_instructions: str
    scope: str | None
    area_served: str | None
    sector: str | None
    accredited_on: date | None
    ends_on: date | None
    has_ended: bool
    ends_soon: bool
    created_at: datetime


class AccreditationsOut(Out):
    """All that the issuer keeps, by the accreditor's name."""

    items: list[AccreditationOut]


@router.get("", response_model=AccreditationsOut)
def list_accreditations(caller: Reader, service: TheService) -> Response:
    """List the issuer's accreditations, those that have ended too."""
    with service.database.read() as session:
        found = accreditations.standing(session, caller.issuer(session), now=clock.now())
        answer = Answer(200, AccreditationsOut(items=[_told(each) for each in found]))
    return Response(answer.body(), media_type="application/json")


@router.post("", status_code=201, response_model=AccreditationOut)
def add_accreditation(caller: IssuerWriter, stated: AccreditationIn, post: Posted, service: TheService) -> Response:
    """Keep one more. New badges carry it while it holds."""

    def work(session: Session, issuer: Issuer) -> Answer:
        made = accreditations.add(session, service.office, issuer, stated.stated(), actor=caller.actor)
        return Answer(201, _one(session, issuer, made.id))

    return post.answer(caller, work)


@router.put("/{accreditation_id}", response_model=AccreditationOut)
def change_accreditation(
    caller: IssuerWriter, accreditation_id: Id, stated: AccreditationIn, service: TheService
) -> Response:
    """Say something else of it. Badges that were signed before keep what they say."""

    def work(session: Session, issuer: Issuer) -> Answer:
        kept = accreditations.by_id(session, issuer.id, accreditation_id)
        accreditations.change(session, service.office, issuer, kept, stated.stated(), actor=caller.actor)
        return Answer(200, _one(session, issuer, kept.id))

    return change(service, caller, work)


@router.delete("/{accreditation_id}", status_code=204)
def remove_accreditation(caller: IssuerWriter, accreditation_id: Id, service: TheService) -> Response:
    """Show it nowhere any more, and sign it no more."""

    def work(session: Session, issuer: Issuer) -> Answer:
        kept = accreditations.by_id(session, issuer.id, accreditation_id)
        accreditations.remove(session, kept, actor=caller.actor)
        return Answer(204)

    return change(service, caller, work)


def _one(session: Session, issuer: Issuer, accreditation_id: str) -> AccreditationOut:
    found = accreditations.standing(session, issuer, now=clock.now())
    return next(_told(each) for each in found if each.accreditation.id == accreditation_id)


def _told(standing: Standing) -> AccreditationOut:
    kept = standing.accreditation
    return AccreditationOut(
        id=kept.id,
        accreditor=kept.accreditor,
        url=kept.url,
        contact_instructions=kept.contact_instructions,
        scope=kept.scope,
        area_served=kept.area_served,
        sector=kept.sector,
        accredited_on=kept.accredited_on,
        ends_on=kept.ends_on,
        has_ended=standing.has_ended,
        ends_soon=standing.ends_soon,
        created_at=kept.created_at,
    )
