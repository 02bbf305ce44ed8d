"""How every address of FHIR answers: JSON of its media type, a weak ETag, a moment, and 304 for what is known there."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from app.credentials import strict_json
from app.errors import NotAcceptable
from app.web import negotiation
from app.web.fhir_problems import MEDIA_TYPE
from app.web.negotiation import Form

JSON = Form("json", "", (MEDIA_TYPE, "application/json", "text/json"))
_FORMATS = {*JSON.media_types, "json"}
PRIVATE = "private, no-cache"  # whoever keeps it asks each time: what is withdrawn is gone at the next read


def media_type(request: Request) -> str:
    """The type that the client takes. Raises NotAcceptable for whoever takes no JSON."""
    stated = request.query_params.get("_format")
    if stated:
        named = stated.partition(";")[0].strip().lower().replace(" ", "+")  # a `+` in an address reads as a blank
        if named not in _FORMATS:
            raise NotAcceptable("This server writes JSON only; ask for application/fhir+json", offered=MEDIA_TYPE)
        return MEDIA_TYPE if named == "json" else named
    accept = request.headers.get("accept")
    if not negotiation.takes(accept, JSON):
        raise NotAcceptable("This server writes JSON only; ask for application/fhir+json", offered=MEDIA_TYPE)
    return negotiation.media_type_of(accept, JSON)


def respond(request: Request, document: dict[str, Any], *, caching: str = "no-store", status: int = 200) -> Response:
    """The document as JSON; with its version and its moment, and 304 for it, where it is a resource that has them."""
    kind = media_type(request)
    headers = {"Cache-Control": caching, "Vary": "Accept, Authorization"}
    meta = document.get("meta", {})
    if "versionId" in meta:
        headers |= {"ETag": f'W/"{meta["versionId"]}"', "Last-Modified": _as_header(meta["lastUpdated"])}
        if _is_known(request, meta["versionId"], meta["lastUpdated"]):
            return Response(status_code=304, headers=headers)
    content = f"{kind}; charset=utf-8"
    return Response(strict_json.dumps(document), status_code=status, headers={**headers, "Content-Type": content})


def _is_known(request: Request, version: str, changed: str) -> bool:
    if known := request.headers.getlist("if-none-match"):
        tags = [each.strip().removeprefix("W/").strip('"') for each in ",".join(known).split(",")]
        return version in tags or "*" in tags
    since = request.headers.get("if-modified-since")
    if since is None:
        return False
    try:
        moment = parsedate_to_datetime(since)
    except ValueError:
        return False
    return _moment(changed) <= (moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _as_header(written: str) -> str:
    return format_datetime(_moment(written), usegmt=True)


def _moment(written: str) -> datetime:
    return datetime.fromisoformat(written).astimezone(UTC)
