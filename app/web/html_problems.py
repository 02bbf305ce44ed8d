"""Errors as pages for people: the same status as the problem document, a plain sentence and what to do next."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from app.web import negotiation
from app.web.languages import gettext as _
from app.web.languages import marked
from app.web.pages import page
from app.web.told import told

_FOR_PROGRAMS = ("/api/", "/hooks/")
# What the framework calls its own answers, beside those that have a name of ours.
_PHRASES = (
    marked("Bad Request"),
    marked("Forbidden"),
    marked("Internal Server Error"),
    marked("Method Not Allowed"),
    marked("Not Found"),
    marked("There was an error parsing the body"),
)

_STEPS = {
    HTTPStatus.BAD_REQUEST: marked("Correct what was sent and send it again."),
    HTTPStatus.UNAUTHORIZED: marked("Check the key or secret, and that it has not ended or been withdrawn."),
    HTTPStatus.FORBIDDEN: marked("Use a key that may do this, or ask whoever made the key."),
    HTTPStatus.NOT_FOUND: marked(
        "Check the address, or ask whoever gave it to you. A badge that its holder keeps private "
        "looks just the same as none."
    ),
    HTTPStatus.METHOD_NOT_ALLOWED: marked(
        "Open the address in a browser, or use one of the methods that `Allow` names."
    ),
    HTTPStatus.CONFLICT: marked("Look at how things stand now. Nothing was changed by this request."),
    HTTPStatus.GONE: marked("It will not come back. Ask the issuer if you need it."),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: marked("Send something smaller."),
    HTTPStatus.UNPROCESSABLE_ENTITY: marked("Correct what the sentence or the pointer names, and send it again."),
    HTTPStatus.TOO_MANY_REQUESTS: marked("Wait a little, then try again."),
    HTTPStatus.INTERNAL_SERVER_ERROR: marked("Try again later. If it stays, tell the operator of this service."),
    HTTPStatus.SERVICE_UNAVAILABLE: marked("Try again in a few seconds. Nothing was changed by this request."),
}


def wanted(request: Request) -> bool:
    """Whether a person is looking: a browser asks, and not at an address that is for programs."""
    is_for_programs = request.url.path.startswith(_FOR_PROGRAMS)
    return not is_for_programs and negotiation.wants_page(request.headers.get("accept"))


def next_step(status: int) -> str:
    """What to do about an error of this status, in a sentence or two."""
    fallback = HTTPStatus.BAD_REQUEST if status < HTTPStatus.INTERNAL_SERVER_ERROR else HTTPStatus.INTERNAL_SERVER_ERROR
    return _(_STEPS[HTTPStatus(status) if HTTPStatus(status) in _STEPS else fallback])


def answer(request: Request, document: dict[str, Any], headers: dict[str, str]) -> Response:
    """The page of a problem document, with its status and headers."""
    status = int(document["status"])
    title, detail = str(document["title"]), str(document.get("detail", ""))
    response = page(
        request,
        "error.html",
        status=status,
        indexed=False,
        negotiated=True,
        caching="no-store",
        title=told(_(title)),
        detail="" if detail == title else told(_(detail)),
        step=next_step(status),
        here="/",  # a page about nothing says nothing of the address: none can be told from another
    )
    response.headers.update(headers)
    return response
