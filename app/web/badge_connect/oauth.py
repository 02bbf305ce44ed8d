"""How programs of others are let in: they register, ask a holder in the browser, and exchange the code for tokens.

Errors here are those of OAuth (RFC 6749, 7009, 7591), as its clients expect them. A request for authorisation that is
not as it should be is answered with a page, whatever is wrong: anybody registers, so that a link to this service which
sends on to an address of theirs could lead to anything. Nobody is sent anywhere before they have answered here, signed
in (RFC 9700, 4.11.2).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc7591 import InvalidClientMetadataError
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from app.credentials import strict_json
from app.errors import InvalidInput, MalformedJson, TooLarge
from app.issuing.badge_connect import ConnectClient, clients, grants
from app.service import Service
from app.web.api.strict_route import is_json, media_type
from app.web.badge_connect.authorization_server import NO_STORE, Asked, OAuth2Error, Pairs, Server
from app.web.deps import RawBody, TheRates, TheService
from app.web.inside import go

PATH = "/ims/ob/v3p0/oauth"
router = APIRouter(prefix=PATH, include_in_schema=False)

FORM = "application/x-www-form-urlencoded"
MAX_BYTES = 16_384
MOST_FIELDS = 30
LONGEST_FIELD = 2_048
# What a question is asked with, and how long that may be. Whatever else stands there is nobody's, and is not kept.
MEMBERS = {
    "response_type": 100,
    "client_id": 100,
    "redirect_uri": LONGEST_FIELD,
    "scope": 1_000,
    "state": LONGEST_FIELD,
    "code_challenge": 128,
    "code_challenge_method": 100,
}


@router.post("/register", tags=["integrator"])
def register(request: Request, *, body: RawBody, service: TheService, rates: TheRates) -> Response:
    """Register a program: 201 with whatever it sent, its id and its secret (RFC 7591)."""
    rates.register(request)
    try:
        stated = _document(request, body)
        with service.database.write() as session:
            client, secret = clients.register(session, service.office, stated)
    except InvalidInput as error:
        return _refused_registration(error)
    return JSONResponse(_registered(client, secret), status_code=201, headers=NO_STORE)


@router.get("/authorize", tags=["public"])
def authorize(request: Request, *, service: TheService, rates: TheRates) -> Response:
    """Ask whoever sits at the browser, once they are signed in. Raises InvalidInput for nobody knows whom."""
    rates.connect(request)
    asked = _asked(service, request, _bounded(request.query_params.multi_items()))
    with service.database.write() as session:
        server = Server(session)
        try:
            grant = server.get_consent_grant(asked)
        except OAuth2Error as error:
            raise InvalidInput(_sentence(error)) from error
        question = grants.ask(session, grant.client.row, {"pairs": [list(pair) for pair in asked.pairs]})
    return go(f"/me/apps/{question.id}")


@router.post("/token", tags=["integrator"])
def token(request: Request, *, body: RawBody, service: TheService, rates: TheRates) -> Response:
    """Tokens for a code, or for a refresh token."""
    rates.ask_for_token(request)
    with service.database.write() as session:
        server = Server(session)
        try:
            response: Response = server.create_token_response(_asked(service, request, _form(request, body)))
        except OAuth2Error as error:
            response = server.handle_error_response(None, error)
    return response


@router.post("/revoke", tags=["integrator"])
def revoke(request: Request, *, body: RawBody, service: TheService, rates: TheRates) -> Response:
    """End a token (RFC 7009): 200 also for one that nobody knows."""
    rates.ask_for_token(request)
    with service.database.write() as session:
        server = Server(session)
        try:
            asked = _asked(service, request, _form(request, body))
            response: Response = server.create_endpoint_response("revocation", asked)
        except OAuth2Error as error:
            response = server.handle_error_response(None, error)
    return response


def _asked(service: Service, request: Request, pairs: Pairs) -> Asked:
    return Asked(request.method, secure_url(service, request.url.path), pairs, request.headers.get("authorization", ""))


def secure_url(service: Service, path: str) -> str:
    """An address of ours as authlib wants it: that it is https is what the settings see to, in production."""
    return f"https://{service.office.addresses.base_url.partition('://')[2]}{path}"


def _bounded(pairs: Pairs) -> Pairs:
    """What of a query counts. Raises InvalidInput for too much, and for what is there twice or cannot be kept."""
    known = [(name, value) for name, value in pairs if name in MEMBERS]
    is_twice = len({name for name, _ in known}) != len(known)
    is_long = len(pairs) > MOST_FIELDS or any(len(value) > MEMBERS[name] for name, value in known)
    if is_twice or is_long or any("\0" in value for _, value in known):
        raise InvalidInput("The site that sent you here asked in a way that cannot be read; nothing was let in")
    return known


def _form(request: Request, body: bytes) -> Pairs:
    """The fields of a form. Raises InvalidRequestError."""
    if media_type(request.headers.get("content-type", "")) != FORM:
        raise InvalidRequestError(f"Send the fields as {FORM}")
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict", encoding="utf-8"
        )
    except ValueError as error:
        raise InvalidRequestError("The form cannot be read") from error
    if len({name for name, _ in pairs}) != len(pairs):
        raise InvalidRequestError("A field may stand there once (RFC 6749, 3.2)")
    return pairs


def _document(request: Request, body: bytes) -> dict[str, Any]:
    if not is_json(request.headers.get("content-type", "")):
        raise InvalidInput("Send the registration as application/json", pointer="")
    try:
        stated = strict_json.loads(body, max_bytes=MAX_BYTES)
    except (MalformedJson, TooLarge) as error:
        raise InvalidInput(error.detail, pointer="") from error
    if not isinstance(stated, dict):
        raise InvalidInput("A registration is an object", pointer="")
    return stated


def _registered(client: ConnectClient, secret: str) -> dict[str, Any]:
    usual = {
        "token_endpoint_auth_method": "client_secret_basic",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
    }
    return {
        **usual,
        **client.stated,
        "client_id": client.id,
        "client_secret": secret,
        "client_id_issued_at": int(client.created_at.timestamp()),
        "client_secret_expires_at": 0,  # never
    }


def _refused_registration(error: InvalidInput) -> Response:
    is_redirect = error.facts.get("pointer") == "/redirect_uris"
    code = "invalid_redirect_uri" if is_redirect else InvalidClientMetadataError.error
    said = {"error": code, "error_description": error.detail}
    return JSONResponse(said, status_code=400, headers=NO_STORE)


def _sentence(error: OAuth2Error) -> str:
    return f"The site that sent you here asked in a way that is not accepted; nothing was let in. {error.description}"
