"""Errors at the addresses of Badge Connect: the same status and sentence as everywhere, in the form of each standard.

`Imsx_StatusInfo` for Open Badges 3.0, a `status` for 2.1, and RFC 6749 where tokens are asked for.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

from fastapi.responses import JSONResponse, Response

MEDIA_TYPE = "application/json"
# Where a browser asks, people are answered with pages.
_V3 = re.compile(r"/ims/ob/v3p0(/(?!oauth/).*)?$")
_V21 = re.compile(r"/ims/ob/v2p1(/.*)?$")
_OAUTH = re.compile(r"/ims/ob/v3p0/oauth/(?!authorize$)")
_MINOR = {
    HTTPStatus.BAD_REQUEST: "invalid_data",
    HTTPStatus.UNAUTHORIZED: "unauthorizedrequest",
    HTTPStatus.FORBIDDEN: "forbidden",
    HTTPStatus.METHOD_NOT_ALLOWED: "not_allowed",
    HTTPStatus.NOT_ACCEPTABLE: "not_acceptable",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "invalid_data",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "invalid_data",
    HTTPStatus.TOO_MANY_REQUESTS: "server_busy",
    HTTPStatus.INTERNAL_SERVER_ERROR: "internal_server_error",
    HTTPStatus.SERVICE_UNAVAILABLE: "server_busy",
}


def body(path: str, document: dict[str, Any]) -> dict[str, Any] | None:
    """What a problem document says in the words of the standard of this address; None for every other address."""
    sentence = str(document.get("detail") or document["title"])
    status = _status(document)
    if _V3.match(path):
        return imsx(status, sentence, is_query=str(document.get("type", "")).endswith("/invalid-search"))
    if _V21.match(path):
        return {"status": {"error": sentence, "statusCode": status, "statusText": _text(status)}}
    if _OAUTH.match(path):
        return {"error": "invalid_request", "error_description": sentence}
    return None


def answer(said: dict[str, Any], document: dict[str, Any], headers: dict[str, str]) -> Response:
    """That, with its status."""
    return JSONResponse(said, status_code=_status(document), headers={"Cache-Control": "no-store"} | headers)


def imsx(status: int, sentence: str, *, is_query: bool = False) -> dict[str, Any]:
    """An `Imsx_StatusInfo` of a failure (OB 3.0, section 7.3)."""
    known = {int(each): value for each, value in _MINOR.items()}
    minor = "invalid_query_parameter" if is_query else known.get(status, "unknown")
    return {
        "imsx_codeMajor": "failure",
        "imsx_severity": "error",
        "imsx_description": sentence,
        "imsx_codeMinor": {
            "imsx_codeMinorField": [{"imsx_codeMinorFieldName": "Lanyard", "imsx_codeMinorFieldValue": minor}]
        },
    }


def _status(document: dict[str, Any]) -> int:
    """The status; these standards know 400 where we say 422 elsewhere."""
    status = int(document["status"])
    return HTTPStatus.BAD_REQUEST.value if status == HTTPStatus.UNPROCESSABLE_ENTITY else status


def _text(status: int) -> str:
    """As the schema of 2.1 names statuses: upper case, words joined."""
    return HTTPStatus(status).name
