"""What token endpoints have in common: their form, and their errors as OAuth has them (RFC 6749, section 5.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import parse_qs

from fastapi import Request
from fastapi.responses import JSONResponse, Response

from app.web.api.strict_route import media_type

FORM = "application/x-www-form-urlencoded"
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
MOST_FIELDS = 20
_NOT_PLAIN = re.compile(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]")  # what may not stand in an error_description


class Refused(Exception):
    """A request is refused: an error of OAuth, or of what builds on it, and a sentence for whoever made the client."""

    def __init__(self, error: str, sentence: str, status: int = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(sentence)
        self.error, self.sentence, self.status = error, sentence, status


def refusal(refused: Refused, headers: Mapping[str, str] | None = None) -> Response:
    """The answer to a request that is refused; with 401 it says how to prove who one is."""
    said = {"error": refused.error, "error_description": _NOT_PLAIN.sub("'", refused.sentence)}
    asks = {"WWW-Authenticate": "Bearer"} if refused.status == HTTPStatus.UNAUTHORIZED else {}
    return JSONResponse(said, status_code=refused.status, headers={**NO_STORE, **asks, **(headers or {})})


def form_of(request: Request, body: bytes) -> dict[str, str]:
    """The fields of a token request. Raises Refused."""
    if media_type(request.headers.get("content-type", "")) != FORM:
        raise Refused("invalid_request", f"Send the request as {FORM}")
    try:
        found = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise Refused("invalid_request", "The form cannot be read") from error
    if any(len(values) > 1 for values in found.values()):
        raise Refused("invalid_request", "A parameter stands there twice")
    return {name: values[0] for name, values in found.items()}
