"""What needs no key: what this server can do, and what it adds to FHIR. Nothing here is about a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.errors import NotFound
from app.issuing import issuers
from app.issuing.health_records import telling
from app.projections import fhir
from app.projections.fhir.definitions import CODE_SYSTEMS
from app.projections.fhir.resources import ACHIEVEMENTS
from app.service import Service
from app.web.deps import TheService
from app.web.fhir.answering import respond
from app.web.representations import REVALIDATE, is_id

router = APIRouter(prefix="/fhir/{slug}", tags=["public"], include_in_schema=False)

NOTHING_HERE = "There is nothing at this address"


@router.get("/metadata")
def metadata(slug: str, request: Request, service: TheService) -> Response:
    """The CapabilityStatement."""
    _check(slug, "metadata")
    with service.database.read() as session:
        issuer = issuers.by_slug(session, slug)
    home = telling.home_of(service.office, issuer)
    document = fhir.statements.capability_statement(
        home, issuer_name=issuer.name, version=str(request.app.version), token_url=f"{home.base}/token"
    )
    return respond(request, document, caching=REVALIDATE)


@router.get("/StructureDefinition/{name}")
def structure_definition(slug: str, name: str, request: Request, service: TheService) -> Response:
    """An extension of ours."""
    return _defined(request, service, slug, name, fhir.definitions.extensions)


@router.get("/SearchParameter/{name}")
def search_parameter(slug: str, name: str, request: Request, service: TheService) -> Response:
    """A search parameter of ours."""
    return _defined(request, service, slug, name, fhir.definitions.search_parameters)


@router.get("/OperationDefinition/{name}")
def operation_definition(slug: str, name: str, request: Request, service: TheService) -> Response:
    """An operation of ours."""
    return _defined(request, service, slug, name, fhir.definitions.operations)


@router.get("/CodeSystem/{name}")
def code_system(slug: str, name: str, request: Request, service: TheService) -> Response:
    """What can be earned, or the jobs there are."""
    _check(slug, name)
    if name not in CODE_SYSTEMS:
        raise NotFound(NOTHING_HERE)
    with service.database.read() as session:
        issuer = issuers.by_slug(session, slug)
        listed = telling.concepts if name == ACHIEVEMENTS else telling.jobs
        concepts = listed(session, issuer)
    home = telling.home_of(service.office, issuer)
    return respond(request, fhir.definitions.code_system(home, name, CODE_SYSTEMS[name], concepts), caching=REVALIDATE)


def _defined(request: Request, service: Service, slug: str, name: str, made: Any) -> Response:
    _check(slug, name)
    with service.database.read() as session:
        issuer = issuers.by_slug(session, slug)
    documents: Mapping[str, dict[str, Any]] = made(telling.home_of(service.office, issuer))
    if name not in documents:
        raise NotFound(NOTHING_HERE)
    return respond(request, documents[name], caching=REVALIDATE)


def _check(*parts: str) -> None:
    if not all(map(is_id, parts)):
        raise NotFound(NOTHING_HERE)
