"""The door for standard clients: the VC-API's issue, verify and status, off unless LANYARD_VC_API says otherwise.

With `keys` a caller needs an API key, and issues in the name of its issuer. With `open` nobody is asked, which
conformance suites need and production refuses. Source: VC-API 0.3, "Issuing", "Verifying", "Status".
"""

from __future__ import annotations

import re
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from fastapi.security import HTTPAuthorizationCredentials
from sqlalchemy.orm import Session

from app import clock
from app.credentials import strict_json
from app.credentials.vc import issue, related, rules
from app.credentials.vc import verify as judgement
from app.credentials.vc.embedded import Expectation, Question
from app.credentials.vc.refusal import refused
from app.errors import Busy, CredentialRefused, NotFound, UnsupportedMediaType
from app.issuing import any_credentials, audit, issuers
from app.issuing.access import Scope
from app.issuing.any_credentials import KnowingOwnLists
from app.issuing.issuers import Issuer
from app.judging.desk import Desk
from app.service import Service
from app.web.api.authentication import Caller, RequiresScope, bearer
from app.web.api.strict_route import is_json
from app.web.deps import JudgingLane, RawBody, TheDesk, TheService
from app.web.representations import Representation, is_id, respond

router = APIRouter(prefix="", include_in_schema=False)

NOT_HERE = "There is nothing at this address"
NO_STORE = {"Cache-Control": "no-store"}
JSON = "application/json"
TRIES = 4  # a key that is rotated while it signs is no error of the caller's
_INDEX = re.compile(r"0|[1-9][0-9]{0,9}")

Document = dict[str, Any]
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


def issuing(request: Request, service: TheService, credentials: Credentials) -> Caller | None:
    """Who issues: a key with the scope `credentials:issue`; None where nobody is asked. Raises as the API does."""
    return _caller(Scope.CREDENTIALS_ISSUE, request, service, credentials)


def verifying(request: Request, service: TheService, credentials: Credentials) -> Caller | None:
    """Who verifies: a key with the scope `read`; None where nobody is asked."""
    return _caller(Scope.READ, request, service, credentials)


async def body_of(request: Request, body: RawBody) -> Document:
    """The JSON object that was sent. Raises MalformedJson, UnsupportedMediaType, CredentialRefused."""
    if not is_json(request.headers.get("content-type", "")):
        raise UnsupportedMediaType("Send JSON, with Content-Type: application/json", expected=JSON)
    value = strict_json.loads(body)
    if not isinstance(value, dict):
        raise refused("body", "", "The body must be an object")
    return value


Issuing = Annotated[Caller | None, Depends(issuing)]
Verifying = Annotated[Caller | None, Depends(verifying)]
Body = Annotated[Document, Depends(body_of)]


@router.post("/credentials/issue", tags=["integrator"])
async def issue_credential(
    caller: Issuing, body: Body, service: TheService, desk: TheDesk, lane: JudgingLane
) -> Response:
    """201 with the signed credential, its proof an object."""
    signed = await lane.run(partial(_issued, service, desk, caller, body))
    return JSONResponse({"verifiableCredential": signed}, status_code=201, headers=NO_STORE)


@router.post("/credentials/verify", tags=["integrator"])
async def verify_credential(
    caller: Verifying, body: Body, service: TheService, desk: TheDesk, lane: JudgingLane
) -> Response:
    """200 when the credential can be relied on, 400 with the reason when it cannot."""
    del caller
    return await lane.run(partial(_verified, service, desk, body, "verifiableCredential"))


@router.post("/presentations/verify", tags=["integrator"])
async def verify_presentation(
    caller: Verifying, body: Body, service: TheService, desk: TheDesk, lane: JudgingLane
) -> Response:
    """200 when the presentation and every credential in it can be relied on, 400 with the reason when not."""
    del caller
    return await lane.run(partial(_verified, service, desk, body, "verifiablePresentation"))


@router.post("/credentials/status", tags=["integrator"])
async def change_status(caller: Issuing, body: Body, service: TheService, lane: JudgingLane) -> Response:
    """200 when the credential with this status entry is withdrawn, 404 for an entry that is not from here."""
    await lane.run(partial(_withdrawn, service, caller, body))
    return JSONResponse({}, headers=NO_STORE)


@router.get("/credentials/status/{list_id}/{kid}", tags=["public"])
def status_list(list_id: str, kid: str, request: Request, service: TheService) -> Response:
    """A status list that credentials from here name, without login and as JSON whatever `Accept` says."""
    if service.settings.vc_api == "off" or not is_id(list_id):
        raise NotFound(NOT_HERE)
    with service.database.read() as session:
        signed = any_credentials.signed_list(session, service.office, list_id, kid)
    return respond(request, Representation(strict_json.dumps(signed), JSON, is_negotiated=False))


def _caller(
    scope: Scope, request: Request, service: Service, credentials: HTTPAuthorizationCredentials | None
) -> Caller | None:
    match service.settings.vc_api:
        case "off":
            raise NotFound(NOT_HERE)
        case "open":
            return None
        case "keys":
            return RequiresScope(scope)(request, service, credentials)


