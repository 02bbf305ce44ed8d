"""Who offers badges to wallets, and where tokens are: two documents for each issuer, where wallets look for them.

The well-known part stands between the host and the path of the issuer's identifier. Source: OpenID4VCI 1.0,
"Credential Issuer Metadata Retrieval"; RFC 8414, section 3.1.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.credentials import strict_json
from app.errors import NotFound
from app.issuing import issuers
from app.issuing.issuers import Issuer
from app.projections import wallets as told
from app.web.deps import TheService
from app.web.representations import Representation, is_id, respond

router = APIRouter(prefix="/.well-known", tags=["public"], include_in_schema=False)

NOTHING_HERE = "There is nothing at this address"


@router.get("/openid-credential-issuer/wallets/{slug}")
def credential_issuer(slug: str, request: Request, service: TheService) -> Response:
    """What the issuer offers, in which forms, and where."""
    with service.database.read() as session:
        issuer = issuer_of(session, slug)
        document = told.issuer_metadata(service.office.addresses.wallets(issuer.slug), name=issuer.name)
    return _answer(request, document)


@router.get("/oauth-authorization-server/wallets/{slug}")
def authorization_server(slug: str, request: Request, service: TheService) -> Response:
    """Where the codes of offers are exchanged."""
    with service.database.read() as session:
        issuer = issuer_of(session, slug)
    return _answer(request, told.server_metadata(service.office.addresses.wallets(issuer.slug)))


def issuer_of(session: Session, slug: str) -> Issuer:
    """The issuer of a path. Raises NotFound."""
    if not is_id(slug):
        raise NotFound(NOTHING_HERE)
    return issuers.by_slug(session, slug)


def _answer(request: Request, document: dict[str, Any]) -> Response:
    return respond(request, Representation(strict_json.dumps(document), "application/json", is_negotiated=False))
