"""The door to pathways: the newest version and every published one, as a page and as CTDL. A draft is nobody's."""

from __future__ import annotations

import re

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.credentials import strict_json
from app.errors import NotFound
from app.issuing import issuers, pathways
from app.issuing.pathways import PathwayRow, PathwayVersion, exporting
from app.service import Service
from app.web import negotiation
from app.web.deps import TheService
from app.web.negotiation import CTDL, PAGE
from app.web.pages import page
from app.web.pathway_view import pathway_view
from app.web.representations import Alternate, Representation, is_id, respond

router = APIRouter(tags=["public"], include_in_schema=False)

NO_SUCH_PATHWAY = "There is no such pathway"
_VERSION = re.compile(r"v([1-9][0-9]{0,5})")


@router.get("/pathways/{name}")
def newest(name: str, request: Request, service: TheService) -> Response:
    """The newest published version, also of an archived pathway. 404 for a draft that never was published."""
    pathway_id = name.removesuffix(CTDL.suffix)
    with service.database.read() as session:
        row = _published(session, pathway_id)
        version = pathways.newest(session, row)
        return _answer(request, service, session, row, version, ctdl_only=name != pathway_id)


@router.get("/pathways/{pathway_id}/{name}")
def one_version(pathway_id: str, name: str, request: Request, service: TheService) -> Response:
    """One published version, whose conditions never change."""
    version_name = name.removesuffix(CTDL.suffix)
    match = _VERSION.fullmatch(version_name)
    if match is None:
        raise NotFound(NO_SUCH_PATHWAY)
    with service.database.read() as session:
        row = _published(session, pathway_id)
        version = pathways.version_of(session, row, int(match[1]))
        return _answer(request, service, session, row, version, ctdl_only=name != version_name)


def _published(session: Session, pathway_id: str) -> PathwayRow:
    if not is_id(pathway_id):
        raise NotFound(NO_SUCH_PATHWAY)
    row = pathways.by_id(session, pathway_id)
    if row.current_version is None:
        raise NotFound(NO_SUCH_PATHWAY)
    return row


def _answer(
    request: Request, service: Service, session: Session, row: PathwayRow, version: PathwayVersion, *, ctdl_only: bool
) -> Response:
    forms = (CTDL,) if ctdl_only else (PAGE, CTDL)
    chosen = negotiation.choose(request.headers.get("accept"), forms)
    url = service.office.addresses.pathway_version(row.id, version.number)
    links = Alternate(url, negotiation.HTML), Alternate(f"{url}{CTDL.suffix}", CTDL.media_types[0])
    if chosen.form is PAGE:
        view = pathway_view(session, service.office, row, version, today=issuers.today(session, row.issuer_id))
        return page(request, "pathway.html", negotiated=True, alternates=links, pathway=view)
    body = strict_json.dumps(exporting.in_ctdl(session, service.office, row, version))
    return respond(request, Representation(body, chosen.media_type, alternates=links))
