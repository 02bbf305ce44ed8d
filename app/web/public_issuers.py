"""The door to issuers: page, profile, and their keys in the three views that verifiers read."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app import clock
from app.credentials import keys, ob3, strict_json
from app.credentials.model import Algorithm
from app.errors import Gone, NotFound
from app.issuing import accreditations, issuers, signing_keys
from app.issuing.issuers import Issuer
from app.issuing.office import Office
from app.web import catalogue_query, negotiation, structured_data
from app.web.accreditation_view import accreditations_of
from app.web.catalogue_view import catalogue_view
from app.web.deps import OfficeAsked, TheService
from app.web.endorsement_view import endorsements_of
from app.web.issuer_view import issuer_view, keys_of
from app.web.negotiation import LINKED_DATA, PAGE, Form
from app.web.pages import page
from app.web.pathway_view import cards_of
from app.web.representations import Alternate, Representation, is_id, respond

router = APIRouter(tags=["public"], include_in_schema=False)

DID_DOCUMENT = Form("did", "", ("application/did+json", "application/did+ld+json", "application/json"))
JWK_SET = Form("jwks", "", ("application/jwk-set+json", "application/json"))
JWK = Form("jwk", "", ("application/jwk+json", "application/json"))
NO_SUCH_ISSUER = "There is no such issuer"


@router.get("/.well-known/jwks.json")
def every_key(request: Request, service: TheService, office: OfficeAsked) -> Response:
    """The keys of all issuers, each with its issuer as `iss` (OB3-80)."""
    with service.database.read() as session:
        entries = [
            (office.addresses.did(issuer.slug), key)
            for issuer in issuers.every(session)
            for key in signing_keys.published(session, issuer)
        ]
    return _document(request, keys.jwks(entries), JWK_SET)


@router.get("/issuers/{name}")
def issuer_page(name: str, request: Request, service: TheService, office: OfficeAsked) -> Response:
    """The issuer's page, or its profile as it is signed into badges; `.json` is the profile whatever `Accept` says."""
    slug = name.removesuffix(LINKED_DATA.suffix)
    _check(slug)
    forms = (LINKED_DATA,) if slug != name else (PAGE, LINKED_DATA)
    chosen = negotiation.choose(request.headers.get("accept"), forms)
    with service.database.read() as session:
        issuer = issuers.by_slug(session, slug)
        links = _links(service.office, issuer)
        if chosen.form is PAGE:
            return _page(request, service.office, session, issuer, links)
        profile = ob3.profile_document(accreditations.signed_profile(session, office, issuer))
    body = strict_json.dumps({"@context": list(ob3.CONTEXTS), **profile})
    return respond(request, Representation(body, chosen.media_type, alternates=links))


@router.get("/issuers/{slug}/did.json")
def did_document(slug: str, request: Request, service: TheService, office: OfficeAsked) -> Response:
    """The did:web document with every key that the issuer ever had.

    After a move each address answers with its own, and each names the issuer's other DIDs.
    """
    _check(slug)
    with service.database.read() as session:
        issuer = issuers.by_slug(session, slug)
        addresses = office.addresses
        others = [each for each in office.names_of(addresses.did(slug)) if each != addresses.did(slug)]
        older = [addresses.ob2_issuer(slug)] if issuers.has_open_badges_2(session, issuer) else []
        document = keys.did_document(
            issuer_id=addresses.did(slug),
            keys=signing_keys.published(session, issuer),
            also_known_as=[addresses.issuer(slug), *older, *others],
        )
    return _document(request, document, DID_DOCUMENT)


@router.get("/issuers/{slug}/jwks.json")
def issuer_keys(slug: str, request: Request, service: TheService, office: OfficeAsked) -> Response:
    """The issuer's keys as a JWK set."""
    _check(slug)
    with service.database.read() as session:
        issuer = issuers.by_slug(session, slug)
        entries = [(office.addresses.did(slug), key) for key in signing_keys.published(session, issuer)]
    return _document(request, keys.jwks(entries), JWK_SET)


@router.get("/issuers/{slug}/keys/{kid}")
def one_key(slug: str, kid: str, request: Request, service: TheService) -> Response:
    """One bare public JWK. 410 for a key that was withdrawn as compromised: nobody shall trust it again."""
    _check(slug)
    _check(kid)
    with service.database.read() as session:
        found = signing_keys.by_kid(session, issuers.by_slug(session, slug), kid)
        if found.revoked_at is not None:
            raise Gone("This key was withdrawn by its issuer; nothing that it signed can be trusted any more")
        published = keys.PublishedKey(found.kid, Algorithm(found.algorithm), found.public_jwk)
    return _document(request, keys.bare_jwk(published), JWK)


def _page(request: Request, office: Office, session: Session, issuer: Issuer, links: tuple[Alternate, ...]) -> Response:
    """The issuer's page, with its own part of the catalogue, which is searched by the same parameters."""
    view = issuer_view(office, issuer)
    query = catalogue_query.read(request.query_params).without("issuer")
    after = catalogue_query.place_of(request.query_params.get("after", ""))
    return page(
        request,
        "issuer.html",
        indexed=not query.asked,
        negotiated=True,
        alternates=links,
        issuer=view,
        url=office.addresses.issuer(issuer.slug),
        catalogue=catalogue_view(session, query, path=view.path, after=after, issuer=issuer),
        pathways=cards_of(session, issuer),
        keys=keys_of(session, issuer),
        endorsements=endorsements_of(session, office, view.did),
        accreditations=accreditations_of(session, issuer, now=clock.now()),
        structured=structured_data.of_issuer(office, view),
    )


def _document(request: Request, document: dict[str, Any], form: Form) -> Response:
    media_type = negotiation.media_type_of(request.headers.get("accept"), form)
    return respond(request, Representation(strict_json.dumps(document), media_type))


def _links(office: Office, issuer: Issuer) -> tuple[Alternate, ...]:
    url = office.addresses.issuer(issuer.slug)
    return Alternate(url, negotiation.HTML), Alternate(f"{url}.json", LINKED_DATA.media_types[0])


def _check(part: str) -> None:
    if not is_id(part):
        raise NotFound(NO_SUCH_ISSUER)
