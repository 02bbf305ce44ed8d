"""SMART Backend Services: where tokens are, and a token for whoever proves by its key that it is who it says.

Errors here are those of OAuth (RFC 6749, section 5.2), as its clients expect them.
"""

from __future__ import annotations

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from app import clock
from app.credentials import client_assertions
from app.credentials.client_assertions import Assertion
from app.credentials.signed_tokens import BadToken, UnknownKey
from app.db import Database
from app.errors import FetchFailed, NotFound
from app.issuing import issuers, key_sets
from app.issuing.health_records import telling, tokens
from app.issuing.health_records.tables import RecordClient
from app.issuing.issuers import Issuer
from app.issuing.key_sets import KeySet
from app.outbound.key_sets import fetch_key_set
from app.outbound.network import Network
from app.projections import fhir
from app.service import Service
from app.web.deps import RawBody, TheNetwork, TheRates, TheService
from app.web.representations import is_id
from app.web.token_requests import NO_STORE, Refused, form_of, refusal

router = APIRouter(prefix="/fhir/{slug}", include_in_schema=False)
log = structlog.get_logger()

NOTHING_HERE = "There is nothing at this address"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@router.get("/.well-known/smart-configuration", tags=["public"])
def configuration(slug: str, service: TheService) -> Response:
    """Where tokens are, and how one asks for them."""
    home = telling.home_of(service.office, _issuer(service, slug))
    return JSONResponse(fhir.statements.smart_configuration(token_url=f"{home.base}/token"))


@router.post("/token", tags=["integrator"])
def token(
    slug: str, request: Request, *, body: RawBody, service: TheService, network: TheNetwork, rates: TheRates
) -> Response:
    """An access token for five minutes, for a proof that was not shown before."""
    rates.ask_for_token(request)
    issuer = _issuer(service, slug)
    try:
        text, scopes = _exchanged(service, network, issuer, form_of(request, body))
    except Refused as refused:
        return refusal(refused)
    told = {"access_token": text, "token_type": "bearer", "expires_in": tokens.GOOD_FOR_SECONDS}
    return JSONResponse({**told, "scope": " ".join(scopes)}, headers=NO_STORE)


def _exchanged(
    service: Service, network: Network | None, issuer: Issuer, form: dict[str, str]
) -> tuple[str, tuple[str, ...]]:
    if form.get("grant_type") != "client_credentials":
        raise Refused("unsupported_grant_type", "This server takes client_credentials alone")
    if form.get("client_assertion_type") != ASSERTION_TYPE:
        raise Refused("invalid_request", f"Prove who you are with a client_assertion of the type {ASSERTION_TYPE}")
    client, proof = _proved(service, network, issuer, form.get("client_assertion", ""))
    scopes = tokens.granted(client, form.get("scope", ""))
    if not scopes:
        raise Refused("invalid_scope", "None of these scopes is one that the system may have, such as "
                      f"system/{client.types.partition(' ')[0]}.rs")  # fmt: skip
    with service.database.write() as session:
        current = session.get_one(RecordClient, client.id)
        if current.ended_at is not None or not tokens.use_up(session, current, proof):
            raise _unproved("the proof was shown before, or the system was ended")
        return tokens.issue(session, current, scopes), scopes


def _proved(
    service: Service, network: Network | None, issuer: Issuer, assertion: str
) -> tuple[RecordClient, Assertion]:
    """The system that asks, and its proof. Every reason for a refusal is one for the log, and one answer."""
    audience = f"{telling.home_of(service.office, issuer).base}/token"
    now = clock.now()
    try:
        client = _named(service.database, issuer, assertion)
        keys = _keys(service.database, network, client)
        try:
            return client, client_assertions.read(assertion, keys, client_id=client.id, audience=audience, now=now)
        except UnknownKey:
            keys = _keys(service.database, network, client, is_fresh=True)
            return client, client_assertions.read(assertion, keys, client_id=client.id, audience=audience, now=now)
    except BadToken as error:
        raise _unproved(str(error)) from error


def _named(database: Database, issuer: Issuer, assertion: str) -> RecordClient:
    """The system that the proof says it is of. Raises BadToken."""
    client_id = client_assertions.client_of(assertion)
    with database.read() as session:
        client = session.get(RecordClient, client_id) if is_id(client_id) else None
    if client is None or client.issuer_id != issuer.id or client.ended_at is not None:
        raise BadToken("there is no such system")
    return client


def _keys(
    database: Database, network: Network | None, client: RecordClient, *, is_fresh: bool = False
) -> dict[str, object]:
    """The system's keys: as stated, or as last fetched; asked for again when they are old, once a minute at most."""
    if client.jwks_url is None:
        return client.jwks or {}
    with database.read() as session:
        kept = session.get(KeySet, client.jwks_url)
    document = kept.document if kept is not None and kept.document is not None else {}
    is_old = kept is None or kept.refresh_at <= clock.now()
    if not (is_old or is_fresh):
        return document
    with database.write() as session:
        if not key_sets.take_turn(session, client.jwks_url):
            return document
    try:
        fetched = fetch_key_set(client.jwks_url, network, usable=client_assertions.usable_keys)
    except FetchFailed as error:
        log.warning("key set not fetched", client_id=client.id, reason=error.reason)
        with database.write() as session:
            key_sets.keep_failure(session, client.jwks_url, error.reason)
        return document
    with database.write() as session:
        key_sets.keep(session, client.jwks_url, fetched)
    return fetched


def _unproved(reason: str) -> Refused:
    log.info("access token refused", reason=reason)
    sentence = "The proof does not hold: see that issuer, subject, audience, end, id and key are those agreed on"
    return Refused("invalid_client", sentence, 401)


def _issuer(service: Service, slug: str) -> Issuer:
    if not is_id(slug):
        raise NotFound(NOTHING_HERE)
    with service.database.read() as session:
        return issuers.by_slug(session, slug)
