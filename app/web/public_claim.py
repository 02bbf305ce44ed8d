"""The door for somebody whom a learning platform only named: say your address, confirm it, and get your badges.

Whoever looks changes nothing: mail scanners open every link that they see. Only the buttons do.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.errors import InvalidInput, LearnerErased, LearnerUnclear, RateLimited
from app.issuing import claim_links
from app.issuing.issuers import Issuer
from app.service import Service
from app.web.deps import RawBody, TheService
from app.web.languages import current
from app.web.pages import page
from app.web.problems import STATUS
from app.web.told import told

router = APIRouter(prefix="/claim", tags=["public"], include_in_schema=False)

MOST_FIELDS = 10


@router.get("/{token}")
def ask_for_address(token: str, request: Request, service: TheService) -> Response:
    """The page that asks for an address. 404 for no link of ours, 410 for one that is over."""
    with service.database.read() as session:
        _, issuer = claim_links.by_token(session, token)
    return _form(request, issuer, email="", error=None, status=200)


@router.post("/{token}")
def take_address(token: str, request: Request, body: RawBody, service: TheService) -> Response:
    """Take the address and send a mail there; the answer is the same whether or not anybody knows it."""
    email = _field(body, "email")
    try:
        issuer = _state(service, token, email)
    except (InvalidInput, RateLimited) as error:
        with service.database.read() as session:
            _, issuer = claim_links.by_token(session, token)
        return _form(request, issuer, email=email, error=told(error.detail), status=STATUS[type(error)])
    return _shown(request, "claim_sent.html", issuer=issuer, email=email)


@router.get("/confirm/{token}")
def ask_to_confirm(token: str, request: Request, service: TheService) -> Response:
    """The page with the button that confirms."""
    with service.database.read() as session:
        _, issuer = claim_links.by_confirmation(session, token)
    return _shown(request, "claim_confirm.html", issuer=issuer, error=None)


@router.post("/confirm/{token}")
def take_confirmation(token: str, request: Request, service: TheService) -> Response:
    """Use the link up: the address is the person's, and their badges follow by mail."""
    try:
        with service.database.write() as session:
            _, issuer = claim_links.by_confirmation(session, token)
            claim_links.confirm(session, service.office, token)
    except (LearnerUnclear, LearnerErased, InvalidInput) as error:
        with service.database.read() as session:
            _, issuer = claim_links.by_confirmation(session, token)
        told = "It is not clear who you are. A member of staff has to look at this; please tell them"
        return _shown(request, "claim_confirm.html", issuer=issuer, error=told, status=STATUS[type(error)])
    return _shown(request, "claim_done.html", issuer=issuer)


def _state(service: Service, token: str, email: str) -> Issuer:
    with service.database.write() as session:
        _, issuer = claim_links.by_token(session, token)
        claim_links.state_address(session, service.office, token, email, language=current().tag)
    return issuer


def _form(request: Request, issuer: Issuer, *, email: str, error: str | None, status: int) -> Response:
    return _shown(request, "claim.html", issuer=issuer, email=email, error=error, status=status)


def _shown(request: Request, template: str, *, issuer: Issuer, status: int = 200, **shown: Any) -> Response:
    return page(request, template, status=status, indexed=False, caching="no-store", issuer_name=issuer.name, **shown)


def _field(body: bytes, name: str) -> str:
    """A field of a form as browsers send it; "" when it is not there."""
    try:
        fields = dict(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=MOST_FIELDS))
    except ValueError:
        return ""
    return fields.get(name, "").strip()
