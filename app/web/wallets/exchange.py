"""The exchange of wallets that are known by a DID, such as the Learner Credential Wallet: a challenge, and the badge.

Such a wallet comes with its answer to the challenge that stood in the link, or asks first and answers then. Source:
VC-API, "Exchanges"; Verifiable Presentation Request, "DIDAuthentication".
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from app import clock
from app.credentials import strict_json, wallet_proofs
from app.credentials.jsonld.contexts import VC_V2
from app.credentials.vc.refusal import refused
from app.credentials.wallet_proofs import BadProof
from app.errors import NotFound, UnsupportedMediaType
from app.issuing.wallets import claiming, offers
from app.projections import wallets as told
from app.web.api.strict_route import is_json
from app.web.deps import RawBody, TheRates, TheService
from app.web.representations import is_id
from app.web.token_requests import NO_STORE
from app.web.wallets.issuance import MOST_BYTES
from app.web.wallets.metadata import issuer_of

router = APIRouter(prefix="/wallets/{slug}/exchanges", tags=["integrator"], include_in_schema=False)

JSON = "application/json"
PRESENTATION = "verifiablePresentation"


@router.post("/{code}")
def exchange(
    slug: str, code: str, request: Request, *, body: RawBody, service: TheService, rates: TheRates
) -> Response:
    """The badge for the answer to the challenge, alone or in a presentation, as the answer came; else the challenge."""
    rates.ask_as_wallet(request)
    if not is_id(code):
        raise NotFound(offers.NOTHING_HERE)
    said = _said(request, body)
    domain, challenge = service.office.addresses.base_url, offers.challenge_of(code)
    with service.database.read() as session:
        claiming.refuse_tx_code(offers.open_with(session, issuer_of(session, slug), code))
    if not said:
        address = service.office.addresses.wallet_exchange(slug, code)
        asked = told.presentation_request(address, challenge=challenge, domain=domain)
        return JSONResponse(asked, headers=NO_STORE)
    try:
        answer = said.get(PRESENTATION, said)
        holder = wallet_proofs.of_answer(answer, challenge=challenge, domain=domain, now=clock.now())
    except BadProof as error:
        raise refused("presentation", f"/{PRESENTATION}", str(error)) from error
    with service.database.write() as session:
        given = claiming.take_at_once(session, service.office, issuer_of(session, slug), code, holder=holder)
        document = given.document
    if PRESENTATION in said:
        document = b'{"' + PRESENTATION.encode() + b'":' + _presented(document) + b"}"
    return Response(document, media_type=JSON, headers=NO_STORE)


def _presented(document: bytes) -> bytes:
    """An unsigned presentation of the badge, whose bytes stay as they were signed."""
    shell = strict_json.dumps({"@context": [VC_V2], "type": ["VerifiablePresentation"]})
    return shell[:-1] + b',"verifiableCredential":[' + document + b"]}"


def _said(request: Request, body: bytes) -> dict[str, Any]:
    """What the wallet says; nothing when it asks. Raises UnsupportedMediaType, MalformedJson, TooLarge."""
    if not body:
        return {}
    if not is_json(request.headers.get("content-type", "")):
        raise UnsupportedMediaType("Send JSON, with Content-Type: application/json", expected=JSON)
    value = strict_json.loads(body, max_bytes=MOST_BYTES)
    if not isinstance(value, dict):
        raise refused("body", "", "The body must be an object")
    return value
