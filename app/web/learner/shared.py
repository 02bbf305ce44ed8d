"""A badge by a link of its holder: its page and its files, also while it is private, until the link ends.

Nothing of it is kept by browsers or found by search engines; an address that is over says so (410).
"""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app import clock
from app.errors import NotFound
from app.issuing import awards
from app.issuing.holding import sharing
from app.web.badge_view import badge_view
from app.web.deps import TheService
from app.web.learner import files
from app.web.pages import page
from app.web.representations import is_id

router = APIRouter(prefix="/s", tags=["public"], include_in_schema=False)


@router.get("/{name}")
def shared_badge(name: str, request: Request, service: TheService) -> Response:
    """The page, or with a suffix the file. 404 for no link of ours, 410 for one that ended."""
    token, dot, _suffix = name.partition(".")
    if not is_id(token):
        raise NotFound(sharing.NOTHING_HERE)
    if dot:
        return files.answer(request, service, name, lambda session: sharing.by_token(session, token)[1])
    with service.database.read() as session:
        link, award = sharing.by_token(session, token)
        view = badge_view(session, service.office, award, now=clock.now())
        signed = awards.credential_of(session, award).jwt.decode()
    return page(
        request,
        "learner/shared_badge.html",
        indexed=False,
        caching="no-store",
        badge=replace(view, url=service.office.addresses.shared(token)),
        token=signed,
        files=files.of(f"/s/{token}"),
        ends=link.expires_at,
    )
