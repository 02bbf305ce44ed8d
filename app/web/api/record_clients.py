"""Health-record systems that may read of the issuer: connect one, see them, end one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.issuing.health_records import View, clients
from app.issuing.health_records.tables import RecordClient
from app.issuing.issuers import Issuer
from app.web.api.authentication import IssuerWriter, Reader
from app.web.api.fields import Id, In, Line200, Out
from app.web.api.idempotency import Answer, Posted, change
from app.web.api.pages_of_rows import PageOf, PageQuery, page_of, respond
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(prefix="/record-clients", route_class=StrictRoute)

Type = Literal["Practitioner", "PractitionerRole", "Organization", "VerificationResult"]


class NewRecordClient(In):
    """A system with its public keys, or the address at which it publishes them. No `types` = all of the view."""

    name: Line200
    view: View = View.FULL
    types: Annotated[list[Type], Field(max_length=4)] = []  # noqa: RUF012 - pydantic copies it
    jwks: dict[str, Any] | None = None
    jwks_url: Annotated[str, Field(min_length=9, max_length=500)] | None = None


class RecordClientOut(Out):
    """A system; its id is what it calls its client id. `ended_at` null = it may read."""

    id: str
    name: str
    view: View
    types: list[str]
    jwks_url: str | None
    created_at: datetime
    last_used_at: datetime | None
    ended_at: datetime | None


@router.get("", response_model=PageOf[RecordClientOut])
def list_record_clients(
    caller: Reader, request: Request, page: Annotated[PageQuery, Query()], service: TheService
) -> Response:
    """List the issuer's health-record systems, newest first."""
    query = select(RecordClient).where(RecordClient.issuer_id == caller.issuer_id)
    with service.database.read() as session:
        found = page_of(session, query, (RecordClient.created_at, RecordClient.id), page)
    return respond(request, [_told(each) for each in found.rows], found.cursor)


@router.post("", status_code=201, response_model=RecordClientOut)
def connect_record_client(caller: IssuerWriter, stated: NewRecordClient, post: Posted) -> Response:
    """Let a system read of those who agreed to it."""

    def work(session: Session, issuer: Issuer) -> Answer:
        made = clients.connect(session, issuer, **stated.model_dump(), actor=caller.actor)
        return Answer(201, _told(made))

    return post.answer(caller, work)


@router.delete("/{client_id}", status_code=204)
def end_record_client(caller: IssuerWriter, client_id: Id, service: TheService) -> Response:
    """Let a system read no more, at once."""

    def work(session: Session, issuer: Issuer) -> Answer:
        clients.end(session, issuer, client_id, actor=caller.actor)
        return Answer(204)

    return change(service, caller, work)


def _told(client: RecordClient) -> RecordClientOut:
    return RecordClientOut(
        id=client.id,
        name=client.name,
        view=View(client.view),
        types=client.types.split(),
        jwks_url=client.jwks_url,
        created_at=client.created_at,
        last_used_at=client.last_used_at,
        ended_at=client.ended_at,
    )
