"""The audit log of the issuer: who did what to what. It holds ids and codes, no personal data."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy import select

from app.issuing.audit import AuditEntry
from app.web.api.authentication import Reader
from app.web.api.fields import Line120, Out
from app.web.api.pages_of_rows import PageOf, PageQuery, page_of, respond
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(prefix="/audit", route_class=StrictRoute)


class AuditEntryOut(Out):
    """One entry. `sequence` and `hash` are null until the worker has put it into the chain."""

    id: int
    at: datetime
    actor: str
    action: str
    object: str
    facts: dict[str, Any]
    sequence: int | None
    hash: str | None


class AuditQuery(PageQuery):
    """Which entries."""

    object: Annotated[Line120 | None, Field(description="of one thing, by its id")] = None


@router.get("", response_model=PageOf[AuditEntryOut])
def list_entries(
    caller: Reader, request: Request, page: Annotated[AuditQuery, Query()], service: TheService
) -> Response:
    """List audit entries, newest first."""
    query = select(AuditEntry).where(AuditEntry.issuer_id == caller.issuer_id)
    if page.object is not None:
        query = query.where(AuditEntry.object_id == page.object)
    with service.database.read() as session:
        found = page_of(session, query, (AuditEntry.id,), page)
    return respond(request, [_told(entry) for entry in found.rows], found.cursor)


def _told(entry: AuditEntry) -> AuditEntryOut:
    return AuditEntryOut(
        id=entry.id,
        at=entry.at,
        actor=entry.actor,
        action=entry.action,
        object=entry.object_id,
        facts=entry.facts,
        sequence=entry.sequence,
        hash=entry.hash,
    )
