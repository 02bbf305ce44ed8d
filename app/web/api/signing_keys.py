"""Signing keys of the issuer: their public halves, and what can be done with them. Private halves never pass here."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.credentials.model import Algorithm
from app.issuing import key_compromise, key_rotation, signing_keys
from app.issuing.issuers import Issuer
from app.issuing.signing_keys import KeyState, SigningKey
from app.web.api.authentication import KeysWriter, Reader
from app.web.api.fields import Id, In, Out, Reason
from app.web.api.idempotency import Answer, Posted
from app.web.api.pages_of_rows import PageOf, PageQuery, page_of, respond
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(prefix="/signing-keys", route_class=StrictRoute)


class SigningKeyOut(Out):
    """A key. `id` is its kid, `url` answers with its public JWK. A pending key is published and does not sign yet."""

    id: str
    url: str
    algorithm: Algorithm
    state: KeyState
    public_jwk: dict[str, Any]
    created_at: datetime
    activated_at: datetime | None
    retired_at: datetime | None
    revoked_at: datetime | None
    revocation_reason: str | None
    reissued_at: Annotated[
        datetime | None, Field(description="of a revoked key: since when no living badge rests on it")
    ]


class KeysOut(Out):
    """The keys that were made or began to sign."""

    keys: list[SigningKeyOut]


class Revocation(In):
    """Why a key can be trusted no longer."""

    reason: Reason


class RevocationOut(Out):
    """What became of it. `waiting` badges are signed anew by the worker; `keys` sign from now on, if there are any."""

    keys: list[SigningKeyOut]
    waiting: int


@router.get("", response_model=PageOf[SigningKeyOut])
def list_signing_keys(
    caller: Reader, request: Request, page: Annotated[PageQuery, Query()], service: TheService
) -> Response:
    """List all signing keys that the issuer ever had, newest first."""
    query = select(SigningKey).where(SigningKey.issuer_id == caller.issuer_id)
    with service.database.read() as session:
        issuer = caller.issuer(session)
        found = page_of(session, query, (SigningKey.created_at, SigningKey.kid), page)
        items = [_told(service, issuer, key) for key in found.rows]
    return respond(request, items, found.cursor)


@router.post("/prepare", status_code=201, response_model=KeysOut)
def prepare(caller: KeysWriter, post: Posted, service: TheService) -> Response:
    """Make and publish the next pair without signing with it yet."""

    def work(session: Session, issuer: Issuer) -> Answer:
        made = signing_keys.prepare(session, service.office, issuer, actor=caller.actor)
        return Answer(201, KeysOut(keys=[_told(service, issuer, key) for key in made]))

    return post.answer(caller, work)


@router.post("/activate", response_model=KeysOut)
def activate(caller: KeysWriter, post: Posted, service: TheService) -> Response:
    """Sign with the pending pair from now on. Old keys stay published: what they signed still verifies."""

    def work(session: Session, issuer: Issuer) -> Answer:
        made = key_rotation.activate(session, service.office, issuer, actor=caller.actor)
        return Answer(200, KeysOut(keys=[_told(service, issuer, key) for key in made]))

    return post.answer(caller, work)


@router.post("/rotate", status_code=201, response_model=KeysOut)
def rotate(caller: KeysWriter, post: Posted, service: TheService) -> Response:
    """Sign with a new pair from now on: the pending one, or one that is made now."""

    def work(session: Session, issuer: Issuer) -> Answer:
        made = key_rotation.rotate(session, service.office, issuer, actor=caller.actor)
        return Answer(201, KeysOut(keys=[_told(service, issuer, key) for key in made]))

    return post.answer(caller, work)


@router.post("/{signing_key_id}/revoke", response_model=RevocationOut)
def revoke(caller: KeysWriter, signing_key_id: Id, stated: Revocation, post: Posted, service: TheService) -> Response:
    """Say of a key that it was compromised. What it signed is good no longer; living badges are signed anew."""

    def work(session: Session, issuer: Issuer) -> Answer:
        made = key_rotation.revoke(
            session, service.office, issuer, [signing_key_id], reason=stated.reason, actor=caller.actor
        )
        waiting = key_compromise.left(session, issuer.id)
        return Answer(200, RevocationOut(keys=[_told(service, issuer, key) for key in made], waiting=waiting))

    return post.answer(caller, work)


def _told(service: TheService, issuer: Issuer, key: SigningKey) -> SigningKeyOut:
    return SigningKeyOut(
        id=key.kid,
        url=service.office.addresses.key(issuer.slug, key.kid),
        algorithm=Algorithm(key.algorithm),
        state=KeyState(key.state),
        public_jwk=key.public_jwk,
        created_at=key.created_at,
        activated_at=key.activated_at,
        retired_at=key.retired_at,
        revoked_at=key.revoked_at,
        revocation_reason=key.revocation_reason,
        reissued_at=key.reissued_at,
    )