def _issued(service: Service, desk: Desk, caller: Caller | None, body: Document) -> Document:
    """Sign outside of any transaction, since a stranger's document may take long; commit only if the key still may."""
    credential, options = _object(body, "credential"), _options(body)
    with service.database.read() as session:
        by = any_credentials.signer(session, service.office, _issuer(session, service, caller))
    prepared = issue.prepare(credential, issuer_id=by.did)
    related.compare(list(rules.objects_of(prepared, "relatedResource")), desk.resolver())
    for _ in range(TRIES):
        made_for = issue.proof_options(options, now=clock.now(), verification_method=by.key.verification_method)
        place = None if rules.is_of_first_model(prepared) else _place(service, caller, by)
        stated = prepared if place is None else _with_status(prepared, place)
        signed = issue.sign(stated, made_for, key=by.key)
        with service.database.write() as session:
            issuer = _issuer(session, service, caller)
            issuers.take_turn(session, issuer.id)
            if any_credentials.is_active(session, issuer, by):
                status = None if place is None else f"{place.list_url}#{place.index}"
                action, actor = "credential.signed", _actor(caller)
                audit.record(session, issuer.id, actor=actor, action=action, object_id=by.key.kid, status=status)
                return signed
            by = any_credentials.signer(session, service.office, issuer)
        prepared = issue.prepare(credential, issuer_id=by.did)
    raise Busy("The signing key changed again and again; send it once more", retry_after_seconds=1)


def _place(service: Service, caller: Caller | None, by: any_credentials.Signer) -> any_credentials.Place:
    # The first data model has no words for today's status lists. A place that is not used in the end is no loss.
    with service.database.write() as session:
        issuer = _issuer(session, service, caller)
        issuers.take_turn(session, issuer.id)
        return any_credentials.reserve(session, service.office, issuer, by)


def _with_status(prepared: Document, place: any_credentials.Place) -> Document:
    return issue.with_status(
        prepared, list_url=place.list_url, index=place.index, purpose=any_credentials.PURPOSE.value
    )


def _withdrawn(service: Service, caller: Caller | None, body: Document) -> None:
    entry = _object(body, "credentialStatus")
    if entry.get("type") != rules.STATUS_ENTRY or entry.get("statusPurpose") != any_credentials.PURPOSE:
        raise refused("status", "/credentialStatus", f"The entry is a {rules.STATUS_ENTRY} for revocation")
    list_url, index = entry.get("statusListCredential"), str(entry.get("statusListIndex"))
    if not isinstance(list_url, str) or not _INDEX.fullmatch(index):
        raise refused("status", "/credentialStatus", "The entry names its statusListCredential and statusListIndex")
    if body.get("status", True) is not True:
        raise refused("status", "/status", "A revocation is for good: status can only be true")
    with service.database.write() as session:
        issuer = _issuer(session, service, caller)
        place = any_credentials.Place(list_url, int(index))
        any_credentials.withdraw(session, service.office, issuer, place, actor=_actor(caller))


def _actor(caller: Caller | None) -> str:
    return caller.actor if caller is not None else "vc-api"


def _issuer(session: Session, service: Service, caller: Caller | None) -> Issuer:
    if caller is not None:
        return caller.issuer(session)
    return issuers.by_slug(session, service.settings.vc_api_issuer or "")  # start-up refuses an open door without


def _verified(service: Service, desk: Desk, body: Document, member: str) -> Response:
    document, options = _object(body, member), _options(body)
    lists = KnowingOwnLists(service.database.read, service.office, desk.resolver())
    question = Question(now=clock.now(), resolve=lists, expected=_expectation(options))
    is_credential = member == "verifiableCredential"
    judge = judgement.verify_credential if is_credential else judgement.verify_presentation
    try:
        unsure = judge(document, question)
    except CredentialRefused as error:
        problem = {"code": error.facts["code"], "pointer": error.facts["pointer"], "detail": error.detail}
        raise CredentialRefused(error.detail, verified=False, errors=[problem], **error.facts) from error
    return JSONResponse({"verified": True, "checks": ["proof"], "warnings": unsure, "errors": []}, headers=NO_STORE)


def _expectation(options: Document) -> Expectation:
    """What the options ask of the proof; a member that is null was not asked. Raises CredentialRefused."""
    asked = {}
    for option, name in (("domain", "domain"), ("challenge", "challenge"), ("expectedProofPurpose", "purpose")):
        value = options.get(option)
        if value is not None and not isinstance(value, str):
            raise refused("options", f"/options/{option}", f"{option} is a text")
        asked[name] = value
    return Expectation(**asked)


def _object(body: Document, member: str) -> Document:
    value = body.get(member)
    if not isinstance(value, dict):
        raise refused("body", f"/{member}", f"The body must have an object named {member}")
    return value


def _options(body: Document) -> Document:
    options = body.get("options")
    if options is not None and not isinstance(options, dict):
        raise refused("options", "/options", "options must be an object")
    return options or {}
