"""How every address of FHIR answers: JSON of its media type, a weak ETag, and 304 for what is known there.

By the tag alone: `lastUpdated` looks back at what is told now, and so it may lie before what was told earlier.
"""

from __future__ import annotations

from typing import Any

from fastapi import Request
from fastapi.responses import Response

from app.credentials import strict_json
from app.errors import NotAcceptable
from app.web import negotiation
from app.web.fhir_problems import MEDIA_TYPE
from app.web.negotiation import Form
from app.web.representations import is_known

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
    """The document as JSON; with its version, and 304 for one that is known, where it is a resource that has one."""
    kind = media_type(request)
    headers = {"Cache-Control": caching, "Vary": "Accept, Authorization"}
    meta = document.get("meta", {})
    if "versionId" in meta:
        headers["ETag"] = f'W/"{meta["versionId"]}"'
        if is_known(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
    content = f"{kind}; charset=utf-8"
    return Response(strict_json.dumps(document), status_code=status, headers={**headers, "Content-Type": content})
