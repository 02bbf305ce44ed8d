"""Who reads: a health-record system with its access token, or a program with an API key. Both are of one issuer.

Another issuer's reader gets what nobody gets (T29): at the base of an issuer, only that issuer's readers are known.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials
from sqlalchemy.orm import Session

from app import clock
from app.errors import Busy, NotAllowed, NotAuthenticated
from app.issuing import access, issuers
from app.issuing.access import ApiKey, Scope
from app.issuing.health_records import View, clients, tokens
from app.issuing.health_records.tables import RecordClient
from app.issuing.issuers import Issuer
from app.service import Service
from app.web.api.authentication import NOTED_AGAIN_AFTER, bearer, refuse_key_in_address
from app.web.deps import TheRates, TheService
from app.web.representations import is_id

READ, SEARCH = "r", "s"
WHO = "Send an access token from this server's token endpoint, or an API key, as: Authorization: Bearer …"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, of which issuer, what they see of people, and which types: pairs of a type and a letter."""

    issuer_id: str
    reader_id: str
    actor: str
    view: View
    grants: frozenset[tuple[str, str]]

    def issuer(self, session: Session) -> Issuer:
        """The issuer, in this transaction."""
        return issuers.by_id(session, self.issuer_id)

    def is_ended(self, session: Session) -> bool:
        """Whether the system or the key was ended meanwhile; a token that ran out ends nothing that was begun."""
        client, key = session.get(RecordClient, self.reader_id), session.get(ApiKey, self.reader_id)
        is_revoked = key is not None and key.revoked_at is not None
        return is_revoked or (client is not None and client.ended_at is not None)

    def may(self, resource_type: str, letter: str) -> bool:
        """Whether they may read (`r`) or search (`s`) a type."""
        return (resource_type, letter) in self.grants

    def demand(self, resource_type: str, letter: str) -> None:
        """Raise NotAllowed unless they may."""
        if not self.may(resource_type, letter):
            scope = f"system/{resource_type}.{letter}"
            raise NotAllowed(f"This needs the scope {scope}, which the token or key does not have", scope=scope)


def reader(
    request: Request,
    slug: str,
    service: TheService,
    rates: TheRates,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> Reader:
    """Who reads. Raises KeyInAddress, NotAuthenticated, NotAllowed, RateLimited."""
    refuse_key_in_address(request)
    if credentials is None:
        raise NotAuthenticated(WHO)
    text = credentials.credentials
    found = _of_token(service, slug, text) if text.startswith(tokens.PREFIX) else _of_key(service, slug, text)
    rates.read_records(found.reader_id)
    return found


def _of_token(service: Service, slug: str, text: str) -> Reader:
    if not is_id(slug):
        raise NotAuthenticated(WHO)
    with service.database.read() as session:
        issuer = issuers.by_slug(session, slug)
        client, token = tokens.authenticate(session, text, issuer_id=issuer.id)
    view = View(client.view)
    return Reader(issuer.id, client.id, f"record-client:{client.id}", view, tokens.grants_of(token.scopes))


def _of_key(service: Service, slug: str, text: str) -> Reader:
    with service.database.read() as session:
        key = access.authenticate(session, text)
        if issuers.by_id(session, key.issuer_id).slug != slug:
            raise NotAuthenticated(WHO)
    view = _view_of(key)
    if key.last_used_at is None or clock.now() - key.last_used_at > NOTED_AGAIN_AFTER:
        # A busy database must not turn readers away because of a note.
        with suppress(Busy), service.database.write() as session:
            access.note_use(session, key.id)
    grants = frozenset((each, letter) for each in clients.types_for(view) for letter in (READ, SEARCH))
    return Reader(key.issuer_id, key.id, f"api-key:{key.id}", view, grants)


def _view_of(key: ApiKey) -> View:
    if Scope.FHIR_READ in key.scopes.split():
        return View.FULL
    access.demand(key, Scope.FHIR_PATIENT)
    return View.PATIENT


TheReader = Annotated[Reader, Depends(reader)]
