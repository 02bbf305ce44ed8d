"""The door to what other documents point at: status lists, images, and the files that pages load."""

from __future__ import annotations

import re
from dataclasses import replace

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.errors import NotFound
from app.issuing import images, status_lists
from app.web import negotiation, pages
from app.web.deps import TheService
from app.web.headers import DRAWING_POLICY
from app.web.negotiation import CREDENTIAL_JSON, CREDENTIAL_JWT
from app.web.representations import FOR_EVER, Representation, is_id, respond

router = APIRouter(tags=["public"], include_in_schema=False)

_IMAGE = re.compile(r"([0-9a-f]{64})\.(png|svg)")


@router.get("/status/{list_id}")
def status_list(list_id: str, request: Request, service: TheService) -> Response:
    """A signed status list as published at this moment: JSON by default, a compact token for `application/vc+jwt`.

    Never logged by reader, never cached without asking: a change shows within a second (OB3-60, OB3-81).
    """
    if not is_id(list_id):
        raise NotFound("There is no such status list")
    chosen = negotiation.choose(request.headers.get("accept"), (CREDENTIAL_JSON, CREDENTIAL_JWT))
    with service.database.read() as session:
        found = status_lists.by_id(session, list_id)
        body = found.jwt if chosen.form is CREDENTIAL_JWT else found.json
    if body is None:  # pragma: no cover - both forms are published together
        raise NotFound("There is no such status list")
    return respond(request, Representation(body, chosen.media_type))


@router.get("/images/{name}")
def image(name: str, request: Request, service: TheService) -> Response:
    """An image by its digest: it can never change, so it may be kept for ever. As SVG under the PNG's digest, too."""
    match = _IMAGE.fullmatch(name)
    if match is None:
        raise NotFound("There is no such image")
    with service.database.read() as session:
        if match[2] == "svg":
            content, media_type = images.as_drawing(session, match[1]), "image/svg+xml"
            headers = {"Content-Security-Policy": DRAWING_POLICY}
        else:
            content, media_type, headers = images.content(session, match[1]), "image/png", {}
    form = Representation(content, media_type, caching=FOR_EVER, is_negotiated=False, headers=headers)
    return respond(request, form)


@router.get("/static/{digest}/{name}")
def static_file(digest: str, name: str, request: Request) -> Response:
    """A file that our pages load. During a change of version an older digest gets the newer file, not kept."""
    found = pages.static_file(name)
    if found is None:
        raise NotFound("There is no such file")
    caching = FOR_EVER if pages.is_current(digest, name) else found.caching
    return respond(request, replace(found, caching=caching))
