"""What this service offers to programs: the service description of 3.0, and the manifest of 2.1. Both are open."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.credentials import strict_json
from app.issuing.badge_connect import V3_SCOPES, V21_SCOPES, May
from app.service import Service
from app.web.badge_connect.oauth import PATH as OAUTH
from app.web.deps import TheService
from app.web.pages import static_url
from app.web.representations import Representation, respond

router = APIRouter(tags=["public"], include_in_schema=False)

V3, V21 = "/ims/ob/v3p0", "/ims/ob/v2p1"
NAME = "Lanyard"
_WORDS = {
    May.READ_BADGES: "Read all badges of the holder.",
    May.ADD_BADGES: "Add badges to the holder's, and bring those that were added up to date.",
    May.READ_PROFILE: "Read the holder's profile.",
    May.CHANGE_PROFILE: "Write the holder's profile.",
}
_FAILURE = {"$ref": "#/components/responses/Failure"}
_OBJECT = {"type": "object"}


@router.get(f"{V3}/discovery")
def service_description(request: Request, service: TheService) -> Response:
    """The Service Description Document (OB 3.0, section 6.3.1): OpenAPI 3.0 with the `x-imssf` members."""
    return _told(request, _description(service))


@router.get("/.well-known/badgeconnect.json")
def manifest(request: Request, service: TheService) -> Response:
    """The manifest of Badge Connect (OB 2.1). Programs such as Moodle take the last entry of the list.

    Moodle makes an endpoint of each member whose name ends in `Url`, and in PHP 8 fails on names of one or two
    letters: there is no `id` in the entry.
    """
    base = service.office.addresses.base_url
    entry = {
        "name": NAME,
        "apiBase": f"{base}{V21}",
        "version": "v2p1",
        "image": f"{base}{static_url('icon.svg')}",
        "authorizationUrl": f"{base}{OAUTH}/authorize",
        "tokenUrl": f"{base}{OAUTH}/token",
        "registrationUrl": f"{base}{OAUTH}/register",
        "termsOfServiceUrl": _terms(service),
        "privacyPolicyUrl": _privacy(service),
        "scopesOffered": list(V21_SCOPES),
        "scopesRequested": [],
    }
    document = {
        "@context": "https://w3id.org/openbadges/badgeconnect/v1",
        "id": f"{base}/.well-known/badgeconnect.json",
        "badgeConnectAPI": [entry],
    }
    return _told(request, document)


def _told(request: Request, document: dict[str, Any]) -> Response:
    form = Representation(
        strict_json.dumps(document), "application/json", caching="public, max-age=3600", is_negotiated=False
    )
    return respond(request, form)


def _description(service: Service) -> dict[str, Any]:
    base = service.office.addresses.base_url
    scheme = {
        "type": "oauth2",
        "description": "OAuth 2.0 authorization code grant with PKCE (S256)",
        "x-imssf-name": NAME,
        "x-imssf-privacyPolicyUrl": _privacy(service),
        "x-imssf-termsOfServiceUrl": _terms(service),
        "x-imssf-registrationUrl": f"{base}{OAUTH}/register",
        "flows": {
            "authorizationCode": {
                "authorizationUrl": f"{base}{OAUTH}/authorize",
                "tokenUrl": f"{base}{OAUTH}/token",
                "refreshUrl": f"{base}{OAUTH}/token",
                "scopes": {scope: _WORDS[may] for scope, may in V3_SCOPES.items()},
            }
        },
    }
    return {
        "openapi": "3.0.1",
        "info": {
            "title": f"{NAME}: Open Badges 3.0 API",
            "version": "3.0",
            "termsOfService": _terms(service),
            "x-imssf-privacyPolicyUrl": _privacy(service),
            "x-imssf-image": f"{base}{static_url('icon.svg')}",
        },
        "servers": [{"url": f"{base}{V3}"}],
        "paths": _paths(),
        "components": {
            "securitySchemes": {"OAuth2ACG": scheme},
            "responses": {
                "Failure": {
                    "description": "The request was refused; the body says why.",
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Imsx_StatusInfo"}}},
                }
            },
            "schemas": {"Imsx_StatusInfo": _OBJECT},
        },
    }


def _paths() -> dict[str, Any]:
    scope = {may: each for each, may in V3_SCOPES.items()}
    either = {"application/json": {"schema": _OBJECT}, "text/plain": {"schema": {"type": "string"}}}
    query = [
        {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1}},
        {"name": "offset", "in": "query", "schema": {"type": "integer", "minimum": 0}},
        {"name": "since", "in": "query", "schema": {"type": "string", "format": "date-time"}},
    ]
    return {
        "/credentials": {
            "get": {"parameters": query, **_operation("getCredentials", "A page of badges", scope[May.READ_BADGES])},
            "post": {
                "requestBody": {"required": True, "content": either},
                **_operation("upsertCredential", "An equal badge was replaced", scope[May.ADD_BADGES], created=True),
            },
        },
        "/profile": {
            "get": _operation("getProfile", "The profile", scope[May.READ_PROFILE]),
            "put": {
                "requestBody": {"required": True, "content": {"application/json": {"schema": _OBJECT}}},
                **_operation("putProfile", "The profile as it is now", scope[May.CHANGE_PROFILE]),
            },
        },
        "/discovery": {"get": _operation("getServiceDescription", "This document", None)},
    }


def _operation(name: str, words: str, scope: str | None, *, created: bool = False) -> dict[str, Any]:
    answers: dict[str, Any] = {
        "200": {"description": words, "content": {"application/json": {"schema": _OBJECT}}},
        "default": _FAILURE,
    }
    if created:
        answers["201"] = {"description": "The badge was added"}
    security = [] if scope is None else [{"OAuth2ACG": [scope]}]
    return {"operationId": name, "responses": answers, "security": security}


def _terms(service: Service) -> str:
    return service.settings.terms_url or f"{service.office.addresses.base_url}/"


def _privacy(service: Service) -> str:
    return service.settings.privacy_url or f"{service.office.addresses.base_url}/"
