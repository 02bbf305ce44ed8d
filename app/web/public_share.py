"""The door to what a shared badge needs elsewhere: QR code, link preview, the small page for frames, oEmbed."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from app import clock
from app.credentials import strict_json
from app.errors import Gone, NotFound
from app.issuing.awards import Visibility
from app.projections import qr
from app.projections.typesetting import printable
from app.service import Service
from app.web import badge_sheets, languages, share_view
from app.web.badge_view import BadgeView, badge_view, file_stem
from app.web.deps import TheService
from app.web.headers import DRAWING_POLICY, EMBED_POLICY
from app.web.languages import gettext as _
from app.web.pages import page
from app.web.public_badges import NOTHING_HERE, visible
from app.web.representations import Representation, is_id, respond

router = APIRouter(tags=["public"], include_in_schema=False)

MOST_CHARACTERS_OF_ADDRESS = 2_000
KEPT_SECONDS = 86_400  # by who asked for oEmbed: the frame itself shows the present state


class Asked(BaseModel):
    """The question of oEmbed: the page, and how wide and high the answer may be, in pixels; None = as it is."""

    url: str = Field("", max_length=MOST_CHARACTERS_OF_ADDRESS)
    format: str = Field("json", max_length=40)
    maxwidth: int | None = Field(None, ge=1)
    maxheight: int | None = Field(None, ge=1)


@router.get("/b/{award_id}/qr.{suffix}")
def qr_code(award_id: str, suffix: Literal["svg", "png"], request: Request, service: TheService) -> Response:
    """The badge's address as a QR code, with its quiet zone. 404 also for a private badge."""
    _check(award_id)
    with service.database.read() as session:
        award = visible(session, award_id)
        name, is_public = file_stem(session, award), award.visibility == Visibility.PUBLIC
    url = service.office.addresses.badge(award_id)
    headers = {"Content-Disposition": f'inline; filename="{name}-qr.{suffix}"'}
    if suffix == "png":
        return _picture(request, qr.as_png(url), "image/png", headers, is_public=is_public)
    headers["Content-Security-Policy"] = DRAWING_POLICY
    drawn = qr.as_svg(url, title=_("QR code that leads to %(url)s", url=url))
    return _picture(request, drawn, "image/svg+xml", headers, is_public=is_public)


@router.get("/b/{award_id}/card.png")
def card(award_id: str, request: Request, service: TheService) -> Response:
    """The picture of a link preview, 1200 by 630. 404 also for a private badge."""
    _check(award_id)
    badge_sheets.speak_a_written_language()
    with service.database.read() as session:
        view = badge_view(session, service.office, visible(session, award_id), now=clock.now())
        make = badge_sheets.card_of(session, view)
    headers = {"Content-Language": languages.current().tag}
    return _picture(request, make(), "image/png", headers, is_public=view.is_public)


@router.get("/b/{award_id}/embed")
def embed(award_id: str, request: Request, service: TheService) -> Response:
    """A small page that anybody may frame: what the badge is, and whether it is good now.

    A frame of a badge that is private by now, or erased, says so instead of staying empty, with the same status as the
    badge's page.
    """
    _check(award_id)
    view: BadgeView | None = None
    try:
        with service.database.read() as session:
            view = badge_view(session, service.office, visible(session, award_id), now=clock.now())
        status = HTTPStatus.OK
    except NotFound:
        status = HTTPStatus.NOT_FOUND
    except Gone:
        status = HTTPStatus.GONE
    response = page(request, "embed.html", status=status, indexed=False, badge=view)
    response.headers["Content-Security-Policy"] = EMBED_POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@router.get("/oembed")
def oembed(request: Request, service: TheService, asked: Annotated[Asked, Query()]) -> Response:
    """How to show the page of a badge inside another page (oEmbed 1.0), as JSON. 404 for any other address."""
    if asked.format != "json":
        raise HTTPException(HTTPStatus.NOT_IMPLEMENTED, _("There is JSON only: ask with format=json"))
    award_id = _badge_at(service, asked.url)
    with service.database.read() as session:
        view = badge_view(session, service.office, visible(session, award_id), now=clock.now())
    headers = {"Content-Language": languages.current().tag} | ({} if view.is_public else {"X-Robots-Tag": "noindex"})
    body = strict_json.dumps(_document(view, service.office.addresses.base_url, asked))
    return respond(request, Representation(body, "application/json", is_negotiated=False, headers=headers))


def _document(view: BadgeView, base_url: str, asked: Asked) -> dict[str, str | int]:
    maxwidth, maxheight = asked.maxwidth, asked.maxheight
    width = min(share_view.EMBED_WIDTH, maxwidth or share_view.EMBED_WIDTH)
    height = min(share_view.frame_height(width), maxheight or share_view.NARROW_HEIGHT)
    document: dict[str, str | int] = {
        "version": "1.0",
        "type": "rich",
        "title": view.title,
        "author_name": printable(view.issuer.name),
        "author_url": f"{base_url}{view.issuer.path}",
        "provider_name": "Lanyard",
        "provider_url": base_url,
        "cache_age": KEPT_SECONDS,
        "html": share_view.frame(view, width=width, height=height),
        "width": width,
        "height": height,
    }
    picture = view.picture
    if picture.width <= (maxwidth or picture.width) and picture.height <= (maxheight or picture.height):
        document["thumbnail_url"] = picture.url
        document |= {"thumbnail_width": picture.width, "thumbnail_height": picture.height}
    return document


def _badge_at(service: Service, url: str) -> str:
    """The id in the address of a badge's page of this service. Raises NotFound for any other address."""
    page_of_badges = re.escape(service.office.addresses.badge(""))
    match = re.fullmatch(rf"{page_of_badges}([A-Za-z0-9_-]{{1,80}})(?:[?#].*)?", service.office.renamed(url))
    if match is None:
        raise NotFound(_("This is not the address of a badge here"))
    return match[1]


def _picture(request: Request, body: bytes, media_type: str, headers: dict[str, str], *, is_public: bool) -> Response:
    if not is_public:
        headers["X-Robots-Tag"] = "noindex"
    return respond(request, Representation(body, media_type, is_negotiated=False, headers=headers))


def _check(award_id: str) -> None:
    if not is_id(award_id):
        raise NotFound(NOTHING_HERE)
