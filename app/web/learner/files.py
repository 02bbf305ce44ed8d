"""The files of a badge at doors that look at who asks: the holder's own, and links that end. Never kept by anybody."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app import clock
from app.errors import NotFound
from app.issuing.awards import Award
from app.projections.typesetting import Paper
from app.service import Service
from app.web import badge_sheets, negotiation
from app.web.badge_view import badge_view, file_stem
from app.web.headers import DRAWING_POLICY
from app.web.languages import gettext as _
from app.web.languages import marked
from app.web.negotiation import CERTIFICATE, CREDENTIAL_JSON, CREDENTIAL_JWT, DRAWING, PICTURE, Form
from app.web.public_badges import NOTHING_HERE, stored
from app.web.representations import Representation, respond

FILES = (
    (CERTIFICATE, marked("Certificate: PDF to print, with the signed badge attached")),
    (PICTURE, marked("Image: PNG with the signed badge inside")),
    (DRAWING, marked("Drawing: SVG with the signed badge inside")),
    (CREDENTIAL_JSON, marked("Signed document: JSON, for wallets and verifiers")),
    (CREDENTIAL_JWT, marked("Signed token: JWT, for verifiers that ask for one")),
)


def of(path: str) -> list[tuple[str, str]]:
    """The files of the badge at a path of ours: the path of each, and what it is."""
    return [(f"{path}{form.suffix}", _(words)) for form, words in FILES]


def answer(request: Request, service: Service, name: str, find: Callable[[Session], Award]) -> Response:
    """The file that the suffix of a name asks for. Raises NotFound for another suffix, and what `find` raises."""
    suffix = name[name.index(".") :]
    form = next((each for each, _words in FILES if each.suffix == suffix), None)
    if form is None:
        raise NotFound(NOTHING_HERE)
    body, stem = _body(request, service, form, find)
    headers = {
        "Content-Disposition": f'attachment; filename="{stem}{form.suffix}"',
        "X-Robots-Tag": "noindex",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if form is DRAWING:
        headers["Content-Security-Policy"] = DRAWING_POLICY
    media_type = negotiation.media_type_of(request.headers.get("accept"), form)
    return respond(request, Representation(body, media_type, caching="no-store", is_negotiated=False, headers=headers))


def _body(request: Request, service: Service, form: Form, find: Callable[[Session], Award]) -> tuple[bytes, str]:
    """The bytes, and the name of the file without its suffix. A certificate is set after the transaction."""
    if form is not CERTIFICATE:
        with service.database.read() as session:
            award = find(session)
            return stored(session, award, form), file_stem(session, award)
    badge_sheets.speak_a_written_language()
    paper = Paper.LETTER if request.query_params.get("paper") == "letter" else Paper.A4
    now = clock.now()
    with service.database.read() as session:
        award = find(session)
        view = badge_view(session, service.office, award, now=now)
        make = badge_sheets.certificate_of(session, award, view, paper=paper, now=now)
        stem = file_stem(session, award)
    return make(), stem
