"""Bytes with their media type, ETag and caching: how every public address answers, or says that nothing changed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from fastapi import Request
from fastapi.responses import Response

from app.credentials.multibase import base64url

REVALIDATE = "no-cache"  # kept, but asked about each time: a revocation shows at once
FOR_EVER = "public, max-age=31536000, immutable"
_TAG = re.compile(r'(?:W/)?("[^"]*")')
_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")


@dataclass(frozen=True, slots=True)
class Alternate:
    """Another form of the same thing, at its own address."""

    url: str
    media_type: str

    def link(self) -> str:
        """As one value of a `Link` header (RFC 8288)."""
        return f'<{self.url}>; rel="alternate"; type="{self.media_type}"'


@dataclass(frozen=True, slots=True)
class Representation:
    """One form of a thing, ready to be sent."""

    body: bytes
    media_type: str
    caching: str = REVALIDATE
    is_negotiated: bool = True
    alternates: Iterable[Alternate] = ()
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200

    def etag(self) -> str:
        """A strong entity tag: equal only for the same bytes under the same media type (B96)."""
        digest = hashlib.sha256(self.media_type.encode() + b"\0" + self.body).digest()
        return f'"{base64url(digest[:16])}"'


def respond(request: Request, form: Representation) -> Response:
    """The bytes as they are, or 304 when the client has just these."""
    headers = {"ETag": form.etag(), "Cache-Control": form.caching, "Cross-Origin-Resource-Policy": "cross-origin"}
    if form.is_negotiated:
        headers["Vary"] = "Accept"
    if "Content-Language" in form.headers:  # a page: its language may be the reader's choice
        headers["Vary"] = ", ".join(filter(None, (headers.get("Vary"), "Accept-Language, Cookie")))
    if links := [each.link() for each in form.alternates]:
        headers["Link"] = ", ".join(links)
    headers |= form.headers
    if form.status == 200 and is_known(request, headers["ETag"]):  # noqa: PLR2004 - only a success is revalidated
        return Response(status_code=304, headers=headers)
    # As a header and not as `media_type`, to which the framework would add a charset: tokens are plain ASCII.
    return Response(form.body, status_code=form.status, headers=headers | {"Content-Type": form.media_type})


def is_id(text: str) -> bool:
    """Whether a part of a path can be one of our ids or slugs; anything else is not worth asking the database."""
    return _ID.fullmatch(text) is not None


def is_known(request: Request, etag: str) -> bool:
    """Whether the client has what this tag names, by a weak comparison (If-None-Match; RFC 9110, section 13.1.2)."""
    sent = ", ".join(request.headers.getlist("if-none-match"))
    return sent.strip() == "*" or etag.removeprefix("W/") in _TAG.findall(sent)
