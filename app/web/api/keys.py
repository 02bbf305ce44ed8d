"""API keys of the issuer, without their secrets, which nobody keeps."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.issuing import access
from app.issuing.access import ApiKey, Scope
from app.issuing.issuers import Issuer
from app.web.api.authentication import IssuerWriter, Reader
from app.web.api.fields import Id, Out
from app.web.api.idempotency import Answer, change
from app.web.api.pages_of_rows import PageOf, PageQuery, page_of, respond
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(prefix="/keys", route_class=StrictRoute)


class KeyOut(Out):
    """An API key. `id` is the part of its text between the two underscores."""

    id: str
    name: str
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


@router.get("", response_model=PageOf[KeyOut])
def list_keys(caller: Reader, request: Request, page: Annotated[PageQuery, Query()], service: TheService) -> Response:
    """List the issuer's API keys, newest first."""
    query = select(ApiKey).where(ApiKey.issuer_id == caller.issuer_id)
    with service.database.read() as session:
        found = page_of(session, query, (ApiKey.created_at, ApiKey.id), page)
    return respond(request, [_told(key) for key in found.rows], found.cursor)


@router.delete("/{key_id}", status_code=204)
def revoke_key(caller: IssuerWriter, key_id: Id, service: TheService) -> Response:
    """End a key at once; also the one that asks."""

    def work(session: Session, issuer: Issuer) -> Answer:
        access.revoke(session, issuer, key_id, actor=caller.actor)
        return Answer(204)

    return change(service, caller, work)


def _told(key: ApiKey) -> KeyOut:
    return KeyOut(
        id=key.id,
        name=key.name,
        scopes=[Scope(scope) for scope in key.scopes.split()],
        created_at=key.created_at,
        expires_at=key.expires_at,
        last_used_at=key.last_used_at,
        revoked_at=key.revoked_at,
    )
