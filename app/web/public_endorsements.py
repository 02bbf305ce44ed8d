"""The door to endorsements: each at its address, as it was signed. Whether it still stands, its status list says."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.errors import NotFound
from app.issuing import endorsements, received_endorsements
from app.issuing.received_endorsements import Form, ReceivedEndorsement
from app.web import negotiation
from app.web.deps import TheService
from app.web.negotiation import CREDENTIAL_JSON, CREDENTIAL_JWT
from app.web.representations import Alternate, Representation, is_id, respond

router = APIRouter(tags=["public"], include_in_schema=False)

FORMS = (CREDENTIAL_JSON, CREDENTIAL_JWT)
NOTHING_HERE = "There is nothing at this address"


@router.get("/endorsements/{name}")
def endorsement(name: str, request: Request, service: TheService) -> Response:
    """The signed endorsement as JSON, or as a token by suffix or `Accept`; also one that was withdrawn.

    One that was signed elsewhere is there in the form in which it came, byte for byte.
    """
    endorsement_id, dot, suffix = name.partition(".")
    forms = [form for form in FORMS if not dot or form.suffix == f".{suffix}"]
    if not is_id(endorsement_id) or not forms:
        raise NotFound(NOTHING_HERE)
    chosen = negotiation.choose(request.headers.get("accept"), forms)
    with service.database.read() as session:
        received = received_endorsements.shown_by_id(session, endorsement_id)
        if received is not None:
            return _as_received(request, received, suffix)
        found = endorsements.signed_by_id(session, endorsement_id)
        body = found.jwt if chosen.form is CREDENTIAL_JWT else found.json
    url = service.office.addresses.endorsement(endorsement_id)
    links = tuple(Alternate(f"{url}{form.suffix}", form.media_types[0]) for form in FORMS)
    return respond(request, Representation(body, chosen.media_type, alternates=links))


def _as_received(request: Request, received: ReceivedEndorsement, suffix: str) -> Response:
    form = CREDENTIAL_JSON if received.form == Form.JSON else CREDENTIAL_JWT
    if suffix and form.suffix != f".{suffix}":
        raise NotFound(NOTHING_HERE)
    return respond(request, Representation(received.document, form.media_types[0]))
