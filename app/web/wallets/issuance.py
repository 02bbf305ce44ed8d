"""OpenID4VCI 1.0 with a pre-authorised code: the code for a token, a nonce, and the badge for a proof of the key.

Errors are those of the standard, not ours. Source: OpenID4VCI 1.0, "Token Endpoint" to "Notification Endpoint".
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from fastapi.security import HTTPAuthorizationCredentials

from app import clock
from app.credentials import strict_json, wallet_proofs
from app.credentials.wallet_proofs import BadProof, Proven
from app.errors import (
    AlreadyRevoked,
    AlreadySuperseded,
    AlreadySuspended,
    Gone,
    InvalidInput,
    TooLarge,
    WrongState,
)
from app.issuing.issuers import Issuer
from app.issuing.wallets import Event, Format, WalletCredential, claiming, nonces, offers
from app.issuing.wallets.offers import Granted
from app.issuing.wallets.refusing import Refusal
from app.projections import wallets as told
from app.service import Service
from app.web.api.authentication import bearer
from app.web.api.strict_route import is_json
from app.web.deps import RawBody, TheRates, TheService
from app.web.representations import is_id
from app.web.token_requests import NO_STORE, Refused, form_of, refusal
from app.web.wallets.metadata import issuer_of

router = APIRouter(prefix="/wallets/{slug}", include_in_schema=False)

MOST_BYTES = 32_768  # of a request with one key proof
FORMS = {told.configuration_id(form): form for form in Format}
# Why a wallet is refused a badge for good; whatever else goes wrong may go right another time.
_DENIED = (Gone, WrongState, AlreadyRevoked, AlreadySuperseded, AlreadySuspended)

Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


@router.post("/token", tags=["integrator"])
def token(slug: str, request: Request, *, body: RawBody, service: TheService, rates: TheRates) -> Response:
    """An access token for some minutes, for the code of an offer that was not exchanged before."""
    rates.ask_as_wallet(request)
    with service.database.read() as session:
        issuer = issuer_of(session, slug)
    try:
        granted = _granted(service, issuer, form_of(request, body))
    except Refused as refused:
        return refusal(refused)
    answer = {"access_token": granted.token, "token_type": "Bearer", "expires_in": granted.seconds}
    return JSONResponse(answer, headers=NO_STORE)


@router.post("/nonce", tags=["public"])
def nonce(slug: str, request: Request, service: TheService, rates: TheRates) -> Response:
    """A nonce for one key proof. Nothing is written for it."""
    rates.ask_as_wallet(request)
    with service.database.read() as session:
        issuer = issuer_of(session, slug)
    return JSONResponse({"c_nonce": nonces.new(service.office, issuer)}, headers=NO_STORE)


@router.post("/credential", tags=["integrator"])
def credential(
    slug: str, request: Request, *, sent: Credentials, body: RawBody, service: TheService, rates: TheRates
) -> Response:
    """The badge of the token, signed for whoever holds the key of the proof."""
    rates.ask_as_wallet(request)
    try:
        _check_token(service, slug, sent)
        asked = _object(request, body, "invalid_credential_request")
        given = _given(service, slug, _text_of(sent), form=_form(asked), proven=_proven(service, slug, asked))
    except Refused as refused:
        return _refusal(refused)
    as_json = given.document if given.format == Format.LDP_VC else strict_json.dumps(given.document.decode())
    # Put together as bytes: what was signed is sent as it was signed.
    answer = b'{"credentials":[{"credential":' + as_json + b'}],"notification_id":"' + given.id.encode() + b'"}'
    return Response(answer, media_type="application/json", headers=NO_STORE)


@router.post("/notification", tags=["integrator"])
def notification(
    slug: str, request: Request, *, sent: Credentials, body: RawBody, service: TheService, rates: TheRates
) -> Response:
    """What became of the badge in the wallet, noted."""
    rates.ask_as_wallet(request)
    try:
        _check_token(service, slug, sent)
        _note(service, slug, _text_of(sent), _object(request, body, "invalid_notification_request"))
    except Refused as refused:
        return _refusal(refused)
    return Response(status_code=HTTPStatus.NO_CONTENT, headers=NO_STORE)


def _granted(service: Service, issuer: Issuer, form: dict[str, str]) -> Granted:
    if form.get("grant_type") != told.GRANT:
        raise Refused("unsupported_grant_type", f"This server takes {told.GRANT} alone")
    code = form.get("pre-authorized_code")
    if not code:
        raise Refused("invalid_request", "pre-authorized_code is missing")
    with service.database.write() as session:
        outcome = offers.redeem(session, issuer, code, form.get("tx_code"))
    if isinstance(outcome, Refusal):
        is_of_request = outcome in (Refusal.CODE_MISSING, Refusal.CODE_UNEXPECTED)
        raise Refused("invalid_request" if is_of_request else "invalid_grant", outcome)
    return outcome


def _note(service: Service, slug: str, text: str, said: dict[str, Any]) -> None:
    credential_id, event = said.get("notification_id"), said.get("event")
    if not isinstance(credential_id, str) or event not in list(Event):
        raise Refused("invalid_notification_request", f"Name a notification_id, and one of {', '.join(Event)}")
    with service.database.write() as session:
        offer = offers.with_token(session, issuer_of(session, slug), text)
        if offer is None:
            raise _no_token()
        if not is_id(credential_id) or not claiming.tell(session, offer, credential_id, Event(event)):
            raise Refused("invalid_notification_id", "This token took no credential with this id")


def _given(service: Service, slug: str, text: str, *, form: Format, proven: Proven) -> WalletCredential:
    """The document, now stored. The nonce is used up in the same transaction: either all of it was done, or nothing."""
    if proven.nonce is None:
        raise Refused("invalid_proof", "The key proof names no nonce; ask the nonce endpoint for one")
    try:
        with service.database.write() as session:
            issuer = issuer_of(session, slug)
            offer = offers.with_token(session, issuer, text)
            if offer is None:
                raise _no_token()
            if not nonces.use_up(session, service.office, issuer, proven.nonce):
                raise Refused("invalid_nonce", "The nonce is not good, or was used; ask the nonce endpoint for another")
            return claiming.take(session, service.office, issuer, offer, form=form, holder=proven.holder)
    except _DENIED as error:
        raise Refused("credential_request_denied", error.detail) from error


def _proven(service: Service, slug: str, asked: dict[str, Any]) -> Proven:
    """The wallet that made the one key proof of a request."""
    proofs = asked.get("proofs")
    if not isinstance(proofs, dict) or len(proofs) != 1:
        raise Refused("invalid_proof", "proofs names one proof type, jwt or di_vp")
    [(kind, listed)] = proofs.items()
    if not isinstance(listed, list) or len(listed) != 1:
        raise Refused("invalid_proof", "proofs holds a list with one key proof; one badge is given at a time")
    identifier, now = service.office.addresses.wallets(slug), clock.now()
    try:
        if kind == "jwt" and isinstance(listed[0], str):
            return wallet_proofs.of_token(listed[0], audience=identifier, now=now)
        if kind == "di_vp":
            return wallet_proofs.of_presentation(listed[0], domain=identifier, now=now)
    except BadProof as error:
        raise Refused("invalid_proof", str(error)) from error
    raise Refused("invalid_proof", "A key proof is a jwt, which is a text, or a di_vp")


def _form(asked: dict[str, Any]) -> Format:
    """The form that a request names."""
    if "credential_identifier" in asked:
        raise Refused("unknown_credential_identifier", "The token named no identifiers: ask by configuration")
    if "credential_response_encryption" in asked:
        raise Refused("invalid_encryption_parameters", "Answers are not encrypted here beyond TLS")
    wanted = asked.get("credential_configuration_id")
    if not isinstance(wanted, str):
        raise Refused("invalid_credential_request", "credential_configuration_id is missing")
    if wanted not in FORMS:
        raise Refused("unknown_credential_configuration", f"There is none but {', '.join(FORMS)}")
    return FORMS[wanted]


def _check_token(service: Service, slug: str, sent: HTTPAuthorizationCredentials | None) -> None:
    with service.database.read() as session:
        issuer = issuer_of(session, slug)
        if sent is None:
            raise Refused("invalid_request", "Send the access token as: Authorization: Bearer", 401)
        if offers.with_token(session, issuer, sent.credentials) is None:
            raise _no_token()


def _text_of(sent: HTTPAuthorizationCredentials | None) -> str:
    return "" if sent is None else sent.credentials


def _object(request: Request, body: bytes, error: str) -> dict[str, Any]:
    if not is_json(request.headers.get("content-type", "")):
        raise Refused(error, "Send JSON, with Content-Type: application/json")
    try:
        value = strict_json.loads(body, max_bytes=MOST_BYTES)
    except (InvalidInput, TooLarge) as fault:
        raise Refused(error, fault.detail) from fault
    if not isinstance(value, dict):
        raise Refused(error, "The body is an object")
    return value


def _no_token() -> Refused:
    return Refused("invalid_token", "The access token is not good, or has ended", 401)


def _refusal(refused: Refused) -> Response:
    """As of any resource behind a token: the reason for a 401 stands in a header too (RFC 6750, section 3)."""
    is_named = refused.error == "invalid_token"
    return refusal(refused, {"WWW-Authenticate": 'Bearer error="invalid_token"'} if is_named else None)
