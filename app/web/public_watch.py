"""The door of a mailed link: a holder says whether an organisation may be told what becomes of a badge.

Opening the address changes nothing: mail scanners open every link that they see. Whoever has the link may answer, as
the mail went to the holder; what was said can be changed at `/me/settings`.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.errors import InvalidInput
from app.issuing import watches
from app.issuing.watching.tables import Watch
from app.service import Service
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.inside import refusal
from app.web.pages import page

router = APIRouter(tags=["public"], include_in_schema=False)


@router.get("/watch/{token}")
def ask(token: str, request: Request, service: TheService) -> Response:
    """Who asks, what for, and what they would be told."""
    with service.database.read() as session:
        shown = _shown(service, watches.of_watch(session, watches.by_token(session, token)))
    return page(request, "watch.html", indexed=False, caching="no-store", refused=None, **shown)


@router.post("/watch/{token}")
def answer(token: str, request: Request, form: Sent, service: TheService) -> Response:
    """Agree, or decline; a watch that was agreed to is ended by declining."""
    refused, status = None, 200
    try:
        with service.database.write() as session:
            watch = watches.by_token(session, token)
            _answer(session, watch, form.text("act", most=10))
    except InvalidInput as error:
        refused = refusal(error)
        status = refused.status
    with service.database.read() as session:
        shown = _shown(service, watches.of_watch(session, watches.by_token(session, token)))
    return page(request, "watch.html", status=status, indexed=False, caching="no-store", refused=refused, **shown)


def _answer(session: Any, watch: Watch, act: str) -> None:
    if act == "agree":
        watches.agree(session, watch, actor="recipient")
    elif act == "decline":
        watches.end(session, watch, actor="recipient", by_holder=True)
    else:
        raise InvalidInput("Choose one of the two", pointer="/act")


def _shown(service: Service, line: watches.WatchLine) -> dict[str, Any]:
    return {"line": line, "watch": line.watch, "csrf": "", "base_url": service.office.addresses.base_url}
